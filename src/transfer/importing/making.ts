// The statements that make a thing where it is not yet, with all that follows from it.
import type { Article } from '../../blocks/story.js';
import { countStories } from '../../content/taxonomy/repository.js';
import { quoteTextsOf } from '../../kernel/search/documents.js';
import { searchDocumentOf } from '../../publishing/search-document.js';
import { isReadByUpdate } from '../../storage/facets.js';
import type { Statement, Store } from '../../storage/store.js';
import { insertRows } from '../rows/repository.js';
import { keyOf, type Line, type Row, type Thing } from '../things.js';
import { importedStatements, insertToldSnapshot, insertWebhookFromNow, tellSnapshot } from './repository.js';
import { liveUsesOf } from './surroundings.js';

export interface Making {
  /** Whether the logs came along: then nothing is told anew. */
  isMirror: boolean;
  isErased: boolean;
  isTold(seq: number): boolean;
  at: string;
}

export function makingStatements(store: Store, thing: Thing, line: Line, making: Making): Statement[] {
  const { row, parts } = line;
  const { isMirror, at } = making;
  const isPublic = thing.kind === 'article' && (parts.snapshots ?? []).length > 0;
  return [
    ...(thing.kind === 'webhook' && !isMirror
      ? [insertWebhookFromNow(store, row)]
      : insertRows(store, thing.table, [row])),
    ...thing.parts.flatMap(({ name, table, isDerived, isPassing }) =>
      isDerived || (isPassing && !isMirror) ? [] : insertRows(store, table, parts[name] ?? []),
    ),
    ...(thing.kind === 'article' ? storyStatements(store, line, making) : []),
    ...(thing.kind === 'embed' ? insertRows(store, 'whereUsed', parts.uses ?? []) : []),
    ...shownStatements(store, parts.shown ?? []),
    ...(isMirror
      ? []
      : importedStatements(store, thing.kind, keyOf(thing, line), Number(row.version ?? 1), isPublic, at)),
  ];
}

/** What follows from a story: what it uses, what readers get of it, what it is found by. */
function storyStatements(store: Store, line: Line, making: Making): Statement[] {
  const { row, parts } = line;
  const [snapshot] = parts.snapshots ?? [];
  const tags = [...new Set(row.tags as string[])].map((tag) => ({ articleId: row.id, tag }));
  const uses = liveUsesOf(line);
  return [
    ...insertRows(store, 'articleTags', tags),
    ...insertRows(store, 'whereUsed', parts.uses ?? []),
    ...(['desk', 'tag'] as const).flatMap((kind) => {
      const keys = uses.filter((use) => use.kind === kind).map(({ key }) => key);
      return countStories(store, kind, keys, 1);
    }),
    ...(snapshot ? snapshotStatements(store, snapshot, parts.facets ?? [], making) : []),
  ];
}

function snapshotStatements(
  store: Store,
  snapshot: Row,
  facetRows: readonly Row[],
  { isMirror, isErased, isTold, at }: Making,
): Statement[] {
  const story = (snapshot.body as { data: Article } | null)?.data;
  const event = story ? 'published' : isErased ? 'erased' : 'withdrawn';
  const facets = facetRows.map(({ facet }) => String(facet));
  return [
    ...(isMirror
      ? insertToldSnapshot(store, snapshot, isTold(Number(snapshot.publicSeq)))
      : tellSnapshot(store, snapshot, event, at)),
    ...insertRows(store, 'facets', facetRows.map(withOwnTime)),
    ...(story ? store.search.putStory(searchDocumentOf(story, facets)) : []),
  ];
}

/** A row of what a story is found by. In exports of before all of them bear the time of the update. */
function withOwnTime(row: Row): Row {
  return isReadByUpdate(String(row.facet)) ? row : { ...row, contentUpdatedAt: null };
}

function shownStatements(store: Store, shown: readonly Row[]): Statement[] {
  return [
    ...insertRows(store, 'librarySnapshots', shown),
    ...shown.flatMap(({ kind, resourceId, body }) =>
      kind === 'quote'
        ? store.search.putQuote(String(resourceId), quoteTextsOf(body as Parameters<typeof quoteTextsOf>[0]))
        : [],
    ),
  ];
}
