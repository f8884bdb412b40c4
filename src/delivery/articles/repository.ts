import { and, asc, desc, eq, exists, gte, lt, not, type SQL, sql } from 'drizzle-orm';
import type { Seek, Stopped } from '../../kernel/cursors.js';
import type { Span } from '../../kernel/parameters.js';
import { examinedMax, inListOrder } from '../../storage/keyset.js';
import type { Store } from '../../storage/store.js';
import type { ListPlan } from './filters.js';

export interface SummaryRow {
  id: string;
  /** The instant that the list is sorted by. */
  at: string;
  /** The ArticleSummary, as JSON. */
  summary: string;
}

/** The index range of a plan: live stories with its facet, in its order, beyond the seek. */
export function rangeQuery({ db, tables: { facets } }: Store, plan: ListPlan, seek: Seek | undefined) {
  const { facet, sort, isAscending, publishedAt, contentUpdatedAt } = plan;
  const column = facets[sort];
  const isUpwards = isAscending !== (seek?.direction === 'previous');
  const [a, b] = seek?.position ?? [];
  const position = sql`(${column}, ${facets.articleId})`;
  const beyond = seek && (isUpwards ? sql`${position} > (${a}, ${b})` : sql`${position} < (${a}, ${b})`);
  const span = sort === 'publishedAt' ? within(column, publishedAt) : within(column, contentUpdatedAt);
  const direction = isUpwards ? asc : desc;
  return db
    .select({
      id: sql<string>`${facets.articleId}`.as('id'),
      at: sql<string>`${column}`.as('at'),
      publishedAt: facets.publishedAt,
      contentUpdatedAt: facets.contentUpdatedAt,
    })
    .from(facets)
    .where(and(eq(facets.facet, facet), span, beyond))
    .orderBy(direction(column), direction(facets.articleId));
}

function within(column: SQL.Aliased | Parameters<typeof gte>[0], { from, before }: Span): SQL | undefined {
  return and(from === undefined ? undefined : gte(column, from), before === undefined ? undefined : lt(column, before));
}

/** Whether the index range alone is the list. */
function isExact({ with: wanted, without, sort, publishedAt, contentUpdatedAt }: ListPlan): boolean {
  const other = sort === 'publishedAt' ? contentUpdatedAt : publishedAt;
  return wanted.length + without.length === 0 && other.from === undefined && other.before === undefined;
}

/** The query of a page of summaries. */
export function summariesQuery(store: Store, plan: ListPlan, limit: number, seek: Seek | undefined) {
  const { db, tables } = store;
  const examined = rangeQuery(store, plan, seek)
    .limit(isExact(plan) ? limit : examinedMax)
    .as('examined');
  const hasFacet = (facet: string) =>
    exists(
      db
        .select({ one: sql`1` })
        .from(tables.facets)
        .where(and(eq(tables.facets.articleId, examined.id), eq(tables.facets.facet, facet))),
    );
  const other = plan.sort === 'publishedAt' ? ('contentUpdatedAt' as const) : ('publishedAt' as const);
  const isUpwards = plan.isAscending !== (seek?.direction === 'previous');
  const direction = isUpwards ? asc : desc;
  return db
    .select({ id: examined.id, at: examined.at, summary: tables.snapshots.summary })
    .from(examined)
    .innerJoin(tables.snapshots, eq(tables.snapshots.articleId, examined.id))
    .where(
      and(
        ...plan.with.map(hasFacet),
        ...plan.without.map((facet) => not(hasFacet(facet))),
        within(examined[other], plan[other]),
      ),
    )
    .orderBy(direction(examined.at), direction(examined.id))
    .limit(limit);
}

/** A page of summaries; of a list with filters that no index answers, those among the stories that may be looked at for it. */
export async function listSummaries(
  store: Store,
  plan: ListPlan,
  limit: number,
  seek: Seek | undefined,
): Promise<SummaryRow[] | Stopped<SummaryRow>> {
  const found = await store.all(summariesQuery(store, plan, limit, seek));
  const rows = inListOrder(found, seek).map((row) => ({ ...row, summary: row.summary ?? '' }));
  if (isExact(plan) || rows.length === limit) return rows;
  const [last] = await store.all(
    rangeQuery(store, plan, seek)
      .limit(1)
      .offset(examinedMax - 1),
  );
  return last ? { rows, stoppedAt: [last.at, last.id] } : rows;
}

/**
 * What became of a slug or id that is not a live story's: moved to another slug, withdrawn, or never seen by readers. Nothing
 * here tells a draft from what never was.
 */
export async function findFormer(
  { db, tables: { snapshots, slugs }, all }: Store,
  slugOrId: string,
): Promise<{ fate: 'moved'; slug: string } | { fate: 'withdrawn' } | undefined> {
  const [bySlug] = await all(
    db
      .select({ articleId: slugs.articleId })
      .from(slugs)
      .where(and(eq(slugs.slug, slugOrId), eq(slugs.published, true)))
      .limit(1),
  );
  const [snapshot] = await all(
    db
      .select({ slug: snapshots.slug, withdrawnAt: snapshots.withdrawnAt })
      .from(snapshots)
      .where(eq(snapshots.articleId, bySlug?.articleId ?? slugOrId))
      .limit(1),
  );
  if (!snapshot) return undefined;
  return snapshot.withdrawnAt === null ? { fate: 'moved', slug: snapshot.slug } : { fate: 'withdrawn' };
}
