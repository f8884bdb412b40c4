import { and, asc, eq, exists, gt, isNull, lte, or, sql } from 'drizzle-orm';
import type { Store } from '../../storage/store.js';
import type { Progress } from './token.js';

/** What became of a story last. */
export interface SyncRow {
  seq: number;
  /** That entry's own mark; none where it was swept. */
  mark: string | null;
  id: string;
  at: string;
  etag: string;
  /** The whole answer that readers get; none of what is gone. */
  body: Buffer | null;
  isErased: boolean;
}

/** How many bytes of stories a page has at most, unless its first story alone has more. */
const bytesMax = 4 * 1024 * 1024;

/**
 * The stories that have changed last beyond a place, in the order in which they did. One statement, so that all of it is of one
 * moment.
 */
export async function listChanged(
  { db, tables, all }: Store,
  { reached, began }: Progress,
  limit: number,
): Promise<{ rows: SyncRow[]; hasMore: boolean }> {
  const { snapshots, publicLog, erasures } = tables;
  const size = sql<number>`coalesce(length(${snapshots.body}), 0)`;
  const examined = db
    .select({ id: snapshots.articleId, seq: snapshots.publicSeq, size: size.as('size') })
    .from(snapshots)
    .where(and(gt(snapshots.publicSeq, reached), or(isNull(snapshots.withdrawnAt), gt(snapshots.publicSeq, began))))
    .orderBy(asc(snapshots.publicSeq))
    .limit(limit + 1)
    .as('examined');
  const weighed = db
    .select({
      id: examined.id,
      bytesBefore: sql<number>`sum(${examined.size}) OVER (ORDER BY ${examined.seq}) - ${examined.size}`.as('before'),
      rank: sql<number>`row_number() OVER (ORDER BY ${examined.seq})`.as('rank'),
      total: sql<number>`count(*) OVER ()`.as('total'),
    })
    .from(examined)
    .as('weighed');
  const erasure = and(eq(erasures.kind, 'article'), eq(erasures.resourceId, snapshots.articleId));
  const isErased = exists(db.select({ id: erasures.id }).from(erasures).where(erasure));
  const found = await all(
    db
      .select({
        seq: snapshots.publicSeq,
        mark: publicLog.mark,
        id: snapshots.articleId,
        at: snapshots.madeAt,
        etag: snapshots.etag,
        body: snapshots.body,
        isErased: sql`${isErased}`.mapWith(Boolean),
        total: weighed.total,
      })
      .from(weighed)
      .innerJoin(snapshots, eq(snapshots.articleId, weighed.id))
      .leftJoin(publicLog, eq(publicLog.seq, snapshots.publicSeq))
      .where(and(lte(weighed.rank, limit), lte(weighed.bytesBefore, bytesMax)))
      .orderBy(asc(snapshots.publicSeq)),
  );
  return { rows: found, hasMore: (found[0]?.total ?? 0) > found.length };
}
