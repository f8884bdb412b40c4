import { type Clock, instant } from '../../kernel/clock.js';
import { recurring } from '../../kernel/recurring.js';
import type { Store } from '../../storage/store.js';
import { dropUpTo, listOldest } from './repository.js';

/** How long an entry is kept, so that who has been away can go on from it. */
export const keptDays = 30;
/** However young they are. */
export const keptEntriesMax = 1_000_000;
/** Entries looked at, and dropped, in one commit. */
const entriesPerBatch = 2000;
/** How often what is too old is looked for. */
const lookMs = 3_600_000;
const dayMs = 86_400_000;

export type PublicLogSweeper = ReturnType<typeof publicLogSweeper>;

/** Keeps the public log from growing for ever. */
export function publicLogSweeper(store: Store, clock: Clock) {
  /** Drops what is too old, and what is too much. */
  async function sweep(): Promise<void> {
    const horizon = new Date(Date.parse(instant(clock)) - keptDays * dayMs).toISOString();
    for (;;) {
      const { oldest, last } = await listOldest(store, entriesPerBatch);
      const kept = oldest.findIndex(({ seq, at }) => at >= horizon && seq > last - keptEntriesMax);
      const swept = kept === -1 ? oldest : oldest.slice(0, kept);
      const end = swept.at(-1)?.seq;
      if (end === undefined || swept[0]?.seq === last) return;
      await store.commit([dropUpTo(store, end)]);
      if (kept !== -1) return;
    }
  }

  return { sweep, ...recurring(lookMs, sweep) };
}
