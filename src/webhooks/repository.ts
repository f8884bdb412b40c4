import { and, eq, gt, inArray, min, sql } from 'drizzle-orm';
import type { Actor } from '../kernel/actor.js';
import type { Seek } from '../kernel/cursors.js';
import { changeStatements } from '../storage/changes.js';
import { inListOrder, inOrder } from '../storage/keyset.js';
import type { Statement, Store } from '../storage/store.js';
import type { Webhook } from './schemas.js';

export type WebhookAction = 'create' | 'update' | 'rotate' | 'disable' | 'delete';
type Row = Store['tables']['webhooks']['$inferSelect'];

/** A webhook with what only signing needs. */
export interface WebhookRecord {
  webhook: Webhook;
  secret: string;
  formerSecret: string | null;
}

function recordOf(row: Row, now: string): WebhookRecord {
  const isFormerGood = row.formerSecretUntil !== null && row.formerSecretUntil > now;
  const webhook: Webhook = {
    id: row.id,
    version: row.version,
    createdAt: row.createdAt,
    createdBy: { key: row.createdByKey, actor: row.createdByActor },
    updatedAt: row.updatedAt,
    updatedBy: { key: row.updatedByKey, actor: row.updatedByActor },
    disabledReason: row.disabledReason,
    formerSecretUntil: isFormerGood ? row.formerSecretUntil : null,
    url: row.url,
    description: row.description,
    events: row.events,
    state: row.state,
  };
  return { webhook, secret: row.secret, formerSecret: isFormerGood ? row.formerSecret : null };
}

export async function findWebhook(
  { db, tables: { webhooks }, all }: Store,
  id: string,
  now: string,
): Promise<WebhookRecord | undefined> {
  const [row] = await all(db.select().from(webhooks).where(eq(webhooks.id, id)).limit(1));
  return row && recordOf(row, now);
}

/** Webhooks, the last made first. */
export async function listWebhooks(
  { db, tables: { webhooks }, all }: Store,
  now: string,
  limit: number,
  seek: Seek | undefined,
): Promise<Webhook[]> {
  const { order, bound } = inOrder(webhooks.createdAt, webhooks.id, seek?.direction === 'previous', seek?.position);
  const rows = await all(
    db
      .select()
      .from(webhooks)
      .where(bound)
      .orderBy(...order)
      .limit(limit),
  );
  return inListOrder(rows, seek).map((row) => recordOf(row, now).webhook);
}

/** All there are; their number is bounded. */
function everyWebhook({ db, tables: { webhooks } }: Store) {
  return db.select({ id: webhooks.id }).from(webhooks);
}

export async function countWebhooks(store: Store): Promise<number> {
  return (await store.all(everyWebhook(store))).length;
}

/** Holds a commit to there being so many. */
export function guardCount(store: Store, count: number): Statement {
  return { query: everyWebhook(store), rows: count };
}

/** Holds a commit to a webhook being there. */
export function guardWebhook({ db, tables: { webhooks } }: Store, id: string): Statement {
  return { query: db.select({ id: webhooks.id }).from(webhooks).where(eq(webhooks.id, id)), rows: 1 };
}

/** What was done to a webhook since a version, the first first. */
export async function listActionsSince(
  { db, tables: { changes }, all }: Store,
  id: string,
  version: number,
): Promise<string[]> {
  const isLater = and(eq(changes.kind, 'webhook'), eq(changes.resourceId, id), gt(changes.version, version));
  const rows = await all(
    db
      .select({ action: changes.action })
      .from(changes)
      .where(isLater)
      .groupBy(changes.action)
      .orderBy(min(changes.seq)),
  );
  return rows.map(({ action }) => action);
}

/** Adds a webhook with its change. It is told what happens from now on. */
export function insertWebhook(store: Store, { webhook, secret }: WebhookRecord, actor: Actor): Statement[] {
  const { db, tables } = store;
  const { createdBy, updatedBy, formerSecretUntil: _none, ...values } = webhook;
  const row = {
    ...values,
    createdByKey: createdBy.key,
    createdByActor: createdBy.actor,
    updatedByKey: updatedBy.key,
    updatedByActor: updatedBy.actor,
    secret,
    reachedSeq: sql`(SELECT coalesce(max(${tables.publicLog.seq}), 0) FROM ${tables.publicLog})`,
  };
  const entry = { kind: 'webhook' as const, id: webhook.id, version: 1, action: 'create' };
  return [
    { query: db.insert(tables.webhooks).values(row), rows: 1 },
    ...changeStatements(store, actor, webhook.createdAt, [entry]),
  ];
}

export type WebhookValues = Partial<
  Pick<
    Row,
    'url' | 'description' | 'events' | 'state' | 'disabledReason' | 'secret' | 'formerSecret' | 'formerSecretUntil'
  >
>;

/** Changes a webhook from the version that was read, with its change. */
export function updateWebhook(
  store: Store,
  { id, version }: Pick<Webhook, 'id' | 'version'>,
  values: WebhookValues,
  action: WebhookAction,
  actor: Actor,
  at: string,
): Statement[] {
  const { webhooks } = store.tables;
  const stamp = { version: version + 1, updatedAt: at, updatedByKey: actor.key, updatedByActor: actor.person };
  const isRead = and(eq(webhooks.id, id), eq(webhooks.version, version));
  return [
    {
      query: store.db
        .update(webhooks)
        .set({ ...values, ...stamp })
        .where(isRead),
      rows: 1,
    },
    ...changeStatements(store, actor, at, [{ kind: 'webhook', id, version: version + 1, action }]),
  ];
}

/** Deletes a webhook, its secrets and all that it was told of, from the version that was read. */
export function deleteWebhook(store: Store, { id, version }: Webhook, actor: Actor, at: string): Statement[] {
  const { db, tables } = store;
  const { webhooks, webhookDeliveries: deliveries, webhookAttempts: attempts } = tables;
  const seqs = db.select({ seq: deliveries.seq }).from(deliveries).where(eq(deliveries.webhookId, id));
  return [
    { query: db.delete(attempts).where(inArray(attempts.deliverySeq, seqs)) },
    { query: db.delete(deliveries).where(eq(deliveries.webhookId, id)) },
    { query: db.delete(webhooks).where(and(eq(webhooks.id, id), eq(webhooks.version, version))), rows: 1 },
    ...changeStatements(store, actor, at, [{ kind: 'webhook', id, version: version + 1, action: 'delete' }]),
  ];
}
