import type { Chunk, RecentEvents } from './recent-events.js';

/** Where a listener's lines go to. */
export interface Sink {
  /** False when it should wait until `drain`. */
  write(text: string): boolean;
  end(): void;
  destroy(): void;
  readonly destroyed: boolean;
  on(event: 'drain' | 'close', listener: () => void): unknown;
}

/**
 * One who listens. It takes what is next from the events as fast as its connection lets it, so that one that is slow costs no
 * more memory than one that is not.
 */
export class Listener {
  readonly #sink: Sink;
  readonly #events: RecentEvents;
  readonly #patienceMs: number;
  /** The number of the last event that was sent. */
  #reached: number;
  #isSending = false;
  #isOver = false;
  #patience: NodeJS.Timeout | undefined;

  /**
   * @param reached the number of the last event that it has
   * @param patienceMs how long it may leave unread what it was sent; then it is disconnected, and can come back and go on
   */
  constructor(sink: Sink, events: RecentEvents, reached: number, patienceMs: number) {
    this.#sink = sink;
    this.#events = events;
    this.#reached = reached;
    this.#patienceMs = patienceMs;
    sink.on('drain', () => this.#goOn());
    sink.on('close', () => clearTimeout(this.#patience));
  }

  /** Sends what has happened since the last time. @throws what keeps it from being read */
  async send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      while (this.#isReady) {
        const found = this.#events.after(this.#reached);
        const chunk = found instanceof Promise ? await found : found;
        if (!chunk) return;
        this.#write(chunk);
      }
    } finally {
      this.#isSending = false;
    }
  }

  say(text: string): void {
    if (this.#isReady && !this.#sink.write(text)) this.#wait();
  }

  /** Ends the connection: at the end of what was sent, if that is being read. */
  end(): void {
    this.#isOver = true;
    if (this.#patience === undefined) this.#sink.end();
    else this.#sink.destroy();
  }

  destroy(): void {
    this.#sink.destroy();
  }

  get #isReady(): boolean {
    return !this.#isOver && this.#patience === undefined && !this.#sink.destroyed;
  }

  #write({ last, text }: Chunk): void {
    if (this.#isOver || this.#sink.destroyed) return;
    this.#reached = last;
    if (!this.#sink.write(text)) this.#wait();
  }

  #wait(): void {
    this.#patience ??= setTimeout(() => this.#sink.destroy(), this.#patienceMs).unref();
  }

  #goOn(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    // It comes back, and goes on where it was.
    this.send().catch(() => this.#sink.destroy());
  }
}
