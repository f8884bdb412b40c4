import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, createResource, editStory, type Members, withdrawStory } from '../support/editing.js';
import { askErasure, cleared, erase, keptRevisions } from '../support/erasing.js';
import { createStory, image, liveStory, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const path = '/v1/manage/erasures';
const reason = 'A court said so.';
const unknownId = '01852a5c-9d00-7a11-8b22-00000000dead';
const managed = async (id: string) => (await app.as.viewer.get(`/v1/manage/articles/${id}`).expect(200)).body.data;
const newQuote = () => createResource(app, 'quotes', quote);
const quoting = (quoteId: string, fields: Members = {}) =>
  shortStory({ sections: [{ heading: null, blocks: [{ type: 'quote', quoteId }] }], ...fields });

describe('POST /v1/manage/erasures', () => {
  it('erases a quote that nothing uses: it is nowhere any more, and of its revisions number, time and actor stay', async () => {
    const { id } = await newQuote();
    await app.as.editor
      .patch(`/v1/manage/quotes/${id}`, { text: 'Changed.' })
      .set({ 'if-match': '"1"', 'x-actor': 'jane.doe' })
      .expect(200);
    const before = await keptRevisions(app, [id]);
    const answer = await askErasure(app, 'quote', id);
    expect(answer.status).toBe(201);
    expect(answer.body.data).toMatchObject({ kind: 'quote', resourceId: id, reason, state: 'purging', purgedAt: null });
    expect(answer.headers.location).toBe(`${path}/${answer.body.data.id}`);
    await app.as.viewer.get(`/v1/manage/quotes/${id}`).expect(404);
    await app.as.editor.patch(`/v1/manage/quotes/${id}`, { text: 'Again.' }).set('if-match', '"3"').expect(404);
    const listed = (await app.as.viewer.get('/v1/manage/quotes').expect(200)).body.data;
    expect(listed.map((one: Members) => one.id)).not.toContain(id);
    const after = await keptRevisions(app, [id]);
    expect(after.slice(0, 2)).toEqual(before.map((row) => ({ ...row, content: null, fields: [] })));
    expect(after[1]).toMatchObject({ version: 2, byActor: 'jane.doe', action: 'update' });
    expect(after[2]).toMatchObject({ version: 3, action: 'erase', content: null, byKey: expect.any(String) });
    await cleared(app, answer.body.data);
  });

  it('erases a live story: 410 by its id, 404 by every slug, and no list has it', async () => {
    const { id, slug } = await liveStory(app, quoting((await newQuote()).id, { slug: 'john-doe-accused' }));
    await editStory(app, id, { slug: 'john-doe-acquitted' });
    const { version } = await publishStory(app, id);
    await app.anybody.get(`/v1/articles/${slug}`).expect(308);
    await erase(app, 'article', id);
    await app.anybody.get(`/v1/articles/${id}`).expect(410);
    await app.anybody.get(`/v1/articles/${id}/sections`).expect(410);
    for (const former of [slug, 'john-doe-acquitted']) await app.anybody.get(`/v1/articles/${former}`).expect(404);
    const listed = (await app.anybody.get('/v1/articles?limit=100').expect(200)).body.data;
    expect(listed.map((one: Members) => one.id)).not.toContain(id);
    for (const name of [id, slug]) await app.as.viewer.get(`/v1/manage/articles/${name}`).expect(404);
    const [change] = await lastChanges();
    expect(change).toMatchObject({ action: 'erase', kind: 'article', resourceId: id, version: version + 1 });
    expect(change).toMatchObject({ articleId: id, public: true });
  });

  it('keeps of its history who did what when, and nothing that was written', async () => {
    const story = await liveStory(app, quoting((await newQuote()).id));
    const gone = await newQuote();
    await erase(app, 'article', story.id);
    await erase(app, 'quote', gone.id);
    const address = `/v1/manage/articles/${story.id}`;
    const { data } = (await app.as.viewer.get(`${address}/revisions`).expect(200)).body;
    expect(data.map(({ version, action }: Members) => [version, action])).toEqual([
      [3, 'erase'],
      [2, 'publish'],
      [1, 'create'],
    ]);
    for (const path of ['/revisions/1', '/revisions/3', '/diff?from=1&to=2', '/asOf'])
      await app.as.viewer.get(`${address}${path}`).expect(410);
    await app.as.editor.post(`${address}/revisions/1/restore`).set('if-match', '"3"').expect(404);
    await app.anybody.get(`/v1/articles/${story.id}/history`).expect(410);
    const ofQuote = `/v1/manage/quotes/${gone.id}/revisions`;
    expect((await app.as.viewer.get(ofQuote).expect(200)).body.data).toHaveLength(2);
    for (const version of [1, 2]) await app.as.viewer.get(`${ofQuote}/${version}`).expect(410);
    await app.as.editor.post(`${ofQuote}/1/restore`).set('if-match', '"2"').expect(404);
  });

  it('leaves the quotes of a story in the library, where readers find them no more', async () => {
    const { id: quoteId } = await newQuote();
    const { id } = await liveStory(app, quoting(quoteId));
    await app.anybody.get(`/v1/quotes/${quoteId}`).expect(200);
    await erase(app, 'article', id);
    await app.anybody.get(`/v1/quotes/${quoteId}`).expect(404);
    await app.as.viewer.get(`/v1/manage/quotes/${quoteId}`).expect(200);
    await erase(app, 'quote', quoteId);
  });

  it('lets others have the slugs, and nobody the id', async () => {
    const { id } = await liveStory(app, quoting((await newQuote()).id, { slug: 'taken-and-freed' }));
    await erase(app, 'article', id);
    await liveStory(app, shortStory({ slug: 'taken-and-freed' }));
    const { id: imageId } = await createResource(app, 'images', image);
    await erase(app, 'image', imageId);
    for (const facts of [{}, image]) {
      const blocks = [{ type: 'image', image: { ...facts, id: imageId } }];
      const refused = await app.as.editor
        .post('/v1/manage/articles', shortStory({ sections: [{ blocks }] }))
        .expect(422);
      expect(refused.body.errors).toMatchObject([{ code: 'id_taken' }]);
    }
  });

  it('erases a draft, which readers never saw, and tells them nothing of it', async () => {
    const draft = await createStory(app);
    await erase(app, 'article', draft.id);
    await app.anybody.get(`/v1/articles/${draft.id}`).expect(404);
    expect((await lastChanges())[0]).toMatchObject({ action: 'erase', public: false });
    await app.as.viewer.get(`/v1/manage/sections/${draft.sections[0]?.id}`).expect(404);
  });

  it('erases a withdrawn story, which stays gone', async () => {
    const { id, slug } = await liveStory(app);
    await withdrawStory(app, id);
    await erase(app, 'article', id);
    await app.anybody.get(`/v1/articles/${id}`).expect(410);
    await app.anybody.get(`/v1/articles/${slug}`).expect(404);
    await app.as.publisher.post(`/v1/manage/articles/${id}/publish`).set('if-match', '"4"').expect(404);
  });

  it('answers 409 that says where it is used, and can when it is used no more', async () => {
    const { id: quoteId } = await newQuote();
    const story = await liveStory(app, quoting(quoteId, { headline: 'Said' }));
    const refused = await askErasure(app, 'quote', quoteId);
    expect(refused.status).toBe(409);
    expect(refused.body.errors).toMatchObject([{ pointer: '/id', code: 'in_use' }]);
    expect(refused.body.usageCount).toBe(2);
    expect(refused.body.usages).toMatchObject([
      { scope: 'live', kind: 'article', id: story.id, slug: story.slug, title: 'Said' },
      { scope: 'working', kind: 'article', id: story.id, sectionId: story.sections[0]?.id },
    ]);
    await app.as.editor
      .patch(`/v1/manage/sections/${story.sections[0]?.id}`, { blocks: [{ type: 'paragraph', text: 'Gone.' }] })
      .set('if-match', '"1"')
      .expect(200);
    await publishStory(app, story.id);
    await erase(app, 'quote', quoteId);
  });

  it('answers 409 for what was erased already; of two at once one succeeds', async () => {
    const { id } = await newQuote();
    const erasure = { kind: 'quote', id, reason: 'A court said so.' };
    const ask = () => app.as.admin.post(path, erasure).set('if-match', '"1"');
    const answers = await Promise.all([ask(), ask()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.errors).toMatchObject([{ code: 'erased' }]);
    const { body } = await app.as.admin.get(`${path}?kind=quote&resourceId=${id}`).expect(200);
    expect(body.data).toHaveLength(1);
  });

  it('answers 412 with what has changed, and 428 when no version is named', async () => {
    const { id, sections } = await createStory(app);
    await editStory(app, id, { headline: 'Changed' });
    await app.as.editor
      .patch(`/v1/manage/sections/${sections[1]?.id}`, { heading: 'Other' })
      .set('if-match', '"1"')
      .expect(200);
    const body = { kind: 'article', id, reason };
    const stale = await app.as.admin.post(path, body).set('if-match', '"1"').expect(412);
    expect(stale.body).toMatchObject({ currentVersion: 3 });
    expect(stale.body.changed).toEqual(expect.arrayContaining(['/headline', '/sections/1/heading']));
    const { id: quoteId } = await newQuote();
    await app.as.editor.patch(`/v1/manage/quotes/${quoteId}`, { text: 'New.' }).set('if-match', '"1"').expect(200);
    const old = await app.as.admin
      .post(path, { kind: 'quote', id: quoteId, reason })
      .set('if-match', '"1"')
      .expect(412);
    expect(old.body).toMatchObject({ currentVersion: 2, changed: ['/text'] });
    await app.as.admin.post(path, body).expect(428);
    await app.as.admin.post(path, body).set('if-match', '*').expect(428);
    await app.as.viewer.get(`/v1/manage/articles/${id}`).expect(200);
  });

  it('answers 400 for a body of another shape, 422 for what is not there', async () => {
    const post = (body: Members) => app.as.admin.post(path, body).set('if-match', '"1"');
    const wrong = await post({ kind: 'desk', id: 'world', reason: ' ', why: 'x' }).expect(400);
    const places = wrong.body.errors.map(({ pointer, code }: Members) => [pointer, code]);
    expect(places.sort()).toEqual([
      ['/id', 'invalid_format'],
      ['/kind', 'invalid_value'],
      ['/reason', 'blank'],
      ['/why', 'unknown_field'],
    ]);
    await post({ kind: 'quote', id: unknownId }).expect(400);
    await post({ kind: 'quote', id: unknownId, reason: 'x'.repeat(2001) }).expect(400);
    await post({ kind: 'quote', id: unknownId, reason, uses: 'ignore' }).expect(400);
    for (const kind of ['article', 'image', 'quote', 'embed']) {
      const missing = await post({ kind, id: unknownId, reason }).expect(422);
      expect(missing.body.errors).toMatchObject([{ pointer: '/id', code: 'unknown_reference' }]);
    }
    const { id } = await newQuote();
    await post({ kind: 'image', id, reason }).expect(422);
  });

  it('erases what is deleted, which cannot be brought back then and is in no list of what is deleted', async () => {
    const { id } = await newQuote();
    const deleted = await app.as.editor.delete(`/v1/manage/quotes/${id}`).set('if-match', '"1"').expect(204);
    const listed = async () =>
      (await app.as.viewer.get('/v1/manage/quotes?deleted=true&limit=100').expect(200)).body.data.map(
        (one: Members) => one.id,
      );
    expect(await listed()).toContain(id);
    const post = (kind: string, what: string, response: Parameters<typeof matching>[0]) =>
      app.as.admin.post(path, { kind, id: what, reason }).set(matching(response));
    await post('quote', id, deleted).expect(201);
    expect(await listed()).not.toContain(id);
    for (const version of [2, 3])
      await app.as.editor.post(`/v1/manage/quotes/${id}/undelete`).set('if-match', `"${version}"`).expect(404);

    const story = await liveStory(app);
    await withdrawStory(app, story.id);
    const address = `/v1/manage/articles/${story.id}`;
    const gone = await app.as.publisher.delete(address).set('if-match', '"3"').expect(204);
    await post('article', story.id, gone).expect(201);
    await app.as.publisher.post(`${address}/undelete`).set('if-match', '"5"').expect(404);
    await app.anybody.get(`/v1/articles/${story.id}`).expect(410);
  });

  it('is for admins alone', async () => {
    const { id } = await newQuote();
    for (const role of ['viewer', 'editor', 'publisher'] as const) {
      await app.as[role].post(path, { kind: 'quote', id, reason }).set('if-match', '"1"').expect(403);
      await app.as[role].get(path).expect(403);
    }
    await app.anybody.post(path, {}).expect(401);
    await app.as.viewer.get(`/v1/manage/quotes/${id}`).expect(200);
  });
});

describe('GET /v1/manage/erasures', () => {
  it('lists who erased what and why, the last first, page by page, and by what it was', async () => {
    const ids = [];
    for (const why of ['First.', 'Second.', 'Third.']) {
      const { id } = await newQuote();
      const post = app.as.admin.post(path, { kind: 'quote', id, reason: why }).set('if-match', '"1"');
      ids.push((await post.set('x-actor', 'legal.officer').expect(201)).body.data.id);
    }
    const page = (await app.as.admin.get(`${path}?limit=2`).expect(200)).body;
    expect(page.data).toMatchObject([{ reason: 'Third.', by: { actor: 'legal.officer' } }, { reason: 'Second.' }]);
    const next = (await app.as.admin.get(`${path}?limit=2&cursor=${page.page.next}`).expect(200)).body;
    expect(next.data[0]).toMatchObject({ id: ids[0], reason: 'First.' });
    const back = (await app.as.admin.get(`${path}?limit=2&cursor=${next.page.previous}`).expect(200)).body;
    // What is erased goes on being cleared meanwhile.
    const idsOf = (data: Members[]) => data.map(({ id }) => id);
    expect(idsOf(back.data)).toEqual(idsOf(page.data));
    const articles = (await app.as.admin.get(`${path}?kind=article`).expect(200)).body.data;
    expect(new Set(articles.map(({ kind }: Members) => kind))).toEqual(new Set(['article']));
    await app.as.admin.get(`${path}?kind=article&cursor=${page.page.next}`).expect(400);
    await app.as.admin.get(`${path}?kind=desk`).expect(400);
    await app.as.admin.get(`${path}/${unknownId}`).expect(404);
  });
});

describe('after an erasure', () => {
  it('a working copy that pointed at a story can be saved and published as before', async () => {
    const target = await liveStory(app, quoting((await newQuote()).id, { headline: 'Target' }));
    const fields = { related: [target.id], translationOf: target.id };
    const story = await liveStory(app, shortStory({ headline: 'Pointing', ...fields }));
    expect((await askErasure(app, 'article', target.id)).status).toBe(409);
    await cleared(app, await erase(app, 'article', target.id, { uses: 'remove' }));
    const shown = (await app.anybody.get(`/v1/articles/${story.id}`).expect(200)).body.data;
    expect(shown).toMatchObject({ related: [], translationOf: null });
    const working = await managed(story.id);
    expect(working).toMatchObject({ version: 3, related: [], translationOf: null });
    expect(working.publication.hasUnpublishedChanges).toBe(false);
    await editStory(app, story.id, { headline: 'Still editable' });
    expect((await act(app, story.id, 'publish')).status).toBe(200);
  });

  it('a story that was deleted meanwhile is brought back without it; preflight points at what that leaves empty', async () => {
    const { id: quoteId } = await newQuote();
    const { id, sections } = await createStory(app, quoting(quoteId));
    const address = `/v1/manage/articles/${id}`;
    const gone = await app.as.editor.delete(address).set('if-match', '"1"').expect(204);
    const erasure = await erase(app, 'quote', quoteId);
    const back = await app.as.editor.post(`${address}/undelete`).set(matching(gone)).expect(200);
    const refused = await app.as.publisher.post(`${address}/publish`).set(matching(back)).expect(422);
    expect(refused.body.errors).toMatchObject([{ pointer: '/sections/0', code: 'empty_section' }]);
    await cleared(app, erasure);
    const blocks = [{ type: 'paragraph', text: 'Without it.' }];
    await app.as.editor.patch(`/v1/manage/sections/${sections[0]?.id}`, { blocks }).set('if-match', '"2"').expect(200);
    await publishStory(app, id);
  });

  it('its state is purging for as long as another program reads what was, and done some time after', async () => {
    const { id } = await newQuote();
    const release = await app.raw.keepReading('quotes');
    const erasure = await erase(app, 'quote', id);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { body } = await app.as.admin.get(`${path}/${erasure.id}`).expect(200);
    expect(body.data).toMatchObject({ state: 'purging', purgedAt: null });
    await createStory(app);
    await release();
    await cleared(app, erasure);
  });
});

async function lastChanges() {
  const { db, tables, all } = app.store;
  const rows = await all(db.select().from(tables.changes));
  return rows.filter(({ action }) => action !== 'purge').reverse();
}
