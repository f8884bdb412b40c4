// What an erasure leaves to be done behind its commit, over restarts: working copies are rid of the places that point at what is
// gone, and the store's files of what was overwritten.
import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, instant } from '../../kernel/clock.js';
import { recurring } from '../../kernel/recurring.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Store } from '../../storage/store.js';
import { detachFromArticle, detachFromEmbed } from './detaching.js';
import { dropWorkingUses, findWorkingUser, listOwnFiles, listUnpurged, purgeStatements } from './repository.js';
import type { Erasure } from './schemas.js';

/** How long a purge waits for further erasures: one serves all, and commits wait for it. */
const gatheringMs = 300;
/** How often what others began, or what failed, is looked for. */
const lookMs = 5000;

export type ClearingService = ReturnType<typeof clearingService>;

/** What clears the files of an image. */
export interface FileClearing {
  files: { remove(sha256: string): Promise<void> };
  renditions: { forget(imageId: string): Promise<void> };
}

export function clearingService(store: Store, clock: Clock, media: FileClearing) {
  let stopping = new AbortController();

  /** Takes the erased out of one working copy, or one embed. @returns false when none has it any more */
  function detachNext(erasure: Erasure): Promise<boolean> {
    return decideAndCommit(store, async () => {
      const user = await findWorkingUser(store, erasure);
      if (!user) return { statements: [], result: false };
      const actor = { key: erasure.by.key, person: erasure.by.actor, role: 'admin' as const };
      const detach = user.kind === 'article' ? detachFromArticle : detachFromEmbed;
      const statements = await detach(store, user.id, actor, instant(clock));
      return { statements: [...statements, dropWorkingUses(store, erasure, user)], result: true };
    });
  }

  /** Purges the files of what the erasures have scrubbed, and notes for each that it is done. */
  async function purge(erasures: readonly Erasure[]): Promise<void> {
    await store.purge();
    for (const erasure of erasures) {
      if (erasure.kind === 'image') await clearFiles(erasure.resourceId);
      await decideAndCommit(store, async () => {
        const isOpen = (await listUnpurged(store)).some(({ id }) => id === erasure.id);
        return { statements: isOpen ? purgeStatements(store, erasure, instant(clock)) : [], result: undefined };
      });
    }
  }

  /** Removes all renditions of an image, and those of its files that no other image has. */
  async function clearFiles(imageId: string): Promise<void> {
    await media.renditions.forget(imageId);
    for (const sha256 of await listOwnFiles(store, imageId)) await media.files.remove(sha256);
  }

  async function clear(): Promise<void> {
    const { signal } = stopping;
    try {
      for (let open = await listUnpurged(store); open.length > 0; open = await listUnpurged(store)) {
        for (const erasure of open) while (await detachNext(erasure)) await pause(1, undefined, { signal });
        await pause(gatheringMs, undefined, { signal });
        const scrubbed = (await listUnpurged(store)).filter(({ state }) => state === 'purging');
        if (scrubbed.length > 0) await purge(scrubbed);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  const clearing = recurring(lookMs, clear);

  /** Begins to work on what is left, by whomever it was left. @param onError told of what fails */
  function start(onError: (error: unknown) => void): void {
    stopping = new AbortController();
    clearing.start(onError);
  }

  /** Ends the work at hand; it goes on at the next start. */
  async function stop(): Promise<void> {
    stopping.abort();
    await clearing.stop();
  }

  return { wake: clearing.wake, start, stop };
}
