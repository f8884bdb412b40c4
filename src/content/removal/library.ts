import type { ResourceKind } from '../../blocks/library.js';
import type { Actor } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { DomainError, notFound } from '../../kernel/errors.js';
import { changedPointers } from '../../kernel/json.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Store } from '../../storage/store.js';
import { findErased } from '../erasures/repository.js';
import { factsKept } from '../erasures/returning.js';
import { findRevisionContent } from '../history.js';
import { libraryKinds } from '../library/kinds.js';
import {
  deleteResource,
  type FoundResource,
  findResources,
  type ManagedResource,
  undeleteResource,
} from '../library/repository.js';
import { nextStamp, requireMatch } from '../managed.js';
import { guardUnused } from '../usages/repository.js';
import { findUses } from '../usages/service.js';
import { missingReferences, type PlacedReference, requireNoHindrance } from './references.js';
import { listDeletions } from './repository.js';
import type { Removal } from './schemas.js';

/** Deletes resources of one kind and brings them back. What is used anywhere is not deleted, so no live story ever loses one. */
export function libraryRemoval<K extends ResourceKind>(
  kind: K,
  store: Store,
  clock: Clock,
): Removal<ManagedResource<K>> {
  const { noun, imageReferences } = libraryKinds[kind];

  async function find(id: string, isDeletedToo: boolean): Promise<FoundResource<K>> {
    const found = (await findResources(store, kind, [id])).get(id);
    if (!found || (found.isDeleted && !isDeletedToo)) throw notFound(noun, id);
    if (found.isDeleted && (await findErased(store, [{ kind, id }])).length > 0) throw notFound(noun, id);
    return found;
  }

  async function findMatching(
    id: string,
    isDeletedToo: boolean,
    ifMatch: string | undefined,
  ): Promise<FoundResource<K>> {
    const found = await find(id, isDeletedToo);
    await requireMatch(ifMatch, found.resource.version, async (version) =>
      changedPointers(await findRevisionContent(store, kind, id, version), found.facts),
    );
    return found;
  }

  async function remove(id: string, ifMatch: string | undefined, actor: Actor): Promise<number> {
    return decideAndCommit(store, async () => {
      const { resource, facts } = await findMatching(id, false, ifMatch);
      const uses = await findUses(store, kind, id);
      if (uses) {
        const { violation, members } = uses;
        throw new DomainError('conflict', `The ${noun} ${violation.message}.`, { errors: [violation], members });
      }
      const statements = [
        guardUnused(store, kind, id),
        ...deleteResource(store, kind, resource, facts, actor, instant(clock)),
      ];
      return { statements, result: resource.version + 1 };
    });
  }

  async function undelete(
    id: string,
    _request: object,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<ManagedResource<K>> {
    return decideAndCommit(store, async () => {
      const { resource, facts: was, isDeleted } = await findMatching(id, true, ifMatch);
      if (!isDeleted) throw new DomainError('conflict', `The ${noun} is not deleted.`);
      const at = instant(clock);
      const { facts, guards } = await factsKept(store, kind, was);
      const references: PlacedReference[] = imageReferences(facts).map((image) => ({ kind: 'image', ...image }));
      const deletedAt = (await listDeletions(store, kind, [id])).get(id) ?? at;
      const missing = await missingReferences(store, references, deletedAt);
      requireNoHindrance(missing);
      const statements = [...guards, ...missing.guards, ...undeleteResource(store, kind, resource, facts, actor, at)];
      return { statements, result: { ...resource, ...facts, ...nextStamp(resource, actor, at) } };
    });
  }

  return {
    authorizeRemoval: async (id) => void (await find(id, false)),
    remove,
    authorizeUndeletion: async (id) => void (await find(id, true)),
    undelete,
  };
}
