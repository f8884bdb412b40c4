import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import {
  act,
  changeResource,
  correct,
  createResource,
  editStory,
  type Members,
  withdrawStory,
} from '../support/editing.js';
import { createStory, image, liveStory, publishStory, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const path = (slug: string) => `/v1/articles/${slug}/history`;
const history = async (slug: string) => (await app.anybody.get(path(slug)).expect(200)).body.data as Members[];
const kinds = async (slug: string) => (await history(slug)).map(({ kind }) => kind);
const publicationOf = async (id: string) =>
  (await app.as.viewer.get(`/v1/manage/articles/${id}`).expect(200)).body.data.publication;

async function publishChange(id: string, body: Members = {}): Promise<void> {
  await editStory(app, id, { deck: `Changed at ${app.clock.now().toISOString()}.` });
  await publishStory(app, id, body);
}

describe('GET /v1/articles/{slug}/history', () => {
  it('tells when the story was published and updated, the last first, and nothing else', async () => {
    const { id, slug } = await liveStory(app);
    const { firstPublishedAt } = await publicationOf(id);
    expect(await history(slug)).toEqual([{ at: firstPublishedAt, kind: 'published', correction: null }]);
    await publishChange(id);
    const { contentUpdatedAt } = await publicationOf(id);
    await publishChange(id, { minor: true });
    expect(await history(slug)).toEqual([
      { at: expect.any(String), kind: 'revised', correction: null },
      { at: contentUpdatedAt, kind: 'updated', correction: null },
      { at: firstPublishedAt, kind: 'published', correction: null },
    ]);
  });

  it('tells nothing of drafts, of what is not published yet, or of what a story shows being changed', async () => {
    const imageId = (await createResource(app, 'images', image)).id;
    const { id, slug } = await liveStory(app, shortStory({ leadImageId: imageId }));
    const before = await app.anybody.get(path(slug)).expect(200);
    await editStory(app, id, { headline: 'Unpublished' });
    await changeResource(app, 'images', imageId, { caption: 'Changed.' });
    const after = await app.anybody.get(path(slug)).expect(200);
    expect(after.text).toBe(before.text);
    expect(after.headers.etag).toBe(before.headers.etag);
    await app.anybody.get(path((await createStory(app)).slug)).expect(404);
  });

  it('bears the time that a story from an archive does', async () => {
    const { id, slug } = await createStory(app);
    await publishStory(app, id, { publishedAt: '2022-12-19T17:05:00.000Z' });
    await publishChange(id);
    expect(await history(slug)).toMatchObject([
      { kind: 'updated' },
      { kind: 'published', at: '2022-12-19T17:05:00.000Z' },
    ]);
  });

  it('is gone with the story, and tells of that when it is back', async () => {
    const { id, slug } = await liveStory(app);
    await withdrawStory(app, id);
    const gone = await app.anybody.get(path(slug)).expect(410);
    expect(gone.headers['cache-control']).toBe(
      (await app.anybody.get(`/v1/articles/${slug}`)).headers['cache-control'],
    );
    expect((await act(app, id, 'publish')).status).toBe(200);
    expect(await kinds(slug)).toEqual(['republished', 'withdrawn', 'published']);
  });

  it('is found by id, and leads from a former slug to the present one', async () => {
    const { id, slug } = await liveStory(app, shortStory({ slug: 'history-was' }));
    const byId = await app.anybody.get(path(id)).expect(200);
    expect(byId.headers['content-location']).toBe(path(slug));
    await editStory(app, id, { slug: 'history-is' });
    await publishStory(app, id);
    const moved = await app.anybody.get(`${path('history-was')}?fields=at`).expect(308);
    expect(moved.headers.location).toBe(`${path('history-is')}?fields=at`);
    expect(moved.headers['cache-control']).toMatch(/^public, max-age=\d$/);
    await app.anybody.get(path('nonsense')).expect(404);
    await app.anybody.get(`${path('history-is')}?nonsense=1`).expect(400);
  });

  it('is cached and revalidated as a story is', async () => {
    const { id, slug } = await liveStory(app);
    const { headers } = await app.anybody.get(path(slug)).expect(200);
    expect(headers['cache-control']).toBe((await app.anybody.get(`/v1/articles/${slug}`)).headers['cache-control']);
    const etag = headers.etag ?? '';
    await app.anybody.get(path(slug)).set('if-none-match', etag).expect(304);
    expect((await app.anybody.head(path(slug)).expect(200)).headers.etag).toBe(etag);
    await publishChange(id);
    const { headers: later } = await app.anybody.get(path(slug)).set('if-none-match', etag).expect(200);
    expect(later.etag).not.toBe(etag);
  });

  it('is trimmed to the fields that are asked for', async () => {
    const { slug } = await liveStory(app);
    const { body } = await app.anybody.get(`${path(slug)}?fields=kind`).expect(200);
    expect(body).toEqual({ data: [{ kind: 'published' }] });
    await app.anybody.get(`${path(slug)}?fields=by`).expect(400);
  });

  it('tells what readers were told: beside publications, with one, and before one that was minor', async () => {
    const { id, slug } = await liveStory(app);
    const note = { kind: 'correction', text: 'It was February.' };
    const issued = (await correct(app, id, note.kind, note.text)).body.data;
    const { id: noteId, at } = issued;
    expect((await history(slug))[0]).toEqual({ at, kind: 'correction', correction: { id: noteId, at, ...note } });
    await publishChange(id, { minor: true });
    const clarification = { kind: 'clarification', text: 'Of the year before.' };
    await publishChange(id, { correction: clarification });
    const told = await history(slug);
    expect(told.map(({ kind }) => kind)).toEqual(['correction', 'updated', 'revised', 'correction', 'published']);
    expect(told[0]).toMatchObject({ at: told[1]?.at, correction: clarification });
    await withdrawStory(app, id);
    expect((await act(app, id, 'publish')).status).toBe(200);
    expect((await kinds(slug)).slice(0, 3)).toEqual(['republished', 'withdrawn', 'correction']);
  });
});
