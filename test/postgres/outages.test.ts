// What becomes of requests while PostgreSQL is away, at its limits, or only reads; and that all is well afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { commandLine } from '../../src/kernel/actor.js';
import { systemClock } from '../../src/kernel/clock.js';
import { openStore } from '../../src/opening.js';
import type { Services } from '../../src/services.js';
import type { Store } from '../../src/storage/store.js';
import { onDatabase } from '../support/postgres.js';
import { startPostgres } from '../support/postgres-server.js';
import { servicesIn } from '../support/services.js';
import { shortStory } from '../support/stories.js';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let folder: string;
let url: string;
let store: Store;
let services: Services;
let app: FastifyInstance;
let authorization: string;
let slug: string;

beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.server.createDatabase('newsroom');
  folder = mkdtempSync(join(tmpdir(), 'copydesk-outages-'));
  url = `${postgres.url}/newsroom`;
  const config = readConfig({ NODE_ENV: 'test', DATA_DIR: folder, DATABASE_URL: url, DATABASE_CONNECTIONS: '5' });
  store = await openStore({ ...config, eventLoopDelayMaxMs: 0 });
  services = servicesIn(folder, store, systemClock);
  app = await buildApp({ config: { ...config, eventLoopDelayMaxMs: 0 }, store, clock: systemClock, services });
  const { key } = await services.keys.create({ name: 'test', role: 'publisher' }, commandLine);
  authorization = `Bearer ${key}`;
  const { id } = (await post(shortStory())).json().data;
  const published = await app.inject({
    method: 'POST',
    url: `/v1/manage/articles/${id}/publish`,
    headers: { authorization, 'if-match': '"1"' },
  });
  expect(published.statusCode).toBe(200);
  slug = published.json().data.slug;
});

afterAll(async () => {
  await app.close();
  await store.close();
  await postgres.stop();
  rmSync(folder, { recursive: true });
});

const post = (payload: object) =>
  app.inject({ method: 'POST', url: '/v1/manage/articles', headers: { authorization }, payload });
const get = (path: string) => app.inject({ method: 'GET', url: path });

/** Each is a 503 that says when to come again, within a bounded time. */
async function expectUnavailable(requests: readonly (() => ReturnType<typeof get>)[]): Promise<void> {
  for (const request of requests) {
    const begunAt = performance.now();
    const answer = await request();
    expect(answer.json()).toMatchObject({ status: 503, type: '/problems/unavailable' });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(performance.now() - begunAt).toBeLessThan(15_000);
  }
}

async function expectWell(): Promise<void> {
  await expect.poll(async () => (await get('/readyz')).statusCode).toBe(200);
  expect((await get(`/v1/articles/${slug}`)).statusCode).toBe(200);
  expect((await post(shortStory())).statusCode).toBe(201);
}

describe('while PostgreSQL', () => {
  it('is down, everything is 503 but /healthz, and works again once it is up', async () => {
    await postgres.server.stop();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await expectUnavailable([() => get('/readyz'), () => get(`/v1/articles/${slug}`), () => post(shortStory())]);
    expect((await get('/healthz')).statusCode).toBe(200);
    await postgres.server.start();
    await expectWell();
  });

  it('ends every connection, the next requests have others', async () => {
    await onDatabase(`${postgres.url}/postgres`, (client) =>
      client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'copydesk'"),
    );
    await expectWell();
  });

  it('only reads, readers are served, writers get 503 and /readyz says so', async () => {
    await onDatabase(`${postgres.url}/postgres`, async (client) => {
      await client.query('ALTER DATABASE newsroom SET default_transaction_read_only = on');
      await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'copydesk'");
    });
    await expectUnavailable([() => get('/readyz'), () => post(shortStory())]);
    expect((await get(`/v1/articles/${slug}`)).statusCode).toBe(200);
    await onDatabase(`${postgres.url}/postgres`, async (client) => {
      await client.query('ALTER DATABASE newsroom RESET default_transaction_read_only');
      await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'copydesk'");
    });
    await expectWell();
  });

  it('is held up by somebody else, no request waits for longer than its limit', async () => {
    await onDatabase(url, async (client) => {
      await client.query('BEGIN');
      await client.query('LOCK TABLE articles');
      await expectUnavailable([() => post(shortStory())]);
      const begunAt = performance.now();
      // Those that wait take all connections there are.
      const waiting = Array.from({ length: 12 }, () => post(shortStory()));
      const statuses = (await Promise.all(waiting)).map(({ statusCode }) => statusCode);
      expect(new Set(statuses)).toEqual(new Set([503]));
      expect(performance.now() - begunAt).toBeLessThan(20_000);
      await client.query('ROLLBACK');
    });
    await expectWell();
  });
});

describe('at the start', () => {
  it('two processes that find an empty database make its schema once', async () => {
    await postgres.server.createDatabase('fresh');
    const config = { ...readConfig({ DATA_DIR: folder, DATABASE_URL: `${postgres.url}/fresh` }) };
    const opened = await Promise.all([openStore(config), openStore(config), openStore(config)]);
    for (const one of opened) await one.close();
    const { rows } = await onDatabase(`${postgres.url}/fresh`, (client) =>
      client.query('SELECT count(*) AS applied, count(DISTINCT hash) AS known FROM __drizzle_migrations'),
    );
    expect(rows[0]?.applied).toBe(rows[0]?.known);
  });

  it('a schema that is newer is refused, and the address is told without its password', async () => {
    await onDatabase(`${postgres.url}/fresh`, (client) =>
      client.query("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('of tomorrow', 9)"),
    );
    const config = readConfig({ DATA_DIR: folder, DATABASE_URL: `${postgres.url}/fresh` });
    await expect(openStore(config)).rejects.toThrow(/\/fresh: the database was written by a newer version/);
    const nowhere = readConfig({ DATA_DIR: folder, DATABASE_URL: 'postgres://desk:secret@127.0.0.1:1/newsroom' });
    const refusal = await openStore(nowhere).catch((error: Error) => error.message);
    expect(refusal).toMatch(/^Cannot open the database newsroom at 127.0.0.1:1: .*ECONNREFUSED/);
    expect(refusal).not.toContain('secret');
    expect(() => readConfig({ DATABASE_URL: 'mysql://desk:secret@host/db' })).toThrow(/^DATABASE_URL must be \S+$/);
  });

  it('every text is compared by its bytes, as on the other engine', async () => {
    const { rows } = await onDatabase(url, (client) =>
      client.query(
        `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text'
AND table_name <> '__drizzle_migrations' AND collation_name IS DISTINCT FROM 'C'`,
      ),
    );
    expect(rows).toEqual([]);
  });
});
