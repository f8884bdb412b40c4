import type { Lease, SnapshotHead, StoredSnapshot } from './store.js';

/**
 * How much memory is taken at once, and given back at once. Stories that each have a piece of their own are sent a tenth slower: so
 * many small pieces lie in more places than the processor knows at a time.
 */
const slabBytes = 4 * 1024 * 1024;
/** No slab is more than this share of the cache. */
const slabShare = 1 / 8;
/** How many times as much memory as its stories take it may come to take, with what was there of others that have changed. */
const goneTimes = 2;
/** Of how many stories it is remembered that they were asked for: of a share of those that are kept, and of some. */
const missedShare = 1 / 4;
const missedMin = 64;

/** Gives the memory of bytes back at once: what is left to be collected piles up faster than it is. */
export function free({ buffer, length }: Buffer): void {
  if (buffer.byteLength === length && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** A piece of memory for stories, one behind the other. */
class Slab {
  readonly #bytes: Buffer;
  readonly stories: Kept[] = [];
  #used = 0;
  #lent = 0;
  #isLeft = false;
  /** Made once, and not for each answer. */
  readonly release = (): void => {
    this.#lent -= 1;
    if (this.#isLeft && this.#lent === 0) free(this.#bytes);
  };

  constructor(length: number) {
    this.#bytes = Buffer.allocUnsafeSlow(length);
  }

  get length(): number {
    return this.#bytes.length;
  }

  hasRoom(length: number): boolean {
    return this.#used + length <= this.#bytes.length;
  }

  add(head: SnapshotHead, body: Buffer): Kept {
    const bytes = this.#bytes.subarray(this.#used, this.#used + body.length);
    body.copy(bytes);
    this.#used += body.length;
    const kept = new Kept(this, head, bytes);
    this.stories.push(kept);
    return kept;
  }

  lend(): void {
    this.#lent += 1;
  }

  /** Nobody finds what is in it any more: its memory goes when nobody sends it any more either. */
  leave(): void {
    this.#isLeft = true;
    if (this.#lent === 0) free(this.#bytes);
  }
}

/** A story that is kept. */
class Kept implements StoredSnapshot {
  readonly articleId: string;
  readonly slug: string;
  readonly etag: string;
  readonly lastModified: string;
  readonly length: number;
  readonly #slab: Slab;
  readonly #lease: Lease;

  constructor(slab: Slab, { articleId, slug, etag, lastModified }: SnapshotHead, bytes: Buffer) {
    this.articleId = articleId;
    this.slug = slug;
    this.etag = etag;
    this.lastModified = lastModified;
    this.length = bytes.length;
    this.#slab = slab;
    this.#lease = { bytes, release: slab.release };
  }

  /** @throws when it was found so long ago that its memory has gone */
  read(): Lease {
    if (this.#lease.bytes.length === 0) throw new Error(`story ${this.articleId} was found too long ago to be read`);
    this.#slab.lend();
    return this.#lease;
  }
}

/**
 * Live stories by slug and by id, their bytes as they are sent. Once it is full, what comes in takes the place of the oldest, and
 * only that comes in which is asked for again: who reads everything once leaves it as it is. It holds no truth: whoever follows the
 * change log tells it what to forget.
 */
export class SnapshotCache {
  readonly #bytesMax: number;
  readonly #slabBytes: number;
  readonly #bySlug = new Map<string, Kept>();
  readonly #byId = new Map<string, Kept>();
  /** The oldest first. */
  #slabs: Slab[] = [];
  /** How much memory they take. */
  #bytes = 0;
  /** How much of it is of stories that are found. */
  #foundBytes = 0;
  /** Stories that were asked for once. */
  readonly #missed = new Set<string>();

  /** @param bytesMax of memory for all stories */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#slabBytes = Math.min(slabBytes, Math.floor(bytesMax * slabShare));
  }

  /** A story that is known. */
  find(slugOrId: string): StoredSnapshot | undefined {
    return this.#bySlug.get(slugOrId) ?? this.#byId.get(slugOrId);
  }

  /** Keeps a story with a copy of its bytes while there is room, and later if it is asked for again. */
  set(head: SnapshotHead, body: Buffer): void {
    if (!this.#isWanted(head.articleId, body.length)) return;
    this.forget(head.articleId);
    const kept = this.#slabFor(body.length).add(head, body);
    this.#bySlug.set(kept.slug, kept);
    this.#byId.set(kept.articleId, kept);
    this.#foundBytes += kept.length;
    this.#missed.delete(kept.articleId);
  }

  forget(articleId: string): void {
    const kept = this.#byId.get(articleId);
    if (!kept) return;
    this.#drop(kept);
    // It was worth its place, so the next who asks for it has it kept again.
    this.#missed.add(articleId);
  }

  /** Forgets everything. */
  clear(): void {
    this.#leave(this.#slabs.length);
    this.#missed.clear();
  }

  /** Whether a story is to come in: while there is room, and later if it was asked for not long ago. */
  #isWanted(articleId: string, length: number): boolean {
    if (length > this.#bytesMax) return false;
    if (this.#slabs.at(-1)?.hasRoom(length) || this.#bytes + this.#lengthFor(length) <= this.#bytesMax) return true;
    if (this.#missed.has(articleId)) return true;
    if (this.#missed.size > missedMin + this.#byId.size * missedShare) this.#missed.clear();
    this.#missed.add(articleId);
    return false;
  }

  /** A story that is larger than a slab has one of its own. */
  #lengthFor(length: number): number {
    return Math.max(length, this.#slabBytes);
  }

  /**
   * A slab that has room. The oldest are left for it, as many as there have to be; and one where most of the memory is of stories
   * that have changed, so that it is no more than some times as much as the others take.
   */
  #slabFor(length: number): Slab {
    const newest = this.#slabs.at(-1);
    if (newest?.hasRoom(length)) return newest;
    const slab = new Slab(this.#lengthFor(length));
    const isMostlyGone = this.#bytes > goneTimes * (this.#foundBytes + slab.length);
    let left = 0;
    let bytes = this.#bytes + slab.length;
    for (; bytes > this.#bytesMax || (isMostlyGone && left === 0); left++) bytes -= this.#slabs[left]?.length ?? bytes;
    this.#leave(left);
    this.#slabs.push(slab);
    this.#bytes += slab.length;
    return slab;
  }

  /** Leaves so many of the oldest slabs. Whoever has found what is in them reads it in the same turn of the event loop, if ever. */
  #leave(count: number): void {
    const left = this.#slabs.slice(0, count);
    this.#slabs = this.#slabs.slice(count);
    for (const { length, stories } of left) {
      this.#bytes -= length;
      for (const kept of stories) this.#drop(kept);
    }
    if (left.length === 0) return;
    setImmediate(() => {
      for (const slab of left) slab.leave();
    });
  }

  #drop(kept: Kept): void {
    if (this.#byId.get(kept.articleId) !== kept) return;
    this.#byId.delete(kept.articleId);
    this.#foundBytes -= kept.length;
    if (this.#bySlug.get(kept.slug) === kept) this.#bySlug.delete(kept.slug);
  }
}
