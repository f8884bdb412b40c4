import { and, asc, eq, gte, lt, sql } from 'drizzle-orm';
import { anyStory } from '../../storage/facets.js';
import type { Store } from '../../storage/store.js';

/** How many live stories were published in each month that has any, the first month first. */
export async function countByMonth({
  db,
  tables: { facets },
  all,
}: Store): Promise<{ month: string; stories: number }[]> {
  const month = sql<string>`substr(${facets.publishedAt}, 1, 7)`;
  return all(
    db
      .select({ month: month.as('month'), stories: sql<number>`count(*)`.as('stories') })
      .from(facets)
      .where(eq(facets.facet, anyStory))
      .groupBy(month)
      .orderBy(month),
  );
}

/** Summaries, as JSON, of live stories published in a span of time, the first published first. */
export async function listSummariesBetween(
  { db, tables: { facets, snapshots }, all }: Store,
  from: string,
  before: string,
  limit: number,
  offset = 0,
): Promise<string[]> {
  const rows = await all(
    db
      .select({ summary: snapshots.summary })
      .from(facets)
      .innerJoin(snapshots, eq(snapshots.articleId, facets.articleId))
      .where(and(eq(facets.facet, anyStory), gte(facets.publishedAt, from), lt(facets.publishedAt, before)))
      .orderBy(asc(facets.publishedAt), asc(facets.articleId))
      .limit(limit)
      .offset(offset),
  );
  return rows.flatMap(({ summary }) => summary ?? []);
}
