import { getTableName } from 'drizzle-orm';
import { DomainError } from '../kernel/errors.js';
import { type Mark, takeMark } from './mark.js';
import { GuardFailed, type Statement, type Store, UniqueViolation } from './store.js';

/**
 * What a decision leads to: what to write, nothing if there is nothing to change, and what to answer once it is written. The
 * result is plain JSON and holds all that the answer is made of, ids that were made among it: a request which is sent again after
 * its process has died is answered from the result alone.
 */
export interface Decision<Result> {
  statements: readonly Statement[];
  result: Result;
}

/** More than the writers that may meet at one resource at once. */
const attemptsMax = 60;
/** More than the refusals that one after the other may come to, each of them another. */
const refusalsMax = 5;

/**
 * Decides and commits. Between the reads of a decision and its commit others may commit; then a guard fails, nothing is
 * written, and the decision is made again from fresh reads. It is `decide` that refuses a caller's stale version. For a request
 * that was decided before, nothing is decided nor written, and the result of then is given.
 * @throws `unavailable` when others were faster every time, UniqueViolation when another run of the same request was
 */
export async function decideAndCommit<Result>(store: Store, decide: () => Promise<Decision<Result>>): Promise<Result> {
  const mark = takeMark();
  if (mark?.decided) return mark.decided.result as Result;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const { statements, result } = await (store.readsOneMoment ? decide() : decideSurely(decide));
    if (await isCommitted(store, statements, mark, result)) return result;
  }
  throw new DomainError('unavailable', 'Too many others are changing this at the same time. Try again.');
}

/**
 * Decides where reads are each of their own moment. What is to be written is held to what was read; a refusal is not, and may
 * come of two moments that do not go together. So it stands once the same has come of fresh reads.
 */
async function decideSurely<Result>(decide: () => Promise<Decision<Result>>): Promise<Decision<Result>> {
  let before: string | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      return await decide();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code === 'unavailable') throw error;
      const refusal = `${error.code} ${error.message}`;
      if (refusal === before || attempt === refusalsMax) throw error;
      before = refusal;
    }
  }
}

/** Commits what was decided, with the mark of its request. @returns false when the decision has to be made again */
async function isCommitted(
  store: Store,
  statements: readonly Statement[],
  mark: Mark | undefined,
  result: unknown,
): Promise<boolean> {
  const all = mark ? [mark.statement(result), ...statements] : statements;
  if (all.length === 0) return true;
  try {
    await store.commit(all);
  } catch (error) {
    const isOvertaken =
      error instanceof UniqueViolation && error.table === getTableName(store.tables.idempotentAnswers);
    if (isOvertaken || !(error instanceof GuardFailed || error instanceof UniqueViolation)) throw error;
    return false;
  }
  if (mark) mark.decided = { result };
  return true;
}
