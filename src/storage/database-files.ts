// What can be done with a database as a file, whatever is kept in it and whoever else has it open.
import type { Store } from './store.js';

/** How the schema of a database stands to the one that this program makes. */
export type SchemaAge = 'older' | 'current' | 'newer';

export interface DatabaseFiles {
  /**
   * Copies a database as it is at one moment, while others read and write it. The copy is one file by itself, and not yet known
   * to be on disk.
   * @param onProgress told the share that is done; what it throws ends the copying
   */
  copy(from: string, to: string, onProgress: (share: number) => void): Promise<void>;
  /** What is wrong with a database, a line each: its pages and indexes, full-text ones among them, and what leads nowhere. */
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
  references: string[];
  fullText: string[];
}

/** A database as it was when it was last looked at. It takes no commits. */
export interface FrozenStore extends Store {
  /** Looks at it anew: as it is now. */
  renew(): void;
}
