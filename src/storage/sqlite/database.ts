import DatabaseFile from 'better-sqlite3';
import { type Column, type SQL, sql } from 'drizzle-orm';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { PreparedStatements } from './prepared-statements.js';
import * as tables from './tables.js';

export type Tables = typeof tables;
export type Database = BetterSQLite3Database<Tables>;

/** JSON is kept as text. */
export function jsonText(column: Column): SQL {
  return sql`${column}`;
}

export interface Connection {
  file: DatabaseFile.Database;
  db: Database;
}

function connect(file: DatabaseFile.Database): Connection {
  return { file, db: drizzle(file, { schema: tables, casing: 'snake_case' }) };
}

/**
 * What builds queries and reads through a connection that can write, but never writes. SQLite forgets all pages that a connection
 * has read when another commits; so whoever reads through the one that commits finds in memory what it looks at all the time.
 * Statements are kept, which Drizzle would compile anew for each query. It always takes rows as arrays, so they can be shared.
 */
export function readingThrough({ file }: Connection): Database {
  const statements = new PreparedStatements(file);
  const prepare = (sql: string) => {
    const statement = statements.prepare(sql);
    if (!statement.readonly) throw new Error(`only a commit writes, not this: ${sql}`);
    return statement;
  };
  return connect(Object.create(file, { prepare: { value: prepare } })).db;
}

/** The one connection that writes. */
export function openWriter(path: string): Connection {
  const file = new DatabaseFile(path, { timeout: 5000 });
  // A page holds most of a story's bytes, so that the hot read follows few overflow pages. Only an empty file takes it.
  file.pragma('page_size = 16384');
  file.pragma('journal_mode = WAL');
  // After journal_mode: the driver is built to fall back to NORMAL in WAL, which may lose acknowledged commits on power loss.
  file.pragma('synchronous = FULL');
  file.pragma('foreign_keys = ON');
  file.pragma('trusted_schema = OFF');
  return connect(file);
}
