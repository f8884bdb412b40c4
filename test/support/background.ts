// Tells what a server does by the clock from what it is asked to do.
import { AsyncLocalStorage } from 'node:async_hooks';

const background = new AsyncLocalStorage<true>();

/** Marks what goes on by the clock from what is begun here, such as the start of a server. */
export function asBackground<Result>(begin: () => Result): Result {
  return background.run(true, begin);
}

/** Whether this is done by the clock, and not for a request. */
export function isBackground(): boolean {
  return background.getStore() === true;
}
