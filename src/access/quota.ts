// How often each client may do something within a minute. Kept in memory, by each process for itself.
import { LRUCache } from 'lru-cache';
import type { Clock } from '../kernel/clock.js';

const windowMs = 60_000;
/** Clients that are remembered; beyond that, those that did nothing for longest begin anew. */
const clientsMax = 50_000;

export const windowSeconds = windowMs / 1000;

/** What a client has left of its quota, and until when that must do. */
export interface Allowance {
  remaining: number;
  isExceeded: boolean;
  /** Seconds until the whole quota is there again, rounded up. */
  seconds: number;
}

interface Window {
  endsAt: number;
  used: number;
}

/** A window of time begins with a client's first act in it, so that clients do not all come back at the same moment. */
export class Quota {
  readonly name: string;
  readonly max: number;
  readonly #clock: Clock;
  readonly #windows = new LRUCache<string, Window>({ max: clientsMax });

  constructor(name: string, max: number, clock: Clock) {
    this.name = name;
    this.max = max;
    this.#clock = clock;
  }

  /** Counts an act of a client, which is one too many when the quota was used up before. */
  take(client: string): Allowance {
    const now = this.#clock.now().getTime();
    const window = this.#current(client, now) ?? { endsAt: now + windowMs, used: 0 };
    window.used += 1;
    this.#windows.set(client, window);
    return this.#allowance(window, now, window.used > this.max);
  }

  /** What a client has left, without counting anything. */
  look(client: string): Allowance {
    const now = this.#clock.now().getTime();
    const window = this.#current(client, now) ?? { endsAt: now + windowMs, used: 0 };
    return this.#allowance(window, now, window.used >= this.max);
  }

  /** A window in which the client still is. None lasts longer than it should, though the clock be set back. */
  #current(client: string, now: number): Window | undefined {
    const window = this.#windows.get(client);
    return window !== undefined && now < window.endsAt && window.endsAt <= now + windowMs ? window : undefined;
  }

  #allowance({ endsAt, used }: Window, now: number, isExceeded: boolean): Allowance {
    return { remaining: Math.max(0, this.max - used), isExceeded, seconds: Math.ceil((endsAt - now) / 1000) };
  }
}
