// One delivery: taken, sent and noted.
import { randomUUID } from 'node:crypto';
import { eventData } from '../../delivery/stream/events.js';
import { findNames } from '../../delivery/stream/repository.js';
import type { Actor } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { decideAndCommit } from '../../storage/decide.js';
import { GuardFailed, type Statement, type Store } from '../../storage/store.js';
import { findWebhook, updateWebhook, type WebhookRecord } from '../repository.js';
import { signaturesOf } from '../signing.js';
import { askedMs, attemptsMax, delayAfter } from './patience.js';
import { attemptStatement, claimStatement, type Due, holdsClaim, type Next, releaseStatement } from './repository.js';
import { type Message, type Outcome, type SendingRules, send } from './sending.js';

/** How much longer than an attempt may take it is waited for, until whoever made it is taken for dead. */
const claimFactor = 2;
/** The server itself. */
const nobody: Actor = { key: null, person: null, role: 'admin' };

export function delivering(store: Store, clock: Clock, rules: SendingRules) {
  /**
   * Sends what is due, unless another process is faster. What came of it is noted; if the process dies before, or is stopped, it is
   * sent again.
   */
  return async function deliver(due: Due, stopping: AbortSignal): Promise<void> {
    const claim = randomUUID();
    if (!(await isTaken(due, claim))) return;
    const now = instant(clock);
    const record = await findWebhook(store, due.webhookId, now);
    if (!record) return;
    const begun = performance.now();
    const outcome = await send(await messageOf(record, due, now), rules, stopping);
    if (outcome) await note(due, claim, record.webhook.url, outcome, now, Math.round(performance.now() - begun));
    else await giveBack(due, claim, now);
  };

  /** Claims a delivery for as long as an attempt may take. */
  async function isTaken(due: Due, claim: string): Promise<boolean> {
    const until = new Date(Date.parse(instant(clock)) + claimFactor * rules.timeoutMs).toISOString();
    try {
      await store.commit([claimStatement(store, due, claim, until)]);
      return true;
    } catch (error) {
      if (error instanceof GuardFailed) return false;
      throw error;
    }
  }

  /** The message, made of what readers can see now: nothing of it is kept that an erasure would have to scrub. */
  async function messageOf({ webhook, secret, formerSecret }: WebhookRecord, due: Due, now: string): Promise<Message> {
    const { id, type, articleId, at } = due;
    const data = articleId === null ? {} : eventData({ id: articleId, at, ...(await findNames(store, articleId)) });
    const body = JSON.stringify({ type, timestamp: at, data });
    const timestamp = Math.floor(Date.parse(now) / 1000);
    const secrets = formerSecret === null ? [secret] : [secret, formerSecret];
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Copydesk',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signaturesOf(secrets, id, timestamp, body),
    };
    return { url: webhook.url, headers, body };
  }

  /** Notes what came of an attempt, and what comes next. Not once another has taken the delivery, or it is gone. */
  async function note(
    due: Due,
    claim: string,
    url: string,
    outcome: Outcome,
    begunAt: string,
    durationMs: number,
  ): Promise<void> {
    await decideAndCommit(store, async () => {
      const nothing = { statements: [], result: undefined };
      if (!(await holdsClaim(store, due.seq, claim))) return nothing;
      const now = instant(clock);
      const statements = [
        releaseStatement(store, due.seq, claim, nextOf(due, outcome, now), now),
        attemptStatement(store, due, outcome, begunAt, durationMs),
        ...(outcome.error === 'gone' ? await disabling(due.webhookId, url, now) : []),
      ];
      return { statements, result: undefined };
    });
  }

  /** Leaves alone whoever has said to be gone, unless it has another address meanwhile. */
  async function disabling(webhookId: string, url: string, now: string): Promise<Statement[]> {
    const webhook = (await findWebhook(store, webhookId, now))?.webhook;
    if (webhook?.state !== 'enabled' || webhook.url !== url) return [];
    const values = { state: 'disabled', disabledReason: 'gone' } as const;
    return updateWebhook(store, webhook, values, 'disable', nobody, now);
  }

  /** Leaves a delivery to whoever comes next, as if it had not been begun. */
  async function giveBack({ seq, attempts }: Due, claim: string, now: string): Promise<void> {
    await decideAndCommit(store, async () => {
      if (!(await holdsClaim(store, seq, claim))) return { statements: [], result: undefined };
      const next = { state: 'waiting', dueAt: now, attempts } as const;
      return { statements: [releaseStatement(store, seq, claim, next, now)], result: undefined };
    });
  }
}

/** What becomes of a delivery behind an attempt. A ping is tried once. */
function nextOf({ type, attempts }: Due, { error, retryAfter }: Outcome, now: string): Next {
  if (error === null) return { state: 'delivered' };
  if (error === 'gone' || type === 'ping') return { state: 'dead' };
  const delayMs = delayAfter(Math.min(attempts + 1, attemptsMax), askedMs(retryAfter, now));
  if (delayMs === undefined) return { state: 'dead' };
  return { state: 'waiting', dueAt: new Date(Date.parse(now) + delayMs).toISOString() };
}
