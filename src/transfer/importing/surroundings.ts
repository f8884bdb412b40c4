// What a batch of things finds where it comes to: which of them are here, and what they refer to.
import { resourceKinds } from '../../blocks/library.js';
import type { Store } from '../../storage/store.js';
import { findLines, findPresent } from '../rows/repository.js';
import { type Line, type Row, type Thing, type ThingKind, things } from '../things.js';
import { findDeleted, findSlugOwners, findToldSeqs, findTranslations } from './repository.js';

export interface Reference {
  kind: ThingKind;
  key: string;
}

/** What readers see of others in a story. */
export function liveUsesOf({ parts }: Line): Reference[] {
  return (parts.uses ?? []).flatMap(({ scope, kind, resourceId }) =>
    scope === 'live' && kind !== 'article' ? { kind: kind as ThingKind, key: String(resourceId) } : [],
  );
}

/** What a thing cannot be without. */
export function referencesOf(thing: Thing, line: Line): Reference[] {
  const { row } = line;
  const image = (id: unknown): Reference[] => (id === null ? [] : [{ kind: 'image', key: String(id) }]);
  if (thing.kind === 'embed') return image(row.thumbnailImageId);
  if (thing.kind === 'key') return row.rotatedFrom ? [{ kind: 'key', key: String(row.rotatedFrom) }] : [];
  if (thing.kind !== 'article') return [];
  const tags = (row.tags as string[]).map((key) => ({ kind: 'tag' as const, key }));
  return [{ kind: 'desk', key: String(row.desk) }, ...tags, ...image(row.leadImageId), ...liveUsesOf(line)];
}

/** Everything that deciding on a batch reads. */
export interface Surroundings {
  existing: ReadonlyMap<string, Line>;
  isHere(reference: Reference): boolean;
  isDeleted(reference: Reference): boolean;
  /** Whether a story here can be what another is a translation of. */
  isOriginal(id: string): boolean;
  slugOwner(slug: string): string | undefined;
  isTold(seq: number): boolean;
}

export async function findSurroundings(store: Store, thing: Thing, lines: readonly Line[]): Promise<Surroundings> {
  const existing = await findLines(
    store,
    thing,
    lines.map(({ row }) => String(row[thing.key])),
  );
  const fresh = lines.filter(({ row }) => !existing.has(String(row[thing.key])));
  const references = fresh.flatMap((line) => referencesOf(thing, line));
  const here = new Map<string, Set<string>>();
  for (const [kind, some] of Map.groupBy(references, (reference) => reference.kind)) {
    const keys = some.map(({ key }) => key);
    here.set(kind, await findPresent(store, things[kind].table, things[kind].key, keys));
  }
  const deleted = new Map<string, Set<string>>();
  for (const kind of resourceKinds) {
    const keys = [...(here.get(kind) ?? [])];
    deleted.set(kind, await findDeleted(store, kind, keys));
  }
  const originals = await findOriginals(store, thing, lines);
  const slugs = await findSlugOwners(
    store,
    fresh.flatMap(({ parts }) => (parts.slugs ?? []).map(({ slug }) => String(slug))),
  );
  const told = await findToldSeqs(
    store,
    fresh.flatMap(({ parts }) => (parts.snapshots ?? []).map(({ publicSeq }) => Number(publicSeq))),
  );
  return {
    existing,
    isHere: ({ kind, key }) => here.get(kind)?.has(key) === true,
    isDeleted: ({ kind, key }) => deleted.get(kind)?.has(key) === true,
    isOriginal: (id) => originals.has(id),
    slugOwner: (slug) => slugs.get(slug),
    isTold: (seq) => told.has(seq),
  };
}

async function findOriginals(store: Store, thing: Thing, lines: readonly { row: Row }[]): Promise<Set<string>> {
  if (thing.kind !== 'article') return new Set();
  const named = lines.flatMap(({ row }) => (row.translationOf === null ? [] : String(row.translationOf)));
  const present = await findPresent(store, 'articles', 'id', named);
  const translations = await findTranslations(store, named);
  return new Set([...present].filter((id) => !translations.has(id)));
}
