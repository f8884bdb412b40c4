// What a request leaves in the commit of its own write, so that the same request sent again can be told from a new one.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Statement } from './store.js';

export interface Mark {
  /** What was decided, once it is known to be on disk: by this run of the request, or by an earlier one that ended in between. */
  decided?: { result: unknown };
  /** Leaves the mark with what was decided. Its row is there once, so that of two runs only one commits. */
  statement(result: unknown): Statement;
}

const marks = new AsyncLocalStorage<{ mark: Mark | undefined }>();

/** Does the work so that the first decision of it is the mark's. */
export function runMarked<Result>(mark: Mark, work: () => Promise<Result>): Promise<Result> {
  return marks.run({ mark }, work);
}

/** The mark of the request that this runs for, if it has one and nothing was decided for it yet. What follows goes without. */
export function takeMark(): Mark | undefined {
  const holder = marks.getStore();
  const mark = holder?.mark;
  if (holder) holder.mark = undefined;
  return mark;
}
