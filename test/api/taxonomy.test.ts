import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, editStory } from '../support/editing.js';
import { Gate } from '../support/gate.js';
import { createStory, liveStory, shortStory } from '../support/stories.js';

const gate = new Gate();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: gate.wrap });
});
afterAll(() => app.close());

const kinds = [
  ['desks', 'desk'],
  ['tags', 'tag'],
] as const;
type Plural = (typeof kinds)[number][0];

/** Fields that put a story under a term. */
const under = (plural: Plural, key: string) => (plural === 'desks' ? { desk: key } : { tags: [key] });
const read = async (plural: Plural, key: string) =>
  (await app.as.viewer.get(`/v1/manage/${plural}/${key}`).expect(200)).body.data;
const rename = async (
  plural: Plural,
  key: string,
  name: string,
  role: 'editor' | 'publisher' = 'publisher',
  query = '',
) => {
  const path = `/v1/manage/${plural}/${key}`;
  return app.as[role].patch(`${path}${query}`, { name }).set(matching(await app.as.viewer.get(path).expect(200)));
};
/** The names that readers see on a story. */
const shownOn = async (plural: Plural, slug: string) => {
  const { desk, tags } = (await app.anybody.get(`/v1/articles/${slug}`).expect(200)).body.data;
  return plural === 'desks' ? desk.name : tags[0]?.name;
};

describe.each(kinds)('%s', (plural, kind) => {
  const path = `/v1/manage/${plural}`;

  it('are made by articles that name them, with a name made from the key', async () => {
    await createStory(app, shortStory(under(plural, 'middle-east')));
    expect(await read(plural, 'middle-east')).toMatchObject({
      key: 'middle-east',
      name: 'Middle East',
      version: 1,
      liveStories: 0,
    });
  });

  it('are made before they are used, once', async () => {
    const made = await app.as.editor.post(path, { key: 'energy', name: 'Energy & gas' }).expect(201);
    expect(made.headers).toMatchObject({ location: `${path}/energy`, etag: '"1"' });
    expect(made.body.data).toEqual(await read(plural, 'energy'));
    const { body } = await app.as.editor.post(path, { key: 'energy' }).expect(409);
    expect(body.errors).toMatchObject([{ pointer: '/key', code: 'key_taken' }]);
    const wrong = await app.as.editor.post(path, { key: 'No Key', name: ' ', id: 'x' }).expect(400);
    expect(wrong.body.errors).toMatchObject([
      { pointer: '/key' },
      { pointer: '/name' },
      { pointer: '/id', code: 'unknown_field' },
    ]);
  });

  it('are listed by key, in pages', async () => {
    for (const key of ['aa', 'ab', 'ac']) await app.as.editor.post(path, { key }).expect(201);
    const first = (await app.as.viewer.get(`${path}?limit=2`).expect(200)).body;
    expect(first.data.map(({ key }: { key: string }) => key)).toEqual(['aa', 'ab']);
    const second = (await app.as.viewer.get(`${path}?limit=2&cursor=${first.page.next}`).expect(200)).body;
    expect(second.data[0].key).toBe('ac');
    const back = (await app.as.viewer.get(`${path}?limit=2&cursor=${second.page.previous}`).expect(200)).body;
    expect(back.data).toEqual(first.data);
  });

  it('are renamed by an editor while no live story has them', async () => {
    await app.as.editor.post(path, { key: 'sport' }).expect(201);
    const renamed = await rename(plural, 'sport', 'Sports', 'editor');
    expect(renamed.status).toBe(200);
    expect(renamed.body.data).toMatchObject({ name: 'Sports', version: 2 });
    const stale = await app.as.editor.patch(`${path}/sport`, { name: 'Games' }).set('if-match', '"1"').expect(412);
    expect(stale.body).toMatchObject({ currentVersion: 2, changed: ['/name'] });
    await app.as.editor.patch(`${path}/sport`, { name: 'Games' }).expect(428);
    const readOnly = await app.as.editor.patch(`${path}/sport`, { key: 'games' }).set('if-match', '"2"').expect(400);
    expect(readOnly.body.errors).toMatchObject([{ pointer: '/key', code: 'read_only' }]);
    await app.as.editor.patch(`${path}/none`, { name: 'x' }).set('if-match', '"1"').expect(404);
  });

  it('are renamed for readers of every live story at once, by a publisher, and drafts stay drafts', async () => {
    const key = 'renamed';
    const { id, slug } = await liveStory(app, shortStory(under(plural, key)));
    await editStory(app, id, { headline: 'Not yet' });
    const { body } = await rename(plural, key, 'Other', 'editor');
    expect(body).toMatchObject({ status: 403, stories: [id] });
    expect(await shownOn(plural, slug)).toBe('Renamed');
    const { etag } = (await app.anybody.get(`/v1/articles/${slug}`).expect(200)).headers;
    expect((await rename(plural, key, 'Other')).status).toBe(200);
    expect(await shownOn(plural, slug)).toBe('Other');
    const { data } = (
      await app.anybody
        .get(`/v1/articles/${slug}`)
        .set('if-none-match', etag ?? '')
        .expect(200)
    ).body;
    expect(data.headline).toBe('A short story');
    const [summary] = (await app.anybody.get('/v1/articles?limit=1').expect(200)).body.data;
    expect(summary[kind] ?? summary.tags[0]).toMatchObject({ key, name: 'Other' });
  });

  it('tell on a dry run which live stories a new name would reach, and change nothing', async () => {
    const key = 'tried';
    const { id, slug, language } = { language: 'en', ...(await liveStory(app, shortStory(under(plural, key)))) };
    const { body } = await rename(plural, key, 'Other', 'publisher', '?dryRun=true');
    expect(body.data).toMatchObject({ key, name: 'Other', version: 1 });
    expect(body.reach).toEqual({
      count: 1,
      stories: [{ id, slug, language, headline: 'A short story', retracted: false }],
    });
    expect(await read(plural, key)).toMatchObject({ name: 'Tried', version: 1 });
    expect(await shownOn(plural, slug)).toBe('Tried');
  });

  it('count the live stories that have them', async () => {
    const key = 'counted';
    const count = async () => (await read(plural, key)).liveStories;
    const { id } = await liveStory(app, shortStory(under(plural, key)));
    const other = await liveStory(app, shortStory(under(plural, key)));
    expect(await count()).toBe(2);
    await editStory(app, id, under(plural, 'elsewhere'));
    expect(await count()).toBe(2);
    expect((await act(app, id, 'publish')).status).toBe(200);
    expect(await count()).toBe(1);
    expect(await read(plural, 'elsewhere')).toMatchObject({ liveStories: 1 });
    expect((await act(app, other.id, 'withdraw')).status).toBe(200);
    expect(await count()).toBe(0);
    expect((await act(app, other.id, 'publish')).status).toBe(200);
    expect(await count()).toBe(1);
  });

  it('are never shown by an old name when a story is published meanwhile', async () => {
    for (let k = 1; k < 100; k++) {
      const key = `met-${k}`;
      const { id, slug } = await createStory(app, shortStory(under(plural, key)));
      const held = await app.as.publisher.get(`/v1/manage/articles/${id}`);
      const publish = () => app.as.publisher.post(`/v1/manage/articles/${id}/publish`, {}).set(matching(held));
      const { result, wasInterrupted } = await gate.run(k, publish, async () => {
        expect((await rename(plural, key, 'Changed')).status).toBe(200);
      });
      if (!wasInterrupted) return expect(k).toBeGreaterThan(5);
      expect(result.status).toBe(200);
      expect([k, await shownOn(plural, slug)]).toEqual([k, 'Changed']);
    }
    throw new Error('Publishing came to no end.');
  });
});
