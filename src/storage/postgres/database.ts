import { sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Store } from '../store.js';
import * as tables from './tables.js';

/** Numbers of 64 bits, and sums of them, as JavaScript's numbers: what the product counts is far below 2^53. */
for (const type of [pg.types.builtins.INT8, pg.types.builtins.NUMERIC]) pg.types.setTypeParser(type, Number);

/** How long anything waits for a connection. */
const connectTimeoutMs = 3000;
/** How long one statement may take, as the server sees it, and a little later as the driver does, should the server be gone. */
const statementTimeoutMs = 8000;
/** How long a commit waits for the others before it. */
const lockTimeoutMs = 5000;

/** Connections of one kind, made as they are needed. One that is lost is replaced at the next use. */
function openPool(url: string, options: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'copydesk',
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 1000,
    lock_timeout: lockTimeoutMs,
    keepAlive: true,
    ...options,
  });
  // An idle connection that the server ends is gone from the pool by then.
  pool.on('error', () => undefined);
  return pool;
}

export function openReaders(url: string, connectionsMax: number): pg.Pool {
  return openPool(url, { max: connectionsMax });
}

/** The one connection of this process that writes. It sends the statements of a commit without waiting for each. */
export function openWriter(url: string): pg.Pool {
  return openPool(url, { max: 1, pipeline: true });
}

/** Connections for searches, which may take longer than others let them. */
export function openSearchers(url: string, connectionsMax: number, timeMs: number): pg.Pool {
  return openPool(url, { max: connectionsMax, statement_timeout: timeMs, query_timeout: timeMs + 1000 });
}

/** A connection for work that takes as long as it takes. */
export function openPatient(url: string): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'copydesk',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  });
  client.on('error', () => undefined);
  return client;
}

export function drizzleOn(client: pg.Pool | pg.Client): NodePgDatabase<typeof tables> {
  return drizzle(client, { schema: tables, casing: 'snake_case' });
}

/**
 * What builds queries, as everything above storage knows it. The builders of Drizzle's dialects are of one form where the product
 * uses them, and the tables have the same names and JavaScript types, which a test holds side by side; but their types have
 * nothing in common.
 */
export function builders(pool: pg.Pool | pg.Client): Pick<Store, 'db' | 'tables' | 'jsonText'> {
  return {
    db: drizzleOn(pool) as unknown as Store['db'],
    tables: tables as unknown as Store['tables'],
    jsonText: (column) => sql`${column}::text`,
  };
}
