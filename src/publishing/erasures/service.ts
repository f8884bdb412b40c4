import { guardUnused } from '../../content/usages/repository.js';
import { findUses } from '../../content/usages/service.js';
import type { Actor } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { DomainError, notFound, unprocessable } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import type { PropagationService } from '../propagation/service.js';
import type { ClearingService } from './clearing.js';
import { beginErasure, findErasure, listErasures, settleErasure } from './repository.js';
import type { Erasure, ErasureFilters, ErasureRequest } from './schemas.js';
import { articleScrubbing } from './scrubbing/article.js';
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
      const id = newId();
      const at = instant(clock);
      const scrubbing =
        kind === 'article'
          ? await articleScrubbing(store, resourceId, ifMatch, actor, at)
          : await resourceScrubbing(store, kind, resourceId, ifMatch, actor, at);
      if (!scrubbing) throw missing(request);
      const uses = await useStatements(request);
      const { link } = scrubbing;
      const cause = { erased: { kind, id: resourceId }, ...(link && { link }) };
      const { statements: taking } = await propagation.propagate(kind, resourceId, cause, actor, at);
      const beginning = beginErasure(store, { id, kind, resourceId, reason }, actor, at);
      return {
        statements: [beginning, ...uses, ...scrubbing.statements, ...taking, settleErasure(store, id)],
        result: id,
      };
    });
    propagation.wake();
    clearing.wake();
    return get(begun);
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
      1,
      ({ id }) => [id],
      (rows, seek) => listErasures(store, filters, rows, seek),
    );
  }

  return { erase, get, list };
}

function missing({ kind, id }: ErasureRequest): DomainError {
  return unprocessable('There is no such thing.', [
    { pointer: '/id', code: 'unknown_reference', message: `there is no ${kind} ${id}` },
  ]);
}
