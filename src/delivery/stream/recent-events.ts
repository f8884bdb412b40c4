import type { Store } from '../../storage/store.js';
import { eventOf } from './events.js';
import { type LogEntry, listEntries } from './repository.js';

/** Events as they are sent, and the number of the last of them. */
export interface Chunk {
  last: number;
  text: string;
}

/** Events kept in memory. Who is farther behind gets them from the store. */
const keptMax = 1000;
/** Events in one chunk, about 40 kB. */
const perChunkMax = 100;

function chunkOf(entries: readonly LogEntry[]): Chunk | undefined {
  const last = entries.at(-1);
  return last && { last: last.seq, text: entries.map(eventOf).join('') };
}

/** What happened last, read once for all who listen. */
export class RecentEvents {
  readonly #store: Store;
  /** Everything between the one number and the other is kept. */
  #from: number;
  #head: number;
  #kept: Chunk[] = [];

  constructor(store: Store, head: number) {
    this.#store = store;
    this.#from = head;
    this.#head = head;
  }

  /** Reads on in the log. @returns whether there was anything */
  async follow(): Promise<boolean> {
    const entries = await listEntries(this.#store, this.#head, perChunkMax);
    this.#kept.push(...entries.map((entry) => ({ last: entry.seq, text: eventOf(entry) })));
    this.#head = entries.at(-1)?.seq ?? this.#head;
    const dropped = this.#kept.splice(0, Math.max(0, this.#kept.length - keptMax));
    this.#from = dropped.at(-1)?.last ?? this.#from;
    return entries.length > 0;
  }

  /** What comes behind an event; undefined when nothing does yet. */
  after(seq: number): Chunk | undefined | Promise<Chunk | undefined> {
    if (seq < this.#from) return listEntries(this.#store, seq, perChunkMax).then(chunkOf);
    let start = this.#kept.length;
    while (start > 0 && (this.#kept[start - 1]?.last ?? 0) > seq) start -= 1;
    const some = this.#kept.slice(start, start + perChunkMax);
    if (some.length < 2) return some[0];
    return { last: some.at(-1)?.last ?? seq, text: some.map(({ text }) => text).join('') };
  }
}
