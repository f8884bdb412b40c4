// Many who listen, some who do not read, and a server that stops.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { streamService } from '../../src/delivery/stream/service.js';
import { startApp, type TestApp } from '../support/app.js';
import { Listening } from '../support/listening.js';
import type { Row } from '../support/raw.js';
import { liveStory, shortStory } from '../support/stories.js';

let app: TestApp;
let isClosed: boolean;
let listenings: Listening[];
const start = async (environment: Record<string, string> = {}) => {
  app = await startApp({ environment });
  isClosed = false;
};
beforeEach(() => {
  listenings = [];
});
afterEach(async () => {
  for (const listening of listenings) listening.cut();
  if (!isClosed) await app.close();
});

async function listen(lastEventId?: string, origin = app.app.listeningOrigin): Promise<Listening> {
  const listening = await Listening.open(origin, lastEventId);
  listenings.push(listening);
  return listening;
}

/** Has the log tell of a story again and again, as a propagation does, only faster. */
async function tellOften(id: string, times: number): Promise<void> {
  const told = { at: '', event: 'updated', article_id: id, mark: '00000000' };
  await app.raw.fill('public_log', Array<Row>(times).fill(told));
  const change = { at: '', action: 'recompile', kind: 'article', resource_id: id, article_id: id, version: 1 };
  await app.raw.fill('changes', [{ ...change, public: true }]);
}

const numbersOf = ({ events }: Listening) => events.map(({ id }) => Number(id.split('.')[0]));
const lastNumberOf = ({ lastEventId }: Listening) => Number(lastEventId.split('.')[0]);
const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, i) => from + i);

describe('a thousand listeners', () => {
  it('hear the same, each of it once and in order, wherever they begin; one more is answered 503', async () => {
    await start();
    const { id } = await liveStory(app);
    for (let i = 0; i < 1000; i += 100)
      await Promise.all(Array.from({ length: 100 }, (_, k) => listen(k % 2 ? '0' : undefined)));
    const refused = await app.anybody.get('/v1/stream').expect(503);
    expect(refused.headers['retry-after']).toBe('2');
    await tellOften(id, 200);
    await liveStory(app);
    await Promise.all(listenings.map((listening) => listening.heard(() => lastNumberOf(listening) === 202)));
    const heard = new Set(listenings.map((listening) => numbersOf(listening).join()));
    expect([...heard].sort()).toEqual([upTo(202).join(), upTo(201, 2).join()]);
    // Readers are answered meanwhile.
    await app.anybody.get(`/v1/articles/${id}`).expect(200);
  }, 120_000);

  it('leave room for others when they go', async () => {
    await start({ STREAM_LISTENERS_MAX: '2' });
    const [first] = [await listen(), await listen()];
    await app.anybody.get('/v1/stream').expect(503);
    first?.cut();
    await expect.poll(async () => (await listen()).status).toBe(200);
    await app.anybody.head('/v1/stream').expect(200);
  });
});

/** A server of the stream alone, which ends what is not read for so long. */
async function serve(patienceMs: number) {
  const stream = streamService(app.store, { listenersMax: 2, patienceMs, heartbeatMs: 50 }, (error) =>
    expect.unreachable(String(error)),
  );
  const server = createServer(async (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    await stream.listen(response, await stream.begin(request.headers['last-event-id']?.toString()));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count))),
    async close() {
      await stream.close();
      server.close();
    },
  };
}

describe('a listener that does not read', () => {
  it('costs the server no more than its connection, holds nobody up, and gets the rest when it reads on', async () => {
    await start();
    const { id } = await liveStory(app, shortStory({ headline: 'A long headline. '.repeat(15) }));
    const [slow, quick] = [await listen('0'), await listen('0')];
    slow.pause();
    const before = process.memoryUsage().rss;
    await tellOften(id, 50_000);
    await quick.heard(() => lastNumberOf(quick) === 50_001, 60_000);
    expect(numbersOf(slow).length).toBeLessThan(50_000);
    // What both clients have taken is in this process as well.
    expect(process.memoryUsage().rss - before).toBeLessThan(3 * quick.text.length + 100_000_000);
    slow.resume();
    await slow.heard(() => lastNumberOf(slow) === 50_001, 60_000);
    for (const listening of [slow, quick]) expect(numbersOf(listening)).toEqual(upTo(50_001));
  }, 120_000);

  it('is disconnected after a while, and goes on where it was when it comes back', async () => {
    await start();
    const { id } = await liveStory(app, shortStory({ headline: 'A long headline. '.repeat(15) }));
    const impatient = await serve(300);
    const slow = await listen('0', impatient.origin);
    slow.pause();
    await tellOften(id, 50_000);
    await expect.poll(impatient.connections).toBe(0);
    slow.resume();
    expect(await slow.over).toBe('cut');
    const missing = 50_001 - numbersOf(slow).length;
    expect(missing).toBeGreaterThan(0);
    // Patience as it is set, more than this process needs to take so much on a busy machine.
    const patient = await serve(30_000);
    const again = await listen(slow.lastEventId, patient.origin);
    await again.heard(() => lastNumberOf(again) === 50_001, 60_000);
    expect([...numbersOf(slow), ...numbersOf(again)]).toEqual(upTo(50_001));
    await again.heard(() => again.comments > 1);
    again.cut();
    for (const { close } of [impatient, patient]) await close();
  }, 120_000);
});

describe('a server that stops', () => {
  it('ends the connections of those who listen, at once, and of those who do not read', async () => {
    await start();
    const { id } = await liveStory(app, shortStory({ headline: 'A long headline. '.repeat(15) }));
    for (let i = 0; i < 5; i++) await listen();
    const slow = await listen('0');
    slow.pause();
    await tellOften(id, 50_000);
    await Promise.all(
      listenings.slice(0, 5).map((listening) => listening.heard(() => lastNumberOf(listening) === 50_001, 60_000)),
    );
    const began = performance.now();
    await app.close();
    isClosed = true;
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(new Set(await Promise.all(listenings.slice(0, 5).map(({ over }) => over)))).toEqual(new Set(['ended']));
    slow.resume();
    expect(await slow.over).toBe('cut');
  }, 120_000);
});
