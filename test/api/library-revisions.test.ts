import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../src/kernel/actor.js';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { changeResource, createResource, type Members, type Plural, withdrawStory } from '../support/editing.js';
import { requireFresh } from '../support/freshness.js';
import { createStory, embed, image, liveStory, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const get = async (path: string) => (await app.as.viewer.get(path).expect(200)).body;
const storyWith = (...blocks: Members[]) => shortStory({ sections: [{ heading: 'Part', blocks }] });

/** Asks to restore a version from the one that there is now. The answer is for the caller to judge. */
async function restore(plural: Plural, id: string, version: number, role: Role = 'publisher', query = '') {
  const path = `/v1/manage/${plural}/${id}`;
  const now = await app.as.viewer.get(path).expect(200);
  return app.as[role].post(`${path}/revisions/${version}/restore${query}`).set(matching(now)).set('x-actor', 'jane');
}

const factsOf = ({ id, version, createdAt, createdBy, updatedAt, updatedBy, ...facts }: Members) => facts;

async function remove(plural: Plural, id: string): Promise<void> {
  const { db, tables, commit } = app.store;
  const table = tables[plural] as typeof tables.images;
  await commit([{ query: db.update(table).set({ deletedAt: '2026-01-15T10:00:00.000Z' }).where(eq(table.id, id)) }]);
}

describe.each([
  ['images', image, { caption: 'Another caption.' }, 'A handshake.', '/caption'],
  ['quotes', quote, { text: 'There is no expediency in that.' }, quote.text, '/text'],
  ['embeds', embed, { title: 'Another video' }, 'A video', '/title'],
] as const)('/v1/manage/%s/{id}/revisions', (plural, draft, change, before, pointer) => {
  const make = async () => {
    const made = await createResource(app, plural, draft);
    const changed = await changeResource(app, plural, made.id, change);
    return { id: made.id, path: `/v1/manage/${plural}/${made.id}`, made, changed };
  };

  it('lists the versions, the last first, by pages and filters', async () => {
    const { path } = await make();
    const { data, page } = await get(`${path}/revisions?limit=1`);
    expect(data).toEqual([
      {
        version: 2,
        action: 'update',
        reason: null,
        fields: [pointer],
        at: expect.any(String),
        by: { key: expect.any(String), actor: null },
      },
    ]);
    const next = await get(`${path}/revisions?limit=1&cursor=${page.next}`);
    expect(next).toMatchObject({ data: [{ version: 1, action: 'create', fields: [] }], page: { next: null } });
    expect((await get(`${path}/revisions?cursor=${next.page.previous}`)).data).toEqual(data);
    expect((await get(`${path}/revisions?action=create`)).data).toMatchObject([{ version: 1 }]);
    expect((await get(`${path}/revisions?actor=jane`)).data).toEqual([]);
    await app.as.viewer.get(`${path}/revisions?cursor=${page.next}&action=create`).expect(400);
  });

  it('tells each version’s facts, and what differs between two', async () => {
    const { path, made, changed } = await make();
    expect((await get(`${path}/revisions/1`)).data.content).toEqual(factsOf(made));
    expect((await get(`${path}/revisions/2`)).data.content).toEqual(factsOf(changed));
    const { data } = await get(`${path}/diff`);
    expect(data).toMatchObject({
      from: { version: 1, action: 'create' },
      to: { version: 2, action: 'update' },
      fields: [{ pointer, before, after: Object.values(change)[0], segments: expect.any(Array) }],
    });
    expect(data.fields).toHaveLength(1);
    expect((await get(`${path}/diff?from=2&to=1`)).data.fields).toMatchObject([{ pointer, after: before }]);
    expect((await get(`${path}/diff?to=1`)).data).toMatchObject({ from: { version: 1 }, fields: [] });
    for (const wrong of ['revisions/3', 'revisions/0', 'revisions/x', 'diff?from=3', 'diff?to=3'])
      await app.as.viewer.get(`${path}/${wrong}`).expect(404);
    await app.as.viewer.get(`${path}/diff?from=x`).expect(400);
  });

  it('is there when the resource is deleted, and not for what never was', async () => {
    const { id, path } = await make();
    await remove(plural, id);
    await app.as.viewer.get(path).expect(404);
    expect((await get(`${path}/revisions`)).data).toHaveLength(2);
    await get(`${path}/revisions/2`);
    await get(`${path}/diff`);
    await app.as.publisher.post(`${path}/revisions/1/restore`).set('if-match', '"2"').expect(404);
    for (const rest of ['/revisions', '/revisions/1', '/diff'])
      await app.as.viewer.get(`/v1/manage/${plural}/nonsense${rest}`).expect(404);
  });

  it('restores a version as a new one, and nothing when it is so already', async () => {
    const { id, path, made } = await make();
    const { status, body, headers } = await restore(plural, id, 1, 'editor');
    expect([status, headers.etag]).toEqual([200, '"3"']);
    expect(body.warnings).toEqual([]);
    expect([factsOf(body.data), body.data.version]).toEqual([factsOf(made), 3]);
    expect((await get(path)).data).toEqual(body.data);
    expect((await get(`${path}/revisions`)).data[0]).toMatchObject({
      ...{ version: 3, action: 'restore', fields: [pointer], by: { actor: 'jane' } },
    });
    expect((await restore(plural, id, 1, 'editor')).body.data).toEqual(body.data);
    expect(
      (await get(`/v1/manage/changes?kind=${plural.slice(0, -1)}&resource=${id}&action=restore`)).data,
    ).toMatchObject([{ version: 3 }]);
  });

  it('refuses a stale version, a missing one, a viewer, and a version that there is not', async () => {
    const { path } = await make();
    await app.as.viewer.post(`${path}/revisions/1/restore`).set('if-match', '"2"').expect(403);
    await app.as.editor.post(`${path}/revisions/1/restore`).expect(428);
    await app.as.editor.post(`${path}/revisions/3/restore`).set('if-match', '"2"').expect(404);
    const stale = await app.as.editor.post(`${path}/revisions/1/restore`).set('if-match', '"1"').expect(412);
    expect(stale.body).toMatchObject({ currentVersion: 2, changed: [pointer] });
  });
});

describe('restoring what live stories show', () => {
  it('is for publishers, and readers of every one of them see it at once', async () => {
    const { id } = await createResource(app, 'images', image);
    await changeResource(app, 'images', id, { caption: 'Changed.' });
    const stories = [
      await liveStory(app, storyWith({ type: 'image', imageId: id })),
      await liveStory(app, shortStory({ leadImageId: id })),
    ];
    const refused = await restore('images', id, 1, 'editor');
    expect(refused.status).toBe(403);
    expect(refused.body.stories.toSorted()).toEqual(stories.map((story) => story.id).sort());
    const dry = await restore('images', id, 1, 'publisher', '?dryRun=true');
    expect(dry.body).toMatchObject({ data: { version: 2, caption: image.caption }, reach: { count: 2 } });
    expect((await get(`/v1/manage/images/${id}`)).data.caption).toBe('Changed.');
    expect((await restore('images', id, 1)).status).toBe(200);
    for (const story of stories) {
      expect(JSON.stringify(await requireFresh(app, story.id))).toContain(image.caption);
      await withdrawStory(app, story.id);
    }
    expect((await restore('images', id, 2, 'editor')).status).toBe(200);
  });

  it('is refused when a story would break a rule of preflight, and changes nothing', async () => {
    const { id } = await createResource(app, 'images', {});
    await changeResource(app, 'images', id, image);
    const { id: storyId } = await liveStory(app, storyWith({ type: 'image', imageId: id }));
    const { status, body } = await restore('images', id, 1);
    expect([status, body.errors.map(({ code }: Members) => code).sort()]).toEqual([
      422,
      ['missing_alt', 'missing_credit'],
    ]);
    expect((await get(`/v1/manage/images/${id}`)).data).toMatchObject({ ...image, version: 2 });
    await requireFresh(app, storyId);
  });
});

describe('restoring an embed whose thumbnail is deleted', () => {
  const make = async () => {
    const thumbnailImageId = (await createResource(app, 'images', image)).id;
    const { id } = await createResource(app, 'embeds', { ...embed, thumbnailImageId });
    await changeResource(app, 'embeds', id, { thumbnailImageId: null });
    await remove('images', thumbnailImageId);
    return { id, thumbnailImageId };
  };

  it('keeps the reference and warns; the embed can go on to be changed, and stories with it cannot be published', async () => {
    const { id, thumbnailImageId } = await make();
    const { status, body } = await restore('embeds', id, 1, 'editor');
    expect(status).toBe(200);
    expect(body.data.thumbnailImageId).toBe(thumbnailImageId);
    expect(body.warnings).toMatchObject([{ pointer: '/thumbnailImageId', code: 'deleted_reference' }]);
    await changeResource(app, 'embeds', id, { title: 'Changed.' });
    const story = await createStory(app, storyWith({ type: 'embed', embedId: id }));
    await app.as.publisher.post(`/v1/manage/articles/${story.id}/publish`).set('if-match', '"1"').expect(422);
    await changeResource(app, 'embeds', id, { thumbnailImageId: null });
    await publishStory(app, story.id);
  });

  it('is refused while a live story shows it', async () => {
    const { id } = await make();
    const story = await liveStory(app, storyWith({ type: 'embed', embedId: id }));
    const { status, body } = await restore('embeds', id, 1);
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ code: 'dangling_reference' }]);
    await requireFresh(app, story.id);
  });
});
