// One step of a commit, as services hand it to the store.

/** A built query: drizzle's builders are all of this form. */
export interface BuiltQuery {
  /** `name`, if there is one, is that of a text which comes again, so that an engine can keep what it has made of it. */
  toSQL(): { sql: string; params: unknown[]; name?: string };
}

/** One step of a commit. */
export interface Statement {
  query: BuiltQuery;
  /** How many rows it must touch, or find if it is a guard; any number when left out. */
  rows?: number;
}
