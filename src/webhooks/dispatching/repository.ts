import { aliasedTable, and, asc, eq, exists, gt, inArray, isNotNull, lt, lte, not, or, sql } from 'drizzle-orm';
import type { LogEntry } from '../../delivery/stream/repository.js';
import { newId } from '../../kernel/ids.js';
import type { Statement, Store } from '../../storage/store.js';
import type { Webhook } from '../schemas.js';
import type { Outcome } from './sending.js';

/** A webhook, and up to where in the public log its deliveries were made. */
export interface Follower extends Pick<Webhook, 'id' | 'version' | 'events'> {
  reachedSeq: number;
}

export interface Due {
  seq: number;
  id: string;
  webhookId: string;
  type: Store['tables']['webhookDeliveries']['$inferSelect']['type'];
  articleId: string | null;
  at: string;
  attempts: number;
  dueAt: string | null;
}

/** Enabled webhooks of which deliveries may have to be made. */
export async function listFollowers({ db, tables, all }: Store): Promise<Follower[]> {
  const { webhooks, publicLog } = tables;
  const { id, version, events, reachedSeq } = webhooks;
  const isBehind = exists(db.select({ seq: publicLog.seq }).from(publicLog).where(gt(publicLog.seq, reachedSeq)));
  return all(
    db
      .select({ id, version, events, reachedSeq })
      .from(webhooks)
      .where(and(eq(webhooks.state, 'enabled'), isBehind)),
  );
}

/** A webhook, enabled or not. */
export async function findFollower(
  { db, tables: { webhooks }, all }: Store,
  webhookId: string,
): Promise<Follower | undefined> {
  const { id, version, events, reachedSeq } = webhooks;
  const [row] = await all(db.select({ id, version, events, reachedSeq }).from(webhooks).where(eq(id, webhookId)));
  return row;
}

/** Holds a commit to nothing having happened behind a place of the public log. */
export function guardNothingBeyond({ db, tables: { publicLog } }: Store, reachedSeq: number): Statement {
  return { query: db.select({ seq: publicLog.seq }).from(publicLog).where(gt(publicLog.seq, reachedSeq)), rows: 0 };
}

/**
 * Makes the deliveries of entries that follow what was reached, which nobody else may have done meanwhile; nor may the webhook be
 * another by now.
 */
export function fanOutStatements(
  { db, tables: { webhooks, webhookDeliveries } }: Store,
  { id: webhookId, version, events, reachedSeq }: Follower,
  entries: readonly LogEntry[],
  now: string,
): Statement[] {
  const rows = entries.flatMap(({ seq, event, id: articleId, at }) => {
    const type = `article.${event}` as const;
    if (!events.includes(type)) return [];
    const place = { webhookId, publicSeq: seq, articleId };
    return [{ id: newId(), type, ...place, at, state: 'waiting' as const, attempts: 0, dueAt: now }];
  });
  const isAsRead = and(eq(webhooks.id, webhookId), eq(webhooks.version, version), eq(webhooks.reachedSeq, reachedSeq));
  return [
    {
      query: db
        .update(webhooks)
        .set({ reachedSeq: entries.at(-1)?.seq ?? reachedSeq })
        .where(isAsRead),
      rows: 1,
    },
    ...(rows.length > 0 ? [{ query: db.insert(webhookDeliveries).values(rows), rows: rows.length }] : []),
  ];
}

/** The webhooks for which something is due. */
export async function listDueWebhooks({ db, tables, all }: Store, now: string): Promise<string[]> {
  const { webhookId, state, dueAt } = tables.webhookDeliveries;
  const isDue = and(eq(state, 'waiting'), lte(dueAt, now));
  const rows = await all(db.selectDistinct({ webhookId }).from(tables.webhookDeliveries).where(isDue));
  return rows.map((row) => row.webhookId);
}

/** What is due for a webhook and is not behind an earlier message about the same story. */
export async function listDue(
  { db, tables, all }: Store,
  ofWebhook: string,
  now: string,
  limit: number,
): Promise<Due[]> {
  const { webhooks, webhookDeliveries: deliveries } = tables;
  const earlier = aliasedTable(deliveries, 'earlier');
  const isSameStory = and(eq(earlier.webhookId, deliveries.webhookId), eq(earlier.articleId, deliveries.articleId));
  const isBehind = exists(
    db
      .select({ seq: earlier.seq })
      .from(earlier)
      .where(and(eq(earlier.state, 'waiting'), isSameStory, lt(earlier.seq, deliveries.seq))),
  );
  const { seq, id, webhookId, type, articleId, at, attempts, dueAt } = deliveries;
  return all(
    db
      .select({ seq, id, webhookId, type, articleId, at, attempts, dueAt })
      .from(deliveries)
      .innerJoin(webhooks, eq(webhooks.id, deliveries.webhookId))
      .where(
        and(
          eq(deliveries.webhookId, ofWebhook),
          eq(deliveries.state, 'waiting'),
          lte(deliveries.dueAt, now),
          or(eq(webhooks.state, 'enabled'), eq(deliveries.type, 'ping')),
          not(isBehind),
        ),
      )
      .orderBy(asc(deliveries.dueAt), asc(deliveries.seq))
      .limit(limit),
  );
}

/** Takes a delivery to send it, from the state that was read, so that nobody else does until then. */
export function claimStatement(
  { db, tables: { webhookDeliveries: deliveries } }: Store,
  { seq, attempts, dueAt }: Due,
  claim: string,
  until: string,
): Statement {
  const isRead = and(
    eq(deliveries.seq, seq),
    eq(deliveries.state, 'waiting'),
    eq(deliveries.attempts, attempts),
    eq(deliveries.dueAt, dueAt ?? ''),
  );
  return {
    query: db
      .update(deliveries)
      .set({ claim, dueAt: until, attempts: attempts + 1 })
      .where(isRead),
    rows: 1,
  };
}

/** Whether a claim still holds: nobody else has taken the delivery, and it was not deleted. */
export async function holdsClaim({ db, tables, all }: Store, seq: number, claim: string): Promise<boolean> {
  const { webhookDeliveries: deliveries } = tables;
  const isClaimed = and(eq(deliveries.seq, seq), eq(deliveries.claim, claim));
  return (await all(db.select({ seq: deliveries.seq }).from(deliveries).where(isClaimed))).length > 0;
}

/** What becomes of a delivery behind an attempt. */
export type Next = { state: 'delivered' | 'dead' } | { state: 'waiting'; dueAt: string; attempts?: number };

/** Gives a claimed delivery back, as it is from now on. */
export function releaseStatement(
  { db, tables: { webhookDeliveries: deliveries } }: Store,
  seq: number,
  claim: string,
  next: Next,
  now: string,
): Statement {
  const values = next.state === 'waiting' ? next : { ...next, dueAt: null, settledAt: now };
  const isClaimed = and(eq(deliveries.seq, seq), eq(deliveries.claim, claim));
  return {
    query: db
      .update(deliveries)
      .set({ ...values, claim: null })
      .where(isClaimed),
    rows: 1,
  };
}

/** Notes an attempt. What was answered may repeat what was sent, so it is not kept of a story that was erased meanwhile. */
export function attemptStatement(
  { db, tables: { webhookAttempts, erasures } }: Store,
  { seq, articleId }: Pick<Due, 'seq' | 'articleId'>,
  { status, error, response }: Pick<Outcome, 'status' | 'error' | 'response'>,
  at: string,
  durationMs: number,
): Statement {
  const isOfStory = and(eq(erasures.kind, 'article'), eq(erasures.resourceId, articleId ?? ''));
  const isErased = exists(db.select({ id: erasures.id }).from(erasures).where(isOfStory));
  const kept = sql`CASE WHEN ${isErased} THEN NULL ELSE ${response} END`;
  const row = { deliverySeq: seq, at, durationMs, status, error, response: kept };
  return { query: db.insert(webhookAttempts).values(row), rows: 1 };
}

/** The deliveries that were settled before an instant, the first of them. */
export async function listSettledBefore({ db, tables, all }: Store, at: string, limit: number): Promise<number[]> {
  const { seq, settledAt } = tables.webhookDeliveries;
  const isOld = and(isNotNull(settledAt), lt(settledAt, at));
  const rows = await all(
    db.select({ seq }).from(tables.webhookDeliveries).where(isOld).orderBy(asc(settledAt)).limit(limit),
  );
  return rows.map((row) => row.seq);
}

/** Deletes deliveries with their attempts, but for those that were replayed since. */
export function dropDeliveries({ db, tables }: Store, seqs: readonly number[]): Statement[] {
  const { webhookDeliveries: deliveries, webhookAttempts: attempts } = tables;
  const isSettled = and(inArray(deliveries.seq, [...seqs]), isNotNull(deliveries.settledAt));
  const settled = db.select({ seq: deliveries.seq }).from(deliveries).where(isSettled);
  return [
    { query: db.delete(attempts).where(inArray(attempts.deliverySeq, settled)) },
    { query: db.delete(deliveries).where(isSettled) },
  ];
}
