import type { Statement, Store } from '../store.js';
import { builders, openReaders, openSearchers, openWriter } from './database.js';
import { domainError } from './errors.js';
import { HotReads } from './hot-reads.js';
import { migrate } from './migrate.js';
import { purge } from './purge.js';
import { postgresSearch } from './search/engine.js';
import { Writer } from './writer.js';

export interface PostgresOptions {
  /** `postgres://…` */
  url: string;
  /** Bound of the memory that caches snapshots. */
  cacheBytesMax: number;
  /** Whether another process has just seen to the schema. */
  isMigrated?: boolean;
  /** Connections of this process: one writes, two search, the others read. */
  connectionsMax?: number;
  /** How long a search may take. */
  searchTimeMs?: number;
}

const searchersMax = 2;

/**
 * Opens the database, migrating it as needed.
 * @throws what prevents it: no server at the address, a newer schema
 */
export async function openPostgres({
  url,
  cacheBytesMax,
  isMigrated = false,
  connectionsMax = 10,
  searchTimeMs = 5000,
}: PostgresOptions): Promise<Store> {
  if (!isMigrated) await migrate(url);
  const readers = openReaders(url, Math.max(1, connectionsMax - 1 - searchersMax));
  const searchers = openSearchers(url, searchersMax, searchTimeMs);
  const writer = new Writer(openWriter(url));
  const hotReads = new HotReads(readers, cacheBytesMax);
  /** Gives what fails its meaning. */
  const understood = async <Result>(work: () => PromiseLike<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw domainError((error as { cause?: unknown }).cause ?? error);
    }
  };
  const later = <Result>(value: Result | Promise<Result>) =>
    value instanceof Promise ? understood(() => value) : value;

  return {
    ...builders(readers),
    readsOneMoment: false,
    all: (query) => understood(() => query),
    async commit(statements: readonly Statement[]) {
      try {
        await writer.commit(statements);
      } finally {
        hotReads.invalidate();
      }
    },
    findSnapshot: (slugOrId) => later(hotReads.findSnapshot(slugOrId)),
    publicSequence: () => later(hotReads.publicSequence()),
    search: postgresSearch(searchers, readers),
    async purge() {
      await understood(() => purge(url));
      hotReads.clear();
    },
    sizes: () => understood(() => sizesOf(readers)),
    check: () => understood(() => requireWritable(readers)),
    async close() {
      await searchers.end();
      await writer.close();
      await readers.end();
    },
  };
}

/** What commits have written since the last checkpoint is what has not been taken over into the data yet. */
async function sizesOf(readers: ReturnType<typeof openReaders>): Promise<{ dataBytes: number; logBytes: number }> {
  const { rows } = await readers.query<{ data: string; log: string }>(
    `SELECT pg_database_size(current_database()) AS data,
       pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) AS log FROM pg_control_checkpoint()`,
  );
  return { dataBytes: Number(rows[0]?.data), logBytes: Number(rows[0]?.log) };
}

/** @throws when nobody answers, or the server only reads */
async function requireWritable(readers: ReturnType<typeof openReaders>): Promise<void> {
  const { rows } = await readers.query("SELECT current_setting('transaction_read_only') AS read_only");
  if (rows[0]?.read_only !== 'off') throw Object.assign(new Error('the server only reads'), { code: '25006' });
}
