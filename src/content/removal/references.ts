import { referencesOf } from '../../blocks/index.js';
import { resourceKinds } from '../../blocks/library.js';
import { unprocessable, type Violation } from '../../kernel/errors.js';
import { jsonPointer } from '../../kernel/json-pointer.js';
import type { Statement, Store } from '../../storage/store.js';
import { type AddressedKind, addressedKinds } from '../addresses.js';
import { guardArticles } from '../articles/repository.js';
import type { ArticleContent } from '../history.js';
import { guardPresent } from '../library/repository.js';
import { listDeletions } from './repository.js';

/** A place that points at something, as a pointer into the thing as the Management API sends it. */
export interface PlacedReference {
  kind: AddressedKind;
  id: string;
  pointer: string;
}

/** Everything that a story points at. */
export function referencesOfArticle({ fields, sections }: ArticleContent): PlacedReference[] {
  const { leadImageId, translationOf, related } = fields;
  return [
    ...(leadImageId === null ? [] : [{ kind: 'image' as const, id: leadImageId, pointer: '/leadImageId' }]),
    ...(translationOf === null ? [] : [{ kind: 'article' as const, id: translationOf, pointer: '/translationOf' }]),
    ...related.map((id, i) => ({ kind: 'article' as const, id, pointer: `/related/${i}` })),
    ...sections.flatMap(({ blocks }, s) =>
      blocks.flatMap((block, b) =>
        referencesOf(block).map(({ kind, id, path }) => ({
          kind,
          id,
          pointer: jsonPointer(['sections', s, 'blocks', b, ...path]),
        })),
      ),
    ),
  ];
}

/** What keeps a thing from being brought back, and what holds a commit to the rest of what was read. */
export interface Hindrances {
  violations: Violation[];
  guards: Statement[];
}

/**
 * Whether all that something pointed at when it was deleted is there still. What was missing even then is left so: it came from
 * a restored revision, and publishing refuses it.
 */
export async function missingReferences(
  store: Store,
  references: readonly PlacedReference[],
  deletedAt: string,
): Promise<Hindrances> {
  const violations: Violation[] = [];
  const present: Record<AddressedKind, Set<string>> = {
    article: new Set(),
    image: new Set(),
    quote: new Set(),
    embed: new Set(),
  };
  for (const kind of addressedKinds) {
    const places = references.filter((reference) => reference.kind === kind);
    const deletions = await listDeletions(store, kind, [...new Set(places.map(({ id }) => id))]);
    for (const { id, pointer } of places) {
      const when = deletions.get(id);
      if (when === null) present[kind].add(id);
      if (!when || when < deletedAt) continue;
      const message = `${kind} ${id} has been deleted meanwhile; bring it back first`;
      violations.push({ pointer, code: 'deleted_reference', message });
    }
  }
  const guards = [
    ...guardArticles(store, present.article),
    ...resourceKinds.flatMap((kind) => guardPresent(store, kind, [...present[kind]])),
  ];
  return { violations, guards };
}

/** @throws `unprocessable` with everything that stands in the way */
export function requireNoHindrance({ violations }: Hindrances): void {
  if (violations.length > 0) throw unprocessable('It cannot come back as it was; see errors.', violations);
}
