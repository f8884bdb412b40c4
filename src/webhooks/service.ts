import type { Actor } from '../kernel/actor.js';
import { type Clock, instant } from '../kernel/clock.js';
import { cursorScope, type Page, type PageRequest, readPage } from '../kernel/cursors.js';
import { durationMs } from '../kernel/durations.js';
import { DomainError, invalid, notFound } from '../kernel/errors.js';
import { newId } from '../kernel/ids.js';
import { jsonEqual } from '../kernel/json.js';
import { readOnlyViolations, refuseIfAny, requireMatch } from '../kernel/managed.js';
import { decideAndCommit } from '../storage/decide.js';
import type { Store } from '../storage/store.js';
import { faultOf } from './addresses.js';
import { untilNow } from './dispatching/fan-out.js';
import {
  countWebhooks,
  deleteWebhook,
  findWebhook,
  guardCount,
  insertWebhook,
  listActionsSince,
  listWebhooks,
  updateWebhook,
  type WebhookAction,
  type WebhookRecord,
} from './repository.js';
import {
  type IssuedWebhook,
  overlapDefault,
  type Webhook,
  type WebhookDraft,
  type WebhookPatch,
  type WebhookRotation,
  webhookEvents,
  webhookReadOnlyNames,
} from './schemas.js';
import { newSecret } from './signing.js';

/** Each is looked at again and again, and told of everything. */
export const webhooksMax = 50;

/** What each action on a webhook changes of it. */
const changedBy: Record<WebhookAction, string[]> = {
  create: [],
  update: ['/url', '/description', '/events', '/state', '/disabledReason'],
  rotate: ['/formerSecretUntil'],
  disable: ['/state', '/disabledReason'],
  delete: [],
};

export type WebhookService = ReturnType<typeof webhookService>;

/** The rules of webhooks. A secret is told once, when it is made; a change of the rest is made from a version. */
export function webhookService(store: Store, clock: Clock, privateHosts: readonly string[]) {
  async function getRecord(id: string): Promise<WebhookRecord> {
    const found = await findWebhook(store, id, instant(clock));
    if (!found) throw notFound('webhook', id);
    return found;
  }

  /** @throws `not_found` */
  async function get(id: string): Promise<Webhook> {
    return (await getRecord(id)).webhook;
  }

  /** A page, the last made first. @throws `invalid` for a cursor of another list */
  function list(request: PageRequest): Promise<Page<Webhook>> {
    return readPage(
      request,
      cursorScope('manage/webhooks', {}),
      ['text', 'text'],
      ({ createdAt, id }) => [createdAt, id],
      (limit, seek) => listWebhooks(store, instant(clock), limit, seek),
    );
  }

  /** Makes a webhook. @throws `invalid` for an address that nothing may be sent to, `conflict` when there are too many */
  async function create(draft: WebhookDraft, actor: Actor): Promise<IssuedWebhook> {
    requireAllowed(draft.url);
    const [id, secret] = [newId(), newSecret()];
    return decideAndCommit(store, async () => {
      const count = await countWebhooks(store);
      if (count >= webhooksMax)
        throw new DomainError('conflict', `There are ${count} webhooks already, as many as may be.`);
      const at = instant(clock);
      const by = { key: actor.key, actor: actor.person };
      const state = draft.state ?? 'enabled';
      const webhook: Webhook = {
        id,
        version: 1,
        createdAt: at,
        createdBy: by,
        updatedAt: at,
        updatedBy: by,
        disabledReason: state === 'disabled' ? 'admin' : null,
        formerSecretUntil: null,
        url: draft.url,
        description: draft.description ?? null,
        events: draft.events ?? [...webhookEvents],
        state,
      };
      const statements = insertWebhook(store, { webhook, secret, formerSecret: null }, actor);
      return { statements: [guardCount(store, count), ...statements], result: { ...webhook, secret } };
    });
  }

  /**
   * Changes a webhook. What has happened so far is told by what it was to be told of until now.
   * @throws `not_found`, `stale_version`, `invalid` (read-only, or an address that nothing may be sent to)
   */
  async function patch(id: string, body: WebhookPatch, ifMatch: string | undefined, actor: Actor): Promise<Webhook> {
    return decideAndCommit(store, async () => {
      const { webhook } = await getMatching(id, ifMatch);
      refuseIfAny(readOnlyViolations(body, webhook, webhookReadOnlyNames));
      if (body.url !== undefined) requireAllowed(body.url);
      const state = body.state ?? webhook.state;
      const values = {
        url: body.url ?? webhook.url,
        description: body.description === undefined ? webhook.description : body.description,
        events: body.events === undefined ? webhook.events : (body.events ?? [...webhookEvents]),
        state,
        disabledReason: state === 'enabled' ? null : (webhook.disabledReason ?? 'admin'),
      };
      if (jsonEqual({ ...webhook, ...values }, webhook)) return { statements: [], result: webhook };
      const at = instant(clock);
      const told = jsonEqual(values.events, webhook.events) ? [] : await untilNow(store, id, at);
      const statements = [...told, ...updateWebhook(store, webhook, values, 'update', actor, at)];
      return { statements, result: { ...webhook, ...values, ...stampOf(webhook, actor, at) } };
    });
  }

  /**
   * Gives a webhook a new secret. Messages are signed by both until the overlap ends; a third that was still good ends at once.
   * @throws `not_found`, `stale_version`
   */
  async function rotate(
    id: string,
    { overlap }: WebhookRotation,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<IssuedWebhook> {
    const secret = newSecret();
    return decideAndCommit(store, async () => {
      const { webhook, secret: formerSecret } = await getMatching(id, ifMatch);
      const at = instant(clock);
      const overlapMs = durationMs(overlap ?? overlapDefault) ?? 0;
      const formerSecretUntil = overlapMs === 0 ? null : new Date(Date.parse(at) + overlapMs).toISOString();
      const former = { formerSecret: formerSecretUntil && formerSecret, formerSecretUntil };
      const statements = updateWebhook(store, webhook, { secret, ...former }, 'rotate', actor, at);
      return { statements, result: { ...webhook, formerSecretUntil, ...stampOf(webhook, actor, at), secret } };
    });
  }

  /** Deletes a webhook with its deliveries, those that wait among them. @throws `not_found`, `stale_version` */
  async function remove(id: string, ifMatch: string | undefined, actor: Actor): Promise<void> {
    await decideAndCommit(store, async () => {
      const { webhook } = await getMatching(id, ifMatch);
      return { statements: deleteWebhook(store, webhook, actor, instant(clock)), result: undefined };
    });
  }

  /** @throws `invalid` */
  function requireAllowed(url: string): void {
    const fault = faultOf(new URL(url), privateHosts);
    if (fault) throw invalid([{ pointer: '/url', ...fault }]);
  }

  async function getMatching(id: string, ifMatch: string | undefined): Promise<WebhookRecord> {
    const record = await getRecord(id);
    await requireMatch(ifMatch, record.webhook.version, async (version) => {
      const actions = await listActionsSince(store, id, version);
      return [...new Set(actions.flatMap((action) => changedBy[action as WebhookAction]))];
    });
    return record;
  }

  return { get, list, create, patch, rotate, remove };
}

/** The version of a write and who made it. */
function stampOf({ version }: Webhook, actor: Actor, at: string) {
  return { version: version + 1, updatedAt: at, updatedBy: { key: actor.key, actor: actor.person } };
}
