import { type LogEntry, listEntries } from '../../delivery/stream/repository.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import { type Follower, fanOutStatements, findFollower, guardNothingBeyond, listFollowers } from './repository.js';

/** Entries of the public log of which deliveries are made in one commit. */
const entriesPerBatch = 100;

/**
 * Makes the deliveries of what has happened since the last time, of each entry once for each enabled webhook that wants to hear of
 * it. They come from the public log and nothing else, so they can tell of nothing that readers do not see.
 */
export async function fanOut(store: Store, clock: Clock): Promise<void> {
  for (const { id } of await listFollowers(store)) while (await fanOutNext(store, clock, id));
}

/** @returns whether there may be more */
function fanOutNext(store: Store, clock: Clock, webhookId: string): Promise<boolean> {
  return decideAndCommit(store, async () => {
    const follower = (await listFollowers(store)).find(({ id }) => id === webhookId);
    if (!follower) return { statements: [], result: false };
    const entries = await listEntries(store, follower.reachedSeq, entriesPerBatch);
    if (entries.length === 0) return { statements: [], result: false };
    const statements = fanOutStatements(store, follower, entries, instant(clock));
    return { statements, result: entries.length === entriesPerBatch };
  });
}

/**
 * What makes the deliveries of all that has happened so far, of a webhook that is enabled or not: to stand in the commit that
 * changes what it is told of, since that holds for what happens from then on.
 */
export async function untilNow(store: Store, webhookId: string, at: string): Promise<Statement[]> {
  const follower = await findFollower(store, webhookId);
  if (!follower) return [];
  const statements: Statement[] = [];
  let reached: Follower = follower;
  for (;;) {
    const entries: LogEntry[] = await listEntries(store, reached.reachedSeq, entriesPerBatch);
    const last = entries.at(-1);
    if (!last) return [...statements, guardNothingBeyond(store, reached.reachedSeq)];
    statements.push(...fanOutStatements(store, reached, entries, at));
    reached = { ...reached, reachedSeq: last.seq };
  }
}
