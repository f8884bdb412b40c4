import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { correct, editStory, withdrawStory } from '../support/editing.js';
import { cleared, erase } from '../support/erasing.js';
import { Listening } from '../support/listening.js';
import { Mirror } from '../support/mirror.js';
import { startBeside } from '../support/second-server.js';
import { createStory, liveStory, publishStory, shortStory } from '../support/stories.js';

const dayMs = 86_400_000;

let app: TestApp;
let origin: string;
let listenings: Listening[];
beforeEach(async () => {
  app = await startApp();
  origin = app.app.listeningOrigin;
  listenings = [];
});
afterEach(async () => {
  for (const listening of listenings) listening.cut();
  await app.close();
});

async function listen(lastEventId?: string, query = '', at = origin): Promise<Listening> {
  const listening = await Listening.open(at, lastEventId, query);
  listenings.push(listening);
  return listening;
}

const namesOf = ({ events }: Listening) => events.map(({ event, data }) => `${event} ${data.id}`);

describe('GET /v1/stream', () => {
  it('tells who listens what happens from now on, with what the story is called now', async () => {
    await liveStory(app);
    const listening = await listen();
    const story = await liveStory(app, shortStory({ headline: 'Talks in Minsk', slug: 'talks-in-minsk' }));
    const [event] = await listening.first(1);
    const { headers } = await app.anybody.get(`/v1/articles/${story.slug}`).expect(200);
    expect(event).toEqual({
      id: expect.stringMatching(/^2\.[0-9a-f]{8}$/),
      event: 'published',
      data: {
        id: story.id,
        at: expect.stringMatching(/^2026-01-15T/),
        slug: 'talks-in-minsk',
        language: 'en',
        headline: 'Talks in Minsk',
        etag: headers.etag,
        url: '/v1/articles/talks-in-minsk',
      },
    });
    await app.anybody.get(String(event?.data.url)).expect(200);
  });

  it('tells publications, changes, corrections, withdrawals and erasures, and nothing of what is gone', async () => {
    const listening = await listen();
    const { id } = await liveStory(app);
    await createStory(app);
    await editStory(app, id, { headline: 'Another' });
    await publishStory(app, id);
    await correct(app, id);
    await withdrawStory(app, id);
    await cleared(app, await erase(app, 'article', id));
    const events = await listening.first(5);
    expect(namesOf(listening)).toEqual(
      ['published', 'updated', 'corrected', 'withdrawn', 'erased'].map((event) => `${event} ${id}`),
    );
    const gone = { slug: null, language: null, headline: null, etag: null, url: null };
    for (const { data } of events.slice(3)) expect(data).toEqual({ id, at: expect.any(String), ...gone });
    expect(events.map((event) => event.id.split('.')[0])).toEqual(['1', '2', '3', '4', '5']);
  });

  it('is an event stream that nobody keeps or gathers, open to every origin', async () => {
    const { headers, retryMs } = await listen();
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    });
    expect(retryMs).toBe(3000);
  });

  it.each(['Last-Event-ID', 'lastEventId'])('goes on by %s behind the event, without a gap or a double', async (by) => {
    const first = await listen();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await liveStory(app)).id);
    await first.first(3);
    first.cut();
    for (let i = 0; i < 3; i++) ids.push((await liveStory(app)).id);
    const after = first.events[1]?.id ?? '';
    const again = by === 'lastEventId' ? await listen(undefined, `?lastEventId=${after}`) : await listen(after);
    await again.first(4);
    ids.push((await liveStory(app)).id);
    await again.first(5);
    expect(namesOf(again)).toEqual(ids.slice(2).map((id) => `published ${id}`));
  });

  it('takes Last-Event-ID before lastEventId: a browser keeps the address and sends what it had last', async () => {
    for (let i = 0; i < 3; i++) await liveStory(app);
    const listening = await listen(undefined, '?lastEventId=0');
    await listening.first(3);
    const again = await listen(listening.lastEventId, '?lastEventId=0');
    const { id } = await liveStory(app);
    await again.first(1);
    expect(namesOf(again)).toEqual([`published ${id}`]);
  });

  it('gives a place to come back to before anything has happened', async () => {
    const first = await listen();
    expect([first.lastEventId, first.events]).toEqual(['0', []]);
    first.cut();
    const { id } = await liveStory(app);
    const again = await listen(first.lastEventId);
    await again.first(1);
    expect(namesOf(again)).toEqual([`published ${id}`]);
    expect((await listen()).lastEventId).toBe(again.lastEventId);
  });

  it('goes on where a page of sync ends', async () => {
    await liveStory(app);
    const mirror = await new Mirror(1).catchUp(app);
    const { id } = await liveStory(app);
    const listening = await listen(mirror.lastEventId);
    await listening.first(1);
    expect(namesOf(listening)).toEqual([`published ${id}`]);
  });

  it.each(['nonsense', '1.00000000', '17.8f3a2b1c', '-1', '1'])(
    'says reset to an id that it does not know: %s',
    async (id) => {
      await liveStory(app);
      const listening = await listen(id);
      await listening.first(1);
      expect(listening.events).toEqual([
        { id: (await listen()).lastEventId, event: 'reset', data: { reason: 'unknown' } },
      ]);
      const story = await liveStory(app);
      await listening.first(2);
      expect(namesOf(listening)[1]).toBe(`published ${story.id}`);
    },
  );

  it('says reset to who has been away for longer than the log goes back', async () => {
    const { lastEventId } = await listen();
    await liveStory(app);
    app.clock.advance(31 * dayMs);
    const { id } = await liveStory(app);
    await app.services.publicLogSweeper.sweep();
    const listening = await listen(lastEventId);
    await listening.first(1);
    expect(listening.events).toMatchObject([{ event: 'reset', data: { reason: 'too_old' } }]);
    // What is left can still be told from.
    await editStory(app, id, { headline: 'Another' });
    await publishStory(app, id);
    const fresh = await listen(listening.lastEventId);
    await fresh.first(1);
    expect(namesOf(fresh)).toEqual([`updated ${id}`]);
  });

  it('tells what another process commits, within a second', async () => {
    const listening = await listen();
    const beside = await startBeside(app);
    const there = await listen(undefined, '', beside.origin);
    const { id } = await createStory(app);
    await beside.as.publisher.post(`/v1/manage/articles/${id}/publish`, {}).set('if-match', '"1"').expect(200);
    const began = performance.now();
    await Promise.all([listening.first(1), there.first(1)]);
    expect(performance.now() - began).toBeLessThan(1000);
    expect(listening.events).toEqual(there.events);
    // An id of one is good at the other.
    await withdrawStory(app, id);
    const again = await listen(listening.events[0]?.id, '', beside.origin);
    await again.first(1);
    expect(namesOf(again)).toEqual([`withdrawn ${id}`]);
    there.cut();
    again.cut();
    await beside.close();
  });

  it('answers HEAD with the headers, and other methods with 405', async () => {
    const { headers } = await app.anybody.head('/v1/stream').expect(200);
    expect(headers['content-type']).toContain('text/event-stream');
    expect((await app.anybody.post('/v1/stream', {}).expect(405)).headers.allow).toBe('GET, HEAD, OPTIONS');
    const { status } = await app.app.inject({ method: 'OPTIONS', url: '/v1/stream' }).then(({ statusCode }) => ({
      status: statusCode,
    }));
    expect(status).toBe(204);
  });

  it('answers 400 to a parameter that there is not, and 401 to a key that is not valid', async () => {
    await app.anybody.get('/v1/stream?desk=world').expect(400);
    await app.anybody.get('/v1/stream').set('authorization', 'Bearer nonsense').expect(401);
  });
});
