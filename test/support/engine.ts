// Which engine the tests run on, and databases of their own on it.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openPostgres } from '../../src/storage/postgres/engine.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import type { SearchLimits } from '../../src/storage/sqlite/search/thread.js';
import type { Store } from '../../src/storage/store.js';
import { onDatabase } from './postgres.js';
import { requireTrueIndex } from './true-index.js';

/** The database that those of tests are copied from. */
export const templateName = 'copydesk_template';
/** Where the server is, when tests run on PostgreSQL. */
export const postgresUrl = process.env.TEST_POSTGRES_URL;

export interface TestDatabase {
  /** The database file; on PostgreSQL there is none, and the address says where it is. */
  path: string;
  url: string | undefined;
  open(options?: { cacheBytesMax?: number; searchLimits?: SearchLimits }): Promise<Store>;
  /** Looks whether all is well with what nobody has open any more, and does away with it. */
  discard(): Promise<void>;
}

const cacheBytesDefault = 64 * 1024 * 1024;

/** A database for one test, in a folder of its own. */
export async function newDatabase(folder: string): Promise<TestDatabase> {
  const path = join(folder, 'copydesk.db');
  if (postgresUrl === undefined) {
    return {
      path,
      url: undefined,
      open: async ({ cacheBytesMax = cacheBytesDefault, searchLimits } = {}) =>
        openSqlite({ path, cacheBytesMax, ...(searchLimits && { searchLimits }) }),
      discard: async () => requireTrueIndex(path),
    };
  }
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${templateName}`);
  const url = `${postgresUrl}/${name}`;
  return {
    path,
    url,
    open: ({ cacheBytesMax = cacheBytesDefault, searchLimits } = {}) =>
      openPostgres({
        url,
        cacheBytesMax,
        connectionsMax: 6,
        ...(searchLimits && { searchTimeMs: searchLimits.timeMs }),
      }),
    async discard() {
      await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

function onServer(sql: string): Promise<unknown> {
  return onDatabase(`${postgresUrl}/postgres`, (client) => client.query(sql));
}
