import { type Clock, instant } from '../../kernel/clock.js';
import { recurring } from '../../kernel/recurring.js';
import type { Store } from '../../storage/store.js';
import { delivering } from './delivering.js';
import { fanOut } from './fan-out.js';
import { type Due, dropDeliveries, listDue, listDueWebhooks, listSettledBefore } from './repository.js';
import type { SendingRules } from './sending.js';

/** How often it is looked for what has happened, and for what is due. */
const lookMs = 250;
/** Messages that are on their way at once, of one webhook and of all. */
const perWebhookMax = 5;
const inAllMax = 100;
/** How long what is on its way may take when the server stops. */
const farewellMs = 2000;
/** How long what came of a delivery is kept. */
const keptMs = 30 * 86_400_000;
const sweepMs = 3_600_000;
const sweptPerBatch = 500;

export type Dispatcher = ReturnType<typeof dispatcher>;

/**
 * Sends what is due to webhooks, side by side within bounds. Deliveries are rows, made from the public log and taken one by one, so
 * several processes can do this, and one that dies leaves nothing undone.
 */
export function dispatcher(store: Store, clock: Clock, rules: SendingRules) {
  const deliver = delivering(store, clock, rules);
  const onTheirWay = new Map<number, { webhookId: string; done: Promise<void> }>();
  let stopping = new AbortController();
  let report: (error: unknown) => void = () => undefined;

  async function work(): Promise<void> {
    await fanOut(store, clock);
    for (const webhookId of await listDueWebhooks(store, instant(clock))) await sendDue(webhookId);
  }

  async function sendDue(webhookId: string): Promise<void> {
    const ofWebhook = [...onTheirWay.values()].filter((one) => one.webhookId === webhookId).length;
    const room = Math.min(perWebhookMax - ofWebhook, inAllMax - onTheirWay.size);
    if (room <= 0 || looking.isStopped) return;
    for (const due of await listDue(store, webhookId, instant(clock), room)) if (!onTheirWay.has(due.seq)) begin(due);
  }

  function begin(due: Due): void {
    const done = deliver(due, stopping.signal)
      .catch((error) => report(error))
      .finally(() => {
        onTheirWay.delete(due.seq);
        looking.wake();
      });
    onTheirWay.set(due.seq, { webhookId: due.webhookId, done });
  }

  /** Forgets what was settled long ago. */
  async function sweep(): Promise<void> {
    const horizon = new Date(Date.parse(instant(clock)) - keptMs).toISOString();
    for (;;) {
      const seqs = await listSettledBefore(store, horizon, sweptPerBatch);
      if (seqs.length === 0) return;
      await store.commit(dropDeliveries(store, seqs));
      if (seqs.length < sweptPerBatch || sweeping.isStopped) return;
    }
  }

  const looking = recurring(lookMs, work);
  const sweeping = recurring(sweepMs, sweep);

  /** Begins to send what is due. @param onError told of what fails; it is tried again */
  function start(onError: (error: unknown) => void): void {
    report = onError;
    stopping = new AbortController();
    looking.start(onError);
    sweeping.start(onError);
  }

  /** Ends the work. What is on its way may still be answered for a moment; else it is sent again by whoever comes next. */
  async function stop(): Promise<void> {
    await Promise.all([looking.stop(), sweeping.stop()]);
    const farewell = setTimeout(() => stopping.abort(), farewellMs);
    await Promise.all([...onTheirWay.values()].map(({ done }) => done));
    clearTimeout(farewell);
  }

  return { start, wake: looking.wake, stop, sweep };
}
