// Beside what is here already, stories may be shown otherwise than where they come from: other names of desks, other links.
import { listLiveUsers } from '../../content/where-used.js';
import type { Clock } from '../../kernel/clock.js';
import { tidyStatements } from '../../publishing/recompiling/repository.js';
import { isMended } from '../../publishing/recompiling/service.js';
import type { Store } from '../../storage/store.js';

/** Of stories that point at one that has come, no more are looked at. */
const usersMax = 1000;

export interface Mended {
  mended: number;
  failed: { id: string; why: string }[];
}

/** Compiles the stories, and those here that point at them, and puts right what readers get otherwise. */
export async function mendStories(
  store: Store,
  clock: Clock,
  ids: readonly string[],
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<Mended> {
  const done: Mended = { mended: 0, failed: [] };
  const imported = new Set(ids);
  const mend = async (id: string) => {
    try {
      if (await isMended(store, clock, id)) done.mended += 1;
    } catch (error) {
      done.failed.push({ id, why: (error as Error).message });
    }
  };
  for (const [i, id] of ids.entries()) {
    signal.throwIfAborted();
    await mend(id);
    for (const user of await listLiveUsers(store, 'article', id, usersMax)) if (!imported.has(user)) await mend(user);
    onProgress((i + 1) / ids.length);
  }
  await store.commit(tidyStatements(store));
  return done;
}
