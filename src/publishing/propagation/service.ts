import { namedStoriesMax, type Propagated, type Propagation } from '../../content/propagation.js';
import { countLiveUsers, guardLiveUsers, listLiveUsers, type UsedKind } from '../../content/where-used.js';
import type { Actor } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { notFound, unprocessable } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import { recurring } from '../../kernel/recurring.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import { type Cause, recompileStatements } from '../live-stories.js';
import { putLibrarySnapshots } from '../live-uses/repository.js';
import { placedAlone } from '../preflight/candidate.js';
import { newAmong, violationsOfChange } from '../preflight/examine.js';
import { errorsAt } from '../preflight/index.js';
import { listOutdated } from '../repository.js';
import { Resources } from '../resources.js';
import { findListing } from '../translations/group.js';
import {
  advancePropagation,
  countOutdated,
  findPropagation,
  findStoryLinks,
  findUnfinished,
  finishPropagation,
  insertPropagation,
  listPropagations,
} from './repository.js';

/** Stories that one commit may compile anew. */
export const storiesPerCommitMax = 500;
/** Stories of a batch, when there are more: a commit holds up readers for as long as it takes. */
const storiesPerBatch = 25;
/** How often unfinished work of another process, or of one that died, is looked for. */
const lookMs = 5000;

export type PropagationService = ReturnType<typeof propagationService>;

/** Brings live stories up to date with what they show: a few in the commit of the change, many by a job that outlives the process. */
export function propagationService(store: Store, clock: Clock) {
  /**
   * What a change to a thing makes of the live stories that show it.
   * @throws `unprocessable` naming each story that would break a rule of preflight, or, when they are too many to look at each,
   * the rule that the resource breaks by itself
   */
  async function propagate(kind: UsedKind, id: string, cause: Cause, actor: Actor, at: string): Promise<Propagated> {
    const users = await listLiveUsers(store, kind, id, storiesPerCommitMax + 1);
    const stories = await findStoryLinks(store, users.slice(0, namedStoriesMax));
    const listing = cause.link ? await findListing(store, cause.link) : { ids: [], guards: [] };
    // Only what a story shows of the library can make it break a rule.
    const keepsRules = cause.resource !== undefined;
    if (users.length <= storiesPerCommitMax) {
      const reached = [...new Set([...users, ...listing.ids])].sort();
      const statements = [
        ...guardLiveUsers(store, kind, id, users),
        ...listing.guards,
        ...(await recompileStatements(store, reached, cause, keepsRules, actor, at)),
      ];
      return { statements, reach: { count: users.length, stories }, propagation: undefined };
    }
    isBegun = true;
    const total = await countLiveUsers(store, kind, id);
    const begun = { id: newId(), kind, resourceId: id, total, startedAt: at };
    const statements = [
      ...(await fitStatements(cause, at)),
      // The job finds those that point at the story, not all that list it as a translation.
      ...listing.guards,
      ...(await recompileStatements(store, listing.ids, cause, keepsRules, actor, at)),
      insertPropagation(store, begun, actor),
    ];
    const propagation: Propagation = {
      ...begun,
      state: 'running',
      done: 0,
      startedBy: { key: actor.key, actor: actor.person },
      finishedAt: null,
    };
    return { statements, reach: { count: total, stories }, propagation };
  }

  /** Shows a changed resource by itself to readers at once. @throws `unprocessable` when it breaks a rule of preflight */
  async function fitStatements({ resource }: Cause, at: string): Promise<Statement[]> {
    if (!resource) return [];
    const { kind, id } = resource;
    const resources = await Resources.loadUses(store, [{ kind, id }], [resource]);
    const before = await Resources.loadUses(store, [{ kind, id }]);
    const found = newAmong(errorsAt(placedAlone(kind, id, resources)), errorsAt(placedAlone(kind, id, before)));
    if (found.length > 0)
      throw unprocessable('Live stories would break a rule of preflight.', violationsOfChange(found, resource));
    return [...resources.guards(store), ...(await putLibrarySnapshots(store, resources, [{ kind, id }], at))];
  }

  /** Compiles the next stories of an unfinished propagation anew. @returns false when there is none */
  function step(): Promise<boolean> {
    return decideAndCommit(store, async () => {
      const job = await findUnfinished(store);
      if (!job) return { statements: [], result: false };
      const at = instant(clock);
      const { kind, resourceId, cursor } = job;
      const ids =
        kind === 'format'
          ? await listOutdated(store, cursor, storiesPerBatch)
          : await listLiveUsers(store, kind, resourceId, storiesPerBatch, cursor);
      const last = ids.at(-1);
      if (last === undefined) return { statements: [finishPropagation(store, job, at)], result: true };
      const by: Actor = { key: job.byKey, person: job.byActor, role: 'publisher' };
      const statements = await recompileStatements(store, ids, {}, false, by, at);
      return { statements: [...statements, advancePropagation(store, job, ids.length, last)], result: true };
    });
  }

  /** Whether something that was begun here may be unfinished. */
  let isBegun = false;

  /** Goes on with whatever is unfinished, by whomever it was begun. */
  const stepping = recurring(lookMs, async () => {
    isBegun = false;
    while (!stepping.isStopped && (await step())) await new Promise((resolve) => setImmediate(resolve));
  });

  /** Goes on with what was begun here. */
  function wake(): void {
    if (isBegun) stepping.wake();
  }

  /** Begins to work on what is unfinished, stories of an older form among it. @param onError told of what fails */
  async function start(onError: (error: unknown) => void): Promise<void> {
    const total = await countOutdated(store);
    if (total > 0 && !(await isUpgrading())) {
      const begun = { id: newId(), kind: 'format' as const, resourceId: '', total, startedAt: instant(clock) };
      await store.commit([insertPropagation(store, begun, { key: null, person: null, role: 'admin' })]);
    }
    stepping.start(onError);
  }

  async function isUpgrading(): Promise<boolean> {
    const unfinished = await listPropagations(store, 'running', 100, undefined);
    return unfinished.some(({ kind }) => kind === 'format');
  }

  /** @throws `not_found` */
  async function get(id: string): Promise<Propagation> {
    const found = await findPropagation(store, id);
    if (!found) throw notFound('propagation', id);
    return found;
  }

  /** A page, the last begun first. @throws `invalid` for a cursor of another list */
  function list(request: PageRequest & { state?: Propagation['state'] | undefined }): Promise<Page<Propagation>> {
    return readPage(
      request,
      cursorScope('manage/propagations', { state: request.state }),
      ['text'],
      ({ id }) => [id],
      (limit, seek) => listPropagations(store, request.state, limit, seek),
    );
  }

  return { propagate, wake, look: stepping.wake, start, stop: stepping.stop, get, list };
}
