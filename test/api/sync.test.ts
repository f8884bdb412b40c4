import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { changeResource, correct, editStory, type Members, withdrawStory } from '../support/editing.js';
import { cleared, erase } from '../support/erasing.js';
import { Mirror } from '../support/mirror.js';
import { removed } from '../support/removal.js';
import { createStory, liveStory, publishStory, shortStory } from '../support/stories.js';

const dayMs = 86_400_000;

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

const sync = async (query = '') => (await app.anybody.get(`/v1/sync${query}`).expect(200)).body;
const since = async (token: string) => sync(`?token=${token}`);

describe('GET /v1/sync', () => {
  it('gives every live story, whole, as the bytes it has at its own address, and no draft', async () => {
    const story = await liveStory(app);
    await createStory(app, shortStory({ headline: 'A draft' }));
    const { text } = await app.anybody.get('/v1/sync').expect(200);
    const own = (await app.anybody.get(`/v1/articles/${story.id}`)).text;
    expect(text).toContain(`"story":${own.slice('{"data":'.length, -1)}}`);
    expect(JSON.parse(text)).toMatchObject({
      data: [{ id: story.id, state: 'live' }],
      page: { limit: 20, hasMore: false },
    });
  });

  it('gives an empty database a token to go on from', async () => {
    const { data, page } = await sync();
    expect({ data, lastEventId: page.lastEventId }).toEqual({ data: [], lastEventId: '0' });
    const { id } = await liveStory(app);
    expect((await since(page.next)).data).toMatchObject([{ id, state: 'live' }]);
  });

  it('tells by a token what has changed since, and nothing else', async () => {
    const [first, second, third] = [await liveStory(app), await liveStory(app), await liveStory(app)];
    const { page } = await sync();
    expect(await since(page.next)).toMatchObject({ data: [], page: { hasMore: false, next: page.next } });
    await editStory(app, first.id, { headline: 'Edited' });
    expect((await since(page.next)).data).toEqual([]);
    await publishStory(app, first.id);
    await withdrawStory(app, second.id);
    const after = await since(page.next);
    expect(after.data).toMatchObject([
      { id: first.id, state: 'live', story: { headline: 'Edited' } },
      { id: second.id, state: 'withdrawn', etag: null, story: null },
    ]);
    expect((await since(after.page.next)).data).toEqual([]);
    expect((await correct(app, third.id)).status).toBe(201);
    expect((await since(after.page.next)).data).toMatchObject([
      { id: third.id, story: { corrections: [{ kind: 'correction' }] } },
    ]);
  });

  it('does not tell of a withdrawn story that is deleted: to readers nothing happens', async () => {
    const { id } = await liveStory(app);
    await withdrawStory(app, id);
    const { data, page } = await sync();
    expect(data).toEqual([]);
    await removed(app, `/v1/manage/articles/${id}`, 'publisher');
    expect((await since(page.next)).data).toEqual([]);
  });

  it('tells what was erased, also of a story that was withdrawn before, and of stories without an erased picture', async () => {
    const story = await liveStory(app);
    const shown = await liveStory(app);
    const { page } = await sync();
    await withdrawStory(app, story.id);
    const between = (await since(page.next)).page;
    await cleared(app, await erase(app, 'article', story.id));
    expect((await since(between.next)).data).toEqual([
      { id: story.id, state: 'erased', at: expect.any(String), etag: null, story: null },
    ]);
    const last = (await since(between.next)).page;
    const imageId = String(shown.sections[0]?.blocks[0]?.imageId);
    await cleared(app, await erase(app, 'image', imageId, { uses: 'remove' }));
    const { data } = await since(last.next);
    expect(data).toMatchObject([{ id: shown.id, state: 'live' }]);
    expect(JSON.stringify(data)).not.toContain(imageId);
  });

  it('goes on page by page by Link, and gives a place in the stream with the last', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await liveStory(app)).id);
    const pages: Members[] = [];
    for (let path = '/v1/sync?limit=2'; path !== ''; ) {
      const answer = await app.anybody.get(path).expect(200);
      pages.push(answer.body);
      path = /<([^>]+)>; rel="next"/.exec(answer.headers.link ?? '')?.[1] ?? '';
    }
    const told = pages.map(({ data, page }) => [
      (data as Members[]).map(({ id }) => id),
      (page as Members).hasMore,
      (page as Members).lastEventId,
    ]);
    expect(told).toEqual([
      [ids.slice(0, 2), true, null],
      [ids.slice(2, 4), true, null],
      [ids.slice(4), false, expect.stringMatching(/^5\.[0-9a-f]{8}$/)],
    ]);
  });

  it('misses nothing that happens while somebody is on the way', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 6; i++) ids.push((await liveStory(app)).id);
    await withdrawStory(app, ids[5] ?? '');
    const mirror = new Mirror(2);
    await mirror.step(app);
    // Told already, told already, not told yet, new.
    await withdrawStory(app, ids[0] ?? '');
    await editStory(app, ids[1] ?? '', { headline: 'Edited' });
    await publishStory(app, ids[1] ?? '');
    await withdrawStory(app, ids[4] ?? '');
    await liveStory(app);
    await mirror.catchUp(app);
    await mirror.requireSame(app);
    expect(mirror.told.filter(({ id }) => id === ids[5])).toEqual([]);
    await publishStory(app, ids[5] ?? '');
    await (await mirror.catchUp(app)).requireSame(app);
  });

  it('ends a page early when its stories are large, and gives one however large it is', async () => {
    const text = 'A long paragraph. '.repeat(500);
    const blocks = Array.from({ length: 100 }, () => ({ type: 'paragraph', text }));
    for (let i = 0; i < 6; i++) await liveStory(app, shortStory({ sections: [{ blocks }] }));
    const { text: page } = await app.anybody.get('/v1/sync').expect(200);
    expect(page.length).toBeLessThan(6_000_000);
    expect(JSON.parse(page).page.hasMore).toBe(true);
    const mirror = await new Mirror(100).catchUp(app);
    await mirror.requireSame(app);
  });

  it('answers 304 to who has the page already, and lets caches keep it only if they ask each time', async () => {
    await liveStory(app);
    const { headers } = await app.anybody.get('/v1/sync').expect(200);
    expect(headers['cache-control']).toBe('public, no-cache');
    expect(headers['access-control-allow-origin']).toBe('*');
    const again = () => app.anybody.get('/v1/sync').set('if-none-match', headers.etag ?? '');
    await again().expect(304);
    await app.anybody.head('/v1/sync').expect(200);
    await liveStory(app);
    await again().expect(200);
  });

  it.each([
    ['a token that is none', '?token=nonsense', 'token', 'invalid_token'],
    ['a cursor of a list', '?token=WyJ4IiwibmV4dCIsWzFdXQ', 'token', 'invalid_token'],
    ['too many', '?limit=101', 'limit', 'too_big'],
    ['a parameter that there is not', '?desk=world', 'desk', 'unknown_field'],
  ])('answers 400 to %s', async (_what, query, parameter, code) => {
    const { body } = await app.anybody.get(`/v1/sync${query}`).expect(400);
    expect(body.errors).toMatchObject([{ parameter, code }]);
  });

  it('answers 410 with where to begin anew to a token of another database', async () => {
    const other = await startApp();
    await liveStory(other);
    await liveStory(app);
    const { page } = (await other.anybody.get('/v1/sync').expect(200)).body;
    const refuse = async (token: string) => (await app.anybody.get(`/v1/sync?token=${token}`).expect(410)).body;
    expect(await refuse(page.next)).toMatchObject({ type: '/problems/resync-required', reset: '/v1/sync' });
    // Of a state that this database has not come to.
    for (let i = 0; i < 3; i++) await liveStory(other);
    expect(await refuse((await other.anybody.get('/v1/sync')).body.page.next)).toMatchObject({ reset: '/v1/sync' });
    await other.close();
  });

  it('answers 410 to a token that is older than the log, and not to the last, however old', async () => {
    await liveStory(app);
    const { page } = await sync();
    const { id } = await liveStory(app);
    const last = await sync();
    app.clock.advance(31 * dayMs);
    await app.services.publicLogSweeper.sweep();
    const { body } = await app.anybody.get(`/v1/sync?token=${page.next}`).expect(410);
    expect(body).toMatchObject({ reset: '/v1/sync', detail: expect.stringContaining('too old') });
    expect((await since(last.page.next)).data).toEqual([]);
    await editStory(app, id, { headline: 'Edited' });
    await publishStory(app, id);
    expect((await since(last.page.next)).data).toMatchObject([{ id }]);
    const mirror = await new Mirror(1).catchUp(app);
    await mirror.requireSame(app);
  });

  it('answers 401 to a key that is not valid', async () => {
    await app.anybody.get('/v1/sync').set('authorization', 'Bearer nonsense').expect(401);
  });

  it('tells a change of a picture with every story that shows it', async () => {
    const story = await liveStory(app);
    const { page } = await sync();
    await changeResource(app, 'images', String(story.sections[0]?.blocks[0]?.imageId), { caption: 'Another.' });
    const { data } = await since(page.next);
    expect(data).toMatchObject([{ id: story.id, story: { leadImage: { caption: 'Another.' } } }]);
  });
});
