import { and, count, eq, lte, min, or, sql } from 'drizzle-orm';
import type { Store } from '../storage/store.js';

/** When the schedule that is due the longest was to fire; undefined when none is due. */
export async function findOldestDue({ db, tables, all }: Store, now: string): Promise<string | undefined> {
  const { at, state } = tables.schedules;
  const isDue = and(sql`${state} = 'pending'`, lte(at, now));
  const [row] = await all(
    db
      .select({ at: min(at) })
      .from(tables.schedules)
      .where(isDue),
  );
  return row?.at ?? undefined;
}

export interface WebhookQueue {
  waiting: number;
  dead: number;
  /** When what the oldest message tells of has happened. */
  oldestAt: string | undefined;
}

/** What is to be sent to webhooks, and what was given up. What a disabled one will only be sent later does not wait. */
export async function readWebhookQueue({ db, tables, all }: Store): Promise<WebhookQueue> {
  const { webhooks, webhookDeliveries: deliveries } = tables;
  const isSendable = or(eq(webhooks.state, 'enabled'), eq(deliveries.type, 'ping'));
  const [waiting] = await all(
    db
      .select({ count: count(), oldestAt: min(deliveries.at) })
      .from(deliveries)
      .innerJoin(webhooks, eq(webhooks.id, deliveries.webhookId))
      .where(and(sql`${deliveries.state} = 'waiting'`, isSendable)),
  );
  const [dead] = await all(
    db
      .select({ count: count() })
      .from(webhooks)
      .innerJoin(deliveries, and(eq(deliveries.webhookId, webhooks.id), eq(deliveries.state, 'dead'))),
  );
  return { waiting: waiting?.count ?? 0, dead: dead?.count ?? 0, oldestAt: waiting?.oldestAt ?? undefined };
}
