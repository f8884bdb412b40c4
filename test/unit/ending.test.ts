// What becomes of a command that somebody ends.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endingSignal } from '../../src/command.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const heard = () => signals.map((name) => process.listenerCount(name));

/** Whoever else hears of signals in this process would take them for real: what starts PostgreSQL for tests ends it, and the process. */
let others: [(typeof signals)[number], NodeJS.SignalsListener[]][];
beforeEach(() => {
  others = signals.map((name) => [name, process.listeners(name)]);
  for (const name of signals) process.removeAllListeners(name);
});
afterEach(() => {
  for (const [name, listeners] of others) for (const listener of listeners) process.on(name, listener);
});

describe('a command that somebody ends', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('takes back what it began at %s, and is ended at once by whichever signal is next', (name, exitCode) => {
    const signal = endingSignal();
    expect(heard()).toEqual([1, 1, 1]);
    process.emit(name, name);
    expect(signal.reason).toMatchObject({ message: `Ended by ${name}. Nothing is left of it.`, exitCode });
    expect(heard()).toEqual([0, 0, 0]);
  });
});
