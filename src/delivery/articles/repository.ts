import { and, eq, isNull } from 'drizzle-orm';
import type { Seek } from '../../kernel/cursors.js';
import { descending, inListOrder } from '../../storage/keyset.js';
import type { Store } from '../../storage/store.js';

export interface SummaryRow {
  id: string;
  publishedAt: string;
  etag: string;
  /** The ArticleSummary, as JSON. */
  summary: string;
}

/** Live stories, the last published first. */
export async function listSummaries(
  { db, tables: { snapshots }, all }: Store,
  limit: number,
  seek: Seek | undefined,
): Promise<SummaryRow[]> {
  const { order, bound } = descending(snapshots.publishedAt, snapshots.articleId, seek);
  const { articleId: id, publishedAt, etag, summary } = snapshots;
  const rows = await all(
    db
      .select({ id, publishedAt, etag, summary })
      .from(snapshots)
      .where(and(isNull(snapshots.withdrawnAt), bound))
      .orderBy(...order)
      .limit(limit),
  );
  return inListOrder(rows, seek).map((row) => ({ ...row, summary: row.summary ?? '' }));
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
