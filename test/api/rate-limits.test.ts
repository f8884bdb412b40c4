import supertest, { type Test } from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { startApp, type TestApp } from '../support/app.js';
import { requireConformance } from '../support/conformance.js';
import { liveStory } from '../support/stories.js';

let app: TestApp;
afterEach(() => app.close());

async function start(environment: Record<string, string>): Promise<void> {
  app = await startApp({ environment });
}

const managed = '/v1/manage/articles';
const wrongKey = `copydesk_${'0'.repeat(12)}_${'0'.repeat(64)}_00000000`;

/** Asks with a key, from the address that a proxy tells of. */
function ask(path: string, key?: string, forwarded?: string): Test {
  const test = supertest(app.app.server).get(path);
  if (key !== undefined) test.set('authorization', `Bearer ${key}`);
  if (forwarded !== undefined) test.set('x-forwarded-for', forwarded);
  return test.expect((response) => requireConformance(app.app, 'get', path, response));
}

/** Tries wrong keys from an address, and tells what they were answered. */
async function guess(count: number, forwarded?: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) statuses.push((await ask(managed, wrongKey, forwarded)).status);
  return statuses;
}

describe('the Management API', () => {
  it('tells each key what it has left of a minute, and answers 429 when that is nothing', async () => {
    await start({ RATE_LIMIT_KEY: '3' });
    const { viewer, editor } = app.keys;
    for (const left of [2, 1, 0]) {
      const { headers } = await ask(managed, viewer).expect(200);
      expect(headers['ratelimit-policy']).toBe('"key";q=3;w=60');
      expect(headers.ratelimit).toBe(`"key";r=${left};t=60`);
    }
    const { body, headers } = await ask(managed, viewer).expect(429);
    expect(body).toMatchObject({ type: '/problems/quota-exceeded', status: 429, 'violated-policies': ['key'] });
    expect([headers.ratelimit, headers['retry-after']]).toEqual(['"key";r=0;t=60', '60']);
    expect(headers['cache-control']).toContain('no-store');
    await ask(managed, editor).expect(200);
    await ask('/v1/articles', viewer).expect(200);
    app.clock.advance(30_000);
    expect((await ask(managed, viewer).expect(429)).headers['retry-after']).toBe('30');
    app.clock.advance(30_000);
    expect((await ask(managed, viewer).expect(200)).headers.ratelimit).toBe('"key";r=2;t=60');
  });

  it('does nothing of what it answers 429 to, and counts refusals as well', async () => {
    await start({ RATE_LIMIT_KEY: '2' });
    await app.as.viewer.post(managed, {}).expect(403);
    await app.as.editor.post(managed, { language: 'en', desk: 'world' }).expect(201);
    await app.as.editor.post(managed, { language: 'xxxxxxxxxx' }).expect(400);
    await app.as.editor.post(managed, { language: 'en', desk: 'world' }).expect(429);
    expect((await ask(managed, app.keys.viewer).expect(200)).body.data).toHaveLength(1);
    await ask(managed, app.keys.viewer).expect(429);
  });

  it('counts and tells nothing where there is no limit', async () => {
    await start({});
    for (const path of [managed, '/v1/articles']) {
      const { headers } = await ask(path, app.keys.viewer).expect(200);
      expect([headers.ratelimit, headers['ratelimit-policy']]).toEqual([undefined, undefined]);
    }
  });
});

describe('an address that tries wrong keys', () => {
  it('is answered 429 after too many, whatever key it sends and where, until its minute is over', async () => {
    await start({ RATE_LIMIT_FAILED_KEYS: '3' });
    const { headers } = await ask(managed, wrongKey).expect(401);
    expect(headers.ratelimit).toBe('"failed-keys";r=2;t=60');
    expect(await guess(3)).toEqual([401, 401, 429]);
    for (const path of [managed, '/v1/articles', '/healthz']) {
      const refused = await ask(path, app.keys.admin).expect(429);
      expect(refused.body['violated-policies']).toEqual(['failed-keys']);
      expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    }
    await ask('/v1/articles').expect(200);
    await ask('/healthz').expect(200);
    await ask(managed).expect(401);
    app.clock.advance(60_000);
    await ask(managed, app.keys.admin).expect(200);
  });

  it('is not another for what it says in X-Forwarded-For', async () => {
    await start({ RATE_LIMIT_FAILED_KEYS: '2' });
    expect(await guess(2)).toEqual([401, 401]);
    for (const spoofed of ['203.0.113.1', '203.0.113.2, 203.0.113.3', '::1', 'nonsense', ''])
      expect((await ask(managed, app.keys.admin, spoofed)).status).toBe(429);
  });

  it('is who the nearest proxy says it is, where a proxy is trusted; what came before that is its own word', async () => {
    await start({ RATE_LIMIT_FAILED_KEYS: '2', TRUST_PROXY: 'true' });
    for (const spoofed of ['1.1.1.1', '2.2.2.2']) expect(await guess(1, `${spoofed}, 203.0.113.9`)).toEqual([401]);
    await ask(managed, app.keys.admin, '3.3.3.3, 203.0.113.9').expect(429);
    await ask(managed, app.keys.admin, '203.0.113.9, 203.0.113.10').expect(200);
  });

  it('is found behind as many proxies as there are, or behind those at addresses that are trusted', async () => {
    for (const TRUST_PROXY of ['2', '127.0.0.1, 10.0.0.0/8, ::1']) {
      await app?.close().catch(() => undefined);
      await start({ RATE_LIMIT_FAILED_KEYS: '1', TRUST_PROXY });
      expect(await guess(2, '9.9.9.9, 203.0.113.9, 10.1.2.3')).toEqual([401, 429]);
      await ask(managed, app.keys.admin, '8.8.8.8, 203.0.113.9, 10.1.2.3').expect(429);
      await ask(managed, app.keys.admin, '203.0.113.9, 203.0.113.10, 10.1.2.3').expect(200);
    }
  });

  it('is its whole network where it is IPv6, and the same however it is written', async () => {
    await start({ RATE_LIMIT_FAILED_KEYS: '2', TRUST_PROXY: 'true' });
    expect(await guess(1, '2001:db8:1:2::1')).toEqual([401]);
    expect(await guess(1, '2001:0db8:1:2:ffff::9')).toEqual([401]);
    await ask(managed, app.keys.admin, '2001:db8:1:2:3:4:5:6').expect(429);
    await ask(managed, app.keys.admin, '2001:db8:1:3::1').expect(200);
    expect(await guess(2, '203.0.113.5')).toEqual([401, 401]);
    await ask(managed, app.keys.admin, '::ffff:203.0.113.5').expect(429);
  });
});

describe('the Delivery API', () => {
  it('is limited by address where that is set; answers for caches tell nothing of it', async () => {
    await start({ RATE_LIMIT_ADDRESS: '2', TRUST_PROXY: 'true' });
    const { slug } = await liveStory(app);
    const story = `/v1/articles/${slug}`;
    for (const path of [story, '/v1/articles']) {
      const { headers } = await ask(path, undefined, '203.0.113.5').expect(200);
      expect([headers.ratelimit, headers['cache-control']]).toEqual([undefined, expect.stringContaining('public')]);
    }
    const { body, headers } = await ask(story, undefined, '203.0.113.5').expect(429);
    expect(body['violated-policies']).toEqual(['address']);
    expect(headers).toMatchObject({
      'ratelimit-policy': '"address";q=2;w=60',
      ratelimit: '"address";r=0;t=60',
      'retry-after': '60',
      'cache-control': 'no-store',
    });
    await ask('/healthz', undefined, '203.0.113.5').expect(200);
    await ask(managed, app.keys.viewer, '203.0.113.5').expect(200);
    await ask(story, undefined, '203.0.113.6').expect(200);
  });
});

describe('the settings', () => {
  it('are generous to keys, hold no reader up, and are strict with wrong keys, unless they say otherwise', async () => {
    await start({});
    expect(readConfig({}).rateLimits).toEqual({ perKey: 6000, perAddress: 0, failedKeys: 60 });
    expect(readConfig({ TRUST_PROXY: 'false' }).trustProxy).toBe(false);
    for (const TRUST_PROXY of ['yes', '0', '-1', '100', '10.0.0.0/99', '127.0.0.1,', 'proxy.example'])
      expect(() => readConfig({ TRUST_PROXY })).toThrow(/TRUST_PROXY must be false, true/);
    expect(() => readConfig({ RATE_LIMIT_KEY: '-1' })).toThrow(/RATE_LIMIT_KEY/);
  });
});
