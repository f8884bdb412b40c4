// The port that storage engines implement. Nothing above it names an engine.
import type { Column, SQL } from 'drizzle-orm';
import type { Search } from './search.js';
import type { Database, Tables } from './sqlite/database.js';
import type { Statement } from './statement.js';

export type { BuiltQuery, Statement } from './statement.js';

/** A statement touched another number of rows than it must: what the caller decided on has changed. Nothing was written. */
export class GuardFailed extends Error {
  constructor(sql: string, expected: number, actual: number) {
    super(`expected ${expected} rows, got ${actual}: ${sql}`);
    this.name = 'GuardFailed';
  }
}

/** A unique index refused a row. Nothing was written. */
export class UniqueViolation extends Error {
  readonly table: string;
  constructor(table: string, cause: unknown) {
    super(`a row of ${table} is there already`, { cause });
    this.name = 'UniqueViolation';
    this.table = table;
  }
}

/** The database was written by a newer version of the program. */
export class NewerDatabase extends Error {
  constructor() {
    super(
      'the database was written by a newer version of Copydesk; start that version, or restore a backup made before the upgrade',
    );
    this.name = 'NewerDatabase';
  }
}

/** What a published story is known by, without its bytes. */
export interface SnapshotHead {
  articleId: string;
  slug: string;
  /** Strong entity tag of the bytes. */
  etag: string;
  /** HTTP date of when the bytes were made. */
  lastModified: string;
}

/** Bytes that are lent: `release` gives their memory back for other bytes, once they are sent. Not calling it costs only that. */
export interface Lease {
  bytes: Buffer;
  release(): void;
}

/** A published story, as the hot read needs it. */
export interface StoredSnapshot extends SnapshotHead {
  /** The bytes. To be called in the turn of the event loop in which the snapshot was found. */
  read(): Lease;
}

/** The change in the log that says that a purge is done, so that whoever else works on the store empties its caches as well. */
export const purgeAction = 'purge';

export interface Store {
  /** Builds queries; run them by `all` or `commit`, never by their own methods. */
  readonly db: Database;
  readonly tables: Tables;
  /** The JSON of a column, as text that can be looked through. */
  jsonText(column: Column): SQL;
  /** Whether what is read one after the other, with nothing else awaited in between, is of one moment. */
  readonly readsOneMoment: boolean;
  /** Runs one read. */
  all<Row>(query: PromiseLike<Row[]>): Promise<Row[]>;
  /**
   * Runs the statements in order in one transaction and answers when it is on disk.
   * @throws GuardFailed, UniqueViolation; all is rolled back.
   */
  commit(statements: readonly Statement[]): Promise<void>;
  /** The live story with this slug or id, by a bounded cache that the change log keeps true. */
  findSnapshot(slugOrId: string): StoredSnapshot | undefined | Promise<StoredSnapshot | undefined>;
  /** The sequence of the last change that readers can see: while it stays, so does every public answer. */
  publicSequence(): number | Promise<number>;
  /**
   * Has somebody told soon after a commit, by whichever process, and up to where `publicSequence` comes then. It only wakes: of
   * several commits one may be told of, or of none where an engine knows by looking alone. So whoever wants all of them looks as well.
   * @returns ends it
   */
  onCommit(tell: (publicSequence: number) => void): () => void;
  /** Finds live stories and quotes by their words. */
  readonly search: Search;
  /**
   * Rids the store's files, caches among them, of all that was overwritten or deleted before. Commits wait meanwhile, reads do not.
   * @throws `unavailable` when a reader elsewhere keeps it back, `storage_full` when there is no room to do it
   */
  purge(): Promise<void>;
  /** How large its files are; the log is what commits have written and nobody has taken over into the data yet. */
  sizes(): Promise<{ dataBytes: number; logBytes: number }>;
  /** Whether the store can read and write now. @throws what prevents it */
  check(): Promise<void>;
  close(): Promise<void>;
}
