import { fileURLToPath } from 'node:url';
import { migrate as runMigrations } from 'drizzle-orm/better-sqlite3/migrator';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { SchemaAge } from '../database-files.js';
import { NewerDatabase } from '../store.js';
import type { Connection } from './database.js';

const folder = fileURLToPath(new URL('../../../migrations/sqlite/', import.meta.url));

/**
 * Brings the database to this program's schema. Foreign keys are off meanwhile, because a table that is rebuilt would take its
 * children along, and the pragma does nothing inside the migrator's own transaction; afterwards all are checked. That looks at
 * every row, so a database that was found sound with this schema is not checked again at every start.
 * @throws NewerDatabase, or an error that names the rows whose foreign key is broken
 */
export function migrate({ file, db }: Connection): void {
  const age = schemaAge(file);
  if (age === 'newer') throw new NewerDatabase();
  const applied = readMigrationFiles({ migrationsFolder: folder }).length;
  // Not known from the schema alone: the process may have ended between the two.
  if (age === 'current' && file.pragma('user_version', { simple: true }) === applied) return;
  file.pragma('foreign_keys = OFF');
  try {
    if (age === 'older') upgrade({ file, db });
    requireSoundReferences(file);
    file.pragma(`user_version = ${applied}`);
  } finally {
    file.pragma('foreign_keys = ON');
  }
}

function upgrade({ file, db }: Connection): void {
  try {
    runMigrations(db, { migrationsFolder: folder });
  } catch (error) {
    // SQLite has taken everything back itself, which it does for this alone; the migrator then fails at doing so, and tells that.
    if (!file.inTransaction && /'ROLLBACK'/.test((error as Error).message))
      throw new Error('there is no room left, or the disk fails', { cause: error });
    throw error;
  }
}

function requireSoundReferences(file: Connection['file']): void {
  const broken = file.pragma('foreign_key_check') as { table: string; rowid: number; parent: string }[];
  if (broken.length === 0) return;
  const places = broken.slice(0, 5).map(({ table, rowid, parent }) => `${table} row ${rowid} → ${parent}`);
  throw new Error(`the database has ${broken.length} broken references: ${places.join(', ')}`);
}

/** How the schema of a database stands to the one that this program makes. */
export function schemaAge(file: Connection['file']): SchemaAge {
  const table = file
    .prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '__drizzle_migrations'")
    .get();
  if (!table) return 'older';
  const known = new Set(readMigrationFiles({ migrationsFolder: folder }).map((migration) => migration.hash));
  const applied = file.prepare('SELECT hash FROM __drizzle_migrations').pluck().all().map(String);
  if (applied.some((hash) => !known.has(hash))) return 'newer';
  return applied.length < known.size ? 'older' : 'current';
}
