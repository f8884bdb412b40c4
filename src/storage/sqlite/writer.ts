import type DatabaseFile from 'better-sqlite3';
import { GuardFailed, type Statement } from '../store.js';
import type { Connection } from './database.js';
import { domainError } from './errors.js';
import { PreparedStatements } from './prepared-statements.js';

/**
 * How often the event loop turns before what waits is committed. A turn in which nothing happens costs some microseconds; but each
 * lets one connection in, and whatever has arrived, so that it need not wait for the disk and comes into the same commit.
 */
const turnsBefore = 16;

interface Job {
  statements: readonly Statement[];
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Runs commits on the one writing connection. Those that wait at the same time share one transaction, and so one fsync: each is
 * a savepoint of it that holds or rolls back by itself, and all are answered once the whole is on disk.
 */
export class Writer {
  readonly #file: DatabaseFile.Database;
  readonly #statements: PreparedStatements;
  #waiting: Job[] = [];
  #holds = 0;

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

  get isHeld(): boolean {
    return this.#holds > 0;
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
    if (this.isHeld) return;
    const jobs = this.#waiting;
    this.#waiting = [];
    if (jobs.length === 0) return;
    const outcomes = new Map<Job, unknown>();
    try {
      this.#file.exec('BEGIN IMMEDIATE');
      for (const job of jobs) {
        const failure = this.#runJob(job);
        if (failure !== undefined) outcomes.set(job, failure);
        if (!this.#file.inTransaction) throw failure;
      }
      this.#file.exec('COMMIT');
    } catch (error) {
      if (this.#file.inTransaction) this.#file.exec('ROLLBACK');
      for (const job of jobs) if (!outcomes.has(job)) outcomes.set(job, error);
    }
    for (const job of jobs) {
      if (outcomes.has(job)) job.reject(domainError(outcomes.get(job)));
      else job.resolve();
    }
  }

  #runJob({ statements }: Job): unknown {
    this.#file.exec('SAVEPOINT job');
    try {
      for (const statement of statements) this.#run(statement);
      this.#file.exec('RELEASE job');
      return undefined;
    } catch (error) {
      // A full disk makes SQLite roll back the whole transaction by itself.
      if (this.#file.inTransaction) this.#file.exec('ROLLBACK TO job; RELEASE job');
      return error;
    }
  }

  #run({ query, rows }: Statement): void {
    const { sql, params } = query.toSQL();
    const prepared = this.#statements.prepare(sql);
    const touched = prepared.reader ? prepared.all(...params).length : prepared.run(...params).changes;
    if (rows !== undefined && touched !== rows) throw new GuardFailed(sql, rows, touched);
  }
}
