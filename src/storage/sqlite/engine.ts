import { accessSync, constants, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { defaultSearchLimits, type SearchLimits } from '../search.js';
import type { Statement, Store } from '../store.js';
import { jsonText, openWriter, readingThrough } from './database.js';
import { domainError } from './errors.js';
import { HotReads } from './hot-reads.js';
import { migrate } from './migrate.js';
import { purge } from './purge.js';
import { openForReading } from './reading.js';
import { sqliteSearch } from './search/engine.js';
import { SearchThread } from './search/thread.js';
import * as tables from './tables.js';
import { Writer } from './writer.js';

export interface SqliteOptions {
  path: string;
  /** Memory for live stories, in bytes. */
  cacheBytesMax: number;
  /** How long it may take until a commit of another process is seen, in milliseconds; 0 for not at all, as where servers share the file. */
  unseenMs?: number;
  /** Whether another process has just seen to the schema. */
  isMigrated?: boolean;
  searchLimits?: SearchLimits;
}

/**
 * Opens the database file, making and migrating it as needed.
 * @throws what prevents it: an unwritable place, a newer schema, broken references
 */
export function openSqlite({
  path,
  cacheBytesMax,
  unseenMs = 0,
  isMigrated = false,
  searchLimits = defaultSearchLimits,
}: SqliteOptions): Store {
  const writing = openWriter(path);
  try {
    requireWritable(path);
    if (!isMigrated) migrate(writing);
  } catch (error) {
    writing.file.close();
    throw error;
  }
  const db = readingThrough(writing);
  const reading = openForReading(path);
  // It serves what the cache does not know yet, and all its pages are stale whenever something was committed.
  reading.pragma('cache_size = -4000');
  const writer = new Writer(writing);
  const hotReads = new HotReads(reading, cacheBytesMax, unseenMs);
  const searches = new SearchThread(path, searchLimits);
  const probe = reading.prepare('SELECT 1');

  return {
    db,
    tables,
    jsonText,
    readsOneMoment: true,
    async all(query) {
      try {
        return await query;
      } catch (error) {
        throw domainError((error as { cause?: unknown }).cause ?? error);
      }
    },
    async commit(statements: readonly Statement[]) {
      try {
        await writer.commit(statements);
      } finally {
        hotReads.invalidate();
      }
    },
    findSnapshot: (slugOrId) => hotReads.findSnapshot(slugOrId),
    publicSequence: () => hotReads.publicSequence(),
    // A file tells nobody that another process has written to it.
    onCommit: () => () => undefined,
    search: sqliteSearch(db, writer, searches),
    async purge() {
      try {
        // A search that reads what was would keep the log from being emptied.
        await searches.hold(() => writer.hold(() => purge(path)));
        hotReads.clear();
      } catch (error) {
        throw domainError(error);
      }
    },
    sizes: async () => ({ dataBytes: await bytesOf(path), logBytes: await bytesOf(`${path}-wal`) }),
    async check() {
      try {
        probe.get();
        await writer.check();
      } catch (error) {
        throw domainError(error);
      }
    },
    async close() {
      await searches.close();
      // The writer is the last to close: only a connection that writes can fold the write-ahead log into the file.
      reading.close();
      writer.close();
      hotReads.clear();
    },
  };
}

/** How large a file is; 0 when it is not there. */
/** What may only be read SQLite opens as well, and fails at the first commit. @throws when any of its files is such */
function requireWritable(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) accessSync(file, constants.W_OK);
}

async function bytesOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
