import type { Actor } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { invalid, notFound } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import { changeStatements } from '../../storage/changes.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import { findWebhook, guardWebhook } from '../repository.js';
import type { Webhook } from '../schemas.js';
import {
  countReplayed,
  type DeliveryRecord,
  findDelivery,
  insertPing,
  listDeliveries,
  replayMany,
  replayOne,
} from './repository.js';
import type { Delivery, DeliveryFilters, ReplayRequest } from './schemas.js';

export type DeliveryService = ReturnType<typeof deliveryService>;

/** What webhooks were sent, and having it sent again. The sending is done in the background, by whichever process does that. */
export function deliveryService(store: Store, clock: Clock) {
  async function getRecord(webhookId: string, id: string): Promise<DeliveryRecord> {
    const found = await findDelivery(store, webhookId, id);
    if (!found) throw notFound('delivery', id);
    return found;
  }

  /** @throws `not_found` */
  async function get(webhookId: string, id: string): Promise<Delivery> {
    return (await getRecord(webhookId, id)).delivery;
  }

  /** A page, the last made first. @throws `invalid` for a cursor of another list */
  async function list(webhookId: string, request: PageRequest & DeliveryFilters): Promise<Page<Delivery>> {
    const { limit, cursor, ...filters } = request;
    const page = await readPage<DeliveryRecord>(
      { limit, cursor },
      cursorScope(`manage/webhooks/${webhookId}/deliveries`, filters),
      ['integer'],
      ({ seq }) => [seq],
      (rows, seek) => listDeliveries(store, webhookId, filters, rows, seek),
    );
    return { ...page, data: page.data.map(({ delivery }) => delivery) };
  }

  /** Who has had something sent, for the log. The webhook itself stays as it is. */
  function told({ id, version }: Webhook, action: 'ping' | 'replay', actor: Actor, at: string): Statement[] {
    return changeStatements(store, actor, at, [{ kind: 'webhook', id, version, action }]);
  }

  /** @throws `not_found` */
  async function getWebhook(id: string): Promise<Webhook> {
    const found = await findWebhook(store, id, instant(clock));
    if (!found) throw notFound('webhook', id);
    return found.webhook;
  }

  /** Has a message sent that tells of nothing, to a disabled webhook as well; once. @throws `not_found` */
  async function ping(webhookId: string, actor: Actor): Promise<Delivery> {
    const id = newId();
    return decideAndCommit(store, async () => {
      const webhook = await getWebhook(webhookId);
      const at = instant(clock);
      const times = { at, nextAttemptAt: at, settledAt: null };
      const made: Delivery = { id, type: 'ping', articleId: null, state: 'waiting', ...times, attempts: [] };
      const statements = [guardWebhook(store, webhookId), insertPing(store, webhookId, id, at)];
      return { statements: [...statements, ...told(webhook, 'ping', actor, at)], result: made };
    });
  }

  /**
   * Has a delivery sent at once and, if that fails, as often as a new one. One that is being sent right now is left to that.
   * @throws `not_found`
   */
  async function replay(webhookId: string, id: string, actor: Actor): Promise<Delivery> {
    return decideAndCommit(store, async () => {
      const { seq, isClaimed, delivery } = await getRecord(webhookId, id);
      if (isClaimed) return { statements: [], result: delivery };
      const webhook = await getWebhook(webhookId);
      const at = instant(clock);
      const result: Delivery = { ...delivery, state: 'waiting', nextAttemptAt: at, settledAt: null };
      return { statements: [replayOne(store, seq, at), ...told(webhook, 'replay', actor, at)], result };
    });
  }

  /** Has the deliveries of a time sent again, in their order. @throws `not_found`, `invalid` for a time that ends before it begins */
  async function replayAll(webhookId: string, asked: ReplayRequest, actor: Actor): Promise<{ count: number }> {
    if (asked.from && asked.to && asked.to <= asked.from)
      throw invalid([{ pointer: '/to', code: 'before_from', message: 'must be later than from' }]);
    return decideAndCommit(store, async () => {
      const webhook = await getWebhook(webhookId);
      const at = instant(clock);
      const count = await countReplayed(store, webhookId, asked);
      if (count === 0) return { statements: [], result: { count } };
      const replayed = replayMany(store, webhookId, asked, count, at);
      return { statements: [replayed, ...told(webhook, 'replay', actor, at)], result: { count } };
    });
  }

  return { get, list, ping, replay, replayAll };
}
