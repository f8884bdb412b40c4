// Watches what a server asks of its store, and tells how the engine answers it.
import type { Store } from '../../src/storage/store.js';
import type { TestApp } from './app.js';
import { isBackground } from './background.js';
import type { Asked } from './raw.js';

/** What is asked beside an operation: whose key it is. */
const beside = '"api_keys"';

/** Hand its `wrap` to startApp. */
export class QueryLog {
  asked: Asked[] = [];

  readonly wrap = (store: Store): Store => ({
    ...store,
    // Whoever is told of commits asks at once what they left to be done, which is none of the operation's questions.
    onCommit: () => () => undefined,
    all: (query) => {
      if (!isBackground()) this.asked.push((query as unknown as { toSQL(): Asked }).toSQL());
      return store.all(query);
    },
    commit: (statements) => {
      if (!isBackground()) this.asked.push(...statements.map(({ query }) => query.toSQL()));
      return store.commit(statements);
    },
  });

  /** How the engine answers what an operation asks: a list of steps for each query, without those that let the request in. */
  async plansOf({ raw }: TestApp, operation: () => PromiseLike<unknown>): Promise<string[][]> {
    this.asked = [];
    await operation();
    return raw.plansOf(this.asked.filter(({ sql }) => !sql.includes(beside)));
  }
}

/** Steps that go through all of a table in no order of use. */
export function wholeReads(steps: readonly string[]): string[] {
  return steps.filter((step) => /^read .* whole$|^index /.test(step));
}
