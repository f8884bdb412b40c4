import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, createResource, editStory, type Members, withdrawStory } from '../support/editing.js';
import { bringBack, remove, removed, requireNoDeletedUses, usagesOf } from '../support/removal.js';
import { createStory, embed, image, liveStory, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const articles = '/v1/manage/articles';
const pathOf = (id: string) => `${articles}/${id}`;
const managed = async (id: string) => (await app.as.viewer.get(pathOf(id)).expect(200)).body.data;

/** A story whose fields and blocks point at something of every kind. */
async function storyOfEverything() {
  const ids = {
    lead: (await createResource(app, 'images', image)).id,
    picture: (await createResource(app, 'images', image)).id,
    quote: (await createResource(app, 'quotes', quote)).id,
    film: (await createResource(app, 'embeds', embed)).id,
    original: (await createStory(app)).id,
    other: (await createStory(app)).id,
  };
  const words = { type: 'paragraph', text: 'It begins.' };
  const spans = [{ start: 0, end: 2, type: 'quote', quoteId: ids.quote }];
  const blocks = [
    { type: 'gallery', images: [{ imageId: ids.picture }] },
    { type: 'paragraph', text: 'So he said.', spans },
    { type: 'aside', title: 'More', blocks: [{ type: 'embed', embedId: ids.film }] },
  ];
  const fields = { leadImageId: ids.lead, translationOf: ids.original, related: [ids.other] };
  const story = await createStory(app, shortStory({ ...fields, sections: [{ blocks: [words] }, { blocks }] }));
  const paths = {
    lead: `/v1/manage/images/${ids.lead}`,
    picture: `/v1/manage/images/${ids.picture}`,
    quote: `/v1/manage/quotes/${ids.quote}`,
    film: `/v1/manage/embeds/${ids.film}`,
    original: pathOf(ids.original),
    other: pathOf(ids.other),
  };
  return { story, paths };
}

describe('DELETE /v1/manage/articles/{id}', () => {
  it('deletes a draft: it is in no list, and 404 everywhere', async () => {
    const { id, slug, sections } = await createStory(app);
    const answer = await removed(app, pathOf(slug));
    expect(answer.headers.etag).toBe('"2"');
    for (const path of [pathOf(id), pathOf(slug), `${pathOf(id)}/sections`, `${pathOf(id)}/usages`])
      await app.as.admin.get(path).expect(404);
    await app.as.admin.patch(pathOf(id), { deck: 'A' }).set(matching(answer)).expect(404);
    await app.as.admin.put(pathOf(id), shortStory()).set(matching(answer)).expect(404);
    await app.as.admin.delete(pathOf(id)).set(matching(answer)).expect(404);
    for (const action of ['publish', 'withdraw'])
      await app.as.admin
        .post(`${pathOf(id)}/${action}`)
        .set(matching(answer))
        .expect(404);
    await app.as.admin.post(`${pathOf(id)}/sections`, {}).expect(404);
    const section = `/v1/manage/sections/${sections[0]?.id}`;
    await app.as.admin.get(section).expect(404);
    await app.as.admin.patch(section, { heading: 'A' }).set('if-match', '"1"').expect(404);
    await app.as.admin.delete(section).set('if-match', '"1"').expect(404);
    await app.as.admin.post(`${section}/move`, { after: null }).set('if-match', '"1"').expect(404);
    const { data } = (await app.as.viewer.get(`${articles}?limit=100`).expect(200)).body;
    expect(data.map((article: Members) => article.id)).not.toContain(id);
    await app.as.editor.post(articles, shortStory({ related: [id] })).expect(422);
  });

  it('needs the version: 428 without it, 412 with what has changed when it is stale, 403 for a viewer', async () => {
    const { id } = await createStory(app);
    await app.as.editor.delete(pathOf(id)).expect(428);
    await editStory(app, id, { deck: 'Later.' });
    const { body } = await app.as.editor.delete(pathOf(id)).set('if-match', '"1"').expect(412);
    expect(body).toMatchObject({ currentVersion: 2, changed: ['/deck'] });
    await app.as.viewer.delete(pathOf(id)).set('if-match', '"2"').expect(403);
    await app.as.editor.delete(pathOf('01852a5c-0000-7000-8000-00000000dead')).set('if-match', '"1"').expect(404);
    expect((await managed(id)).version).toBe(2);
  });

  it('frees what only the story used, and the story takes it again when it is back', async () => {
    const { story, paths } = await storyOfEverything();
    const before = await Promise.all(Object.values(paths).map((path) => usagesOf(app, path)));
    expect(before.map((usages) => usages.length)).toEqual([1, 1, 1, 1, 1, 1]);
    for (const path of Object.values(paths)) expect((await remove(app, path)).status).toBe(409);
    const deletion = await removed(app, pathOf(story.id));
    for (const path of Object.values(paths)) expect(await usagesOf(app, path)).toEqual([]);
    await bringBack(app, pathOf(story.id), deletion).expect(200);
    expect(await Promise.all(Object.values(paths).map((path) => usagesOf(app, path)))).toEqual(before);
    await removed(app, pathOf(story.id));
    for (const path of Object.values(paths)) await removed(app, path);
    await requireNoDeletedUses(app);
  });

  it('answers 409 for a live story', async () => {
    const { id } = await liveStory(app);
    const { status, body } = await remove(app, pathOf(id), 'publisher');
    expect([status, body.errors]).toMatchObject([409, [{ code: 'live' }]]);
    expect(body).not.toHaveProperty('usages');
  });

  it.each(['related', 'translationOf'])(
    'answers 409 while another article names it as %s, and says which',
    async (field) => {
      const { id } = await createStory(app);
      const value = field === 'related' ? [id] : id;
      const other = await createStory(app, shortStory({ headline: 'The other', [field]: value }));
      const use = { kind: 'article', id: other.id, sectionId: null, slug: other.slug, title: 'The other' };
      const { body } = await remove(app, pathOf(id));
      expect(body).toMatchObject({
        errors: [{ code: 'in_use' }],
        usages: [{ scope: 'working', ...use }],
        usageCount: 1,
      });
      await publishStory(app, other.id);
      await editStory(app, other.id, { [field]: null, headline: 'Renamed', slug: `${other.slug}-renamed` });
      expect((await remove(app, pathOf(id))).body.usages).toEqual([{ scope: 'live', ...use }]);
      await publishStory(app, other.id);
      await removed(app, pathOf(id));
    },
  );

  it('answers 409 while a schedule is pending, and tells everything that stands in the way at once', async () => {
    const { id, version } = await liveStory(app);
    await createStory(app, shortStory({ related: [id] }));
    const { db, tables, commit } = app.store;
    const at = '2027-01-01T00:00:00.000Z';
    const stamp = { createdAt: at, updatedAt: at, version: 1, request: {} };
    const row = { id: 's1', articleId: id, action: 'withdraw' as const, articleVersion: version, at, ...stamp };
    await commit([{ query: db.insert(tables.schedules).values({ ...row, state: 'pending' }) }]);
    const codes = async () => (await remove(app, pathOf(id), 'publisher')).body.errors.map(({ code }: Members) => code);
    expect(await codes()).toEqual(['live', 'scheduled', 'in_use']);
    await withdrawStory(app, id);
    expect(await codes()).toEqual(['scheduled', 'in_use']);
    const done = { state: 'cancelled' as const, settledAt: at };
    await commit([{ query: db.update(tables.schedules).set(done).where(eq(tables.schedules.id, 's1')) }]);
    expect(await codes()).toEqual(['in_use']);
  });

  it('leaves a revision and a change, as bringing it back does; readers are told of neither', async () => {
    const { id } = await createStory(app);
    const deletion = await removed(app, pathOf(id));
    await bringBack(app, pathOf(id), deletion).set('x-actor', 'jane').expect(200);
    const { db, tables, all } = app.store;
    const { revisions, changes } = tables;
    const left = (await all(db.select().from(revisions).where(eq(revisions.resourceId, id)))).slice(1);
    expect(left).toMatchObject([
      { version: 2, action: 'delete', byActor: null, articleVersion: 2, fields: [] },
      { version: 3, action: 'undelete', byActor: 'jane', articleVersion: 3, fields: [] },
    ]);
    const log = (await all(db.select().from(changes).where(eq(changes.resourceId, id)))).slice(1);
    expect(log).toMatchObject([
      { version: 2, action: 'delete', articleId: id, public: false },
      { version: 3, action: 'undelete', articleId: id, public: false },
    ]);
  });
});

describe('a story that readers have seen', () => {
  it('is a publisher’s to delete and to bring back, and stays 410 to readers by every slug it had', async () => {
    const { id, slug } = await liveStory(app);
    await editStory(app, id, { slug: `${slug}-moved` });
    await publishStory(app, id);
    await editStory(app, id, { slug: `${slug}-never-seen` });
    const correction = { kind: 'correction', text: 'The day was misstated.' };
    await app.as.publisher
      .post(`${pathOf(id)}/corrections`, correction)
      .set(matching(await app.as.viewer.get(pathOf(id)).expect(200)))
      .expect(201);
    await withdrawStory(app, id);
    await app.as.editor.delete(pathOf(id)).expect(403);
    const deletion = await removed(app, pathOf(id), 'publisher');
    for (const name of [id, slug, `${slug}-moved`]) {
      await app.anybody.get(`/v1/articles/${name}`).expect(410);
      await app.as.editor.post(articles, shortStory({ slug: name })).expect(name === id ? 400 : 409);
    }
    await app.anybody.get(`/v1/articles/${slug}-never-seen`).expect(404);
    await bringBack(app, pathOf(id), deletion).expect(403);
    const { body } = await bringBack(app, pathOf(id), deletion, {}, 'publisher').expect(200);
    expect(body.data).toMatchObject({
      slug: `${slug}-never-seen`,
      publication: { state: 'withdrawn' },
      corrections: [correction],
    });
    expect((await act(app, id, 'publish')).status).toBe(200);
    await app.anybody.get(`/v1/articles/${slug}`).expect(308);
    await app.anybody.get(`/v1/articles/${slug}-never-seen`).expect(200);
  });
});

describe('POST /v1/manage/articles/{id}/undelete', () => {
  it('brings back the whole story as it was, under a new version', async () => {
    const { story } = await storyOfEverything();
    const before = await managed(story.id);
    const { body, headers } = await bringBack(app, pathOf(story.id), await removed(app, pathOf(story.id))).expect(200);
    const { version, updatedAt, updatedBy, ...rest } = before;
    expect([headers.etag, body.data]).toEqual(['"3"', { ...body.data, ...rest, version: 3 }]);
    expect(await managed(story.slug)).toEqual(body.data);
    await editStory(app, story.id, { deck: 'Edited.' });
    expect((await act(app, story.id, 'publish')).status).toBe(200);
  });

  it('answers 428, 412, 403, 404 for a slug or what never was, 409 for what is not deleted, 400 for a wrong body', async () => {
    const { id, slug } = await createStory(app);
    await app.as.editor
      .post(`${pathOf(id)}/undelete`)
      .set('if-match', '"1"')
      .expect(409);
    const deletion = await removed(app, pathOf(id));
    await app.as.editor.post(`${pathOf(id)}/undelete`).expect(428);
    await app.as.viewer
      .post(`${pathOf(id)}/undelete`)
      .set(matching(deletion))
      .expect(403);
    const { body } = await app.as.editor
      .post(`${pathOf(id)}/undelete`)
      .set('if-match', '"1"')
      .expect(412);
    expect(body).toMatchObject({ currentVersion: 2, changed: [] });
    for (const wrong of [{ deck: 'A' }, { slug: 'Not A Slug' }])
      await bringBack(app, pathOf(id), deletion, wrong).expect(400);
    await bringBack(app, pathOf(slug), deletion).expect(404);
    await bringBack(app, pathOf('01852a5c-0000-7000-8000-00000000dead'), deletion).expect(404);
    await bringBack(app, pathOf(id), deletion).expect(200);
    await bringBack(app, pathOf(id), deletion).expect(412);
  });

  it('answers 409 when another has the slug by now, and takes another slug instead', async () => {
    const { id, slug } = await createStory(app, shortStory({ slug: 'a-good-slug' }));
    const deletion = await removed(app, pathOf(id));
    const other = await createStory(app, shortStory({ slug }));
    expect((await managed(slug)).id).toBe(other.id);
    const { body } = await bringBack(app, pathOf(id), deletion).expect(409);
    expect(body.errors).toMatchObject([{ pointer: '/slug', code: 'slug_taken' }]);
    const back = await bringBack(app, pathOf(id), deletion, { slug: 'a-better-slug' }).expect(200);
    expect(back.body.data.slug).toBe('a-better-slug');
    expect((await managed('a-better-slug')).id).toBe(id);
    // Two that had one slug may both be deleted, and the first back has it.
    const again = await removed(app, pathOf(id));
    const others = await removed(app, pathOf(other.id));
    await bringBack(app, pathOf(other.id), others).expect(200);
    await bringBack(app, pathOf(id), again, { slug }).expect(409);
    await bringBack(app, pathOf(id), again).expect(200);
  });

  it('answers 422 with every place that points at what was deleted meanwhile, and changes nothing', async () => {
    const { story, paths } = await storyOfEverything();
    const deletion = await removed(app, pathOf(story.id));
    const deletions = [];
    for (const path of Object.values(paths)) deletions.push({ path, answer: await removed(app, path) });
    const { body } = await bringBack(app, pathOf(story.id), deletion).expect(422);
    expect(body.errors.map(({ pointer, code }: Members) => [pointer, code])).toEqual(
      [
        '/translationOf',
        '/related/0',
        '/leadImageId',
        '/sections/1/blocks/0/images/0/imageId',
        '/sections/1/blocks/1/spans/0/quoteId',
        '/sections/1/blocks/2/blocks/0/embedId',
      ].map((pointer) => [pointer, 'deleted_reference']),
    );
    await app.as.viewer.get(pathOf(story.id)).expect(404);
    for (const { path, answer } of deletions) await bringBack(app, path, answer).expect(200);
    await bringBack(app, pathOf(story.id), deletion).expect(200);
    await requireNoDeletedUses(app);
  });

  it('answers 422 for a translation whose original has become a translation itself', async () => {
    const [first, second] = [await createStory(app), await createStory(app)];
    const { id } = await createStory(app, shortStory({ translationOf: second.id }));
    const deletion = await removed(app, pathOf(id));
    await editStory(app, second.id, { translationOf: first.id });
    const { body } = await bringBack(app, pathOf(id), deletion).expect(422);
    expect(body.errors).toMatchObject([{ pointer: '/translationOf', code: 'is_translation' }]);
    await editStory(app, second.id, { translationOf: null });
    await bringBack(app, pathOf(id), deletion).expect(200);
  });

  it('leaves a place that pointed at nothing even when the story was deleted, which publishing refuses', async () => {
    const { id: leadImageId } = await createResource(app, 'images', image);
    const { id } = await createStory(app, shortStory({ leadImageId }));
    const { db, tables, commit } = app.store;
    const gone = { deletedAt: app.clock.now().toISOString() };
    await commit([{ query: db.update(tables.images).set(gone).where(eq(tables.images.id, leadImageId)) }]);
    const { body } = await bringBack(app, pathOf(id), await removed(app, pathOf(id))).expect(200);
    expect(body.data.leadImageId).toBe(leadImageId);
    const { status, body: refusal } = await act(app, id, 'publish');
    expect([status, refusal.errors]).toMatchObject([422, [{ pointer: '/leadImageId', code: 'dangling_reference' }]]);
  });
});
