import { and, asc, eq, gt, isNull } from 'drizzle-orm';
import type { Store } from '../../storage/store.js';
import type { Position } from '../public-log/position.js';

/** What readers get of a story is called now; nothing of that when it is gone. */
interface Names {
  slug: string | null;
  language: string | null;
  headline: string | null;
  etag: string | null;
}

/** That something happened to a story. */
export interface Happening extends Names {
  id: string;
  at: string;
}

export interface LogEntry extends Happening, Position {
  event: Store['tables']['publicLog']['$inferSelect']['event'];
}

/** What happened behind a place, in the order in which it did. */
export async function listEntries({ db, tables, all }: Store, beyond: number, limit: number): Promise<LogEntry[]> {
  const { publicLog: log, snapshots } = tables;
  const { slug, language, headline, etag } = snapshots;
  return all(
    db
      .select({
        seq: log.seq,
        mark: log.mark,
        event: log.event,
        id: log.articleId,
        at: log.at,
        slug,
        language,
        headline,
        etag,
      })
      .from(log)
      .leftJoin(snapshots, and(eq(snapshots.articleId, log.articleId), isNull(snapshots.withdrawnAt)))
      .where(gt(log.seq, beyond))
      .orderBy(asc(log.seq))
      .limit(limit),
  );
}

/** What readers get of a story is called now. */
export async function findNames({ db, tables: { snapshots }, all }: Store, articleId: string): Promise<Names> {
  const { slug, language, headline, etag } = snapshots;
  const isLive = and(eq(snapshots.articleId, articleId), isNull(snapshots.withdrawnAt));
  const [names] = await all(db.select({ slug, language, headline, etag }).from(snapshots).where(isLive).limit(1));
  return names ?? { slug: null, language: null, headline: null, etag: null };
}
