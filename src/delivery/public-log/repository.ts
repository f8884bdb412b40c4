import { asc, desc, eq } from 'drizzle-orm';
import type { Store } from '../../storage/store.js';
import type { Position } from './position.js';

/** The place behind the last entry. */
export async function findHead({ db, tables: { publicLog }, all }: Store): Promise<Position> {
  const { seq, mark } = publicLog;
  const [last] = await all(db.select({ seq, mark }).from(publicLog).orderBy(desc(seq)).limit(1));
  return last ?? { seq: 0, mark: '' };
}

/** Whether one can go on from a place: not when what followed it may have been swept, nor when it is of another log. */
export async function judge(store: Store, { seq, mark }: Position): Promise<'good' | 'too_old' | 'unknown'> {
  const { db, tables, all } = store;
  const log = tables.publicLog;
  const [entry] = await all(db.select({ mark: log.mark }).from(log).where(eq(log.seq, seq)).limit(1));
  if (entry) return entry.mark === mark ? 'good' : 'unknown';
  const [first] = await all(db.select({ seq: log.seq }).from(log).orderBy(asc(log.seq)).limit(1));
  const firstSeq = first?.seq ?? 1;
  if (seq === 0 && firstSeq === 1) return 'good';
  return seq < firstSeq ? 'too_old' : 'unknown';
}
