import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import {
  act,
  changeResource,
  correct,
  createResource,
  editStory,
  type Members,
  withdrawStory,
} from '../support/editing.js';
import { requireFresh } from '../support/freshness.js';
import { createStory, image, liveStory, publishStory, shortStory } from '../support/stories.js';

const articles = '/v1/manage/articles';
const note = { kind: 'correction', text: 'An earlier version misstated the month.' };

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const read = (id: string) => app.as.viewer.get(`${articles}/${id}`).expect(200);
const managed = async (id: string) => (await read(id)).body.data;
const delivered = async (id: string) => (await app.anybody.get(`/v1/articles/${id}`).expect(200)).body.data;
const summaryOf = async (id: string) =>
  (await app.anybody.get('/v1/articles').expect(200)).body.data.find((story: Members) => story.id === id);
const issue = async (id: string, kind?: string, text?: string) => {
  const { status, body } = await correct(app, id, kind, text);
  expect(status).toBe(201);
  return body.data;
};
const written = async () => {
  const { db, tables, all } = app.store;
  const counts = [tables.changes, tables.revisions, tables.corrections].map(
    async (table) => (await all(db.select().from(table))).length,
  );
  return Promise.all(counts);
};

describe('POST /v1/manage/articles/{id}/corrections', () => {
  it('answers 201 with the note, who issued it and the article’s version, and shows it to readers', async () => {
    const { id, slug } = await liveStory(app);
    const before = await delivered(id);
    const response = await app.as.publisher
      .post(`${articles}/${slug}/corrections`, note)
      .set(matching(await read(id)))
      .set('x-actor', 'jane.doe')
      .expect(201);
    const issued = response.body.data;
    const by = { key: app.keys.publisher.split('_')[1], actor: 'jane.doe' };
    expect(issued).toEqual({
      ...note,
      id: expect.any(String),
      at: expect.any(String),
      by,
      articleId: id,
      articleVersion: 3,
    });
    expect(response.headers.etag).toBe('"3"');
    const after = await delivered(id);
    const { by: _by, articleId: _article, articleVersion: _version, ...told } = issued;
    expect(after).toEqual({ ...before, corrections: [told], contentUpdatedAt: told.at });
    expect(before).toMatchObject({ corrections: [], retracted: false });
    expect((await summaryOf(id)).contentUpdatedAt).toBe(told.at);
    await requireFresh(app, id);
  });

  it('raises the version of the article, and leaves a revision and a public change', async () => {
    const { id } = await liveStory(app);
    const before = await managed(id);
    await issue(id);
    const after = await managed(id);
    expect(after).toMatchObject({ version: before.version + 1, sections: before.sections });
    expect(after.publication).toEqual({ ...before.publication, contentUpdatedAt: after.corrections[0].at });
    const { db, tables, all } = app.store;
    const ofIt = (row: { resourceId: string; version: number }) => row.resourceId === id && row.version === 3;
    expect((await all(db.select().from(tables.revisions))).filter(ofIt)).toMatchObject([
      { kind: 'article', action: 'correct', fields: ['/corrections'], content: null, articleVersion: 3 },
    ]);
    expect((await all(db.select().from(tables.changes))).filter(ofIt)).toMatchObject([
      { kind: 'article', action: 'correct', articleId: id, public: true },
    ]);
  });

  it('shows readers what they saw, and not what waits in the working copy', async () => {
    const { id, slug } = await liveStory(app);
    await editStory(app, id, { headline: 'Not yet', slug: `${slug}-next` });
    await issue(id);
    expect(await delivered(id)).toMatchObject({ headline: 'A short story', slug, corrections: [{}] });
    const { publication, headline } = await managed(id);
    expect([headline, publication.hasUnpublishedChanges, publication.liveVersion]).toEqual(['Not yet', true, 2]);
    await publishStory(app, id);
    expect(await delivered(id)).toMatchObject({ headline: 'Not yet', corrections: [{}] });
    await requireFresh(app, id);
  });

  it('tells readers of each kind, the oldest first; only a retraction marks the story', async () => {
    const { id } = await liveStory(app);
    for (const kind of ['correction', 'clarification', 'update']) await issue(id, kind, kind);
    expect(await delivered(id)).toMatchObject({ retracted: false });
    await issue(id, 'retraction', 'retraction');
    await issue(id, 'update', 'after');
    const { corrections, retracted } = await delivered(id);
    expect(corrections.map(({ text }: Members) => text)).toEqual([
      'correction',
      'clarification',
      'update',
      'retraction',
      'after',
    ]);
    expect(retracted).toBe(true);
    expect((await summaryOf(id)).retracted).toBe(true);
  });

  it('marks a retracted story in the links of others', async () => {
    const { id } = await liveStory(app);
    const { id: linking } = await liveStory(app, shortStory({ related: [id], translationOf: id }));
    const { contentUpdatedAt } = await delivered(linking);
    await issue(id);
    expect(await delivered(linking)).toMatchObject({ related: [{ id, retracted: false }] });
    await issue(id, 'retraction');
    expect(await delivered(linking)).toMatchObject({
      related: [{ id, retracted: true }],
      translationOf: { id, retracted: true },
      retracted: false,
      contentUpdatedAt,
    });
    const { id: later } = await liveStory(app, shortStory({ related: [id] }));
    expect((await delivered(later)).related).toMatchObject([{ id, retracted: true }]);
    for (const each of [id, linking, later]) await requireFresh(app, each);
  });

  it('keeps a story in order among the last updated', async () => {
    const [first, second] = [await liveStory(app), await liveStory(app)];
    const order = async () =>
      (await app.anybody.get('/v1/articles?sort=-updatedAt&limit=2').expect(200)).body.data.map(
        ({ id }: Members) => id,
      );
    expect(await order()).toEqual([second.id, first.id]);
    await issue(first.id);
    expect(await order()).toEqual([first.id, second.id]);
  });

  it('stays when an image changes, the story is published again, withdrawn, and brought back', async () => {
    const { id: imageId } = await createResource(app, 'images', image);
    const story = shortStory({ sections: [{ blocks: [{ type: 'image', imageId }] }] });
    const { id } = await liveStory(app, story);
    await issue(id, 'retraction');
    await changeResource(app, 'images', imageId, { caption: 'Another.' });
    expect(await requireFresh(app, id)).toMatchObject({ corrections: [{}], retracted: true });
    await editStory(app, id, { deck: 'More.' });
    await publishStory(app, id);
    expect(await requireFresh(app, id)).toMatchObject({ corrections: [{}], retracted: true });
    await withdrawStory(app, id);
    expect((await managed(id)).corrections).toHaveLength(1);
    await publishStory(app, id);
    expect(await requireFresh(app, id)).toMatchObject({ corrections: [{}], retracted: true });
  });

  it('answers 409 for a story that is not live, and writes nothing', async () => {
    const { id: draft } = await createStory(app);
    const { id: withdrawn } = await liveStory(app);
    await withdrawStory(app, withdrawn);
    const before = await written();
    for (const id of [draft, withdrawn]) {
      const { status, body } = await correct(app, id);
      expect([status, body.type]).toEqual([409, '/problems/conflict']);
    }
    expect(await written()).toEqual(before);
  });

  it('is for publishers', async () => {
    const { id } = await liveStory(app);
    await app.anybody.post(`${articles}/${id}/corrections`, note).expect(401);
    for (const role of ['viewer', 'editor'] as const)
      await app.as[role].post(`${articles}/${id}/corrections`, note).set('if-match', '"2"').expect(403);
    await app.as.admin.post(`${articles}/${id}/corrections`, note).set('if-match', '"2"').expect(201);
  });

  it('answers 404 for what there is not, 428 without a version, 412 with what changed since', async () => {
    const { id } = await liveStory(app);
    const path = `${articles}/${id}/corrections`;
    await app.as.publisher.post(`${articles}/never-was/corrections`, note).set('if-match', '"2"').expect(404);
    await app.as.publisher.post(path, note).expect(428);
    await editStory(app, id, { deck: 'Changed.' });
    const { body } = await app.as.publisher.post(path, note).set('if-match', '"2"').expect(412);
    expect(body).toMatchObject({ currentVersion: 3, changed: ['/deck'] });
    expect((await delivered(id)).corrections).toEqual([]);
  });

  it.each([
    ['no kind', { text: 'x' }, '/kind'],
    ['another kind', { kind: 'apology', text: 'x' }, '/kind'],
    ['no text', { kind: 'correction' }, '/text'],
    ['an empty text', { kind: 'correction', text: '' }, '/text'],
    ['a blank text', { kind: 'correction', text: ' \n' }, '/text'],
    ['too long a text', { kind: 'correction', text: 'x'.repeat(5001) }, '/text'],
    ['a time of its own', { ...note, at: '2022-12-19T17:05:00.000Z' }, '/at'],
  ])('answers 400 for %s', async (_what, body, pointer) => {
    const { id } = await liveStory(app);
    const refused = await app.as.publisher
      .post(`${articles}/${id}/corrections`, body)
      .set('if-match', '"2"')
      .expect(400);
    expect(refused.body.errors).toMatchObject([{ pointer }]);
  });

  it('lets one of two at the same version issue a note', async () => {
    const { id } = await liveStory(app);
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((n) =>
        app.as.publisher.post(`${articles}/${id}/corrections`, { ...note, text: `${n}` }).set('if-match', '"2"'),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 412, 412, 412, 412]);
    expect((await requireFresh(app, id))?.corrections).toHaveLength(1);
  });
});

describe('POST /v1/manage/articles/{id}/publish with a correction', () => {
  const publishWith = (id: string, body: Members) => act(app, id, 'publish', body);

  it('publishes the changed story and the note at once', async () => {
    const { id } = await liveStory(app);
    await editStory(app, id, { deck: 'As it was.' });
    const { status, body } = await publishWith(id, { correction: note });
    expect(status).toBe(200);
    expect(body.data.corrections).toMatchObject([note]);
    const { corrections, deck, contentUpdatedAt } = await delivered(id);
    expect([deck, corrections]).toMatchObject(['As it was.', [note]]);
    expect(contentUpdatedAt).toBe(corrections[0].at);
    const { db, tables, all } = app.store;
    const revisions = (await all(db.select().from(tables.revisions))).filter((row) => row.resourceId === id);
    expect(revisions.at(-1)).toMatchObject({ action: 'publish', fields: ['/publication', '/corrections'] });
    await requireFresh(app, id);
  });

  it('counts as a change where there is no other', async () => {
    const { id } = await liveStory(app);
    const { body } = await publishWith(id, { correction: { kind: 'retraction', text: 'All of it.' } });
    expect(body.data.version).toBe(3);
    expect(await requireFresh(app, id)).toMatchObject({ retracted: true });
    expect((await publishWith(id, {})).body.data.version).toBe(3);
  });

  it('marks a retracted story in the links of others', async () => {
    const { id } = await liveStory(app);
    const { id: linking } = await liveStory(app, shortStory({ related: [id] }));
    await publishWith(id, { correction: { kind: 'retraction', text: 'All of it.' } });
    expect((await delivered(linking)).related).toMatchObject([{ id, retracted: true }]);
  });

  it('may go with a first publication, and with one that brings a story back', async () => {
    const { id } = await createStory(app);
    const past = '2022-12-19T17:05:00.000Z';
    expect((await publishWith(id, { publishedAt: past, correction: note })).status).toBe(200);
    const first = await delivered(id);
    expect(first).toMatchObject({ publishedAt: past, contentUpdatedAt: first.corrections[0].at });
    await withdrawStory(app, id);
    expect((await publishWith(id, { correction: { ...note, text: 'Second.' } })).status).toBe(200);
    expect((await delivered(id)).corrections).toMatchObject([note, { text: 'Second.' }]);
  });

  it('is not minor: 400 says so', async () => {
    const { id } = await liveStory(app);
    const { status, body } = await publishWith(id, { correction: note, minor: true });
    expect([status, body.errors]).toMatchObject([400, [{ pointer: '/minor', code: 'not_minor' }]]);
    const { body: wrong } = await publishWith(id, { correction: { kind: 'correction' } });
    expect(wrong.errors).toMatchObject([{ pointer: '/correction/text', code: 'required' }]);
    expect((await publishWith(id, { correction: null, minor: true })).status).toBe(200);
  });

  it('issues nothing when the story is not fit to be published', async () => {
    const { id } = await liveStory(app);
    await editStory(app, id, { headline: null });
    const before = await written();
    expect((await publishWith(id, { correction: note })).status).toBe(422);
    expect(await written()).toEqual(before);
  });
});

describe('GET /v1/manage/articles/{id}/corrections', () => {
  it('lists them, the oldest first, with who issued them, in pages', async () => {
    const { id } = await liveStory(app);
    const issued = [];
    for (const text of ['One.', 'Two.', 'Three.']) {
      const { articleId: _article, articleVersion: _version, ...correction } = await issue(id, 'update', text);
      issued.push(correction);
    }
    const path = `${articles}/${id}/corrections`;
    expect((await app.as.viewer.get(path).expect(200)).body.data).toEqual(issued);
    const { body, headers } = await app.as.viewer.get(`${path}?limit=2`).expect(200);
    expect(body.data).toEqual(issued.slice(0, 2));
    expect(headers.link).toContain(`<${path}?limit=2&cursor=`);
    const next = await app.as.viewer.get(`${path}?limit=2&cursor=${body.page.next}`).expect(200);
    expect(next.body.data).toEqual(issued.slice(2));
    const back = await app.as.viewer.get(`${path}?limit=2&cursor=${next.body.page.previous}`).expect(200);
    expect(back.body.data).toEqual(issued.slice(0, 2));
    const { id: other } = await liveStory(app);
    expect((await app.as.viewer.get(`${articles}/${other}/corrections`).expect(200)).body.data).toEqual([]);
    await app.as.viewer.get(`${articles}/${other}/corrections?cursor=${body.page.next}`).expect(400);
    await app.as.viewer.get(`${articles}/never-was/corrections`).expect(404);
    await app.anybody.get(path).expect(401);
  });
});

describe('the corrections of a working copy', () => {
  it('can be sent back as they were read, and not otherwise', async () => {
    const { id } = await liveStory(app);
    await issue(id);
    const response = await read(id);
    const { data } = response.body;
    expect(data.corrections).toMatchObject([{ kind: 'correction', by: { actor: null } }]);
    const put = await app.as.editor.put(`${articles}/${id}`, data).set(matching(response)).expect(200);
    expect(put.body.data).toEqual(data);
    for (const corrections of [[], [{ ...data.corrections[0], text: 'Reworded.' }]]) {
      for (const method of ['put', 'patch'] as const) {
        const body = method === 'put' ? { ...data, corrections } : { corrections };
        const refused = await app.as.editor[method](`${articles}/${id}`, body).set(matching(response)).expect(400);
        expect(refused.body.errors).toMatchObject([{ pointer: '/corrections', code: 'read_only' }]);
      }
    }
    const { corrections } = data;
    await app.as.editor.patch(`${articles}/${id}`, { corrections, deck: 'x' }).set(matching(response)).expect(200);
  });
});
