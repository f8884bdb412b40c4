import type pg from 'pg';
import { DomainError } from '../../kernel/errors.js';
import { GuardFailed, type Statement } from '../store.js';
import { notifying } from './commit-listener.js';
import { domainError, isContention, isPassing, isReadOnly } from './errors.js';
import { locks } from './locks.js';

interface Job {
  askedAt: number;
  statements: readonly Statement[];
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** How long a commit waits for those before it. */
const patienceMs = 8000;
/** Commits that share a transaction, at most. */
const jobsMax = 50;
const tooLong = 'Others that write take too long. Try again later.';
/** How often a transaction that others were in the way of is tried. */
const attemptsMax = 4;

/**
 * Runs commits one after the other, those of other processes among them. Those that wait at the same time share one transaction,
 * and so one wait for the disk: each is a savepoint of it that holds or rolls back by itself, and all are answered once the whole
 * is on disk.
 */
export class Writer {
  readonly #pool: pg.Pool;
  #waiting: Job[] = [];
  #running: Promise<void> | undefined;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  commit(statements: readonly Statement[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ askedAt: performance.now(), statements, resolve, reject });
      this.#wake();
    });
  }

  /** Commits what waits and closes the connection. */
  async close(): Promise<void> {
    this.#wake();
    await this.#running;
    await this.#pool.end();
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
      this.#wake();
    });
  }

  async #work(): Promise<void> {
    // What is asked for in the same turn goes together.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const jobs = this.#waiting.splice(0, jobsMax);
      const isLate = ({ askedAt }: Job) => performance.now() - askedAt > patienceMs;
      for (const job of jobs.filter(isLate)) job.reject(new DomainError('unavailable', tooLong));
      const inTime = jobs.filter((job) => !isLate(job));
      if (inTime.length > 0) await this.#flush(inTime);
    }
  }

  async #flush(jobs: readonly Job[]): Promise<void> {
    let failures: Map<Job, unknown>;
    try {
      failures = await this.#attempt(jobs);
    } catch (error) {
      failures = new Map(jobs.map((job) => [job, error]));
    }
    for (const job of jobs) {
      if (failures.has(job)) job.reject(domainError(failures.get(job)));
      else job.resolve();
    }
  }

  async #attempt(jobs: readonly Job[]): Promise<Map<Job, unknown>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#transact(jobs);
      } catch (error) {
        if (attempt === attemptsMax || !isContention(error)) throw error;
      }
    }
  }

  /** Runs the jobs in one transaction. @returns what failed of them @throws when nothing of it was committed, or nobody knows */
  async #transact(jobs: readonly Job[]): Promise<Map<Job, unknown>> {
    const client = await this.#pool.connect();
    let lost: Error | undefined;
    const lose = (error: Error) => {
      lost = error;
    };
    client.on('error', lose);
    try {
      return await runJobs(client, jobs);
    } catch (error) {
      // It may be a server that was the primary before.
      if (isReadOnly(error)) lost = error as Error;
      await client.query('ROLLBACK').catch(lose);
      throw error;
    } finally {
      client.off('error', lose);
      client.release(lost);
    }
  }
}

const begin = ['BEGIN', `SELECT pg_advisory_xact_lock(${locks.commit})`];
const keep = ['RELEASE job'];
const undo = ['ROLLBACK TO job', 'RELEASE job'];

/**
 * Runs jobs in one transaction, from its begin to its end. What cannot fail by itself is sent along with what comes behind it, so
 * that the way to the server and back is gone once for each job, and once to commit.
 */
async function runJobs(client: pg.PoolClient, jobs: readonly Job[]): Promise<Map<Job, unknown>> {
  const failures = new Map<Job, unknown>();
  // One that is alone fails together with the transaction.
  const isAlone = jobs.length === 1;
  let ahead = begin;
  for (const job of jobs) {
    const failure = await runJob(client, isAlone ? ahead : [...ahead, 'SAVEPOINT job'], job);
    if (isAlone && failure !== undefined) throw failure;
    if (failure !== undefined) failures.set(job, failure);
    ahead = failure === undefined ? keep : undo;
  }
  await all(send(client, [...(isAlone ? [] : ahead), notifying, 'COMMIT']));
  return failures;
}

/**
 * @param ahead sent before its statements
 * @returns why the job failed; what it did is to be undone then @throws when the transaction as a whole has failed
 */
async function runJob(client: pg.PoolClient, ahead: readonly string[], { statements }: Job): Promise<unknown> {
  const [, outcomes] = await Promise.all([
    all(send(client, ahead)),
    Promise.allSettled(statements.map((statement) => run(client, statement))),
  ]);
  // The first is the cause of those behind it.
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  // Those behind it would fare no better.
  if (failed && isPassing(failed.reason)) throw failed.reason;
  return failed?.reason;
}

function send(client: pg.PoolClient, texts: readonly string[]): Promise<unknown>[] {
  return texts.map((text) => client.query(text));
}

async function run(client: pg.PoolClient, { query, rows }: Statement): Promise<void> {
  const { sql, params, name = '' } = query.toSQL();
  const { rowCount } = await client.query({ text: sql, values: params, name });
  if (rows !== undefined && rowCount !== rows) throw new GuardFailed(sql, rows, rowCount ?? 0);
}

/** Waits for all of them, whatever becomes of each. @throws what the first that failed says */
async function all(queries: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(queries)).find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}
