// One step of a commit, as services hand it to the store.

/** A built query: drizzle's builders are all of this form. */
export interface BuiltQuery {
  toSQL(): { sql: string; params: unknown[] };
}

/** One step of a commit. */
export interface Statement {
  query: BuiltQuery;
  /** How many rows it must touch, or find if it is a guard; any number when left out. */
  rows?: number;
}
