import { setImmediate as nextTurn } from 'node:timers/promises';
import { DomainError } from '../../kernel/errors.js';

/** Has large work done piece by piece, one in each turn of the event loop, so that whoever asks for little is answered in between. */
export class Turns {
  readonly #waitingMax: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  /**
   * Does a piece of work when those before it are done, and not at all when nobody waits for it any more.
   * @throws `unavailable` when too much waits; the signal's reason
   */
  async take<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    if (this.#waiting >= this.#waitingMax)
      throw new DomainError('unavailable', 'Too much waits to be answered. Try again.');
    this.#waiting += 1;
    const done = this.#after(this.#last, signal, work);
    this.#last = done.catch(() => undefined);
    try {
      return await done;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #after<Result>(before: Promise<unknown>, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    await before;
    signal.throwIfAborted();
    await nextTurn();
    return work();
  }
}
