import { DomainError } from '../../kernel/errors.js';
import type { Store } from '../../storage/store.js';
import { type Position, parsePosition } from '../public-log/position.js';
import { findHead, judge } from '../public-log/repository.js';
import { heartbeat, opening, reset } from './events.js';
import { Listener, type Sink } from './listener.js';
import { RecentEvents } from './recent-events.js';

/** How often the log is looked at, whoever may have written to it. */
const lookMs = 100;
/** How long the last lines may take when the server stops. */
const farewellMs = 1000;

/** Where a listener begins, and the lines that say so. */
export interface Beginning {
  position: Position;
  /** The number of the last event there was. */
  head: number;
  lines: string;
}

export interface StreamBounds {
  /** How many may listen at once. */
  listenersMax: number;
  /** How long one may leave unread what it was sent. */
  patienceMs?: number;
  /** How often all are told that the connection lives. */
  heartbeatMs?: number;
}

export type StreamService = ReturnType<typeof streamService>;

/** Tells whoever listens what happens to stories, in the order of the commits, from whatever process they come. */
export function streamService(
  store: Store,
  { listenersMax, patienceMs = 30_000, heartbeatMs = 15_000 }: StreamBounds,
  onError: (error: unknown) => void,
) {
  const listeners = new Set<Listener>();
  /** Those who are let in and do not listen yet. */
  let entering = 0;
  let events: RecentEvents | undefined;
  let isClosed = false;
  let seen = -1;
  let isLooking = false;
  let timers: NodeJS.Timeout[] = [];
  let forget = () => {};

  /**
   * Where a listener begins: behind the last event that it has, or now.
   * @param lastEventId what it says to have; none at its first time
   * @throws `unavailable` when there are as many listeners as there may be
   */
  async function begin(lastEventId: string | undefined): Promise<Beginning> {
    if (listeners.size + entering >= listenersMax)
      throw new DomainError('unavailable', `There are ${listenersMax} listeners already. Try again later.`);
    entering += 1;
    try {
      return lastEventId === undefined ? await beginNow() : await resume(parsePosition(lastEventId));
    } finally {
      entering -= 1;
    }
  }

  async function beginNow(): Promise<Beginning> {
    const position = await findHead(store);
    return { position, head: position.seq, lines: opening(position) };
  }

  async function resume(position: Position | undefined): Promise<Beginning> {
    const last = await findHead(store);
    const judgement = position ? await judge(store, position) : 'unknown';
    if (position && judgement === 'good') return { position, head: last.seq, lines: opening(position) };
    const lines = reset(last, judgement === 'too_old' ? 'too_old' : 'unknown');
    return { position: last, head: last.seq, lines };
  }

  /** Lets a listener have everything from its beginning on. */
  async function listen(sink: Sink, { position, head, lines }: Beginning): Promise<void> {
    events ??= follow(head);
    const listener = new Listener(sink, events, position.seq, patienceMs);
    if (sink.destroyed) return;
    listeners.add(listener);
    sink.on('close', () => listeners.delete(listener));
    listener.say(lines);
    if (isClosed) {
      listener.end();
      return;
    }
    try {
      await listener.send();
    } catch (error) {
      onError(error);
      sink.destroy();
    }
  }

  /** Begins to follow the log, behind an event. */
  function follow(seq: number): RecentEvents {
    const events = new RecentEvents(store, seq);
    const say = () => {
      for (const listener of listeners) listener.say(heartbeat);
    };
    forget = store.onCommit(() => void look(events));
    timers = [setInterval(() => void look(events), lookMs).unref(), setInterval(say, heartbeatMs).unref()];
    return events;
  }

  /** Sends on what is new. What fails is tried again at the next look. */
  async function look(events: RecentEvents): Promise<void> {
    if (isLooking || isClosed) return;
    isLooking = true;
    try {
      const sequence = await store.publicSequence();
      if (sequence === seen) return;
      while (!isClosed && (await events.follow())) {
        await sendAll();
        await new Promise((resolve) => setImmediate(resolve));
      }
      // Also to those who could not be sent something the last time.
      await sendAll();
      seen = sequence;
    } catch (error) {
      onError(error);
    } finally {
      isLooking = false;
    }
  }

  async function sendAll(): Promise<void> {
    await Promise.all([...listeners].map((listener) => listener.send()));
  }

  /** Ends every connection, so that clients come back to another server, or to this one once it runs again. */
  async function close(): Promise<void> {
    isClosed = true;
    forget();
    for (const timer of timers) clearInterval(timer);
    for (const listener of listeners) listener.end();
    const last = Date.now() + farewellMs;
    while (listeners.size > 0 && Date.now() < last) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const listener of listeners) listener.destroy();
  }

  return { begin, listen, close };
}
