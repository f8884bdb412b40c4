import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { DomainError } from '../../kernel/errors.js';
import { connectPatient } from './database.js';

/** Tables that nothing is ever overwritten in or deleted from; the longest of all, and every commit writes to one of them. */
const appendOnly = ['changes', 'publications'];
/** That there is nothing in a table's file, and in none of its indexes or those of its long values more than a first page. */
const isUntouched = `pg_relation_size(t.oid) = 0 AND (reltoastrelid = 0 OR pg_relation_size(reltoastrelid) = 0) AND NOT EXISTS (
  SELECT 1 FROM pg_index WHERE indrelid IN (t.oid, reltoastrelid) AND pg_relation_size(indexrelid) > current_setting('block_size')::int)`;
/** How long whoever still reads what was may hold it up. */
const patienceMs = 5000;
const lookMs = 50;

/**
 * Writes every table anew, with its indexes, so that no byte of what was overwritten or deleted is left in their files: a plain
 * VACUUM only marks it as free. The same for what the planner keeps of them, examples of what stands in their columns. One table
 * after the other is locked meanwhile. What the write-ahead log, replicas and backups keep is not reached.
 * @throws `unavailable` when a transaction elsewhere keeps what was alive; it would be copied along
 */
export async function purge(url: string): Promise<void> {
  const client = await connectPatient(url);
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT quote_ident(relname) AS name FROM pg_class AS t
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname <> ALL ($1::text[]) AND NOT (${isUntouched}) ORDER BY 1`,
      [appendOnly],
    );
    await waitForReaders(client);
    for (const { name } of rows) await client.query(`VACUUM (FULL, ANALYZE) ${name}`);
    // The examples from before are only marked as gone by now.
    await waitForReaders(client);
    await client.query('VACUUM (FULL) pg_statistic');
  } finally {
    await client.end();
  }
}

/**
 * Waits until nobody sees the database as it was before now, nor will: what is looked at from now on is as old as the oldest
 * transaction of the whole server that writes, whichever database it is in.
 */
async function waitForReaders(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ now: string }>('SELECT pg_current_xact_id()::text AS now');
  const isKept = `SELECT 1 WHERE pg_snapshot_xmin(pg_current_snapshot()) <= $1::xid8 OR EXISTS (
  SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND (age(backend_xmin) > age($1::xid8::xid) OR age(backend_xid) > age($1::xid8::xid)))`;
  const endsAt = performance.now() + patienceMs;
  while (((await client.query(isKept, [rows[0]?.now])).rowCount ?? 0) > 0) {
    if (performance.now() > endsAt)
      throw new DomainError('unavailable', 'A transaction elsewhere still reads what was. Try again later.');
    await pause(lookMs);
  }
}
