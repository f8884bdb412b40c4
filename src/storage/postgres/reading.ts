import type pg from 'pg';
import type { SearchLimits } from '../search.js';
import type { Store } from '../store.js';
import { builders, openReaders, openSearchers } from './database.js';
import { domainError } from './errors.js';
import { HotReads } from './hot-reads.js';
import type { Places } from './places.js';
import { postgresSearch } from './search/engine.js';

const searchersMax = 2;

/** Gives what fails its meaning. */
export async function understood<Result>(work: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw domainError((error as { cause?: unknown }).cause ?? error);
  }
}

/** What reads of a store, on a server that may be read only. */
export function openReading(
  places: Places,
  {
    connectionsMax,
    cacheBytesMax,
    searchLimits,
  }: { connectionsMax: number; cacheBytesMax: number; searchLimits: SearchLimits },
) {
  const readers = openReaders(places, Math.max(1, connectionsMax - searchersMax));
  const searchers = openSearchers(places, searchersMax, searchLimits.timeMs);
  const hotReads = new HotReads(readers, cacheBytesMax);
  const later = <Result>(value: Result | Promise<Result>) =>
    value instanceof Promise ? understood(() => value) : value;
  const reads = {
    ...builders(readers),
    readsOneMoment: false,
    all: (query) => understood(() => query),
    findSnapshot: (slugOrId) => later(hotReads.findSnapshot(slugOrId)),
    publicSequence: () => later(hotReads.publicSequence()),
    search: postgresSearch(searchers, readers, searchLimits.waitingMax),
    sizes: () => understood(() => sizesOf(readers)),
  } satisfies Partial<Store>;

  async function close(): Promise<void> {
    await searchers.end();
    await readers.end();
  }

  return { readers, hotReads, reads, close };
}

/** What commits have written since the last checkpoint is what has not been taken over into the data yet. */
async function sizesOf(readers: pg.Pool): Promise<{ dataBytes: number; logBytes: number }> {
  const { rows } = await readers.query<{ data: string; log: string }>(
    `SELECT pg_database_size(current_database()) AS data,
       pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) AS log FROM pg_control_checkpoint()`,
  );
  return { dataBytes: Number(rows[0]?.data), logBytes: Number(rows[0]?.log) };
}
