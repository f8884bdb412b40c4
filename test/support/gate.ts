// Stands between the server and its store, and lets something else happen at a chosen step of an operation.
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect } from 'vitest';
import type { Store } from '../../src/storage/store.js';
import { chanceOf, rounds } from './rounds.js';

/** Something that happens to completion between two steps of an operation. */
type Interruption = () => PromiseLike<unknown>;

export interface Meeting<Answer> {
  operation: () => PromiseLike<Answer>;
  /** What somebody else does in between, from start to end. */
  meanwhile: Interruption;
  /** What holds afterwards, whichever came first. */
  after: (answer: Answer) => Promise<void>;
}

/** At which steps of an operation others come in: at each, or at every so manieth from one on that chance says. */
const stride = rounds({ quick: 4, short: 2, long: 1 });
const chance = chanceOf('steps');

const background = new AsyncLocalStorage<true>();

/** Makes what goes on by the clock, from what is begun here, pass all gates: it would take the steps of the operation. */
export function asBackground<Result>(begin: () => Result): Result {
  return background.run(true, begin);
}

/** Whether it is what goes on by the clock that asks. */
export function isBackground(): boolean {
  return background.getStore() === true;
}

export class Gate {
  #stepsBefore = 0;
  #interruption: Interruption | undefined;
  /** The interruption from when it has begun. */
  #met: Promise<unknown> | undefined;

  /** Hand this to startApp. Every read and every commit of the store is a step. */
  readonly wrap = (store: Store): Store => ({
    ...store,
    // Whoever is told of commits begins at once to look at them, and his steps would be counted among those of the operation.
    onCommit: () => () => undefined,
    all: async (query) => {
      await this.#pass();
      return store.all(query);
    },
    commit: async (statements) => {
      await this.#pass();
      return store.commit(statements);
    },
  });

  async #pass(): Promise<void> {
    const interruption = this.#interruption;
    if (!interruption || isBackground()) return;
    if (this.#stepsBefore > 0) {
      this.#stepsBefore -= 1;
      return;
    }
    this.#interruption = undefined;
    this.#met = Promise.resolve(interruption());
    await this.#met;
  }

  /**
   * Runs an operation, and the interruption just before its k-th step; the interruption's own steps pass freely. What a commit sets
   * off has steps as well: then the two run side by side, and both have ended when this does.
   * @returns the operation's result, and whether it came as far as the k-th step
   */
  async run<Result>(
    k: number,
    operation: () => PromiseLike<Result>,
    interruption: Interruption,
  ): Promise<{ result: Result; wasInterrupted: boolean }> {
    this.#stepsBefore = k - 1;
    this.#interruption = interruption;
    this.#met = undefined;
    const result = await operation();
    await this.#met;
    const wasInterrupted = this.#interruption === undefined;
    this.#interruption = undefined;
    return { result, wasInterrupted };
  }

  /**
   * Arranges a meeting anew for each step of an operation, so that the other comes in at every one of them; at some of them only
   * where time is short.
   */
  async meetAtEachStep<Answer>(arrange: () => Promise<Meeting<Answer>>, stepsMin = 5): Promise<void> {
    for (let k = 1 + Math.floor(chance() * stride); k < 100; k += stride) {
      const { operation, meanwhile, after } = await arrange();
      const { result, wasInterrupted } = await this.run(k, operation, meanwhile);
      if (!wasInterrupted) {
        expect(k).toBeGreaterThan(stepsMin);
        return;
      }
      try {
        await after(result);
      } catch (error) {
        throw new Error(`It does not hold when the other comes in just before step ${k}.`, { cause: error });
      }
    }
    throw new Error('The operation came to no end.');
  }
}
