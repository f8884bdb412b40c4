// Compiles live stories anew, all of them or some, beside a running server or without one.

import { changeStatements } from '../../content/history.js';
import { commandLine } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import { companionStatements } from '../live-stories.js';
import { putLibrarySnapshots } from '../live-uses/repository.js';
import { guardLiveVersion, guardSnapshot, replaceSnapshot } from '../repository.js';
import { type Comparison, compareStory } from './comparison.js';
import { countLive, listLiveIds, tidyStatements } from './repository.js';

/** Ids that are read at once; each story is a commit of its own, and only when it is stale. */
const idsPerRead = 500;

export interface Recompiled {
  /** How many live stories were looked at. */
  stories: number;
  /** How many of them were stale, and are not any more. */
  stale: number;
  /** What could not be compiled, and why. */
  failed: { id: string; why: string }[];
}

/**
 * Brings every live story to what its live revision and the library make of it now, with all that lists, searches and the library
 * have of it. Each is held to what was read, so what editors do meanwhile comes first. What is right is not touched.
 */
export async function recompile(store: Store, clock: Clock, onProgress: (share: number) => void): Promise<Recompiled> {
  const done: Recompiled = { stories: 0, stale: 0, failed: [] };
  const total = await countLive(store);
  for (let ids = await listLiveIds(store, '', idsPerRead); ids.length > 0; ) {
    for (const id of ids) {
      try {
        if (await isMended(store, clock, id)) done.stale += 1;
      } catch (error) {
        done.failed.push({ id, why: (error as Error).message });
      }
      done.stories += 1;
      onProgress(done.stories / Math.max(total, done.stories));
    }
    ids = await listLiveIds(store, ids.at(-1) ?? '', idsPerRead);
  }
  await store.commit(tidyStatements(store));
  return done;
}

/** Brings one live story to what it should be, and what goes with it. @returns whether it was stale */
export function isMended(store: Store, clock: Clock, id: string): Promise<boolean> {
  return decideAndCommit(store, async () => {
    const comparison = await compareStory(store, id);
    if (!comparison || comparison.differences.length === 0) return { statements: [], result: false };
    return { statements: await mendingStatements(store, id, comparison, instant(clock)), result: true };
  });
}

async function mendingStatements(
  store: Store,
  id: string,
  { published, compilation, stored, differences, staleResources }: Comparison,
  at: string,
): Promise<Statement[]> {
  const { content, head, version } = published;
  const { story } = compilation;
  const isOtherwise = differences.some(({ of }) => of === 'story');
  const change = { kind: 'article' as const, id, version, action: 'recompile', articleId: id, isPublic: true };
  const document = { ...story, articleId: id, counted: story.countedFacets };
  return [
    ...compilation.guards,
    guardLiveVersion(store, id, version),
    guardSnapshot(store, id, stored.etag),
    ...(isOtherwise ? replaceSnapshot(store, id, stored.etag, story, 'updated', at) : []),
    ...(await companionStatements(store, id, content, compilation, head, at)),
    ...(differences.some(({ of }) => of === 'search') ? store.search.putStory(document, true) : []),
    ...(await putLibrarySnapshots(store, compilation.resources, staleResources, at, true)),
    ...changeStatements(store, commandLine, at, [change]),
  ];
}
