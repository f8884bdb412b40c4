import { randomBytes } from 'node:crypto';
import { and, asc, desc, lte, type SQL, sql } from 'drizzle-orm';
import { prepared } from '../../storage/prepared.js';
import type { Statement, Store } from '../../storage/store.js';

/** What readers can see happen to a story. */
export type PublicEvent = Store['tables']['publicLog']['$inferSelect']['event'];

type Entry = Omit<Store['tables']['publicLog']['$inferSelect'], 'seq'>;

const insertEntry = prepared(({ db, tables: { publicLog } }, entry: Entry) => db.insert(publicLog).values(entry));

/** Tells of a change of what readers get of a story. Stands in the same commit, before the change itself. */
export function tell(store: Store, articleId: string, event: PublicEvent, at: string): Statement {
  const mark = randomBytes(4).toString('hex');
  return { query: insertEntry(store, { at, event, articleId, mark }), rows: 1 };
}

/** Where the log tells of the change, for the snapshot's row. */
export function toldSeq({ tables: { publicLog } }: Store): SQL<number> {
  return sql<number>`(SELECT max(${publicLog.seq}) FROM ${publicLog})`;
}

/** The first entries, and the number of the last. */
export async function listOldest({ db, tables: { publicLog }, all }: Store, limit: number) {
  const { seq, at } = publicLog;
  const oldest = await all(db.select({ seq, at }).from(publicLog).orderBy(asc(seq)).limit(limit));
  const [last] = await all(db.select({ seq }).from(publicLog).orderBy(desc(seq)).limit(1));
  return { oldest, last: last?.seq ?? 0 };
}

/** Drops the entries up to one; never the last of all. */
export function dropUpTo({ db, tables: { publicLog } }: Store, seq: number): Statement {
  const isLast = sql`${publicLog.seq} = (SELECT max(${publicLog.seq}) FROM ${publicLog})`;
  return { query: db.delete(publicLog).where(and(lte(publicLog.seq, seq), sql`NOT ${isLast}`)) };
}
