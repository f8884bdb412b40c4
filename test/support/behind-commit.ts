// Stands between the server and its store, and lets something else happen right behind a commit, before its request is answered.
import type { Store } from '../../src/storage/store.js';
import { isBackground } from './background.js';

export class BehindCommit {
  #next: (() => PromiseLike<unknown>) | undefined;

  /** Hand this to startApp. */
  readonly wrap = (store: Store): Store => ({
    ...store,
    commit: async (statements) => {
      await store.commit(statements);
      // What goes on by the clock commits as well.
      if (isBackground()) return;
      const next = this.#next;
      this.#next = undefined;
      await next?.();
    },
  });

  /** Has something happen, to completion, behind the next commit. */
  next(happen: () => PromiseLike<unknown>): void {
    this.#next = happen;
  }

  /** Whether what was to happen has begun. */
  get hasHappened(): boolean {
    return this.#next === undefined;
  }
}
