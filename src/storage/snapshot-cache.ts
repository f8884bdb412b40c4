import { closeSync, ftruncateSync, openSync, readSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Lease, SnapshotHead, StoredSnapshot } from './store.js';

/** A buffer with what gives it back, both made once and not for each answer. */
interface Pooled {
  buffer: Buffer;
  release(): void;
}

/** Where a story is in the file. */
interface Place {
  position: number;
  length: number;
  /** How much had been written to the file before it, in all rounds. */
  start: number;
}

const keep = () => undefined;

/** Buffers that are lent and come back. Making one for each answer keeps the garbage collector busier than all else together. */
const pooledBytes = 64 * 1024;
const pooledMax = 256;
/** By how much the file grows at once. */
const growthBytes = 64 * 1024 * 1024;
/** It grows as long as the disk has so many times free what the file will be. */
const freeTimes = 4;
/** Of how many stories it is remembered that they were asked for: of a share of those that are kept, and of some. */
const missedShare = 1 / 4;
const missedMin = 64;

/** A story in the file. */
class Kept implements StoredSnapshot {
  readonly articleId: string;
  readonly slug: string;
  readonly etag: string;
  readonly lastModified: string;
  readonly position: number;
  readonly length: number;
  /** How much had been written to the file before it, in all rounds. */
  readonly start: number;
  /** What was written behind it. */
  next: Kept | undefined = undefined;
  readonly #cache: SnapshotCache;

  constructor(cache: SnapshotCache, head: SnapshotHead, { position, length, start }: Place) {
    this.articleId = head.articleId;
    this.slug = head.slug;
    this.etag = head.etag;
    this.lastModified = head.lastModified;
    this.position = position;
    this.length = length;
    this.start = start;
    this.#cache = cache;
  }

  read(): Lease {
    return this.#cache.read(this);
  }
}

/**
 * Live stories by slug and by id, their bytes in a file of its own that the operating system keeps in memory as it can. Reading
 * it costs as much as sending other bytes from memory does, and the process stays small however many stories there are. Once the
 * file is full, what comes in takes the place of the oldest, and only that comes in which is asked for again: who reads everything
 * once leaves it as it is. It holds no truth: whoever follows the change log tells it what to forget, and its file is gone with
 * the process. Whatever goes wrong with the file is a miss.
 */
export class SnapshotCache {
  readonly #file: number;
  readonly #folder: string;
  #bytesMax: number;
  readonly #fallback: (articleId: string) => Buffer;
  /** How large the file may be by now. */
  #size = 0;
  /** Where the next story goes; all goes round and round. */
  #position = 0;
  /** How much was ever written, with what was left out at the end of each round. */
  #end = 0;
  /** What had been written before was forgotten at once. */
  #began = 0;
  readonly #byId = new Map<string, Kept>();
  readonly #bySlug = new Map<string, Kept>();
  /** In the order in which they were written, with those that were forgotten since. */
  #oldest: Kept | undefined;
  #newest: Kept | undefined;
  /** Stories that were asked for once. */
  readonly #missed = new Set<string>();
  readonly #pool: Pooled[] = [];

  /**
   * @param fallback gives the bytes of a story should the file fail
   * @throws when the file cannot be made at the path
   */
  constructor(path: string, bytesMax: number, fallback: (articleId: string) => Buffer) {
    this.#bytesMax = bytesMax;
    this.#fallback = fallback;
    this.#folder = dirname(path);
    this.#file = openSync(path, 'w+', 0o600);
    unlinkSync(path);
  }

  /** A story that is known; its bytes are read only when they are asked for. */
  find(slugOrId: string): StoredSnapshot | undefined {
    return this.#bySlug.get(slugOrId) ?? this.#byId.get(slugOrId);
  }

  /** Keeps a story with its bytes while there is room, and later if it is asked for again. */
  set(head: SnapshotHead, body: Buffer): void {
    const { length } = body;
    if (length > this.#bytesMax || !this.#isWanted(head.articleId, length)) return;
    this.forget(head.articleId);
    const place = this.#makeRoom(length);
    if (!place || !this.#isWritten(body, place.position)) return;
    const kept = new Kept(this, head, place);
    this.#byId.set(kept.articleId, kept);
    this.#bySlug.set(kept.slug, kept);
    if (this.#newest) this.#newest.next = kept;
    this.#oldest ??= kept;
    this.#newest = kept;
  }

  forget(articleId: string): void {
    const kept = this.#byId.get(articleId);
    if (!kept) return;
    this.#drop(kept);
    // It was worth its place, so the next who asks for it has it kept again.
    this.#noteAsked(articleId);
  }

  /** Forgets everything, in the file as well. @throws what keeps the file from being cut */
  clear(): void {
    this.#beginAnew();
    ftruncateSync(this.#file, 0);
  }

  /** Nothing is kept from then on. */
  close(): void {
    this.#beginAnew();
    this.#bytesMax = 0;
    closeSync(this.#file);
  }

  /** The bytes of a story that was found. */
  read({ articleId, start, position, length }: Kept): Lease {
    const lent = start >= this.#floor ? this.#read(position, length) : undefined;
    if (lent) return lent;
    this.forget(articleId);
    return { bytes: this.#fallback(articleId), release: keep };
  }

  /** What was written before it is no longer in the file. */
  get #floor(): number {
    return Math.max(this.#began, this.#end - this.#size);
  }

  /** Whether a story is to come in: while there is room, and later if it was asked for not long ago. */
  #isWanted(articleId: string, length: number): boolean {
    const isFirstRound = this.#end - this.#began === this.#position;
    if (isFirstRound && this.#position + length <= this.#bytesMax) return true;
    if (this.#missed.delete(articleId)) return true;
    this.#noteAsked(articleId);
    return false;
  }

  #noteAsked(articleId: string): void {
    if (this.#missed.size > missedMin + this.#byId.size * missedShare) this.#missed.clear();
    this.#missed.add(articleId);
  }

  /** Where so many bytes go. What was there is forgotten. */
  #makeRoom(length: number): Place | undefined {
    if (this.#position + length > this.#size) this.#grow(length);
    if (length > this.#size) return undefined;
    if (this.#position + length > this.#size) {
      // Nothing lies across the end of the file.
      this.#end += this.#size - this.#position;
      this.#position = 0;
    }
    const place = { position: this.#position, start: this.#end, length };
    this.#position += length;
    this.#end += length;
    this.#dropOverwritten();
    return place;
  }

  /** Has the file grow, unless it would take from the disk what the database may come to need. */
  #grow(length: number): void {
    const wanted = Math.min(this.#bytesMax, this.#position + Math.max(length, growthBytes));
    if (wanted <= this.#size || freeBytesOf(this.#folder) < freeTimes * wanted) return;
    this.#size = wanted;
    // The rest of the round before lies where it goes on.
    this.#began = this.#end - this.#position;
  }

  #dropOverwritten(): void {
    const floor = this.#floor;
    while (this.#oldest && this.#oldest.start < floor) {
      if (this.#byId.get(this.#oldest.articleId) === this.#oldest) this.#drop(this.#oldest);
      this.#oldest = this.#oldest.next;
    }
    if (!this.#oldest) this.#newest = undefined;
  }

  #drop({ articleId, slug }: Kept): void {
    this.#byId.delete(articleId);
    this.#bySlug.delete(slug);
  }

  #beginAnew(): void {
    this.#byId.clear();
    this.#bySlug.clear();
    this.#missed.clear();
    this.#oldest = this.#newest = undefined;
    this.#began = this.#end;
    this.#position = this.#size = 0;
  }

  #read(position: number, length: number): Lease | undefined {
    const { buffer, release } = this.#borrow(length);
    try {
      if (readSync(this.#file, buffer, 0, length, position) === length) {
        return { bytes: buffer.subarray(0, length), release };
      }
    } catch {
      // A miss, as said.
    }
    release();
    return undefined;
  }

  #isWritten(body: Buffer, position: number): boolean {
    try {
      return writeSync(this.#file, body, 0, body.length, position) === body.length;
    } catch {
      return false;
    }
  }

  #borrow(length: number): Pooled {
    if (length > pooledBytes) return { buffer: Buffer.allocUnsafeSlow(length), release: keep };
    const known = this.#pool.pop();
    if (known) return known;
    const pooled: Pooled = {
      buffer: Buffer.allocUnsafeSlow(pooledBytes),
      release: () => {
        if (this.#pool.length < pooledMax) this.#pool.push(pooled);
      },
    };
    return pooled;
  }
}

/** What the disk of a folder has free; nothing when nobody can tell. */
function freeBytesOf(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
