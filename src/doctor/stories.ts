// Compares what readers get of every live story with what its live revision and the library make of it now.

import { listLiveUses } from '../publishing/live-uses/repository.js';
import { compareStory, type Difference } from '../publishing/recompiling/comparison.js';
import { countLive, listLiveIds, listUnfinished } from '../publishing/recompiling/repository.js';
import type { FrozenStore } from '../storage/database-files.js';
import { type Examination, eachBeyond } from './examination.js';
import { listLeftovers, listMiscounted, listMisindexed, listTornStories } from './repository.js';

const perLook = 100;

/** Between one lot of stories and the next the database is looked at anew, so that its log can be cut meanwhile. */
export async function examineStories(store: FrozenStore, onProgress: (share: number) => void): Promise<Examination[]> {
  const faults: Record<'stories' | 'search', string[]> = { stories: [], search: [] };
  const remarks: string[] = [];
  const total = await countLive(store);
  let done = 0;
  const count = await eachBeyond(
    async (beyond) => {
      await store.renew();
      return listLiveIds(store, beyond, perLook);
    },
    (id) => id,
    async (id) => {
      const { isAwaited, differences } = await examineStory(store, id);
      for (const { of, text } of differences) {
        const line = `story ${id} ${text}`;
        if (isAwaited) remarks.push(line);
        else faults[of === 'search' ? 'search' : 'stories'].push(line);
      }
      done += 1;
      onProgress(done / Math.max(total, done));
    },
  );
  await store.renew();
  const torn = (await listTornStories(store)).map((id) => `story ${id} is live by its row or for readers, not both`);
  faults.stories.push(...torn, ...(await listLeftovers(store)), ...(await listMiscounted(store)));
  faults.search.push(...(await listMisindexed(store)));
  const looked = `${count} live stories`;
  return [
    { part: 'what readers get', looked, faults: faults.stories, remarks, cure: 'npm run recompile' },
    { part: 'full-text search', looked, faults: faults.search, cure: 'npm run reindex' },
  ];
}

async function examineStory(
  store: FrozenStore,
  id: string,
): Promise<{ isAwaited: boolean; differences: Difference[] }> {
  try {
    const differences = (await compareStory(store, id))?.differences ?? [];
    return { differences, isAwaited: differences.length > 0 && (await isOnItsWay(store, id)) };
  } catch (error) {
    const text = `cannot be compiled: ${(error as Error).message}`;
    return { differences: [{ of: 'story', text }], isAwaited: false };
  }
}

/** Whether a change to what the story shows has yet to reach it: a propagation goes by ids, and has not come so far. */
async function isOnItsWay(store: FrozenStore, id: string): Promise<boolean> {
  const unfinished = (await listUnfinished(store)).filter(({ cursor }) => cursor < id);
  if (unfinished.length === 0) return false;
  const uses = await listLiveUses(store, id);
  return unfinished.some(
    ({ kind, resourceId }) => kind === 'format' || uses.some((use) => use.kind === kind && use.id === resourceId),
  );
}
