import { findErased } from '../../content/erasures/repository.js';
import { guardUnused } from '../../content/usages/repository.js';
import { findUses } from '../../content/usages/service.js';
import type { Actor } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { DomainError, notFound, unprocessable } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import { versionTag } from '../../kernel/version-tags.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import type { PropagationService } from '../propagation/service.js';
import type { ClearingService } from './clearing.js';
import { beginErasure, findErasure, findVersion, listErasures, settleErasure } from './repository.js';
import type { Erasure, ErasureFilters, ErasureRecord, ErasureRequest } from './schemas.js';
import { articleScrubbing, type Scrubbing } from './scrubbing/article.js';
import { resourceScrubbing } from './scrubbing/resource.js';

export type ErasureService = ReturnType<typeof erasureService>;

/** Scrubs things for good: the one exception to nothing ever being lost. */
export function erasureService(store: Store, clock: Clock, propagation: PropagationService, clearing: ClearingService) {
  /**
   * Scrubs a thing from everything that is kept, in one commit; of its versions only number, time and actor stay. Live stories
   * that show it are compiled without it, in the same commit or by a propagation. What is to be done behind the commit, in working
   * copies and in the store's files, is left to the clearing.
   * @throws `unprocessable` when there is no such thing, `stale_version`, `conflict` when it was erased already, or when it is used
   * and its uses are not to be removed (saying where)
   */
  async function erase(request: ErasureRequest, ifMatch: string | undefined, actor: Actor): Promise<Erasure> {
    const { kind, id: resourceId, reason } = request;
    const begun = await decideAndCommit(store, async () => {
      const at = instant(clock);
      const erasure = { id: newId(), kind, resourceId, reason, at };
      const scrubbing = await scrubbingOf(erasure, ifMatch, actor, at);
      if (!scrubbing) throw missing(request);
      const statements = await erasureStatements(erasure, scrubbing, await useStatements(request), actor, at);
      return { statements, result: erasure.id };
    });
    propagation.wake();
    clearing.wake();
    return get(begun);
  }

  /**
   * Does again what was erased from another state of the database, as this one comes from a backup: whatever uses it. Its
   * record is as it was then, its traces are of now. Of what this database never had only the record is kept, for states to come.
   * @returns whether there was something to do
   */
  async function replay(erasure: ErasureRecord): Promise<boolean> {
    const { kind, resourceId, by } = erasure;
    const actor: Actor = { key: by.key, person: by.actor, role: 'admin' };
    const isDone = await decideAndCommit(store, async () => {
      if ((await findErased(store, [{ kind, id: resourceId }])).length > 0) return { statements: [], result: false };
      const at = instant(clock);
      const version = await findVersion(store, kind, resourceId);
      const scrubbing = version === undefined ? undefined : await scrubbingOf(erasure, versionTag(version), actor, at);
      const noted = [beginErasure(store, erasure, actor, erasure.at), settleErasure(store, erasure.id)];
      const statements = scrubbing ? await erasureStatements(erasure, scrubbing, [], actor, at) : noted;
      return { statements, result: true };
    });
    propagation.wake();
    clearing.wake();
    return isDone;
  }

  function scrubbingOf(
    { kind, resourceId }: Pick<Erasure, 'kind' | 'resourceId'>,
    ifMatch: string | undefined,
    actor: Actor,
    at: string,
  ): Promise<Scrubbing | undefined> {
    return kind === 'article'
      ? articleScrubbing(store, resourceId, ifMatch, actor, at)
      : resourceScrubbing(store, kind, resourceId, ifMatch, actor, at);
  }

  async function erasureStatements(
    erasure: Omit<ErasureRecord, 'by'>,
    { statements, link }: Scrubbing,
    uses: readonly Statement[],
    actor: Actor,
    at: string,
  ): Promise<Statement[]> {
    const { kind, resourceId } = erasure;
    const cause = { erased: { kind, id: resourceId }, ...(link && { link }) };
    const { statements: taking } = await propagation.propagate(kind, resourceId, cause, actor, at);
    const beginning = beginErasure(store, erasure, actor, erasure.at);
    return [beginning, ...uses, ...statements, ...taking, settleErasure(store, erasure.id)];
  }

  /** Holds the commit to the thing's not being used, unless its uses are to be removed. @throws `conflict` saying where it is */
  async function useStatements({ kind, id, uses }: ErasureRequest): Promise<Statement[]> {
    if (uses === 'remove') return [];
    const found = await findUses(store, kind, id);
    if (!found) return [guardUnused(store, kind, id)];
    const { violation, members } = found;
    throw new DomainError(
      'conflict',
      `The ${kind} ${violation.message}. Withdraw or change those, or send uses: remove.`,
      {
        errors: [{ pointer: '/id', ...violation }],
        members,
      },
    );
  }

  /** @throws `not_found` */
  async function get(id: string): Promise<Erasure> {
    const found = await findErasure(store, id);
    if (!found) throw notFound('erasure', id);
    return found;
  }

  /** A page, the last first. @throws `invalid` for a cursor of another list */
  function list({ limit, cursor, ...filters }: PageRequest & ErasureFilters): Promise<Page<Erasure>> {
    return readPage(
      { limit, cursor },
      cursorScope('manage/erasures', filters),
      ['text'],
      ({ id }) => [id],
      (rows, seek) => listErasures(store, filters, rows, seek),
    );
  }

  return { erase, replay, get, list };
}

function missing({ kind, id }: ErasureRequest): DomainError {
  return unprocessable('There is no such thing.', [
    { pointer: '/id', code: 'unknown_reference', message: `there is no ${kind} ${id}` },
  ]);
}
