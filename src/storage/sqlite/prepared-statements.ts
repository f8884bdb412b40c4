import type DatabaseFile from 'better-sqlite3';
import { LRUCache } from 'lru-cache';

/** Texts vary with the number of values, so those that were not asked for in a while go. */
const statementsMax = 400;

/**
 * A text whose values SQLite does not look at when it compiles it. It looks at those of limits and of what rows are ordered beside,
 * and then compiles the statement anew each time that they are bound, which takes longer than most of our statements run.
 */
export function compiledOnce(sql: string): string {
  return sql.replaceAll(/'[^']*'|\?/g, (found) => (found === '?' ? '+?' : found));
}

/** The statements of a connection, each compiled once and kept for the next time it is asked for. */
export class PreparedStatements {
  readonly #file: DatabaseFile.Database;
  readonly #kept = new LRUCache<string, DatabaseFile.Statement>({ max: statementsMax });

  constructor(file: DatabaseFile.Database) {
    this.#file = file;
  }

  prepare(sql: string): DatabaseFile.Statement {
    const known = this.#kept.get(sql);
    if (known) return known;
    const prepared = this.#file.prepare(compiledOnce(sql));
    this.#kept.set(sql, prepared);
    return prepared;
  }
}
