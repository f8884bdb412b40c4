// What can be done with a database as a whole, whatever is kept in it and whoever else has it open.
import type { Store } from './store.js';

/** How the schema of a database stands to the one that this program makes. */
export type SchemaAge = 'older' | 'current' | 'newer';

/** A database that is there, to be looked at while others read and write it. */
export interface WholeDatabase {
  /** Where it is, in words for people: never with a password. */
  readonly place: string;
  /** What mends what is damaged in it. */
  readonly cure: string;
  /** Whether there is anything of ours at the place. @throws when nobody can tell */
  isThere(): Promise<boolean>;
  /** @throws when it is no database */
  schemaAge(): Promise<SchemaAge>;
  /** What is wrong with it, a line each: its pages and indexes, full-text ones among them, and what leads nowhere. */
  faults(): Promise<DatabaseFaults>;
  /** Opens it to read only, as it is at one moment. */
  openFrozen(): Promise<FrozenStore>;
}

/** What can be done with a database that is one file. */
export interface DatabaseFiles {
  /** Whether there is anything. @throws when nobody can tell */
  isThere(path: string): Promise<boolean>;
  /**
   * Copies a database as it is at one moment, while others read and write it. The copy is one file by itself, and not yet known
   * to be on disk.
   * @param onProgress told the share that is done; what it throws ends the copying
   */
  copy(from: string, to: string, onProgress: (share: number) => void): Promise<void>;
  /** The same as of the whole database. */
  faultsOf(path: string): DatabaseFaults;
  /** @throws when it is no database */
  schemaAgeOf(path: string): SchemaAge;
  /** Whether anybody has it open. */
  isInUse(path: string): boolean;
  /** Opens it to read only, as it is at one moment. */
  openFrozen(path: string): FrozenStore;
}

export interface DatabaseFaults {
  pages: string[];
  /** What was looked at to find those. */
  pagesLooked: string;
  references: string[];
  fullText: string[];
}

/** A database as it was when it was last looked at. It takes no commits. */
export interface FrozenStore extends Store {
  /** Looks at it anew: as it is now. */
  renew(): Promise<void>;
}

const refuse = () => Promise.reject(new Error('A frozen database is only read.'));

/** What a frozen store refuses, on either engine. */
export const refusals = {
  commit: refuse,
  findSnapshot: refuse,
  onCommit: () => () => undefined,
  publicSequence: refuse,
  purge: refuse,
  sizes: refuse,
  check: refuse,
};
/** The same of its search. */
export const searchRefusals = { findStories: refuse, findQuotes: refuse, inspect: refuse };
