// Searches that meet each other, that nobody waits for any more, or that are too many.
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FoundStories, StorySearch } from '../../src/storage/search.js';
import type { Store } from '../../src/storage/store.js';
import { startApp, type TestApp } from '../support/app.js';
import { isBackground } from '../support/background.js';
import { Barrier } from '../support/barrier.js';
import { seenElsewhere } from '../support/engine.js';
import { found, searchPath, storyOf } from '../support/searching.js';

/** Stands between the server and its searches, and has them wait until it is opened. */
class SearchBarrier extends Barrier {
  asked: { signal: AbortSignal }[] = [];
  reads = 0;

  readonly wrap = (store: Store): Store => ({
    ...store,
    all: (query) => {
      if (!isBackground()) this.reads += 1;
      return store.all(query);
    },
    search: {
      ...store.search,
      findStories: async (search: StorySearch, signal: AbortSignal): Promise<FoundStories> => {
        this.asked.push({ signal });
        await this.passed();
        return store.search.findStories(search, signal);
      },
    },
  });
}

let barrier: SearchBarrier;
let app: TestApp;
let lines: string[];
beforeEach(async () => {
  barrier = new SearchBarrier();
  lines = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString('utf8'));
      done();
    },
  });
  app = await startApp({ wrapStore: barrier.wrap, logger: pino({ level: 'info' }, sink) });
  await storyOf(app, { headline: 'Tapir' });
  return () => {
    barrier.open();
    return app.close();
  };
});

/** Asks, and goes away when told to. */
function leavingClient(path: string): () => Promise<void> {
  const { port } = app.app.server.address() as AddressInfo;
  const asked = request({ port, host: '127.0.0.1', path }).on('error', () => undefined);
  asked.end();
  return async () => {
    asked.destroy();
    await new Promise((resolve) => asked.once('close', resolve));
  };
}
const asked = (count: number) => expect.poll(() => barrier.asked.length).toBe(count);

describe('a search whose client has gone', () => {
  it('is given up, told to nobody and logged by nobody', async () => {
    barrier.close();
    // What was done before is logged behind its answer.
    await new Promise((resolve) => setTimeout(resolve, 50));
    lines.length = 0;
    const leave = leavingClient(searchPath('articles', 'tapir'));
    await asked(1);
    expect(barrier.asked[0]?.signal.aborted).toBe(false);
    await leave();
    await expect.poll(() => barrier.asked[0]?.signal.aborted).toBe(true);
    barrier.open();
    expect(await found(app, 'tapir')).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  it('goes on for others who ask the same, and is done once for all of them', async () => {
    barrier.close();
    const path = searchPath('articles', 'tapir');
    const leave = leavingClient(path);
    await asked(1);
    const others = Promise.all(Array.from({ length: 5 }, () => app.anybody.get(path).expect(200)));
    await new Promise((resolve) => setTimeout(resolve, 500));
    await leave();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(barrier.asked.map(({ signal }) => signal.aborted)).toEqual([false]);
    barrier.open();
    for (const { body } of await others) expect(body.total.count).toBe(1);
    expect(barrier.asked).toHaveLength(1);
  });
});

describe('what was found', () => {
  it('is kept until anything changes for readers, and then found anew', async () => {
    await found(app, 'tapir');
    await seenElsewhere();
    await found(app, 'tapir');
    expect(barrier.asked).toHaveLength(1);
    const id = await storyOf(app, { headline: 'Another tapir' });
    expect(await found(app, 'tapir')).toContain(id);
    expect(barrier.asked).toHaveLength(2);
  });

  it('by many different searches does not push out the pages of lists', async () => {
    const path = '/v1/articles?desk=world';
    const first = await app.anybody.get(path).expect(200);
    for (let i = 0; i < 300; i++) await found(app, `nothing${i}`);
    barrier.reads = 0;
    const again = await app.anybody.get(path).expect(200);
    expect([again.headers.etag, barrier.reads]).toEqual([first.headers.etag, 0]);
  });
});

describe('a search that the server has no time for', () => {
  it.each([
    ['too many wait', { waitingMax: 0, timeMs: 5000 }, 'Too many searches wait to be answered. Try again.'],
    ['it takes too long', { waitingMax: 2, timeMs: 1 }, 'The search takes too long. Try again.'],
  ])('is 503 with Retry-After when %s, while lists are answered', async (_what, searchLimits, detail) => {
    // Each of a server of its own, whose first search it is: a later one may well be done in a millisecond.
    for (const path of [searchPath('articles', 'tapir'), searchPath('quotes', 'tapir'), '/v1/articles?facets=desk']) {
      const busy = await startApp({ searchLimits });
      await storyOf(busy, { headline: 'Tapir' });
      const { status, headers, body } = await busy.anybody.get(path);
      expect([path, status, headers['retry-after'], headers['cache-control']]).toEqual([path, 503, '2', 'no-store']);
      expect(body).toMatchObject({ type: '/problems/unavailable', detail });
      await busy.anybody.get('/v1/articles').expect(200);
      expect((await busy.anybody.get(searchPath('articles', '—')).expect(200)).body.data).toEqual([]);
      await busy.close();
    }
  });
});
