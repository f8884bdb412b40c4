import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { migrate as runMigrations } from 'drizzle-orm/node-postgres/migrator';
import type pg from 'pg';
import type { SchemaAge } from '../database-files.js';
import { NewerDatabase } from '../store.js';
import { connectPatient, drizzleOn } from './database.js';
import { locks } from './locks.js';

const folder = fileURLToPath(new URL('../../../migrations/postgres/', import.meta.url));
const journal = { migrationsSchema: 'public', migrationsTable: '__drizzle_migrations' };

/**
 * Brings the database to this program's schema. Of several processes that start at once one does it, and the others wait.
 * @throws NewerDatabase
 */
export async function migrate(url: string): Promise<void> {
  const client = await connectPatient(url);
  try {
    // Looked at first: a server that only reads, with the schema that it should have, has nothing to be done.
    if ((await requireKnown(client)) === 'current') return;
    await client.query('SELECT pg_advisory_lock($1)', [locks.migration]);
    if ((await requireKnown(client)) !== 'current')
      await runMigrations(drizzleOn(client), { migrationsFolder: folder, ...journal });
  } finally {
    // The lock goes with the connection.
    await client.end();
  }
}

/** Whether a database has this program's schema. @throws NewerDatabase */
export async function isCurrent(url: string): Promise<boolean> {
  const client = await connectPatient(url);
  try {
    return (await requireKnown(client)) === 'current';
  } finally {
    await client.end();
  }
}

async function requireKnown(client: pg.Client): Promise<SchemaAge> {
  const age = await schemaAge(client);
  if (age === 'newer') throw new NewerDatabase();
  return age;
}

/** How the schema of a database stands to the one that this program makes. */
export async function schemaAge(client: pg.Client): Promise<SchemaAge> {
  if (!(await hasSchema(client))) return 'older';
  const known = new Set(readMigrationFiles({ migrationsFolder: folder }).map(({ hash }) => hash));
  const applied = await client.query<{ hash: string }>('SELECT hash FROM public.__drizzle_migrations');
  if (applied.rows.some(({ hash }) => !known.has(hash))) return 'newer';
  return applied.rows.length < known.size ? 'older' : 'current';
}

/** Whether a database has ever been ours. */
export async function hasSchema(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query("SELECT to_regclass('public.__drizzle_migrations') AS journal");
  return rows[0]?.journal !== null;
}
