import type { ResourceFacts, ResourceKind } from '../../blocks/library.js';
import { type Actor, mayActAs } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { DomainError, invalid, notFound, unprocessable } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import { changedPointers, mergePatch } from '../../kernel/json.js';
import { violationsOf } from '../../kernel/violations.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import { findRevisionContent } from '../history.js';
import { managedShape, readOnlyViolations, refuseIfAny, requireMatch } from '../managed.js';
import { libraryKinds } from './kinds.js';
import {
  findResources,
  guardLiveUsers,
  guardPresent,
  insertResource,
  listLiveUsers,
  listResources,
  type ManagedResource,
  updateResource,
} from './repository.js';

/** A resource as it is about to be. */
export interface ResourceChange<K extends ResourceKind = ResourceKind> {
  kind: K;
  id: string;
  /** The version it is about to have. */
  version: number;
  facts: ResourceFacts[K];
}

/**
 * Recompiles the live stories that use a resource, as they will be with its new facts; publishing does this.
 * @throws `unprocessable` with the stories that would break a rule of preflight
 */
export type Propagate = (
  change: ResourceChange,
  articleIds: readonly string[],
  actor: Actor,
  at: string,
) => Promise<Statement[]>;

export type LibraryService<K extends ResourceKind> = ReturnType<typeof libraryService<K>>;

/** The rules of one kind of library resource. Resources have no draft state: what is changed here, readers see at once. */
export function libraryService<K extends ResourceKind>(kind: K, store: Store, clock: Clock, propagate: Propagate) {
  const definition = libraryKinds[kind];

  /** @throws `not_found` */
  async function get(id: string): Promise<ManagedResource<K>> {
    const found = (await findResources(store, kind, [id])).get(id);
    if (!found || found.isDeleted) throw notFound(definition.noun, id);
    return found.resource;
  }

  /** A page, the last changed first. @throws `invalid` for a cursor of another list */
  function list(request: PageRequest): Promise<Page<ManagedResource<K>>> {
    return readPage(
      request,
      cursorScope(`manage/${definition.plural}`, {}),
      2,
      ({ updatedAt, id }) => [updatedAt, id],
      (limit, seek) => listResources(store, kind, limit, seek),
    );
  }

  /** Adds a resource to the library. @throws `unprocessable` for an image that is not there */
  async function create(draft: Record<string, unknown>, actor: Actor): Promise<ManagedResource<K>> {
    const id = newId();
    await decideAndCommit(store, async () => {
      const facts = definition.fill(draft);
      const guards = await referencedImages(facts);
      return {
        statements: [...guards, ...insertResource(store, kind, id, facts, actor, instant(clock))],
        result: undefined,
      };
    });
    return get(id);
  }

  /**
   * Changes a resource and, in the same commit, every live story that uses it.
   * @throws `not_found`, `forbidden` (a live story uses it and the key is no publisher's), `stale_version`, `invalid`,
   * `unprocessable` (a live story would break a rule of preflight)
   */
  async function patch(
    id: string,
    body: Record<string, unknown>,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<ManagedResource<K>> {
    await decideAndCommit(store, async () => {
      const current = await get(id);
      const users = await listLiveUsers(store, kind, id);
      requirePublisher(users, actor);
      await requireMatch(ifMatch, current.version, async (version) =>
        changedPointers(await findRevisionContent(store, kind, id, version), pickFacts(current)),
      );
      refuseIfAny(readOnlyViolations(body, current, Object.keys(managedShape)));
      const facts = merged(current, body);
      const fields = changedPointers(pickFacts(current), facts);
      if (fields.length === 0) return { statements: [], result: undefined };
      const at = instant(clock);
      const change = { kind, id, version: current.version + 1, facts };
      return {
        statements: [
          ...(await referencedImages(facts)),
          ...updateResource(store, kind, current, facts, fields, actor, at),
          ...guardLiveUsers(store, kind, id, users),
          ...(await propagate(change as ResourceChange, users, actor, at)),
        ],
        result: undefined,
      };
    });
    return get(id);
  }

  /** Refuses, before its body is read, a change that the key may not make. @throws `not_found`, `forbidden` */
  async function authorizeChange(id: string, actor: Actor): Promise<void> {
    await get(id);
    requirePublisher(await listLiveUsers(store, kind, id), actor);
  }

  function requirePublisher(users: readonly string[], actor: Actor): void {
    if (users.length === 0 || mayActAs(actor, 'publisher')) return;
    throw new DomainError(
      'forbidden',
      `Live stories use this ${definition.noun}; changing it needs a publisher’s key.`,
      {
        members: { stories: users.slice(0, 20) },
      },
    );
  }

  function pickFacts(resource: ManagedResource<K>): ResourceFacts[K] {
    const members = resource as unknown as Record<string, unknown>;
    return Object.fromEntries(definition.factNames.map((name) => [name, members[name]])) as ResourceFacts[K];
  }

  function merged(current: ManagedResource<K>, body: Record<string, unknown>): ResourceFacts[K] {
    const patchOfFacts = Object.fromEntries(definition.factNames.map((name) => [name, body[name]]));
    const parsed = definition.Draft.safeParse(mergePatch(pickFacts(current), patchOfFacts));
    if (!parsed.success) {
      throw invalid(violationsOf(parsed.error));
    }
    return definition.fill(parsed.data as Record<string, unknown>);
  }

  /** @throws `unprocessable` for an image that is not there */
  async function referencedImages(facts: ResourceFacts[K]): Promise<Statement[]> {
    const references = definition.imageReferences(facts);
    const images = await findResources(
      store,
      'image',
      references.map((reference) => reference.id),
    );
    const missing = references.filter(({ id }) => images.get(id)?.isDeleted !== false);
    if (missing.length > 0) {
      throw unprocessable(
        'The body refers to what is not there.',
        missing.map(({ id, pointer }) => ({ pointer, code: 'unknown_reference', message: `there is no image ${id}` })),
      );
    }
    return guardPresent(store, 'image', [...images.keys()]);
  }

  return { get, list, create, patch, authorizeChange };
}
