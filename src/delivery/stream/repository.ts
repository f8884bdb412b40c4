import { and, asc, eq, gt, isNull } from 'drizzle-orm';
import type { Store } from '../../storage/store.js';
import type { Position } from '../public-log/position.js';

/** Something that happened to a story, with what the story is called now; nothing of that when it is gone. */
export interface LogEntry extends Position {
  event: Store['tables']['publicLog']['$inferSelect']['event'];
  id: string;
  at: string;
  slug: string | null;
  language: string | null;
  headline: string | null;
  etag: string | null;
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
