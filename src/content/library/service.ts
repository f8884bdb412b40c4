import type { ResourceFacts, ResourceKind } from '../../blocks/library.js';
import { type Actor, mayActAs } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { DomainError, invalid, notFound, unprocessable } from '../../kernel/errors.js';
import { foldName } from '../../kernel/fold.js';
import { newId } from '../../kernel/ids.js';
import { changedPointers, mergePatch } from '../../kernel/json.js';
import { violationsOf } from '../../kernel/violations.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import { factsKept } from '../erasures/returning.js';
import { findRevisionContent } from '../history.js';
import { listPlaces, type Placed } from '../listing/repository.js';
import {
  creationStamp,
  managedOf,
  managedShape,
  nextStamp,
  readOnlyViolations,
  refuseIfAny,
  requireMatch,
} from '../managed.js';
import type { Changed, Propagation, Propagator, Reach } from '../propagation.js';
import { findRevision } from '../revisions/repository.js';
import { deletedReference, erasedReference, type Warning } from '../revisions/schemas.js';
import { listLiveUsers } from '../where-used.js';
import { libraryKinds } from './kinds.js';
import { libraryListing } from './list/repository.js';
import type { LibraryFilters } from './list/schemas.js';
import {
  findResources,
  guardPresent,
  guardVersions,
  insertResource,
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

/** What publishing takes as the cause of a propagation: the resource as it is about to be. */
export interface ResourceCause {
  resource: ResourceChange;
}

/** A place of a resource that points at an image. */
interface ImageReference {
  id: string;
  pointer: string;
}

/** How a resource is to be, what holds it to that, and what should be looked at all the same. */
interface Proposal<K extends ResourceKind> {
  facts: ResourceFacts[K];
  guards: Statement[];
  warnings: Warning[];
  /** What has to be done right before the commit. */
  prepare?: () => Promise<void>;
}

/** What a decision about a change leads to: how the resource would be, and whom it reaches or what goes on with it. */
interface Outcome<K extends ResourceKind> {
  resource: ManagedResource<K>;
  warnings: Warning[];
  reach?: Reach;
  propagation?: Propagation | undefined;
}

export type LibraryService<K extends ResourceKind> = ReturnType<typeof libraryService<K>>;

/** The rules of one kind of library resource. Resources have no draft state: what is changed here, readers see at once. */
export function libraryService<K extends ResourceKind>(
  kind: K,
  store: Store,
  clock: Clock,
  propagator: Propagator<ResourceCause>,
) {
  const definition = libraryKinds[kind];
  const untoldNames = definition.factNames.filter((name) => !definition.toldNames.includes(name));
  const readOnlyNames = [...Object.keys(managedShape), ...untoldNames];

  /** @throws `not_found` */
  async function get(id: string): Promise<ManagedResource<K>> {
    const found = (await findResources(store, kind, [id])).get(id);
    if (!found || found.isDeleted) throw notFound(definition.noun, id);
    return found.resource;
  }

  /** A page of resources. @throws `invalid` for a cursor of another list */
  async function list({ limit, cursor, ...filters }: PageRequest & LibraryFilters): Promise<Page<ManagedResource<K>>> {
    const { data, page } = await readPage<Placed>(
      { limit, cursor },
      cursorScope(`manage/${definition.plural}`, { ...filters, text: filters.text && foldName(filters.text) }),
      ['textOrNone', 'text'],
      ({ at, id }) => [at, id],
      (rows, seek) => listPlaces(store, libraryListing(store, kind, filters), rows, seek),
    );
    const ids = data.map(({ id }) => id);
    const found = await findResources(store, kind, ids);
    return { data: ids.flatMap((id) => found.get(id)?.resource ?? []), page };
  }

  /** Adds a resource to the library. @throws `unprocessable` for an image that is not there */
  async function create(draft: Record<string, unknown>, actor: Actor): Promise<ManagedResource<K>> {
    return decideAndCommit(store, async () => {
      const id = newId();
      const facts = definition.fill(draft);
      const { missing, guards } = await referencedImages(facts);
      refuseMissing(missing);
      const at = instant(clock);
      return {
        statements: [...guards, ...insertResource(store, kind, id, facts, actor, at)],
        result: { ...managedOf({ ...creationStamp(actor, at), id }), ...facts },
      };
    });
  }

  /**
   * Changes a resource and every live story that uses it: in the same commit, or by a propagation when there are many.
   * A dry run changes nothing and tells which live stories it would reach.
   * @throws `not_found`, `forbidden` (a live story uses it and the key is no publisher's), `stale_version`, `invalid`,
   * `unprocessable` (a live story would break a rule of preflight)
   */
  async function patch(
    id: string,
    body: Record<string, unknown>,
    ifMatch: string | undefined,
    isDryRun: boolean,
    actor: Actor,
  ): Promise<Changed<ManagedResource<K>>> {
    const { changed } = await change(id, 'update', ifMatch, isDryRun, actor, async (current) => {
      refuseIfAny(readOnlyViolations(body, current, readOnlyNames));
      const facts = merged(current, body);
      const { missing, guards } = await referencedImages(facts);
      const known = new Set(definition.imageReferences(pickFacts(current)).map((reference) => reference.id));
      refuseMissing(missing.filter((reference) => !known.has(reference.id)));
      return { facts, guards, warnings: [] };
    });
    return changed;
  }

  /**
   * Makes a resource what it was at a version, as a new version, for readers too: by the rules of any change. Images that it
   * points at may be deleted, as long as no live story shows it; those that were erased are left out. The warnings tell of both.
   * @throws as `patch` does, `gone` when the version was erased
   */
  async function restore(
    id: string,
    version: number,
    ifMatch: string | undefined,
    isDryRun: boolean,
    actor: Actor,
  ): Promise<{ changed: Changed<ManagedResource<K>>; warnings: Warning[] }> {
    return change(id, 'restore', ifMatch, isDryRun, actor, async () => {
      const was = definition.fill(await getContent(id, version));
      const { facts, guards: unerased } = await factsKept(store, kind, was);
      const { missing, guards } = await referencedImages(facts);
      const deleted = missing.map((image) => deletedReference('image', image.id, image.pointer));
      const kept = new Set(definition.imageReferences(facts).map((image) => image.id));
      const lost = definition.imageReferences(was).filter((image) => !kept.has(image.id));
      const erased = lost.map((image) => erasedReference('image', image.id, image.pointer));
      return { facts, guards: [...unerased, ...guards], warnings: [...erased, ...deleted] };
    });
  }

  /** The content of a version. @throws `not_found`, `gone` when it was erased */
  async function getContent(id: string, version: number): Promise<Record<string, unknown>> {
    const found = await findRevision(store, kind, id, version);
    if (!found) throw notFound(`version ${version} of ${definition.noun}`, id);
    if (found.content === undefined) throw new DomainError('gone', 'The content of this version was erased.');
    return found.content as Record<string, unknown>;
  }

  /** Changes a resource to what is proposed of what it is. @throws as `patch` does */
  async function change(
    id: string,
    action: 'update' | 'restore',
    ifMatch: string | undefined,
    isDryRun: boolean,
    actor: Actor,
    propose: (current: ManagedResource<K>) => Promise<Proposal<K>>,
  ): Promise<{ changed: Changed<ManagedResource<K>>; warnings: Warning[] }> {
    const { resource, reach, propagation, warnings } = await decideAndCommit<Outcome<K>>(store, async () => {
      const current = await get(id);
      await requireRight(id, actor);
      await requireMatch(ifMatch, current.version, async (version) =>
        changedPointers(await findRevisionContent(store, kind, id, version), pickFacts(current)),
      );
      const { facts, guards, warnings, prepare } = await propose(current);
      const fields = changedPointers(pickFacts(current), facts);
      // What writes nothing is held to the version as well: its answer, which may be kept, must not outlive an erasure.
      const asRead = guardVersions(store, kind, new Map([[id, current.version]]));
      if (fields.length === 0 && !isDryRun) return { statements: asRead, result: { resource: current, warnings } };
      const at = instant(clock);
      const next = { kind, id, version: current.version + 1, facts } as ResourceChange;
      const { statements, ...outcome } = await propagator.propagate(kind, id, { resource: next }, actor, at);
      // Once more: a story may have gone live with it since.
      await requireRight(id, actor);
      if (isDryRun)
        return { statements: asRead, result: { resource: { ...current, ...facts }, reach: outcome.reach, warnings } };
      await prepare?.();
      return {
        statements: [
          ...guards,
          ...updateResource(store, kind, current, facts, action, fields, actor, at),
          ...statements,
        ],
        result: {
          resource: { ...current, ...facts, ...nextStamp(current, actor, at) },
          propagation: outcome.propagation,
          warnings,
        },
      };
    });
    if (reach) return { changed: { resource, reach }, warnings };
    propagator.wake();
    return { changed: { resource, ...(propagation && { propagation }) }, warnings };
  }

  /** Refuses, before its body is read, a change that the key may not make. @throws `not_found`, `forbidden` */
  async function authorizeChange(id: string, actor: Actor): Promise<void> {
    await get(id);
    await requireRight(id, actor);
  }

  async function requireRight(id: string, actor: Actor): Promise<void> {
    if (mayActAs(actor, 'publisher')) return;
    const stories = await listLiveUsers(store, kind, id, 20);
    if (stories.length === 0) return;
    throw new DomainError(
      'forbidden',
      `Live stories use this ${definition.noun}; changing it needs a publisher’s key.`,
      { members: { stories } },
    );
  }

  function pickFacts(resource: ManagedResource<K>): ResourceFacts[K] {
    const members = resource as unknown as Record<string, unknown>;
    return Object.fromEntries(definition.factNames.map((name) => [name, members[name]])) as ResourceFacts[K];
  }

  function merged(current: ManagedResource<K>, body: Record<string, unknown>): ResourceFacts[K] {
    const facts = pickFacts(current) as Record<string, unknown>;
    const those = (names: readonly string[], from: Record<string, unknown>) =>
      Object.fromEntries(names.map((name) => [name, from[name]]));
    const { toldNames } = definition;
    const parsed = definition.Draft.safeParse(mergePatch(those(toldNames, facts), those(toldNames, body)));
    if (!parsed.success) {
      throw invalid(violationsOf(parsed.error));
    }
    return definition.fill({ ...those(untoldNames, facts), ...(parsed.data as Record<string, unknown>) });
  }

  /** The images that the facts point at: those that are not there, and the guards that hold a commit to the others. */
  async function referencedImages(
    facts: ResourceFacts[K],
  ): Promise<{ missing: ImageReference[]; guards: Statement[] }> {
    const references = definition.imageReferences(facts);
    const images = await findResources(
      store,
      'image',
      references.map((reference) => reference.id),
    );
    const isThere = ({ id }: ImageReference) => images.get(id)?.isDeleted === false;
    const present = references.filter(isThere).map(({ id }) => id);
    return {
      missing: references.filter((reference) => !isThere(reference)),
      guards: guardPresent(store, 'image', [...new Set(present)]),
    };
  }

  return { get, list, create, patch, restore, change, authorizeChange };
}

/** @throws `unprocessable` when there are any */
function refuseMissing(missing: readonly ImageReference[]): void {
  if (missing.length === 0) return;
  throw unprocessable(
    'The body refers to what is not there.',
    missing.map(({ id, pointer }) => ({ pointer, code: 'unknown_reference', message: `there is no image ${id}` })),
  );
}
