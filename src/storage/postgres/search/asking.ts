import type pg from 'pg';
import { DomainError } from '../../../kernel/errors.js';
import { domainError } from '../errors.js';

/** Runs a statement of a search. */
export type Ask = <Row>(sql: string, values: unknown[]) => Promise<Row[]>;

/** Searches that may wait for others. */
const waitingMax = 32;

/**
 * Does a search on a connection of its own.
 * @throws `unavailable` when too many wait or it takes too long; the signal's reason when it is aborted
 */
export async function onOwnConnection<Found>(
  pool: pg.Pool,
  cancel: (backend: number) => void,
  signal: AbortSignal,
  search: (ask: Ask) => Promise<Found>,
): Promise<Found> {
  signal.throwIfAborted();
  if (pool.waitingCount >= waitingMax)
    throw new DomainError('unavailable', 'Too many searches wait to be answered. Try again.');
  const client = await connect(pool);
  const giveUp = () => cancel((client as pg.PoolClient & { processID: number }).processID);
  signal.addEventListener('abort', giveUp);
  try {
    signal.throwIfAborted();
    return await search(async <Row>(sql: string, values: unknown[]) => (await client.query(sql, values)).rows as Row[]);
  } catch (error) {
    signal.throwIfAborted();
    throw domainError(error);
  } finally {
    signal.removeEventListener('abort', giveUp);
    // Should the search be cancelled after its end, so is nobody else's.
    client.release(signal.aborted);
  }
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw domainError(error);
  }
}
