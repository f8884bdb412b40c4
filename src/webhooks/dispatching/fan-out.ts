import { listEntries } from '../../delivery/stream/repository.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Store } from '../../storage/store.js';
import { fanOutStatements, listFollowers } from './repository.js';

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
