import type DatabaseFile from 'better-sqlite3';
import { DomainError } from '../../kernel/errors.js';
import { GuardFailed, type Statement } from '../store.js';
import type { Connection } from './database.js';
import { domainError } from './errors.js';
import { PreparedStatements } from './prepared-statements.js';

/**
 * How often the event loop turns before what waits is committed. A turn in which nothing happens costs some microseconds; but each
 * lets one connection in, and whatever has arrived, so that it need not wait for the disk and comes into the same commit.
 */
const turnsBefore = 16;

/** For how long what was stored shows that something can be. Another process on the file may have met a full disk since. */
const knownMs = 30_000;

interface Job {
  statements: readonly Statement[];
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** One of several jobs has failed behind something that it had written, which does not come out of their transaction by itself. */
class NotAlone extends Error {}

/**
 * Runs commits on the one writing connection. Those that wait at the same time share one transaction, and so one fsync: each
 * holds or fails by itself, and all are answered once the whole is on disk.
 */
export class Writer {
  readonly #file: DatabaseFile.Database;
  readonly #statements: PreparedStatements;
  #waiting: Job[] = [];
  #holds = 0;
  /** How many rows were written, in all. */
  #written = 0;
  /** When something last came to disk; never when what came last could not. */
  #storedAt = Number.NEGATIVE_INFINITY;

  constructor(connection: Connection) {
    this.#file = connection.file;
    this.#statements = new PreparedStatements(connection.file);
  }

  commit(statements: readonly Statement[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ statements, resolve, reject });
      if (this.#waiting.length === 1) this.#flushAfter(turnsBefore);
    });
  }

  #flushAfter(turns: number): void {
    setImmediate(() => (turns > 1 ? this.#flushAfter(turns - 1) : this.#flush()));
  }

  get #isHeld(): boolean {
    return this.#holds > 0;
  }

  /** Whether what is committed comes to disk now; while commits wait for something else they are only late. @throws what prevents it */
  async check(): Promise<void> {
    if (this.#isHeld) return;
    const isKnown = performance.now() - this.#storedAt < knownMs;
    await this.commit(isKnown ? [] : [this.#trial()]);
    if (!isKnown) this.#storedAt = performance.now();
  }

  /** Writes a page in which nothing changes: a row that stays as it is SQLite would not write. */
  #trial(): Statement {
    const version = () => this.#file.pragma('user_version', { simple: true });
    return { query: { toSQL: () => ({ sql: `PRAGMA user_version = ${version()}`, params: [] }) } };
  }

  /** Lets commits wait while something else writes to the file. */
  async hold(work: () => Promise<void>): Promise<void> {
    this.#holds += 1;
    try {
      await work();
    } finally {
      this.#holds -= 1;
      this.#flush();
    }
  }

  /** Commits what waits and closes the connection. */
  close(): void {
    this.#holds = 0;
    this.#flush();
    this.#file.close();
  }

  #flush(): void {
    if (this.#isHeld) return;
    const jobs = this.#waiting;
    this.#waiting = [];
    if (jobs.length === 0) return;
    const failures = this.#commitAll(jobs);
    for (const job of jobs) {
      if (failures.has(job)) job.reject(domainError(failures.get(job)));
      else job.resolve();
    }
  }

  /**
   * Commits the jobs. A savepoint for each has SQLite write down all pages that it changes a second time, so they go without at
   * first: most that fail do so at a guard, before they write.
   * @returns what has failed of them
   */
  #commitAll(jobs: readonly Job[]): Map<Job, unknown> {
    try {
      return this.#transact(jobs, (statements) => this.#runJob(statements, jobs.length === 1));
    } catch (error) {
      if (!(error instanceof NotAlone)) throw error;
      return this.#transact(jobs, (statements) => this.#runApart(statements));
    }
  }

  /** @param run gives what has failed of a job @throws NotAlone, which `run` has thrown */
  #transact(jobs: readonly Job[], run: (statements: readonly Statement[]) => unknown): Map<Job, unknown> {
    const failures = new Map<Job, unknown>();
    const before = this.#written;
    try {
      this.#file.exec('BEGIN IMMEDIATE');
      for (const job of jobs) {
        const failure = run(job.statements);
        if (failure !== undefined) failures.set(job, failure);
        if (!this.#file.inTransaction) throw failure;
      }
      this.#file.exec('COMMIT');
      if (this.#written > before) this.#storedAt = performance.now();
    } catch (error) {
      if (this.#file.inTransaction) this.#file.exec('ROLLBACK');
      if (error instanceof NotAlone) throw error;
      for (const job of jobs) if (!failures.has(job)) failures.set(job, error);
    }
    if ([...failures.values()].some(isOfStore)) this.#storedAt = Number.NEGATIVE_INFINITY;
    return failures;
  }

  /** @returns why the job failed before it wrote anything @throws why it failed later, or NotAlone */
  #runJob(statements: readonly Statement[], isAlone: boolean): unknown {
    const before = this.#written;
    try {
      for (const statement of statements) this.#run(statement);
      return undefined;
    } catch (error) {
      if (this.#written === before) return error;
      throw isAlone ? error : new NotAlone();
    }
  }

  #runApart(statements: readonly Statement[]): unknown {
    const before = this.#written;
    this.#file.exec('SAVEPOINT job');
    try {
      for (const statement of statements) this.#run(statement);
      this.#file.exec('RELEASE job');
      return undefined;
    } catch (error) {
      // A full disk makes SQLite roll back the whole transaction by itself.
      if (this.#file.inTransaction) this.#file.exec('ROLLBACK TO job; RELEASE job');
      this.#written = before;
      return error;
    }
  }

  #run({ query, rows }: Statement): void {
    const { sql, params } = query.toSQL();
    const prepared = this.#statements.prepare(sql);
    const touched = prepared.reader ? prepared.all(...params).length : prepared.run(...params).changes;
    if (!prepared.reader) this.#written += touched;
    if (rows !== undefined && touched !== rows) throw new GuardFailed(sql, rows, touched);
  }
}

/** Whether a job failed for want of what it is stored in, and not for what it wanted. */
function isOfStore(error: unknown): boolean {
  return domainError(error) instanceof DomainError;
}
