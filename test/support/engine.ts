// Which engine the tests run on, and databases of their own on it.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openPostgres } from '../../src/storage/postgres/engine.js';
import { defaultSearchLimits, type SearchLimits } from '../../src/storage/search.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import type { Store } from '../../src/storage/store.js';
import { OneByOne } from './postgres.js';
import { postgresRaw } from './postgres-raw.js';
import type { RawDatabase } from './raw.js';
import { sqliteRaw } from './sqlite-raw.js';

/** The database that those of tests are copied from. */
export const templateName = 'copydesk_template';
/** Where the server is, when tests run on PostgreSQL. */
export const postgresUrl = process.env.TEST_POSTGRES_URL;

export interface TestDatabase {
  /** The database file; on PostgreSQL there is none, and the address says where it is. */
  path: string;
  url: string | undefined;
  /** Variables of the environment that lead a process to it. */
  settings: Record<string, string>;
  raw: RawDatabase;
  open(options?: { cacheBytesMax?: number; searchLimits?: SearchLimits }): Promise<Store>;
  /** Does away with it; nobody may have it open. */
  discard(): Promise<void>;
}

/** How long a process may go on answering as before a commit that another took: on SQLite not at all. */
export const seenElsewhereMs = postgresUrl === undefined ? 0 : 550;

/** Waits until every process on a database must know what was committed through another. */
export async function seenElsewhere(): Promise<void> {
  if (seenElsewhereMs > 0) await pause(seenElsewhereMs);
}

const cacheBytesDefault = 64 * 1024 * 1024;
/** Tests share the machine with others. */
const patientSearchLimits = { ...defaultSearchLimits, timeMs: 60_000 };

/** A database for one test, in a folder of its own. */
export async function newDatabase(folder: string): Promise<TestDatabase> {
  const path = join(folder, 'copydesk.db');
  if (postgresUrl === undefined) {
    const raw = sqliteRaw(path);
    return {
      path,
      url: undefined,
      settings: { DATA_DIR: folder },
      raw,
      open: async ({ cacheBytesMax = cacheBytesDefault, searchLimits = patientSearchLimits } = {}) =>
        openSqlite({ path, cacheBytesMax, searchLimits }),
      // The folder is for whoever made it.
      discard: async () => undefined,
    };
  }
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${templateName}`);
  const url = `${postgresUrl}/${name}`;
  const raw = postgresRaw(url);
  return {
    path,
    url,
    settings: { DATA_DIR: folder, DATABASE_URL: url },
    raw,
    open: ({ cacheBytesMax = cacheBytesDefault, searchLimits = patientSearchLimits } = {}) =>
      openPostgres({ url, cacheBytesMax, connectionsMax: 6, searchLimits }),
    async discard() {
      await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

const server = new OneByOne(`${postgresUrl}/postgres`);

function onServer(sql: string): Promise<unknown> {
  return server.do((client) => client.query(sql));
}
