import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import {
  createResource,
  editSection,
  type Members,
  type Plural,
  patchResource,
  withdrawStory,
} from '../support/editing.js';
import { bringBack, remove, removed, requireNoDeletedUses, usagesOf } from '../support/removal.js';
import { createStory, embed, image, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const kinds = [
  { plural: 'images', kind: 'image', draft: image, change: { caption: 'Changed.' }, field: 'imageId' },
  { plural: 'quotes', kind: 'quote', draft: quote, change: { context: 'Changed.' }, field: 'quoteId' },
  { plural: 'embeds', kind: 'embed', draft: embed, change: { title: 'Changed.' }, field: 'embedId' },
] as const;
const never = '01852a5c-0000-7000-8000-00000000dead';

const pathOf = (plural: Plural, id: string) => `/v1/manage/${plural}/${id}`;
const make = async (plural: Plural, draft: Members) => {
  const { id } = await createResource(app, plural, draft);
  return { id, path: pathOf(plural, id) };
};
const storyWith = (block: Members, fields: Members = {}) =>
  createStory(app, shortStory({ sections: [{ blocks: [block] }], ...fields }));

async function history(kind: string, id: string) {
  const { db, tables, all } = app.store;
  const { revisions, changes } = tables;
  const ofRevisions = and(eq(revisions.kind, kind as 'image'), eq(revisions.resourceId, id));
  const ofChanges = and(eq(changes.kind, kind as 'image'), eq(changes.resourceId, id));
  return {
    revisions: (await all(db.select().from(revisions).where(ofRevisions))).map(({ version, action, byActor }) => [
      version,
      action,
      byActor,
    ]),
    changes: (await all(db.select().from(changes).where(ofChanges))).map((row) => [
      row.version,
      row.action,
      row.public,
    ]),
  };
}

describe.each(kinds)('DELETE /v1/manage/$plural/{id}', ({ plural, kind, draft, change, field }) => {
  it('deletes what nothing uses: it is in no list, and 404 everywhere', async () => {
    const { id, path } = await make(plural, draft);
    const answer = await removed(app, path);
    expect(answer.headers.etag).toBe('"2"');
    await app.as.admin.get(path).expect(404);
    await app.as.admin.get(`${path}/usages`).expect(404);
    await app.as.admin.patch(path, change).set(matching(answer)).expect(404);
    await app.as.admin.delete(path).set(matching(answer)).expect(404);
    const { data } = (await app.as.viewer.get(`/v1/manage/${plural}?limit=100`).expect(200)).body;
    expect(data.map((resource: Members) => resource.id)).not.toContain(id);
  });

  it('is shown by the list of what is deleted, with its version and who deleted it', async () => {
    const { id, path } = await make(plural, draft);
    await app.as.editor
      .delete(path)
      .set(matching(await app.as.viewer.get(path)))
      .set('x-actor', 'jane')
      .expect(204);
    const { data } = (await app.as.viewer.get(`/v1/manage/${plural}?deleted=true&limit=1`).expect(200)).body;
    expect(data).toMatchObject([{ id, version: 2, updatedBy: { actor: 'jane' }, ...draft }]);
    const kept = (await app.as.viewer.get(`/v1/manage/${plural}?deleted=false&limit=1`).expect(200)).body;
    await app.as.viewer.get(`/v1/manage/${plural}?deleted=true&cursor=${kept.page.next}`).expect(400);
    await app.as.viewer.get(`/v1/manage/${plural}?deleted=yes`).expect(400);
  });

  it('needs the version: 428 without it, 412 with what has changed when it is stale', async () => {
    const { id, path } = await make(plural, draft);
    await app.as.editor.delete(path).expect(428);
    await app.as.editor.delete(path).set('if-match', '*').expect(428);
    expect((await patchResource(app, plural, id, change)).status).toBe(200);
    const { body } = await app.as.editor.delete(path).set('if-match', '"1"').expect(412);
    expect(body).toMatchObject({ currentVersion: 2, changed: [`/${Object.keys(change)[0]}`] });
    await app.as.viewer.delete(path).set('if-match', '"2"').expect(403);
    await app.as.editor.delete(pathOf(plural, never)).set('if-match', '"1"').expect(404);
  });

  it('answers 409 while a working copy uses it, and says where; not when it uses it no more', async () => {
    const { id, path } = await make(plural, draft);
    const story = await storyWith({ type: kind, [field]: id });
    const { status, body } = await remove(app, path, 'admin');
    expect([status, body.type]).toEqual([409, '/problems/conflict']);
    expect(body.errors).toMatchObject([{ code: 'in_use' }]);
    const use = { kind: 'article', id: story.id, slug: story.slug, title: 'A short story' };
    const working = { scope: 'working', ...use, sectionId: story.sections[0]?.id };
    expect([body.usages, body.usageCount]).toEqual([[working], 1]);
    await editSection(app, story.sections[0]?.id ?? '', { blocks: [] });
    await removed(app, path);
  });

  it('answers 409 while what readers see uses it, or a version that waits to be published', async () => {
    const { id, path } = await make(plural, draft);
    const story = await storyWith({ type: kind, [field]: id });
    await publishStory(app, story.id);
    await editSection(app, story.sections[0]?.id ?? '', { blocks: [{ type: 'paragraph', text: 'Without it.' }] });
    const use = { kind: 'article', id: story.id, sectionId: null, slug: story.slug, title: 'A short story' };
    expect((await remove(app, path, 'editor')).body.usages).toEqual([{ scope: 'live', ...use }]);
    const { db, tables, commit } = app.store;
    const scheduled = { scope: 'scheduled', userKind: 'article', userId: story.id, sectionId: '' } as const;
    await commit([{ query: db.insert(tables.whereUsed).values({ ...scheduled, kind, resourceId: id }) }]);
    await withdrawStory(app, story.id);
    expect((await remove(app, path)).body.usages).toEqual([{ scope: 'scheduled', ...use }]);
    await commit([{ query: db.delete(tables.whereUsed).where(eq(tables.whereUsed.scope, 'scheduled')) }]);
    await removed(app, path);
  });

  it('names twenty of the places, and says how many there are', async () => {
    const { id, path } = await make(plural, draft);
    const blocks = [{ type: kind, [field]: id }];
    await createStory(app, shortStory({ sections: Array.from({ length: 23 }, () => ({ blocks })) }));
    const { body } = await remove(app, path);
    expect([body.usages.length, body.usageCount]).toEqual([20, 23]);
    expect(body.detail).toContain('23 places');
  });

  it('leaves nothing that could be used: a story with it is 422, by id or inline', async () => {
    const { id, path } = await make(plural, draft);
    await removed(app, path);
    for (const [block, code, at] of [
      [{ type: kind, [field]: id }, 'unknown_reference', field],
      [{ type: kind, [kind]: { ...draft, id } }, 'id_taken', `${kind}/id`],
    ] as const) {
      const body = shortStory({ sections: [{ blocks: [block] }] });
      const { errors } = (await app.as.editor.post('/v1/manage/articles', body).expect(422)).body;
      const message = expect.stringContaining(`${kind} ${id} is deleted`);
      expect(errors).toEqual([{ pointer: `/sections/0/blocks/0/${at}`, code, message }]);
    }
    await requireNoDeletedUses(app);
  });
});

describe.each(kinds)('POST /v1/manage/$plural/{id}/undelete', ({ plural, kind, draft, change, field }) => {
  it('brings it back as it was, under a new version, by the ETag of its deletion', async () => {
    const { id, path } = await make(plural, draft);
    const before = (await app.as.viewer.get(path).expect(200)).body.data;
    const { body, headers } = await bringBack(app, path, await removed(app, path)).expect(200);
    const { version, updatedAt, updatedBy, ...rest } = before;
    expect([headers.etag, body.data]).toEqual(['"3"', { ...body.data, ...rest, version: 3 }]);
    expect((await app.as.viewer.get(path).expect(200)).body).toEqual(body);
    expect((await patchResource(app, plural, id, change)).status).toBe(200);
    await storyWith({ type: kind, [field]: id });
  });

  it('goes by the version that the list of what is deleted shows', async () => {
    const { path } = await make(plural, draft);
    await removed(app, path);
    const [last] = (await app.as.viewer.get(`/v1/manage/${plural}?deleted=true&limit=1`).expect(200)).body.data;
    await app.as.editor.post(`${path}/undelete`).set('if-match', `"${last.version}"`).expect(200);
  });

  it('leaves a revision and a change, as the deletion does', async () => {
    const { id, path } = await make(plural, draft);
    const deletion = await removed(app, path);
    await bringBack(app, path, deletion).set('x-actor', 'jane').expect(200);
    expect(await history(kind, id)).toEqual({
      revisions: [
        [1, 'create', null],
        [2, 'delete', null],
        [3, 'undelete', 'jane'],
      ],
      changes: [
        [1, 'create', false],
        [2, 'delete', false],
        [3, 'undelete', false],
      ],
    });
  });

  it('answers 428, 412, 403, 404 for what never was, 409 for what is not deleted, 400 for a field it does not know', async () => {
    const { path } = await make(plural, draft);
    await app.as.editor.post(`${path}/undelete`).set('if-match', '"1"').expect(409);
    const deletion = await removed(app, path);
    await app.as.editor.post(`${path}/undelete`).expect(428);
    await app.as.viewer.post(`${path}/undelete`).set(matching(deletion)).expect(403);
    await app.as.editor.post(`${path}/undelete`).set('if-match', '"1"').expect(412);
    await app.as.editor.post(`${path}/undelete`, { slug: 'x' }).set(matching(deletion)).expect(400);
    await app.as.editor
      .post(`${pathOf(plural, never)}/undelete`)
      .set(matching(deletion))
      .expect(404);
    await bringBack(app, path, deletion).expect(200);
    await bringBack(app, path, deletion).expect(412);
  });
});

describe('an image that is the thumbnail of an embed', () => {
  it('is used by the embed, until that is deleted', async () => {
    const thumbnail = await make('images', image);
    const film = await make('embeds', { ...embed, thumbnailImageId: thumbnail.id });
    const use = { scope: 'working', kind: 'embed', id: film.id, sectionId: null, slug: null, title: embed.title };
    expect((await remove(app, thumbnail.path)).body.usages).toEqual([use]);
    expect(await usagesOf(app, thumbnail.path)).toEqual([use]);
    const deletion = await removed(app, film.path);
    expect(await usagesOf(app, thumbnail.path)).toEqual([]);
    await bringBack(app, film.path, deletion).expect(200);
    expect(await usagesOf(app, thumbnail.path)).toEqual([use]);
  });

  it('must be back before an embed that was deleted with it', async () => {
    const thumbnail = await make('images', image);
    const film = await make('embeds', { ...embed, thumbnailImageId: thumbnail.id });
    const filmDeletion = await removed(app, film.path);
    const imageDeletion = await removed(app, thumbnail.path);
    const { body } = await bringBack(app, film.path, filmDeletion).expect(422);
    expect(body.errors).toMatchObject([{ pointer: '/thumbnailImageId', code: 'deleted_reference' }]);
    await bringBack(app, thumbnail.path, imageDeletion).expect(200);
    await bringBack(app, film.path, filmDeletion).expect(200);
    await requireNoDeletedUses(app);
  });

  it('is used by the live stories that show the embed as well', async () => {
    const thumbnail = await make('images', image);
    const film = await make('embeds', { ...embed, thumbnailImageId: thumbnail.id });
    const { id } = await storyWith({ type: 'embed', embedId: film.id });
    await publishStory(app, id);
    const { usages } = (await remove(app, thumbnail.path, 'publisher')).body;
    expect(usages.map((use: Members) => [use.scope, use.kind])).toEqual([
      ['live', 'article'],
      ['working', 'embed'],
    ]);
  });
});
