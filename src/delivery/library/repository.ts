import { and, asc, count, desc, eq, exists, gt, gte, inArray, isNull, like, lt, type SQL, sql } from 'drizzle-orm';
import type { ResourceKind } from '../../blocks/library.js';
import type { ArticleLink } from '../../blocks/story.js';
import type { Seek, Stopped } from '../../kernel/cursors.js';
import { foldName } from '../../kernel/fold.js';
import { spanOf } from '../../kernel/parameters.js';
import { facetOf } from '../../storage/facets.js';
import { examinedMax, inListOrder } from '../../storage/keyset.js';
import type { Store } from '../../storage/store.js';
import { type ResourceFilters, storiesMax } from './schemas.js';

export interface ShownResource {
  id: string;
  /** When readers last got it, or its stories, otherwise than before. */
  madeAt: string;
  /** The resource as stories show it, as JSON. */
  body: string;
  storyCount: number;
}

/** Holds of the facets that say that a story shows the resource of the row at hand. */
function isOfResource({ tables: { facets, librarySnapshots } }: Store): SQL {
  return eq(facets.facet, sql`${facetOf.contains('')} || ${librarySnapshots.resourceId}`);
}

function columnsOf(store: Store) {
  const { db, tables } = store;
  const { resourceId: id, madeAt, body } = tables.librarySnapshots;
  const counted = db.select({ stories: count() }).from(tables.facets).where(isOfResource(store));
  return { id, madeAt, body, storyCount: sql<number>`(${counted})` };
}

/** A resource that a live story shows; undefined when there is none such. */
export async function findShownResource(
  store: Store,
  kind: ResourceKind,
  id: string,
): Promise<ShownResource | undefined> {
  const { librarySnapshots } = store.tables;
  const [row] = await store.all(
    store.db
      .select(columnsOf(store))
      .from(librarySnapshots)
      .where(and(eq(librarySnapshots.kind, kind), eq(librarySnapshots.resourceId, id)))
      .limit(1),
  );
  return row;
}

/** Those of the resources of a kind that live stories show, by id. */
export async function findShownResources(
  store: Store,
  kind: ResourceKind,
  ids: readonly string[],
): Promise<Map<string, ShownResource>> {
  if (ids.length === 0) return new Map();
  const { librarySnapshots } = store.tables;
  const rows = await store.all(
    store.db
      .select(columnsOf(store))
      .from(librarySnapshots)
      .where(and(eq(librarySnapshots.kind, kind), inArray(librarySnapshots.resourceId, [...ids]))),
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The resources of a kind, or what a speaker said, in their order beyond the seek. */
function rangeQuery(
  { db, tables: { librarySnapshots } }: Store,
  kind: ResourceKind,
  { speaker }: ResourceFilters,
  seek: Seek | undefined,
) {
  const { resourceId } = librarySnapshots;
  const isBackwards = seek?.direction === 'previous';
  const position = String(seek?.position[0] ?? '');
  const bound = seek && (isBackwards ? gt(resourceId, position) : lt(resourceId, position));
  const ofSpeaker = speaker === undefined ? undefined : eq(librarySnapshots.speaker, foldName(speaker));
  return db
    .select({ id: sql<string>`${resourceId}`.as('examined_id') })
    .from(librarySnapshots)
    .where(and(eq(librarySnapshots.kind, kind), ofSpeaker, bound))
    .orderBy(isBackwards ? asc(resourceId) : desc(resourceId));
}

/** What filters ask beside what an index answers. */
function restOf(store: Store, { from, to, kind }: ResourceFilters): SQL | undefined {
  const { facets, librarySnapshots } = store.tables;
  const { from: since, before } = spanOf(from, to);
  const inSpan = and(
    since === undefined ? undefined : gte(facets.publishedAt, since),
    before === undefined ? undefined : lt(facets.publishedAt, before),
  );
  const standing = store.db
    .select({ one: sql`1` })
    .from(facets)
    .where(and(isOfResource(store), inSpan));
  return and(
    inSpan && exists(standing),
    // It begins with its id, of 36 letters, and its kind.
    kind && like(librarySnapshots.body, `{"id":"${'_'.repeat(36)}","kind":"${kind}",%`),
  );
}

/**
 * Resources that live stories show, the newest first (by id, which tells the time they were made); with filters that no index
 * answers, those among the ones that may be looked at for a page.
 */
export async function listShownResources(
  store: Store,
  kind: ResourceKind,
  filters: ResourceFilters,
  limit: number,
  seek: Seek | undefined,
): Promise<ShownResource[] | Stopped<ShownResource>> {
  const { librarySnapshots } = store.tables;
  const rest = restOf(store, filters);
  const examined = rangeQuery(store, kind, filters, seek)
    .limit(rest ? examinedMax : limit)
    .as('examined');
  const direction = seek?.direction === 'previous' ? asc : desc;
  const isExamined = and(eq(librarySnapshots.kind, kind), eq(librarySnapshots.resourceId, examined.id));
  const query = store.db
    .select(columnsOf(store))
    .from(examined)
    // Crossed, so that the resources to look at are what is read first.
    .crossJoin(librarySnapshots)
    .where(and(isExamined, rest))
    .orderBy(direction(examined.id))
    .limit(limit);
  const rows = inListOrder(await store.all(query), seek);
  if (!rest || rows.length === limit) return rows;
  const [last] = await store.all(
    rangeQuery(store, kind, filters, seek)
      .limit(1)
      .offset(examinedMax - 1),
  );
  return last ? { rows, stoppedAt: [last.id] } : rows;
}

/** What a link to a live story is made of. */
export function linkColumns({ tables: { snapshots } }: Store) {
  const { articleId: id, slug, language, headline, summary } = snapshots;
  // No text of a summary reads so, since in JSON each of its own quotation marks stands behind a backslash.
  const retracted = sql`${like(summary, '%"retracted":true%')}`.mapWith(Boolean);
  return { id, slug, language, headline, retracted };
}

/** The live stories that each of the resources stands in, the last published first, at most so many of each. */
export async function findStories(
  store: Store,
  kind: ResourceKind,
  ids: readonly string[],
): Promise<Map<string, ArticleLink[]>> {
  if (ids.length === 0) return new Map();
  const { db, tables } = store;
  const { facets, librarySnapshots, snapshots } = tables;
  const link = linkColumns(store);
  const latest = db
    .select({ id: facets.articleId })
    .from(facets)
    .where(isOfResource(store))
    .orderBy(desc(facets.publishedAt), desc(facets.articleId))
    .limit(storiesMax);
  const isAsked = and(eq(librarySnapshots.kind, kind), inArray(librarySnapshots.resourceId, [...ids]));
  const rows = await store.all(
    db
      .select({ resourceId: librarySnapshots.resourceId, link })
      .from(librarySnapshots)
      .crossJoin(snapshots)
      .where(and(isAsked, inArray(link.id, latest), isNull(snapshots.withdrawnAt)))
      .orderBy(desc(snapshots.publishedAt), desc(link.id)),
  );
  const stories = new Map<string, ArticleLink[]>();
  for (const { resourceId, link } of rows) stories.set(resourceId, [...(stories.get(resourceId) ?? []), link]);
  return stories;
}
