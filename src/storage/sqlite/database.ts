import DatabaseFile from 'better-sqlite3';
import { type Column, type SQL, sql } from 'drizzle-orm';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { PreparedStatements } from './prepared-statements.js';
import { openForReading } from './reading.js';
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

/** As the file is to Drizzle, which would compile each query anew. It always takes rows as arrays, so statements can be shared. */
function withKeptStatements(file: DatabaseFile.Database): DatabaseFile.Database {
  const statements = new PreparedStatements(file);
  return Object.create(file, { prepare: { value: (sql: string) => statements.prepare(sql) } });
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

/** A connection that cannot write, for every read. */
export function openReader(path: string): Connection {
  const file = openForReading(path);
  return { file, db: connect(withKeptStatements(file)).db };
}
