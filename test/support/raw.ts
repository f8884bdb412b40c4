// A database as another program would have it: past the store, its guards and its caches. Each engine has its own way.
import type { Search } from '../../src/storage/search.js';
import type { Statement } from '../../src/storage/store.js';

export type Value = string | number | boolean | null | Buffer;
export type Row = Record<string, Value>;

/** A query as it is sent. */
export interface Asked {
  sql: string;
  params: unknown[];
}

/** A document of the full-text index with what writes it, as it should be. */
export interface Written {
  id: string;
  statements: readonly Statement[];
}

/** Ends what was begun. */
export type Release = () => Promise<void>;

/**
 * What SQL it takes is what both engines understand. Steps of plans are told alike for both:
 * `search TABLE by INDEX (columns)`, a column with an ellipsis when it is a range that is asked for; `read TABLE along INDEX`;
 * `read TABLE whole`; `index TABLE first`, when there is no index and one is made for the query; `sort`, and `sort few` where no
 * more than a bounded number of rows can come to it. A table's primary key is `its key`. What goes through the rows that a bounded
 * part of the query has found is no step.
 */
export interface RawDatabase extends Pick<Search, 'putStory' | 'putQuote'> {
  /** Runs statements, one after the other. */
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<Row[]>;
  /** Puts rows into a table, whatever they point at. */
  fill(table: string, rows: readonly Row[]): Promise<void>;
  /** The names of all columns. */
  columns(): Promise<string[]>;
  /** How the engine answers each of the queries. */
  plansOf(queries: readonly Asked[]): Promise<string[][]>;
  /** The tables that have a row with the word. */
  tablesWith(word: string): Promise<string[]>;
  /** Every file that has what the database keeps; what other programs kept of it is not looked at. */
  files(): Promise<string[]>;
  /** Has texts written as they are from now on, so that they can be found in the files. */
  keepUncompressed(): Promise<void>;
  /** How large its files are by now. */
  sizes(): Promise<{ dataBytes: number; logBytes: number }>;
  /** Goes on reading what the table has now. */
  keepReading(table: string): Promise<Release>;
  /** Has all commits wait. */
  holdCommits(): Promise<Release>;
  /** Has the database refuse rows of a table, such as `NEW.id = 'x'`, for trouble of its own. */
  refuseRows(table: string, condition: string): Promise<Release>;
  /** All words that the full-text index has. */
  indexedWords(): Promise<string[]>;
  /** Has the full-text index merged into one part. */
  mergeIndex(): Promise<void>;
  /** Has the engine look at the rows for what it keeps of them to plan queries, as it does by itself at times. */
  gatherStatistics(): Promise<void>;
  /** What is wrong with the full-text index, a line each: in itself, and where it has a document otherwise than it would be written. */
  indexFaults(documents: readonly Written[]): Promise<string[]>;
}
