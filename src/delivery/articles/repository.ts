import { aliasedTable, and, asc, desc, eq, exists, gte, isNotNull, lt, not, type SQL, sql } from 'drizzle-orm';
import type { Seek, Stopped } from '../../kernel/cursors.js';
import type { Span } from '../../kernel/parameters.js';
import { anyStory, isReadByUpdate } from '../../storage/facets.js';
import { examinedMax, inListOrder } from '../../storage/keyset.js';
import type { Store } from '../../storage/store.js';
import { alongUpdates, type ListPlan } from './filters.js';

export interface SummaryRow {
  id: string;
  /** The instant that the list is sorted by. */
  at: string;
  /** The ArticleSummary, as JSON. */
  summary: string;
}

/** The index range of a plan: live stories with its facet, in its order, beyond the seek. */
export function rangeQuery({ db, tables: { facets } }: Store, plan: ListPlan, seek: Seek | undefined) {
  const { facet, sort } = plan;
  const column = facets[sort];
  const { beyond, direction } = inPlanOrder(plan, seek, column, facets.articleId);
  // The index by update is of those rows alone that have that time.
  const isIndexed = sort === 'contentUpdatedAt' ? isNotNull(column) : undefined;
  return db
    .select({
      id: sql<string>`${facets.articleId}`.as('id'),
      at: sql<string>`${column}`.as('at'),
      publishedAt: facets.publishedAt,
    })
    .from(facets)
    .where(and(eq(facets.facet, facet), isIndexed, within(column, plan[sort]), beyond))
    .orderBy(direction(column), direction(facets.articleId));
}

type Operand = SQL.Aliased | Parameters<typeof gte>[0];

/** How a list is read, forwards or backwards: by an instant and the id, from the seek on. */
function inPlanOrder({ isAscending }: ListPlan, seek: Seek | undefined, at: Operand, id: Operand) {
  const isUpwards = isAscending !== (seek?.direction === 'previous');
  const [a, b] = seek?.position ?? [];
  const position = sql`(${at}, ${id})`;
  const beyond = seek && (isUpwards ? sql`${position} > (${a}, ${b})` : sql`${position} < (${a}, ${b})`);
  return { beyond, direction: isUpwards ? asc : desc };
}

function within(column: Operand, { from, before }: Span): SQL | undefined {
  return and(from === undefined ? undefined : gte(column, from), before === undefined ? undefined : lt(column, before));
}

/** What a plan asks beside its facet and the time that it is sorted by, of a story that an index has given. */
function restOf(
  { db, tables: { facets } }: Store,
  { with: wanted, without, sort, publishedAt, contentUpdatedAt }: ListPlan,
  id: Operand,
  published: Operand,
): SQL[] {
  const hasRow = (facet: string, also?: SQL) =>
    exists(
      db
        .select({ one: sql`1` })
        .from(facets)
        .where(and(eq(facets.articleId, id), eq(facets.facet, facet), also)),
    );
  const isUpdated = within(facets.contentUpdatedAt, contentUpdatedAt);
  const isInTime = sort === 'publishedAt' ? isUpdated && hasRow(anyStory, isUpdated) : within(published, publishedAt);
  return [
    ...wanted.map((facet) => hasRow(facet)),
    ...without.map((facet) => not(hasRow(facet))),
    ...(isInTime ? [isInTime] : []),
  ];
}

/** Whether the index range alone is the list. */
function isExact({ with: wanted, without, sort, publishedAt, contentUpdatedAt }: ListPlan): boolean {
  const other = sort === 'publishedAt' ? contentUpdatedAt : publishedAt;
  return wanted.length + without.length === 0 && other.from === undefined && other.before === undefined;
}

/** The query of a page of summaries. */
export function summariesQuery(store: Store, plan: ListPlan, limit: number, seek: Seek | undefined) {
  const { snapshots } = store.tables;
  const examined = rangeQuery(store, plan, seek)
    .limit(isExact(plan) ? limit : examinedMax)
    .as('examined');
  const { direction } = inPlanOrder(plan, seek, examined.at, examined.id);
  return store.db
    .select({ id: examined.id, at: examined.at, summary: snapshots.summary })
    .from(examined)
    .innerJoin(snapshots, eq(snapshots.articleId, examined.id))
    .where(and(...restOf(store, plan, examined.id, examined.publishedAt)))
    .orderBy(direction(examined.at), direction(examined.id))
    .limit(limit);
}

/** The same of a list by update whose facet has no index of that order: all of its stories, which are few, are read and sorted. */
export function sortedQuery(store: Store, plan: ListPlan, limit: number, seek: Seek | undefined) {
  const { db, tables } = store;
  const { facets, snapshots } = tables;
  const times = aliasedTable(facets, 'times');
  const updated = db
    .select({ at: times.contentUpdatedAt })
    .from(times)
    .where(and(eq(times.articleId, facets.articleId), eq(times.facet, anyStory)));
  // Bounded, so that no engine goes along all updates and looks each of them up here.
  const examined = db
    .select({
      id: sql<string>`${facets.articleId}`.as('examined_id'),
      publishedAt: facets.publishedAt,
      at: sql<string>`(${updated})`.as('examined_at'),
    })
    .from(facets)
    .where(eq(facets.facet, plan.facet))
    .limit(examinedMax)
    .as('examined');
  const { id, at } = examined;
  const { beyond, direction } = inPlanOrder(plan, seek, at, id);
  const found = db
    .select({ id: sql<string>`${id}`.as('id'), at: sql<string>`${at}`.as('at') })
    .from(examined)
    .where(and(within(at, plan.contentUpdatedAt), beyond, ...restOf(store, plan, id, examined.publishedAt)))
    .orderBy(direction(at), direction(id))
    .limit(limit)
    .as('found');
  return db
    .select({ id: found.id, at: found.at, summary: snapshots.summary })
    .from(found)
    .innerJoin(snapshots, eq(snapshots.articleId, found.id))
    .orderBy(direction(found.at), direction(found.id));
}

/** Whether there are more stories with a facet than may be looked at for a page. */
async function isCommon({ db, tables: { facets }, all }: Store, facet: string): Promise<boolean> {
  const query = db
    .select({ id: facets.articleId })
    .from(facets)
    .where(eq(facets.facet, facet))
    .limit(1)
    .offset(examinedMax);
  return (await all(query)).length > 0;
}

/** A page of summaries; of a list with filters that no index answers, those among the stories that may be looked at for it. */
export async function listSummaries(
  store: Store,
  asked: ListPlan,
  limit: number,
  seek: Seek | undefined,
): Promise<SummaryRow[] | Stopped<SummaryRow>> {
  const isIndexed = asked.sort === 'publishedAt' || isReadByUpdate(asked.facet);
  if (!isIndexed && !(await isCommon(store, asked.facet)))
    return told(await store.all(sortedQuery(store, asked, limit, seek)), seek);
  const plan = isIndexed ? asked : alongUpdates(asked);
  const rows = told(await store.all(summariesQuery(store, plan, limit, seek)), seek);
  if (isExact(plan) || rows.length === limit) return rows;
  const [last] = await store.all(
    rangeQuery(store, plan, seek)
      .limit(1)
      .offset(examinedMax - 1),
  );
  return last ? { rows, stoppedAt: [last.at, last.id] } : rows;
}

function told(found: { id: string; at: string; summary: string | null }[], seek: Seek | undefined): SummaryRow[] {
  return inListOrder(found, seek).map((row) => ({ ...row, summary: row.summary ?? '' }));
}

/**
 * What became of a slug or id that no live story was found by: moved to another slug, withdrawn, or never seen by readers. Nothing
 * here tells a draft from what never was.
 */
export async function findFormer(
  { db, tables: { snapshots, slugs }, all }: Store,
  slugOrId: string,
): Promise<{ fate: 'live'; articleId: string; slug: string } | { fate: 'withdrawn' } | undefined> {
  const [bySlug] = await all(
    db
      .select({ articleId: slugs.articleId })
      .from(slugs)
      .where(and(eq(slugs.slug, slugOrId), eq(slugs.published, true)))
      .limit(1),
  );
  const articleId = bySlug?.articleId ?? slugOrId;
  const [snapshot] = await all(
    db
      .select({ slug: snapshots.slug, withdrawnAt: snapshots.withdrawnAt })
      .from(snapshots)
      .where(eq(snapshots.articleId, articleId))
      .limit(1),
  );
  if (!snapshot) return undefined;
  return snapshot.withdrawnAt === null ? { fate: 'live', articleId, slug: snapshot.slug } : { fate: 'withdrawn' };
}
