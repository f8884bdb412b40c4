// A whole server on a database file of its own, for one test file or one test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { buildApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import type { RequestCounts } from '../../src/http/request-counts.js';
import { commandLine, type Role, roles } from '../../src/kernel/actor.js';
import type { Clock } from '../../src/kernel/clock.js';
import { mediaOf } from '../../src/opening.js';
import { buildServices, type Services } from '../../src/services.js';
import type { SearchLimits } from '../../src/storage/search.js';
import type { Store } from '../../src/storage/store.js';
import { asBackground } from './background.js';
import { type Client, newClient } from './client.js';
import { newDatabase } from './engine.js';
import type { RawDatabase } from './raw.js';
import { requireTrueIndex } from './true-index.js';

/** A clock that the test moves. Every look at it is a millisecond later, so that what happens later has a later time. */
export class TestClock implements Clock {
  #ms = Date.parse('2026-01-15T09:00:00.000Z');

  now(): Date {
    this.#ms += 1;
    return new Date(this.#ms);
  }

  advance(ms: number): void {
    this.#ms += ms;
  }
}

export interface TestApp {
  app: FastifyInstance;
  store: Store;
  services: Services;
  clock: TestClock;
  /** The database file; on PostgreSQL its folder has the other files. */
  path: string;
  /** Where the database is, on PostgreSQL. */
  url: string | undefined;
  /** Variables of the environment that lead a process to the same database and folder. */
  settings: Record<string, string>;
  /** The database past the store. */
  raw: RawDatabase;
  /** Another store on the same database. */
  openBeside(): Promise<Store>;
  keys: Record<Role, string>;
  /** Sends requests with the key of a role, or none; every answer is checked against the OpenAPI document. */
  as: Record<Role, Client>;
  anybody: Client;
  close(): Promise<void>;
}

export interface TestAppOptions {
  /** Stands between the server and its store, to watch or to get in between. */
  wrapStore?: (store: Store) => Store;
  /** Variables of the environment. */
  environment?: Record<string, string>;
  logger?: FastifyBaseLogger;
  searchLimits?: SearchLimits;
  requestCounts?: RequestCounts;
}

export async function startApp({
  wrapStore,
  environment = {},
  logger,
  searchLimits,
  requestCounts,
}: TestAppOptions = {}): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'copydesk-test-'));
  const database = await newDatabase(folder);
  const { path } = database;
  // Tests share the event loop with the server they ask, and often the machine with other tests.
  const patience = { EVENT_LOOP_DELAY_MAX_MS: '0', RATE_LIMIT_KEY: '0', RATE_LIMIT_FAILED_KEYS: '0' };
  const config = readConfig({ NODE_ENV: 'test', DATA_DIR: folder, ...patience, ...environment });
  const opened = await database.open({
    cacheBytesMax: config.snapshotCacheBytesMax,
    ...(searchLimits && { searchLimits }),
  });
  const store = wrapStore?.(opened) ?? opened;
  const clock = new TestClock();
  const services = buildServices(store, clock, mediaOf(config, store, clock), config.webhooks);
  const app = await asBackground(async () => {
    const built = await buildApp({ config, store, clock, services, requestCounts, ...(logger && { logger }) });
    await built.ready();
    return built;
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  // What goes on beside the requests would take steps of whoever counts them.
  if (wrapStore) await Promise.all([services.scheduler.stop(), services.dispatcher.stop()]);
  const made = await Promise.all(
    roles.map(
      async (role) => [role, (await services.keys.create({ name: `test ${role}`, role }, commandLine)).key] as const,
    ),
  );
  const keys = Object.fromEntries(made) as Record<Role, string>;
  const clients = roles.map((role) => [role, newClient(app, keys[role])] as const);
  return {
    app,
    store,
    services,
    clock,
    path,
    url: database.url,
    settings: database.settings,
    raw: database.raw,
    openBeside: () => database.open(),
    keys,
    as: Object.fromEntries(clients) as Record<Role, Client>,
    anybody: newClient(app, undefined),
    async close() {
      await app.close();
      await store.close();
      await requireTrueIndex(database.raw);
      await database.discard();
      rmSync(folder, { recursive: true });
    },
  };
}
