import { and, asc, count, desc, eq, gt, gte, inArray, isNull, lt } from 'drizzle-orm';
import type { Seek } from '../../kernel/cursors.js';
import { inListOrder } from '../../storage/keyset.js';
import type { Statement, Store } from '../../storage/store.js';
import type { Attempt, attemptErrors, Delivery, DeliveryFilters, ReplayRequest } from './schemas.js';

type Row = Store['tables']['webhookDeliveries']['$inferSelect'];

/** A delivery, where it stands in the order of all, and whether somebody is sending it. */
export interface DeliveryRecord {
  delivery: Delivery;
  seq: number;
  isClaimed: boolean;
}

interface Joined {
  row: Row;
  attempt: Store['tables']['webhookAttempts']['$inferSelect'] | null;
}

/** Deliveries of rows that each have one attempt, in the order of the rows. */
function recordsOf(joined: readonly Joined[]): DeliveryRecord[] {
  return [...Map.groupBy(joined, ({ row }) => row.seq).values()].flatMap((of) => {
    const [first] = of;
    if (!first) return [];
    const { seq, id, type, articleId, at, state, dueAt, claim, settledAt } = first.row;
    return {
      seq,
      isClaimed: claim !== null,
      delivery: {
        ...{ id, type, articleId, at, state, nextAttemptAt: dueAt, settledAt },
        attempts: of.flatMap(({ attempt }) => (attempt ? attemptOf(attempt) : [])),
      },
    };
  });
}

/** Deliveries with their attempts. It is one query, so that what a delivery says and what came of it are of the same moment. */
function select({ db, tables: { webhookDeliveries: deliveries, webhookAttempts: attempts } }: Store) {
  return db
    .select({ row: deliveries, attempt: attempts })
    .from(deliveries)
    .leftJoin(attempts, eq(attempts.deliverySeq, deliveries.seq));
}

function attemptOf(row: NonNullable<Joined['attempt']>): Attempt {
  const { at, durationMs, status, response } = row;
  return { at, durationMs, status, error: row.error as (typeof attemptErrors)[number] | null, response };
}

export async function findDelivery(store: Store, webhookId: string, id: string): Promise<DeliveryRecord | undefined> {
  const { webhookDeliveries: deliveries, webhookAttempts: attempts } = store.tables;
  const isOne = and(eq(deliveries.id, id), eq(deliveries.webhookId, webhookId));
  return recordsOf(await store.all(select(store).where(isOne).orderBy(asc(attempts.id))))[0];
}

/** A webhook's deliveries, the last made first. */
export async function listDeliveries(
  store: Store,
  webhookId: string,
  { state, article }: DeliveryFilters,
  limit: number,
  seek: Seek | undefined,
): Promise<DeliveryRecord[]> {
  const { webhookDeliveries: deliveries, webhookAttempts: attempts } = store.tables;
  const isBackwards = seek?.direction === 'previous';
  const position = Number(seek?.position[0] ?? 0);
  const condition = and(
    eq(deliveries.webhookId, webhookId),
    state && eq(deliveries.state, state),
    article === undefined ? undefined : eq(deliveries.articleId, article),
    seek && (isBackwards ? gt(deliveries.seq, position) : lt(deliveries.seq, position)),
  );
  const order = isBackwards ? asc(deliveries.seq) : desc(deliveries.seq);
  const page = store.db.select({ seq: deliveries.seq }).from(deliveries).where(condition).orderBy(order).limit(limit);
  const joined = await store.all(select(store).where(inArray(deliveries.seq, page)).orderBy(order, asc(attempts.id)));
  return inListOrder(recordsOf(joined), seek);
}

/** Adds a ping, to be sent at once. */
export function insertPing(
  { db, tables: { webhookDeliveries } }: Store,
  webhookId: string,
  id: string,
  at: string,
): Statement {
  const row = { id, webhookId, type: 'ping' as const, at, state: 'waiting' as const, attempts: 0, dueAt: at };
  return { query: db.insert(webhookDeliveries).values(row), rows: 1 };
}

/** As if it had just been made. */
const anew = (at: string) => ({ state: 'waiting' as const, attempts: 0, dueAt: at, claim: null, settledAt: null });

/** Has a delivery sent again, unless somebody sends it now. */
export function replayOne({ db, tables: { webhookDeliveries } }: Store, seq: number, at: string): Statement {
  const isFree = and(eq(webhookDeliveries.seq, seq), isNull(webhookDeliveries.claim));
  return { query: db.update(webhookDeliveries).set(anew(at)).where(isFree), rows: 1 };
}

/** What a request to replay many is about. Pings are of the moment. */
function replayed({ tables: { webhookDeliveries: deliveries } }: Store, webhookId: string, asked: ReplayRequest) {
  const { states, from, to } = asked;
  return and(
    eq(deliveries.webhookId, webhookId),
    inArray(deliveries.state, states ?? ['dead']),
    gt(deliveries.publicSeq, 0),
    from ? gte(deliveries.at, from) : undefined,
    to ? lt(deliveries.at, to) : undefined,
  );
}

export async function countReplayed(store: Store, webhookId: string, asked: ReplayRequest): Promise<number> {
  const { webhookDeliveries } = store.tables;
  const counted = store.db.select({ count: count() }).from(webhookDeliveries);
  const [row] = await store.all(counted.where(replayed(store, webhookId, asked)));
  return row?.count ?? 0;
}

/** Has many sent again; there must be as many as were counted. */
export function replayMany(store: Store, webhookId: string, asked: ReplayRequest, rows: number, at: string): Statement {
  const query = store.db
    .update(store.tables.webhookDeliveries)
    .set(anew(at))
    .where(replayed(store, webhookId, asked));
  return { query, rows };
}
