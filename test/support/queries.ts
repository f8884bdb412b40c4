// Watches what a server asks of its store, and tells how the engine answers it.
import Database from 'better-sqlite3';
import type { Store } from '../../src/storage/store.js';

interface Asked {
  sql: string;
  params: unknown[];
}

/** What is asked beside an operation: whose key it is, and each second what is planned. */
const besides = ['"api_keys"', 'min("at")'];

/** Hand its `wrap` to startApp. */
export class QueryLog {
  asked: Asked[] = [];

  readonly wrap = (store: Store): Store => ({
    ...store,
    all: (query) => {
      this.asked.push((query as unknown as { toSQL(): Asked }).toSQL());
      return store.all(query);
    },
    commit: (statements) => {
      this.asked.push(...statements.map(({ query }) => query.toSQL()));
      return store.commit(statements);
    },
  });

  /** How the engine answers what an operation asks: a list of steps for each query, without those that let the request in. */
  async plansOf(path: string, operation: () => PromiseLike<unknown>): Promise<string[][]> {
    this.asked = [];
    await operation();
    const file = new Database(path, { readonly: true });
    const plans = this.asked
      .filter(({ sql }) => besides.every((text) => !sql.includes(text)))
      .map(({ sql, params }) =>
        (file.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...params) as { detail: string }[]).map(({ detail }) => detail),
      );
    file.close();
    return plans;
  }
}
