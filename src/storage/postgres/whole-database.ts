// A database of a server as a whole: what it was at one moment, and what is wrong with it.
import type pg from 'pg';
import { type FrozenStore, refusals, searchRefusals, type WholeDatabase } from '../database-files.js';
import { builders, connectPatient } from './database.js';
import { findFaults } from './faults.js';
import { hasSchema, schemaAge } from './migrate.js';
import { placeOf } from './places.js';
import { understood } from './reading.js';
import { clear, putQuote, putStory } from './search/index-rows.js';

/** The database at an address. */
export function postgresDatabase(url: string): WholeDatabase {
  return {
    place: placeOf(url),
    cure: 'a backup of PostgreSQL: pg_restore into another database',
    isThere: () => onConnection(url, hasSchema),
    schemaAge: () => onConnection(url, schemaAge),
    faults: () => onConnection(url, findFaults),
    openFrozen: () => openFrozen(url),
  };
}

async function onConnection<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = await connectPatient(url);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Holds one transaction, which sees nothing of what others commit behind its first statement, for as long as it takes. What only
 * reads works on it as on any store; everything else is refused, by the server as well.
 */
async function openFrozen(url: string): Promise<FrozenStore> {
  const client = await connectPatient(url);
  const freeze = async () => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // Only a first statement takes hold of the moment.
    await client.query('SELECT 1');
  };
  try {
    // Files are copied between two reads, however large they are.
    await client.query('SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0');
    await freeze();
  } catch (error) {
    await client.end();
    throw error;
  }
  return {
    ...builders(client),
    readsOneMoment: true,
    all: (query) => understood(() => query),
    async renew() {
      await client.query('COMMIT');
      await freeze();
    },
    search: { putStory, putQuote, clear, ...searchRefusals },
    ...refusals,
    async close() {
      await client.end();
    },
  };
}
