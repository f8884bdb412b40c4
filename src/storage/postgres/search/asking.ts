import type pg from 'pg';
import { DomainError } from '../../../kernel/errors.js';
import { domainError, isTimeout } from '../errors.js';

/** Runs a statement of a search. */
export type Ask = <Row>(sql: string, values: unknown[]) => Promise<Row[]>;

/** Where searches are asked. */
export interface Searchers {
  pool: pg.Pool;
  /** Searches that may wait for others. */
  waitingMax: number;
  cancel(backend: number): void;
}

/**
 * Does a search on a connection of its own.
 * @throws `unavailable` when too many wait or it takes too long; the signal's reason when it is aborted
 */
export async function onOwnConnection<Found>(
  { pool, waitingMax, cancel }: Searchers,
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
    throw isTimeout(error) ? tooLong(error) : domainError(error);
  } finally {
    signal.removeEventListener('abort', giveUp);
    // Should the search be cancelled after its end, so is nobody else's.
    client.release(signal.aborted);
  }
}

function tooLong(cause: unknown): DomainError {
  return new DomainError('unavailable', 'The search takes too long. Try again.', { cause });
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw domainError(error);
  }
}
