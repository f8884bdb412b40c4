// A story's way through two servers, a replica and a cache, as the compose file has them, and what readers get when a server dies.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import type { RunningServer } from '../support/processes.js';
import { send } from '../support/processes.js';
import { Readers } from '../support/readers.js';
import { rounds } from '../support/rounds.js';
import { canScaleOut, scaleOut } from '../support/scaled-out.js';
import { shortStory } from '../support/stories.js';

/** How long readers go on behind the end of a server. */
const afterwardsMs = rounds({ quick: 2000, short: 5000, long: 30_000 });
/** Promised for what is taken down. */
const goneWithinMs = 60_000;
const articles = '/v1/manage/articles';

describe.runIf(canScaleOut)('two servers on a primary and its replica, behind a cache', () => {
  let reference: TestApp;
  let place: Awaited<ReturnType<typeof scaleOut>>;
  beforeAll(async () => {
    reference = await startApp();
    place = await scaleOut();
  });
  afterAll(async () => {
    await place.stop();
    await reference.close();
  });

  const write = (server: RunningServer, method: 'post' | 'patch', path: string, body: unknown, ifMatch?: string) =>
    send(reference.app, server, method, path, { key: place.key, body, ...(ifMatch !== undefined && { ifMatch }) });

  /** Makes a story at one server and publishes it at the other. */
  async function publish(slug: string) {
    const [first, second] = place.servers;
    const { body } = await write(first, 'post', articles, shortStory({ slug, headline: 'First' })).expect(201);
    await write(second, 'post', `${articles}/${slug}/publish`, {}, '"1"').expect(200);
    await expect.poll(() => read(slug).then(({ status }) => status), { timeout: 15_000 }).toBe(200);
    return { id: String(body.data.id), slug };
  }

  async function read(slug: string, headers: Record<string, string> = {}) {
    const answer = await fetch(`${place.cache.address}/v1/articles/${slug}`, { headers });
    const { data } = (await answer.json()) as { data?: { headline: string } };
    const { status } = answer;
    return { status, headline: data?.headline, cache: answer.headers.get('x-cache'), age: answer.headers.get('age') };
  }

  async function rename(slug: string, version: number, headline: string): Promise<void> {
    const [first, second] = place.servers;
    const edited = await write(second, 'patch', `${articles}/${slug}`, { headline }, `"${version}"`).expect(200);
    await write(first, 'post', `${articles}/${slug}/publish`, {}, String(edited.headers.etag)).expect(200);
  }

  it('a story that is made at one and published at the other comes from the cache', async () => {
    const { slug } = await publish('shown');
    await read(slug);
    expect(await read(slug)).toMatchObject({ status: 200, headline: 'First', cache: 'hit' });
    const wrong = await fetch(`${place.cache.address}/v1/articles/${slug}`, { headers: { authorization: 'Bearer x' } });
    expect(wrong.status).toBe(401);
    expect(await read(slug, { authorization: `Bearer ${place.key}` })).toMatchObject({ status: 200, cache: 'miss' });
  });

  it('editors write through the cache, and read what they wrote', async () => {
    const headers = { authorization: `Bearer ${place.key}`, 'content-type': 'application/json' };
    const at = `${place.cache.address}${articles}`;
    const body = JSON.stringify(shortStory({ slug: 'through' }));
    expect((await fetch(at, { method: 'POST', headers, body })).status).toBe(201);
    for (let version = 1; version <= 6; version++) {
      const change = { method: 'PATCH', body: JSON.stringify({ headline: `Headline ${version}` }) };
      const made = await fetch(`${at}/through`, { ...change, headers: { ...headers, 'if-match': `"${version}"` } });
      expect(made.status).toBe(200);
      const { data } = (await (await fetch(`${at}/through`, { headers })).json()) as { data: { headline: string } };
      expect(data.headline).toBe(`Headline ${version}`);
    }
    expect((await fetch(`${at}/through`)).status).toBe(401);
  });

  it('a change is seen at once behind a purge of what its webhook names', async () => {
    const { id, slug } = await publish('purged');
    await read(slug);
    await rename(slug, 2, 'Second');
    expect(await read(slug)).toMatchObject({ headline: 'First', cache: 'hit' });
    const key = id.replaceAll('-', '');
    const begunAt = performance.now();
    const purged = async () => {
      const headers = { 'surrogate-key': key };
      expect((await fetch(place.cache.purging, { method: 'PURGE', headers })).status).toBe(200);
      return (await read(slug)).headline;
    };
    await expect.poll(purged, { interval: 5, timeout: 10_000 }).toBe('Second');
    console.log(`seen ${(performance.now() - begunAt).toFixed(0)} ms behind the first purge`);
    const outside = await fetch(`${place.cache.address}/`, { method: 'PURGE', headers: { 'surrogate-key': key } });
    expect(outside.status).toBe(405);
  });

  it('a withdrawn story is gone from the cache within a minute, by itself', async () => {
    const { slug } = await publish('withdrawn');
    expect((await read(slug)).status).toBe(200);
    await write(place.servers[1], 'post', `${articles}/${slug}/withdraw`, {}, '"2"').expect(200);
    const begunAt = performance.now();
    await expect.poll(() => read(slug).then(({ status }) => status), { timeout: 90_000, interval: 50 }).toBe(410);
    const tookMs = performance.now() - begunAt;
    console.log(`gone ${(tookMs / 1000).toFixed(1)} s behind its withdrawal`);
    expect(tookMs).toBeLessThan(goneWithinMs);
  });

  it('readers are served while a server is killed, and writes go on at the other', async () => {
    const stories = [await publish('one'), await publish('two'), await publish('three')];
    const paths = ['/v1/articles?limit=1', '/v1/tags', ...stories.map(({ slug }) => `/v1/articles/${slug}`)];
    const readers = new Readers(place.cache.address, paths);
    // Nobody has asked for these, so that each goes to a server.
    const fresh = new Readers(place.cache.address, ['/v1/articles?limit=2']);
    await pause(1000);
    const [first, second] = place.servers;
    await first.kill();
    const servedBefore = readers.served;
    const until = performance.now() + afterwardsMs;
    let written = 0;
    for (let n = 0; performance.now() < until; n++) {
      const unseen = await fetch(`${place.cache.address}/v1/articles?limit=${1 + (n % 90)}&desk=none-${n}`);
      expect([unseen.status, await unseen.text()]).toEqual([200, expect.any(String)]);
      await write(second, 'post', articles, shortStory({ slug: `afterwards-${n}` })).expect(201);
      written += 1;
    }
    const ended = [await readers.end(), await fresh.end()];
    expect(ended.map(({ refused }) => refused)).toEqual([0, 0]);
    console.log(
      `${readers.served + fresh.served} reads, none failed, ${readers.served - servedBefore} of them behind the kill; ${written} writes`,
    );
    expect(readers.served).toBeGreaterThan(servedBefore);
  });
});
