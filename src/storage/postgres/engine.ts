import type pg from 'pg';
import { defaultSearchLimits, type SearchLimits } from '../search.js';
import type { Statement, Store } from '../store.js';
import { CommitListener } from './commit-listener.js';
import { openWriter, readsOnly } from './database.js';
import { migrate } from './migrate.js';
import { Places } from './places.js';
import { purge } from './purge.js';
import { openReading, understood } from './reading.js';
import { Writer } from './writer.js';

export interface PostgresOptions {
  /** `postgres://…`; with several hosts, the one of them that can be written to. */
  url: string;
  /** Memory for live stories, in bytes. */
  cacheBytesMax: number;
  /** Whether another process has just seen to the schema. */
  isMigrated?: boolean;
  /** Connections of this process: one writes, one hears of commits, two search, the others read. */
  connectionsMax?: number;
  searchLimits?: SearchLimits;
}

/**
 * Opens the database, migrating it as needed.
 * @throws what prevents it: no server at the address, a newer schema
 */
export async function openPostgres({
  url,
  cacheBytesMax,
  isMigrated = false,
  connectionsMax = 10,
  searchLimits = defaultSearchLimits,
}: PostgresOptions): Promise<Store> {
  if (!isMigrated) await migrate(url);
  const places = new Places(url);
  const reading = openReading(places, { connectionsMax: connectionsMax - 2, cacheBytesMax, searchLimits });
  const { readers, hotReads, reads } = reading;
  const writer = new Writer(openWriter(places));
  const listener = new CommitListener(places, (sequence) => hotReads.expect(sequence));

  return {
    ...reads,
    async commit(statements: readonly Statement[]) {
      try {
        await writer.commit(statements);
      } finally {
        hotReads.invalidate();
      }
    },
    onCommit: (tell) => listener.add(tell),
    async purge() {
      await understood(() => purge(url));
      hotReads.clear();
    },
    check: () => understood(() => requireWritable(readers)),
    async close() {
      await listener.close();
      await writer.close();
      await reading.close();
    },
  };
}

/** @throws when nobody answers, or the server only reads */
async function requireWritable(readers: pg.Pool): Promise<void> {
  const { rows } = await readers.query("SELECT current_setting('transaction_read_only') AS read_only");
  if (rows[0]?.read_only !== 'off') throw readsOnly();
}
