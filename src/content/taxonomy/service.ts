import { type Actor, mayActAs } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { DomainError, notFound } from '../../kernel/errors.js';
import { changedPointers } from '../../kernel/json.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Store } from '../../storage/store.js';
import { findRevisionContent } from '../history.js';
import { creationStamp, managedOf, nextStamp, readOnlyViolations, refuseIfAny, requireMatch } from '../managed.js';
import type { Changed, Propagation, Propagator, Reach } from '../propagation.js';
import { listLiveUsers } from '../where-used.js';
import { findTerms, insertTerm, listTerms, nameFromKey, renameTerm, type TermKind } from './repository.js';
import { type ManagedTerm, type TermDraft, type TermPatch, termReadOnlyNames } from './schemas.js';

/** What publishing takes as the cause of a propagation: the name that a term is about to have. */
export interface TermCause {
  term: { kind: TermKind; key: string; name: string };
}

interface Outcome {
  resource: ManagedTerm;
  reach?: Reach;
  propagation?: Propagation | undefined;
}

export type TaxonomyService = ReturnType<typeof taxonomyService>;

/** The rules of desks, or of tags. Articles make them by using their keys; here they get names that readers see. */
export function taxonomyService(kind: TermKind, store: Store, clock: Clock, propagator: Propagator<TermCause>) {
  /** @throws `not_found` */
  async function get(key: string): Promise<ManagedTerm> {
    const found = (await findTerms(store, kind, [key])).get(key);
    if (!found) throw notFound(kind, key);
    return found;
  }

  /** A page, by key. @throws `invalid` for a cursor of another list */
  function list(request: PageRequest): Promise<Page<ManagedTerm>> {
    return readPage(
      request,
      cursorScope(`manage/${kind}s`, {}),
      ['text'],
      ({ key }) => [key],
      (limit, seek) => listTerms(store, kind, limit, seek),
    );
  }

  /** Makes a term before any article uses it. @throws `conflict` when there is one with this key */
  async function create({ key, name }: TermDraft, actor: Actor): Promise<ManagedTerm> {
    return decideAndCommit(store, async () => {
      if ((await findTerms(store, kind, [key])).has(key)) {
        const errors = [{ pointer: '/key', code: 'key_taken', message: `is the key of a ${kind} already` }];
        throw new DomainError('conflict', `There is a ${kind} with this key already.`, { errors });
      }
      const at = instant(clock);
      const named = name ?? nameFromKey(key);
      const { id: _key, ...managed } = managedOf({ id: key, ...creationStamp(actor, at) });
      return {
        statements: insertTerm(store, kind, key, named, actor, at),
        result: { key, name: named, liveStories: 0, ...managed },
      };
    });
  }

  /**
   * Renames a term, for readers of every live story that has it: in the same commit, or by a propagation when there are many.
   * A dry run changes nothing and tells which live stories it would reach.
   * @throws `not_found`, `forbidden` (a live story has it and the key is no publisher's), `stale_version`, `invalid`
   */
  async function patch(
    key: string,
    body: TermPatch,
    ifMatch: string | undefined,
    isDryRun: boolean,
    actor: Actor,
  ): Promise<Changed<ManagedTerm>> {
    const { resource, reach, propagation } = await decideAndCommit<Outcome>(store, async () => {
      const current = await get(key);
      await requireRight(key, actor);
      await requireMatch(ifMatch, current.version, async (version) =>
        changedPointers(await findRevisionContent(store, kind, key, version), { name: current.name }),
      );
      refuseIfAny(readOnlyViolations(body, current, termReadOnlyNames));
      const name = body.name ?? current.name;
      if (name === current.name && !isDryRun) return { statements: [], result: { resource: current } };
      const at = instant(clock);
      const { statements, ...outcome } = await propagator.propagate(
        kind,
        key,
        { term: { kind, key, name } },
        actor,
        at,
      );
      // Once more: a story may have gone live with it since.
      await requireRight(key, actor);
      if (isDryRun) return { statements: [], result: { resource: { ...current, name }, reach: outcome.reach } };
      return {
        statements: [...renameTerm(store, kind, current, name, actor, at), ...statements],
        result: { resource: { ...current, name, ...nextStamp(current, actor, at) }, propagation: outcome.propagation },
      };
    });
    if (reach) return { resource, reach };
    propagator.wake();
    return { resource, ...(propagation && { propagation }) };
  }

  /** Refuses, before its body is read, a change that the key may not make. @throws `not_found`, `forbidden` */
  async function authorizeChange(key: string, actor: Actor): Promise<void> {
    await get(key);
    await requireRight(key, actor);
  }

  async function requireRight(key: string, actor: Actor): Promise<void> {
    if (mayActAs(actor, 'publisher')) return;
    const stories = await listLiveUsers(store, kind, key, 20);
    if (stories.length === 0) return;
    throw new DomainError('forbidden', `Live stories have this ${kind}; renaming it needs a publisher’s key.`, {
      members: { stories },
    });
  }

  return { get, list, create, patch, authorizeChange };
}
