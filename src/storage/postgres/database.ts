import { sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Store } from '../store.js';
import { Places } from './places.js';
import * as tables from './tables.js';

/** Numbers of 64 bits, and sums of them, as JavaScript's numbers: what the product counts is far below 2^53. */
for (const type of [pg.types.builtins.INT8, pg.types.builtins.NUMERIC]) pg.types.setTypeParser(type, Number);

/** How long anything waits for a connection. */
const connectTimeoutMs = 3000;
/** How long one statement may take, as the server sees it, and a little later as the driver does, should the server be gone. */
const statementTimeoutMs = 8000;
/** How long a commit waits for the others before it. */
const lockTimeoutMs = 5000;

/** A connection to where the server is when it is made. One that cannot be made says that it is not there. */
class PlacedClient extends pg.Client {
  readonly #places: Places;
  readonly #url: string;

  constructor(places: Places, options: pg.ClientConfig) {
    const { url } = places;
    super({
      application_name: 'copydesk',
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      ...options,
      connectionString: url,
    });
    this.#places = places;
    this.#url = url;
    const leave = () => places.leave(url);
    this.once('end', leave);
    this.once('connect', () => this.off('end', leave));
  }

  /** @throws when it leads to one of several servers that is not the one to write to */
  async requirePrimary(): Promise<void> {
    if (this.#places.count === 1) return;
    const { rows } = await this.query<{ transaction_read_only: string }>('SHOW transaction_read_only');
    if (rows[0]?.transaction_read_only === 'off') return;
    this.#places.leave(this.#url);
    throw readsOnly();
  }
}

/** What PostgreSQL says by this code of a server that takes no writes. */
export function readsOnly(): Error {
  return Object.assign(new Error('the server only reads'), { code: '25006' });
}

/** Connections of one kind, made as they are needed. One that is lost is replaced at the next use. */
function openPool(places: Places, options: pg.PoolConfig): pg.Pool {
  const config = {
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 1000,
    lock_timeout: lockTimeoutMs,
    ...options,
  };
  const pool = new pg.Pool({
    connectionTimeoutMillis: connectTimeoutMs,
    ...config,
    Client: class extends PlacedClient {
      constructor() {
        super(places, config);
      }
    },
    onConnect: (client) => (client as PlacedClient).requirePrimary(),
  });
  // An idle connection that the server ends is gone from the pool by then.
  pool.on('error', () => undefined);
  return pool;
}

export function openReaders(places: Places, connectionsMax: number): pg.Pool {
  return openPool(places, { max: connectionsMax });
}

/** The one connection of this process that writes. It sends the statements of a commit without waiting for each. */
export function openWriter(places: Places): pg.Pool {
  return openPool(places, { max: 1, pipeline: true });
}

/** Connections for searches, which may take longer than others let them. */
export function openSearchers(places: Places, connectionsMax: number, timeMs: number): pg.Pool {
  return openPool(places, { max: connectionsMax, statement_timeout: timeMs, query_timeout: timeMs + 1000 });
}

/** A connection that is to hear of commits; not made yet. */
export function openListener(places: Places): PlacedClient {
  return quiet(
    new PlacedClient(places, { application_name: 'copydesk commits', query_timeout: statementTimeoutMs + 1000 }),
  );
}

/** A connection for work that takes as long as it takes. @throws what keeps every place from being connected to */
export async function connectPatient(url: string): Promise<pg.Client> {
  const places = new Places(url);
  for (let attempt = 1; ; attempt++) {
    const client = quiet(new PlacedClient(places, {}));
    try {
      await client.connect();
      await client.requirePrimary();
      return client;
    } catch (error) {
      await client.end();
      if (attempt === places.count) throw error;
    }
  }
}

/** What becomes of the connection is told by what is asked over it. */
function quiet(client: PlacedClient): PlacedClient {
  return client.on('error', () => undefined);
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
