// Watches what a server asks of its store, and tells how the engine answers it.
import type { Store } from '../../src/storage/store.js';
import type { TestApp } from './app.js';
import { isBackground } from './gate.js';
import type { Asked } from './raw.js';

/** What is asked beside an operation: whose key it is, and each second what is planned. */
const besides = ['"api_keys"', 'min("at")'];

/** Hand its `wrap` to startApp. */
export class QueryLog {
  asked: Asked[] = [];

  readonly wrap = (store: Store): Store => ({
    ...store,
    // Whoever is told of commits asks at once what they left to be done, which is none of the operation's questions.
    onCommit: () => () => undefined,
    all: (query) => {
      this.#note([query as unknown as { toSQL(): Asked }]);
      return store.all(query);
    },
    commit: (statements) => {
      this.#note(statements.map(({ query }) => query));
      return store.commit(statements);
    },
  });

  /** What goes on by the clock may fall into any operation. */
  #note(queries: readonly { toSQL(): Asked }[]): void {
    if (!isBackground()) this.asked.push(...queries.map((query) => query.toSQL()));
  }

  /** How the engine answers what an operation asks: a list of steps for each query, without those that let the request in. */
  async plansOf({ raw }: TestApp, operation: () => PromiseLike<unknown>): Promise<string[][]> {
    this.asked = [];
    await operation();
    return raw.plansOf(this.asked.filter(({ sql }) => besides.every((text) => !sql.includes(text))));
  }
}

/** Steps that go through all of a table in no order of use. */
export function wholeReads(steps: readonly string[]): string[] {
  return steps.filter((step) => /^read .* whole$|^index /.test(step));
}
