import { DomainError } from '../kernel/errors.js';
import { GuardFailed, type Statement, type Store, UniqueViolation } from './store.js';

/** What a decision leads to: what to write, nothing if there is nothing to change, and what to answer once it is written. */
export interface Decision<Result> {
  statements: readonly Statement[];
  result: Result;
}

/** More than the writers that may meet at one resource at once. */
const attemptsMax = 60;

/**
 * Decides and commits. Between the reads of a decision and its commit others may commit; then a guard fails, nothing is
 * written, and the decision is made again from fresh reads. It is `decide` that refuses a caller's stale version.
 * @throws `unavailable` when others were faster every time
 */
export async function decideAndCommit<Result>(store: Store, decide: () => Promise<Decision<Result>>): Promise<Result> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const { statements, result } = await decide();
    if (statements.length === 0) return result;
    try {
      await store.commit(statements);
      return result;
    } catch (error) {
      if (!(error instanceof GuardFailed || error instanceof UniqueViolation)) throw error;
    }
  }
  throw new DomainError('unavailable', 'Too many others are changing this at the same time. Try again.');
}
