import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { DomainError } from '../../kernel/errors.js';
import { connectPatient } from './database.js';

/** Everywhere that content is kept, or what can be told from it. */
const tables = [
  'articles',
  'sections',
  'images',
  'quotes',
  'embeds',
  'article_tags',
  'slugs',
  'where_used',
  'snapshots',
  'facets',
  'library_snapshots',
  'revisions',
  'corrections',
  'schedules',
  'preview_links',
  'idempotent_answers',
  'story_documents',
  'story_texts',
  'story_index',
  'quote_documents',
  'quote_index',
  'speakers',
  'image_files',
  'webhook_attempts',
];
/** How long whoever still reads what was may hold it up. */
const patienceMs = 5000;
const lookMs = 50;

/**
 * Writes every table that has content anew, with its indexes, so that no byte of what was overwritten or deleted is left in their
 * files: a plain VACUUM only marks it as free. One table after the other is locked meanwhile. What the write-ahead log, replicas
 * and backups keep is not reached.
 * @throws `unavailable` when a transaction elsewhere keeps what was alive; it would be copied along
 */
export async function purge(url: string): Promise<void> {
  const client = await connectPatient(url);
  try {
    await waitForReaders(client);
    for (const table of tables) await client.query(`VACUUM (FULL) "${table}"`);
  } finally {
    await client.end();
  }
}

/** Waits until nobody sees the database as it was before now. */
async function waitForReaders(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ now: string }>('SELECT pg_current_xact_id()::xid::text AS now');
  const isKept = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND (age(backend_xmin) > age($1::xid) OR age(backend_xid) > age($1::xid)) LIMIT 1`;
  const endsAt = performance.now() + patienceMs;
  while (((await client.query(isKept, [rows[0]?.now])).rowCount ?? 0) > 0) {
    if (performance.now() > endsAt)
      throw new DomainError('unavailable', 'A transaction elsewhere still reads what was. Try again later.');
    await pause(lookMs);
  }
}
