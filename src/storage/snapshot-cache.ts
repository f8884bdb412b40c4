import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import type { Lease, SnapshotHead, StoredSnapshot } from './store.js';

/** A buffer with what gives it back, both made once and not for each answer. */
interface Pooled {
  buffer: Buffer;
  release(): void;
}

const keep = () => undefined;

/** Buffers that are lent and come back. Making one for each answer keeps the garbage collector busier than all else together. */
const pooledBytes = 64 * 1024;
const pooledMax = 256;

/**
 * Live stories by slug and by id, their bytes in a file of its own that the operating system keeps in memory as it can. Reading
 * it costs as much as sending other bytes from memory does, and the process stays small however many stories there are. It holds
 * no truth: whoever follows the change log tells it what to forget, it begins anew when full, and its file is gone with the
 * process. Whatever goes wrong with the file is a miss.
 */
export class SnapshotCache {
  readonly #file: number;
  readonly #bytesMax: number;
  readonly #fallback: (articleId: string) => Buffer;
  #end = 0;
  /** Rises when what is in the file is no longer what its readers were told. */
  #generation = 0;
  readonly #byId = new Map<string, StoredSnapshot>();
  readonly #bySlug = new Map<string, StoredSnapshot>();
  readonly #pool: Pooled[] = [];

  /**
   * @param fallback gives the bytes of a story should the file fail
   * @throws when the file cannot be made at the path
   */
  constructor(path: string, bytesMax: number, fallback: (articleId: string) => Buffer) {
    this.#bytesMax = bytesMax;
    this.#fallback = fallback;
    this.#file = openSync(path, 'w+', 0o600);
    unlinkSync(path);
  }

  /** A story that is known; its bytes are read only when they are asked for. */
  find(slugOrId: string): StoredSnapshot | undefined {
    return this.#bySlug.get(slugOrId) ?? this.#byId.get(slugOrId);
  }

  /** Keeps a story with its body as text. */
  set(head: SnapshotHead, body: string): void {
    this.forget(head.articleId);
    const length = Buffer.byteLength(body);
    if (length > this.#bytesMax) return;
    if (this.#end + length > this.#bytesMax) this.#beginAnew();
    if (!this.#isWritten(body, length)) return;
    const [position, generation] = [this.#end, this.#generation];
    const read = () =>
      (generation === this.#generation ? this.#read(position, length) : undefined) ?? {
        bytes: this.#fallback(head.articleId),
        release: keep,
      };
    const entry = { ...head, read };
    this.#end += length;
    this.#byId.set(head.articleId, entry);
    this.#bySlug.set(head.slug, entry);
  }

  forget(articleId: string): void {
    const entry = this.#byId.get(articleId);
    if (!entry) return;
    this.#byId.delete(articleId);
    this.#bySlug.delete(entry.slug);
  }

  /** Forgets everything, in the file as well. @throws what keeps the file from being cut */
  clear(): void {
    this.#beginAnew();
    ftruncateSync(this.#file, 0);
  }

  close(): void {
    this.#beginAnew();
    closeSync(this.#file);
  }

  #beginAnew(): void {
    this.#byId.clear();
    this.#bySlug.clear();
    this.#end = 0;
    this.#generation += 1;
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

  #isWritten(body: string, length: number): boolean {
    const { buffer, release } = this.#borrow(length);
    try {
      buffer.write(body);
      return writeSync(this.#file, buffer, 0, length, this.#end) === length;
    } catch {
      return false;
    } finally {
      release();
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
