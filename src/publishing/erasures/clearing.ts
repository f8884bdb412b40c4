// What an erasure leaves to be done behind its commit, over restarts: working copies are rid of the places that point at what is
// gone, and the store's files of what was overwritten.
import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, instant } from '../../kernel/clock.js';
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
  /** Whether something may be left to do. */
  let isWanted = false;
  let running: Promise<void> | undefined;
  let stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let report: (error: unknown) => void = () => undefined;

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

  async function clear(signal: AbortSignal): Promise<void> {
    for (let open = await listUnpurged(store); open.length > 0; open = await listUnpurged(store)) {
      for (const erasure of open) while (await detachNext(erasure)) await pause(1, undefined, { signal });
      await pause(gatheringMs, undefined, { signal });
      const scrubbed = (await listUnpurged(store)).filter(({ state }) => state === 'purging');
      if (scrubbed.length > 0) await purge(scrubbed);
    }
  }

  async function run(): Promise<void> {
    const { signal } = stopping;
    try {
      while (isWanted && !signal.aborted) {
        isWanted = false;
        await clear(signal);
      }
    } catch (error) {
      if (!signal.aborted) report(error);
    }
  }

  /** Goes on with what is left to do. A failure is told, and tried again at the next look. */
  function wake(): void {
    isWanted = true;
    if (timer === undefined) return;
    running ??= run().finally(() => {
      running = undefined;
    });
  }

  /** Begins to work on what is left, by whomever it was left. @param onError told of what fails */
  async function start(onError: (error: unknown) => void): Promise<void> {
    report = onError;
    stopping = new AbortController();
    timer = setInterval(wake, lookMs).unref();
    wake();
  }

  /** Ends the work at hand; it goes on at the next start. */
  async function stop(): Promise<void> {
    clearInterval(timer);
    timer = undefined;
    stopping.abort();
    await running;
  }

  return { wake, start, stop };
}
