import { and, eq, inArray, lte, max } from 'drizzle-orm';
import type { Store } from '../../storage/store.js';
import type { PublicationTimes } from '../compile.js';

/** The last time up to an instant that a story went to readers or was taken from them. */
export interface PublicationAsOf {
  action: 'publish' | 'withdraw';
  /** The version whose content readers got. */
  version: number;
  times: PublicationTimes;
}

/** What had become of articles at an instant, by id; those that readers had not seen yet are left out. */
export async function findPublicationsAsOf(
  { db, tables: { publications }, all }: Store,
  articleIds: readonly string[],
  at: string,
): Promise<Map<string, PublicationAsOf>> {
  if (articleIds.length === 0) return new Map();
  const last = db
    .select({ articleId: publications.articleId, version: max(publications.version).as('last') })
    .from(publications)
    .where(and(inArray(publications.articleId, [...articleIds]), lte(publications.at, at)))
    .groupBy(publications.articleId)
    .as('last_publication');
  const rows = await all(
    db
      .select({
        articleId: publications.articleId,
        version: publications.contentVersion,
        action: publications.action,
        firstPublishedAt: publications.firstPublishedAt,
        publishedAt: publications.publishedAt,
        contentUpdatedAt: publications.contentUpdatedAt,
      })
      .from(publications)
      .innerJoin(last, and(eq(publications.articleId, last.articleId), eq(publications.version, last.version))),
  );
  return new Map(rows.map(({ articleId, version, action, ...times }) => [articleId, { action, version, times }]));
}

/** Those of the articles that were retracted by an instant. */
export async function findRetractedAsOf(
  { db, tables: { corrections }, all }: Store,
  articleIds: readonly string[],
  at: string,
): Promise<Set<string>> {
  if (articleIds.length === 0) return new Set();
  const rows = await all(
    db
      .selectDistinct({ id: corrections.articleId })
      .from(corrections)
      .where(
        and(
          inArray(corrections.articleId, [...articleIds]),
          eq(corrections.kind, 'retraction'),
          lte(corrections.at, at),
        ),
      ),
  );
  return new Set(rows.map(({ id }) => id));
}
