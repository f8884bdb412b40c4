// Readers are served from a streaming replica, editors from the primary.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { commandLine } from '../../src/kernel/actor.js';
import { systemClock } from '../../src/kernel/clock.js';
import { openStores, type Stores } from '../../src/opening.js';
import { onDatabase } from '../support/postgres.js';
import { startReplica, startReplicated } from '../support/postgres-replica.js';
import { servicesIn } from '../support/services.js';
import { shortStory } from '../support/stories.js';

let databases: Awaited<ReturnType<typeof startReplicated>>;
let folder: string;
let stores: Stores;
let app: FastifyInstance;
let authorization: string;

beforeAll(async () => {
  databases = await startReplicated('newsroom');
  folder = mkdtempSync(join(tmpdir(), 'copydesk-replica-'));
  const { primaryUrl: DATABASE_URL, replicaUrl: READ_DATABASE_URL } = databases;
  const config = readConfig({ NODE_ENV: 'test', DATA_DIR: folder, DATABASE_URL, READ_DATABASE_URL });
  stores = await openStores(config);
  const services = servicesIn(folder, stores.store, systemClock);
  app = await buildApp({ config: { ...config, eventLoopDelayMaxMs: 0 }, ...stores, clock: systemClock, services });
  const { key } = await services.keys.create({ name: 'test', role: 'publisher' }, commandLine);
  authorization = `Bearer ${key}`;
});

afterAll(async () => {
  await app.close();
  await stores.close();
  await databases.stop();
  rmSync(folder, { recursive: true });
});

const manage = (method: 'GET' | 'POST' | 'PATCH', path: string, payload?: object, ifMatch?: string) =>
  app.inject({
    method,
    url: `/v1/manage/articles${path}`,
    headers: { authorization, ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
    ...(payload && { payload }),
  });
const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers });
const onReplica = (sql: string) => onDatabase(databases.replicaUrl, async (client) => (await client.query(sql)).rows);

interface Story {
  id: string;
  slug: string;
  version: number;
}

async function change(story: Story, method: 'POST' | 'PATCH', path: string, payload: object): Promise<Story> {
  const answer = await manage(method, `/${story.id}${path}`, payload, `"${story.version}"`);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json().data;
}

/** A story that readers have. */
async function liveStory(): Promise<Story> {
  const made = await manage('POST', '', shortStory());
  const story = await change(made.json().data, 'POST', '/publish', {});
  await expect.poll(async () => (await get(`/v1/articles/${story.slug}`)).statusCode).toBe(200);
  return story;
}

/** Does something that the replica hears of only afterwards. */
async function behindTheReplica(work: () => Promise<void>): Promise<void> {
  await onReplica('SELECT pg_wal_replay_pause()');
  try {
    await work();
  } finally {
    await onReplica('SELECT pg_wal_replay_resume()');
  }
}

describe('with READ_DATABASE_URL', () => {
  it('editors read what they have written, and readers what has come to the replica, each with its own ETag', async () => {
    const story = await liveStory();
    const paths = [
      `/v1/articles/${story.slug}`,
      `/v1/articles/${story.slug}/sections`,
      '/v1/articles',
      '/v1/sync',
      '/v1/feeds/rss.xml',
    ];
    const before = new Map<string, Awaited<ReturnType<typeof get>>>();
    for (const path of paths) before.set(path, await get(path));
    await behindTheReplica(async () => {
      const edited = await change(story, 'PATCH', '', { headline: 'Another headline' });
      await change(edited, 'POST', '/publish', {});
      expect((await manage('GET', `/${story.id}`)).json().data).toMatchObject({
        headline: 'Another headline',
        publication: { hasUnpublishedChanges: false },
      });
      for (const [path, { headers, body }] of before) {
        const now = await get(path);
        expect({ path, etag: now.headers.etag, body: now.body }).toEqual({ path, etag: headers.etag, body });
        expect((await get(path, { 'if-none-match': String(headers.etag) })).statusCode).toBe(304);
      }
    });
    const headline = async () => (await get(`/v1/articles/${story.slug}`)).json().data.headline;
    await expect.poll(headline, { interval: 5 }).toBe('Another headline');
    for (const path of paths.filter((one) => !one.endsWith('/sections'))) {
      const { headers, body } = before.get(path) ?? { headers: {}, body: '' };
      const now = await get(path, { 'if-none-match': String(headers.etag) });
      expect({ path, status: now.statusCode }).toEqual({ path, status: 200 });
      expect(now.headers.etag).not.toBe(headers.etag);
      expect(now.body).not.toBe(body);
    }
  });

  it('a story is gone for readers as soon as the replica knows that it is withdrawn', async () => {
    const story = await liveStory();
    const path = `/v1/articles/${story.slug}`;
    await behindTheReplica(async () => {
      await change(story, 'POST', '/withdraw', {});
      expect((await get(path)).statusCode).toBe(200);
    });
    const isWithdrawn = `SELECT withdrawn_at IS NOT NULL AS is FROM snapshots WHERE article_id = '${story.id}'`;
    await expect.poll(async () => (await onReplica(isWithdrawn))[0], { interval: 1 }).toEqual({ is: true });
    expect((await get(path)).statusCode).toBe(410);
    expect((await get('/v1/articles')).body).not.toContain(story.id);
  });

  it('readers are served while the primary is away, editors are told to come again, and /readyz tells both apart', async () => {
    const story = await liveStory();
    await databases.primary.stop();
    for (let i = 0; i < 3; i++) {
      expect((await get(`/v1/articles/${story.slug}`)).statusCode).toBe(200);
      expect((await get('/v1/articles?q=begins')).statusCode).toBe(200);
      const refused = await manage('POST', '', shortStory());
      expect(refused.json()).toMatchObject({ status: 503, type: '/problems/unavailable' });
    }
    expect((await get('/readyz')).statusCode).toBe(503);
    expect((await get('/readyz?for=readers')).statusCode).toBe(200);
    await databases.primary.start();
    await expect.poll(async () => (await get('/readyz')).statusCode).toBe(200);
    await liveStory();
  });

  it('editors work while the replica is away, and readers are served again by itself once it is back', async () => {
    const story = await liveStory();
    await databases.replica.stop();
    await expect.poll(async () => (await get(`/v1/articles/${story.slug}`)).statusCode).toBe(503);
    for (const path of ['/readyz', '/readyz?for=readers']) {
      const answer = await get(path);
      expect(answer.json()).toMatchObject({ status: 503, detail: expect.stringContaining('Readers cannot be served') });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect((await manage('POST', '', shortStory())).statusCode).toBe(201);
    await startReplica(databases.replica);
    await expect.poll(async () => (await get('/readyz')).statusCode).toBe(200);
    expect((await get(`/v1/articles/${story.slug}`)).statusCode).toBe(200);
  });

  it('refuses a start that cannot succeed in one line, without the password', async () => {
    const { primaryUrl: DATABASE_URL } = databases;
    const READ_DATABASE_URL = 'postgres://desk:secret@127.0.0.1:1/newsroom';
    const refusal = openStores(readConfig({ DATA_DIR: folder, DATABASE_URL, READ_DATABASE_URL }));
    const message = await refusal.catch((error: Error) => error.message);
    expect(message).toMatch(
      /^Cannot open the replica newsroom at 127.0.0.1:1: .*ECONNREFUSED.* Set READ_DATABASE_URL.$/,
    );
    expect(message).not.toContain('secret');
    expect(() => readConfig({ READ_DATABASE_URL })).toThrow('READ_DATABASE_URL goes with DATABASE_URL');
    for (const wrong of ['mysql://desk:secret@host/db', 'postgres://desk:secret@one,other/db'])
      expect(() => readConfig({ DATABASE_URL, READ_DATABASE_URL: wrong })).toThrow(/^READ_DATABASE_URL must be [^"]+$/);
  });
});
