// What a story that comes back refers to, and what of it is not there any more.
import { referencesOf } from '../../../blocks/index.js';
import { resourceKinds } from '../../../blocks/library.js';
import { jsonPointer } from '../../../kernel/json-pointer.js';
import type { Statement, Store } from '../../../storage/store.js';
import { findArticleIds, guardArticles } from '../../articles/repository.js';
import { contentKept } from '../../erasures/returning.js';
import type { ArticleContent } from '../../history.js';
import { findResources, guardPresent } from '../../library/repository.js';
import type { UsedKind } from '../../where-used.js';
import { deletedReference, erasedReference, type Warning } from '../schemas.js';

interface PlacedReference {
  kind: UsedKind;
  id: string;
  pointer: string;
}

function placedReferences({ fields, sections }: ArticleContent): PlacedReference[] {
  const { leadImageId, translationOf, related } = fields;
  const own: { kind: UsedKind; id: string | null; pointer: string }[] = [
    { kind: 'image', id: leadImageId, pointer: '/leadImageId' },
    { kind: 'article', id: translationOf, pointer: '/translationOf' },
    ...related.map((id, i) => ({ kind: 'article' as const, id, pointer: `/related/${i}` })),
  ];
  const inBlocks = sections.flatMap(({ blocks }, s) =>
    blocks.flatMap((block, b) =>
      referencesOf(block).map(({ kind, id, path }) => ({
        kind,
        id,
        pointer: jsonPointer(['sections', s, 'blocks', b, ...path]),
      })),
    ),
  );
  return [...own.flatMap(({ id, ...place }) => (id === null ? [] : [{ ...place, id }])), ...inBlocks];
}

/** A warning for each place that refers to what is deleted, and the guards that hold a commit to the others being there. */
export async function referenceWarnings(
  store: Store,
  content: ArticleContent,
): Promise<{ warnings: Warning[]; guards: Statement[] }> {
  const placed = placedReferences(content);
  const idsOf = (kind: UsedKind) => [...new Set(placed.flatMap((place) => (place.kind === kind ? [place.id] : [])))];
  const present = new Map<UsedKind, Set<string>>([['article', await findArticleIds(store, idsOf('article'))]]);
  for (const kind of resourceKinds) {
    const found = await findResources(store, kind, idsOf(kind));
    present.set(kind, new Set([...found].flatMap(([id, { isDeleted }]) => (isDeleted ? [] : [id]))));
  }
  const guards = [
    ...guardArticles(store, present.get('article') ?? new Set()),
    ...resourceKinds.flatMap((kind) => guardPresent(store, kind, [...(present.get(kind) ?? [])])),
  ];
  const warnings = placed
    .filter(({ kind, id }) => !present.get(kind)?.has(id))
    .map(({ kind, id, pointer }) => deletedReference(kind, id, pointer));
  return { warnings, guards };
}

/**
 * A content as it can come back: without what was erased, with a warning for each place that loses something, and the guards that
 * hold a commit to nothing else of it being erased.
 */
export async function withoutErased(
  store: Store,
  was: ArticleContent,
): Promise<{ content: ArticleContent; warnings: Warning[]; guards: Statement[] }> {
  const { content, isGone, guards } = await contentKept(store, was);
  const lost = placedReferences(was).filter(isGone);
  const warnings = lost.map(({ kind, id, pointer }) => erasedReference(kind, id, placeOf(pointer)));
  return { content, warnings, guards };
}

/** The field or the list of blocks that a reference stood in, which is there still. */
function placeOf(pointer: string): string {
  return /^\/sections\/\d+\/blocks|^\/\w+/.exec(pointer)?.[0] ?? '';
}
