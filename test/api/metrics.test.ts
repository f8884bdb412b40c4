// What monitoring is told, and who may ask.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { durationBounds, RequestCounts } from '../../src/http/request-counts.js';
import { serveOwnMetrics } from '../../src/metrics/serving.js';
import { startApp, type TestApp } from '../support/app.js';
import { createResource } from '../support/editing.js';
import { type Metrics, readMetrics } from '../support/metrics.js';
import { fetchPicture, givePicture } from '../support/pictures.js';
import { failing, Receiver } from '../support/receiver.js';
import { ahead, minuteMs, schedule } from '../support/schedules.js';
import { createStory, liveStory, shortStory } from '../support/stories.js';
import { changeWebhook, makeWebhook, pinged, sendingSettings } from '../support/webhooks.js';

const durations = 'http_request_duration_seconds';
const secret = 'zirconium-quarterly';
let app: TestApp;
let address: string;
let isBroken = false;
const reported: unknown[] = [];

beforeAll(async () => {
  const requestCounts = new RequestCounts();
  app = await startApp({ requestCounts, environment: sendingSettings(5000) });
  const failure = () => Promise.reject(new Error('The disk is gone.'));
  const store = {
    ...app.store,
    all: ((query) => (isBroken ? failure() : app.store.all(query))) as typeof app.store.all,
  };
  const report = (error: unknown) => void reported.push(error);
  const place = { host: '127.0.0.1', port: 0 };
  address = await serveOwnMetrics(place, { store, clock: app.clock, requestCounts, report });
});
afterAll(() => app.close());

const read = () => readMetrics(address);
/** How many requests were answered so. */
function answered({ numberOf }: Metrics, method: string, route: string, status: number): number {
  return numberOf(`${durations}_count`, { method, route, status: String(status) }) ?? 0;
}

describe('GET /metrics', () => {
  it('counts every answer once, by method, route and status', async () => {
    const { slug, id } = await liveStory(app, shortStory({ slug: 'counted' }));
    const before = await read();
    const { headers } = await app.anybody.get(`/v1/articles/${slug}`).expect(200);
    await app.anybody.get(`/v1/articles/${id}?fields=headline`).expect(200);
    await app.anybody.get(`/v1/articles/${slug}`).set('if-none-match', String(headers.etag)).expect(304);
    await app.anybody.get('/v1/articles/there-is-none').expect(404);
    await app.anybody.get('/v1/articles?limit=0').expect(400);
    await app.anybody.post('/v1/articles/there-is-none').expect(405);
    await app.as.viewer.post('/v1/manage/articles', shortStory()).expect(403);
    const after = await read();
    const story = '/v1/articles/{slug}';
    const rise = (method: string, route: string, status: number) =>
      answered(after, method, route, status) - answered(before, method, route, status);
    expect({
      found: rise('GET', story, 200),
      known: rise('GET', story, 304),
      missing: rise('GET', story, 404),
      wrong: rise('GET', '/v1/articles', 400),
      refused: rise('POST', story, 405),
      forbidden: rise('POST', '/v1/manage/articles', 403),
    }).toEqual({ found: 2, known: 1, missing: 1, wrong: 1, refused: 1, forbidden: 1 });
  });

  it('counts HEAD apart, and once', async () => {
    const before = await read();
    await fetch(`${app.app.listeningOrigin}/healthz`, { method: 'HEAD' });
    const after = await read();
    expect(answered(after, 'HEAD', '/healthz', 200) - answered(before, 'HEAD', '/healthz', 200)).toBe(1);
    expect(answered(after, 'GET', '/healthz', 200)).toBe(answered(before, 'GET', '/healthz', 200));
  });

  it('tells routes and never addresses, of what there is no route for as well', async () => {
    const { listeningOrigin } = app.app;
    for (const path of [`/${secret}`, `/v1/preview/${secret}`, `/v1/articles?q=${secret}`, `/%zz${secret}`])
      await (await fetch(listeningOrigin + path)).arrayBuffer();
    const metrics = await read();
    expect(metrics.text).not.toContain(secret);
    expect(answered(metrics, 'GET', 'none', 404)).toBeGreaterThanOrEqual(1);
    expect(answered(metrics, 'GET', 'none', 400)).toBeGreaterThanOrEqual(1);
    expect(answered(metrics, 'GET', '/v1/preview/{token}', 404)).toBe(1);
    const routes = new Set(metrics.labelsOf(`${durations}_count`).map(({ route }) => route));
    const documented = new Set(app.app.operations.map(({ path }) => path));
    expect([...routes].filter((route) => route !== 'none' && !documented.has(route ?? ''))).toEqual([]);
  });

  it('tells how fast, in classes each of which holds the faster ones', async () => {
    await app.anybody.get('/readyz').expect(200);
    const { numberOf } = await read();
    const labels = { method: 'GET', route: '/readyz', status: '200' };
    const classes = [...durationBounds.map(String), '+Inf'].map((le) =>
      numberOf(`${durations}_bucket`, { le, ...labels }),
    );
    expect(classes).toEqual(classes.toSorted((a = 0, b = 0) => a - b));
    expect(classes.at(-1)).toBe(numberOf(`${durations}_count`, labels));
    const sum = numberOf(`${durations}_sum`, labels) ?? 0;
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThan(60);
  });

  it('tells the size of the files, the event loop’s delay and what the process uses', async () => {
    await liveStory(app);
    // A server that others use as well may do much between one look and the next.
    const areTold = async () => {
      const [before, { numberOf }, after] = [await app.raw.sizes(), await read(), await app.raw.sizes()];
      const isBetween = (name: string, of: keyof typeof before) => {
        const told = numberOf(name) ?? Number.NaN;
        return before[of] <= told && told <= after[of];
      };
      return [isBetween('copydesk_database_bytes', 'dataBytes'), isBetween('copydesk_wal_bytes', 'logBytes')];
    };
    await expect.poll(areTold).toEqual([true, true]);
    const { numberOf } = await read();
    expect(numberOf('copydesk_database_bytes')).toBeGreaterThan(0);
    for (const name of [
      'nodejs_eventloop_lag_p99_seconds',
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
    ])
      expect(numberOf(name), name).toBeGreaterThan(0);
  });

  it('tells how late the oldest schedule is that is due', async () => {
    await app.services.scheduler.stop();
    const { id } = await createStory(app);
    await schedule(app, id, { at: ahead(app, minuteMs) });
    expect((await read()).numberOf('copydesk_schedule_lag_seconds')).toBe(0);
    app.clock.advance(3 * minuteMs);
    const lag = (await read()).numberOf('copydesk_schedule_lag_seconds') ?? 0;
    expect(lag).toBeGreaterThanOrEqual(119);
    expect(lag).toBeLessThan(125);
  });

  it('tells what waits for webhooks, for how long, and what was given up', async () => {
    const receiver = await Receiver.start();
    receiver.answer(failing(500));
    const { id } = await makeWebhook(app, receiver);
    await pinged(app, id);
    expect((await read()).numberOf('copydesk_webhook_dead')).toBe(1);
    await liveStory(app);
    await expect.poll(async () => (await read()).numberOf('copydesk_webhook_waiting')).toBe(1);
    const { numberOf } = await read();
    expect(numberOf('copydesk_webhook_oldest_seconds')).toBeGreaterThan(0);
    expect(numberOf('copydesk_webhook_oldest_seconds')).toBeLessThan(5);
    await changeWebhook(app, id, { state: 'disabled' });
    const held = await read();
    expect(held.numberOf('copydesk_webhook_waiting')).toBe(0);
    expect(held.numberOf('copydesk_webhook_oldest_seconds')).toBe(0);
    await receiver.stop();
  });

  it('tells how long renditions take, by format', async () => {
    const { id } = await createResource(app, 'images', { alt: 'A', creditLine: 'Example Agency' });
    const picture = await givePicture(app, id);
    await liveStory(app, shortStory({ sections: [{ blocks: [{ type: 'image', imageId: id }] }] }));
    const count = async () =>
      (await read()).numberOf('copydesk_rendition_duration_seconds_count', { format: 'jpg' }) ?? 0;
    const before = await count();
    await fetchPicture(app, picture).expect(200);
    await fetchPicture(app, picture).expect(200);
    expect((await count()) - before).toBe(1);
  });

  it('tells the rest when the database cannot be read', async () => {
    isBroken = true;
    const { numberOf } = await read();
    isBroken = false;
    expect(numberOf('copydesk_schedule_lag_seconds')).toBeUndefined();
    expect(numberOf('process_resident_memory_bytes')).toBeGreaterThan(0);
    expect(reported).toEqual([new Error('The disk is gone.')]);
    expect((await read()).numberOf('copydesk_schedule_lag_seconds')).toBeDefined();
  });

  it('is all there is at its port, and to be kept by nobody', async () => {
    const answers = await Promise.all([
      fetch(address, { method: 'HEAD' }),
      fetch(address, { method: 'POST' }),
      fetch(address.replace('/metrics', '/v1/articles')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 405, 404]);
    expect(answers.map(({ headers }) => headers.get('cache-control'))).toEqual(['no-store', 'no-store', 'no-store']);
    expect(answers.map(({ headers }) => headers.get('access-control-allow-origin'))).toEqual([null, null, null]);
    await app.anybody.get('/metrics').expect(404);
  });
});
