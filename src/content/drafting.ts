// Turns posted sections into what is kept: ids given, inline resources taken into the library, references gathered.
import type { Keep, Reference, StoreInner } from '../blocks/block.js';
import { allBlocks, type BlockDraft, type ManagedBlock, referencesOf, storeBlock } from '../blocks/index.js';
import { type InlineResources, type ResourceFacts, type ResourceKind, resourceKinds } from '../blocks/library.js';
import type { Actor } from '../kernel/actor.js';
import { type DomainError, unprocessable, type Violation } from '../kernel/errors.js';
import { newId } from '../kernel/ids.js';
import { jsonEqual } from '../kernel/json.js';
import { jsonPointer } from '../kernel/json-pointer.js';
import type { Statement, Store } from '../storage/store.js';
import { libraryKinds } from './library/kinds.js';
import { findResources, guardPresent, insertResource } from './library/repository.js';
import { type Use, type UsedKind, usesOfBlocks } from './where-used.js';

export const sectionsMax = 500;
export const blocksMax = 2000;
/** No engine takes a statement about many times as many. */
const referencesMax = 2000;

interface PlacedReference {
  kind: ResourceKind;
  id: string;
  pointer: string;
}

interface InlineResource<K extends ResourceKind = ResourceKind> {
  kind: K;
  id: string;
  facts: ResourceFacts[K];
  pointer: string;
}

export class Drafting {
  readonly #language: string;
  readonly #knownBlocks: ReadonlySet<string>;
  readonly #knownUses: ReadonlySet<string>;
  readonly #seenBlocks = new Set<string>();
  readonly #inline = new Map<string, InlineResource>();
  readonly #references: PlacedReference[] = [];
  readonly #violations: Violation[] = [];
  /** Pointers to references made by inline resources that are refused themselves. */
  readonly #refusedPlaces = new Set<string>();

  /**
   * @param language of the story: that of inline quotes which name none
   * @param known blocks that the story, or the section, already has: they keep their ids, and what they refer to may be deleted
   * @param uses what else it refers to already
   */
  constructor(language: string, known: readonly ManagedBlock[] = [], uses: readonly Use[] = []) {
    this.#language = language;
    this.#knownBlocks = new Set(allBlocks(known).map((block) => block.id));
    this.#knownUses = new Set([...usesOfBlocks(known), ...uses].map(({ kind, id }) => `${kind}/${id}`));
  }

  /** The blocks to keep of those posted at `path`. */
  blocks(drafts: readonly BlockDraft[], path: (string | number)[]): ManagedBlock[] {
    const blocks = this.#store(drafts, path);
    blocks.forEach((block, i) => {
      this.#refer(referencesOf(block), [...path, i]);
    });
    return blocks;
  }

  #store(drafts: readonly BlockDraft[], path: (string | number)[]): ManagedBlock[] {
    return drafts.map((draft, i) => {
      const at = [...path, i];
      const keep: Keep = (kind, inline, within) => this.#keep(kind, inline, [...at, ...within]);
      const storeInner: StoreInner = (inner, within) => this.#store(inner as BlockDraft[], [...at, ...within]);
      return storeBlock(draft, this.#blockId(draft.id, at), keep, storeInner);
    });
  }

  refer(kind: ResourceKind, id: string | null, pointer: string): void {
    if (id !== null) this.#references.push({ kind, id, pointer });
  }

  /** Whether the story, or the section, refers to it already, so that it may go on to even when it is deleted. */
  refersAlready(kind: UsedKind, id: string): boolean {
    return this.#knownUses.has(`${kind}/${id}`);
  }

  violation(path: (string | number)[], code: string, message: string): void {
    this.#violations.push({ pointer: jsonPointer(path), code, message });
  }

  /** The resources that the body carries, as they will be in the library. */
  inlineResources(): { kind: ResourceKind; id: string; version: number; facts: ResourceFacts[ResourceKind] }[] {
    return [...this.#inline.values()].map(({ kind, id, facts }) => ({ kind, id, version: 1, facts }));
  }

  /**
   * Checks every reference against the library.
   * @returns the statements that add the inline resources and hold the commit to the others being there
   * @throws `unprocessable` with every place that is wrong
   */
  async settle(store: Store, actor: Actor, at: string): Promise<Statement[]> {
    const statements: Statement[] = [];
    for (const kind of resourceKinds) statements.push(...(await this.#settleKind(store, kind, actor, at)));
    if (this.#violations.length > 0) throw this.#refusal();
    return statements;
  }

  async #settleKind(store: Store, kind: ResourceKind, actor: Actor, at: string): Promise<Statement[]> {
    const inline = [...this.#inline.values()].filter((resource) => resource.kind === kind);
    const references: PlacedReference[] = [
      ...this.#references.filter((reference) => reference.kind === kind),
      ...(kind === 'image' ? this.#thumbnails() : []),
    ];
    const ids = new Set([...references.map((reference) => reference.id), ...inline.map((resource) => resource.id)]);
    const existing = await findResources(store, kind, [...ids]);
    const added = inline.filter(({ id, facts, pointer }) => {
      const known = existing.get(id);
      if (known?.isDeleted) {
        const message = `${kind} ${id} is deleted; bring it back, or leave out the id for a new one`;
        this.#refuseInline(pointer, message);
      } else if (known && !isToldAlike(kind, known.facts, facts)) {
        const message = `there is ${kind} ${id} already, with other content`;
        this.#refuseInline(pointer, message);
      }
      return !known;
    });
    const addedIds = new Set(added.map((resource) => resource.id));
    for (const { id, pointer } of references) {
      if (addedIds.has(id) || existing.get(id)?.isDeleted === false) continue;
      if (this.refersAlready(kind, id) || this.#refusedPlaces.has(pointer)) continue;
      const message = existing.has(id) ? `${kind} ${id} is deleted` : `there is no ${kind} ${id}`;
      this.#violations.push({ pointer, code: 'unknown_reference', message });
    }
    const present = [...existing].flatMap(([id, { isDeleted }]) => (isDeleted ? [] : [id]));
    return [
      ...guardPresent(store, kind, present),
      ...added.flatMap(({ id, facts }) => insertResource(store, kind, id, facts, actor, at)),
    ];
  }

  /** The images that inline embeds point at. */
  #thumbnails(): PlacedReference[] {
    return [...this.#inline.values()].flatMap((resource) =>
      resource.kind === 'embed'
        ? libraryKinds.embed
            .imageReferences(resource.facts as ResourceFacts['embed'])
            .map(({ id, pointer }) => ({ kind: 'image' as const, id, pointer: `${resource.pointer}${pointer}` }))
        : [],
    );
  }

  #refer(references: readonly Reference[], at: (string | number)[]): void {
    for (const { kind, id, path } of references) this.refer(kind, id, jsonPointer([...at, ...path]));
  }

  #keep<K extends ResourceKind>(kind: K, inline: InlineResources[K], path: (string | number)[]): string {
    const { id = newId(), ...draft } = inline;
    const given: Record<string, unknown> = draft;
    if (kind === 'quote') given.language ??= this.#language;
    const facts = libraryKinds[kind].fill(given);
    const pointer = jsonPointer(path);
    const known = this.#inline.get(id);
    if (known && !(known.kind === kind && jsonEqual(known.facts, facts))) {
      this.#refuseInline(pointer, `${known.pointer} has this id, with other content`);
    }
    if (!known) this.#inline.set(id, { kind, id, facts, pointer });
    return id;
  }

  /** Refuses the id of an inline resource at a pointer, and not its reference, which the body does not have, as well. */
  #refuseInline(pointer: string, message: string): void {
    this.#violations.push({ pointer: `${pointer}/id`, code: 'id_taken', message });
    this.#refusedPlaces.add(`${pointer}Id`);
  }

  #blockId(id: string | undefined, at: (string | number)[]): string {
    if (id === undefined) return newId();
    if (!this.#knownBlocks.has(id)) {
      this.violation([...at, 'id'], 'unknown_id', 'is no block of this story; leave it out for a new block');
    } else if (this.#seenBlocks.has(id)) {
      this.violation([...at, 'id'], 'duplicate_id', 'stands here twice');
    }
    this.#seenBlocks.add(id);
    return id;
  }

  #refusal(): DomainError {
    return unprocessable('The body refers to what is not there, or not its own.', this.#violations);
  }
}

/** Whether two resources have the same of what a body can tell. */
function isToldAlike(kind: ResourceKind, one: object, other: object): boolean {
  const told = (facts: object) => libraryKinds[kind].toldNames.map((name) => (facts as Record<string, unknown>)[name]);
  return jsonEqual(told(one), told(other));
}

interface Sized {
  blocks?: readonly (BlockDraft | ManagedBlock)[] | null | undefined;
}

/** How many blocks the sections have, those within others among them. */
function countBlocks(sections: readonly Sized[]): number {
  return sections.reduce((count, { blocks }) => count + allBlocks(blocks ?? []).length, 0);
}

/** @throws `unprocessable` when a story has more sections or blocks than it may */
export function requireCounts(sections: readonly Sized[]): void {
  const [sectionCount, blockCount] = [sections.length, countBlocks(sections)];
  const errors: Violation[] = [];
  if (sectionCount > sectionsMax) {
    errors.push({
      pointer: '/sections',
      code: 'too_many',
      message: `a story has at most ${sectionsMax} sections; this has ${sectionCount}`,
    });
  }
  if (blockCount > blocksMax) {
    errors.push({
      pointer: '/sections',
      code: 'too_many',
      message: `a story has at most ${blocksMax} blocks; this has ${blockCount}`,
    });
  }
  if (errors.length > 0) throw unprocessable('The story is too large.', errors);
}

/** @throws `unprocessable` when a story is larger, as it would be kept, than it may be: in sections, blocks, and places that show the library */
export function requireSize(sections: readonly { blocks: readonly ManagedBlock[] }[]): void {
  requireCounts(sections);
  const count = sections.flatMap(({ blocks }) => blocks).reduce((sum, block) => sum + referencesOf(block).length, 0);
  if (count <= referencesMax) return;
  const message = `a story shows images, quotes and embeds in at most ${referencesMax} places; this has ${count}`;
  throw unprocessable('The story is too large.', [{ pointer: '/sections', code: 'too_many', message }]);
}
