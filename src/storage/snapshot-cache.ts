import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import type { Lease, SnapshotHead } from './store.js';

interface Entry {
  head: SnapshotHead;
  position: number;
  length: number;
}

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
  #end = 0;
  readonly #byId = new Map<string, Entry>();
  readonly #bySlug = new Map<string, Entry>();
  readonly #pool: Buffer[] = [];

  /** @throws when the file cannot be made at the path */
  constructor(path: string, bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#file = openSync(path, 'w+', 0o600);
    unlinkSync(path);
  }

  find(slugOrId: string): SnapshotHead | undefined {
    return (this.#bySlug.get(slugOrId) ?? this.#byId.get(slugOrId))?.head;
  }

  /** The bytes of a story that `find` has found in this turn of the event loop; undefined when they cannot be read. */
  read(articleId: string): Lease | undefined {
    const entry = this.#byId.get(articleId);
    if (!entry) return undefined;
    const { length, position } = entry;
    const buffer =
      length > pooledBytes ? Buffer.allocUnsafeSlow(length) : (this.#pool.pop() ?? Buffer.allocUnsafeSlow(pooledBytes));
    if (!this.#isRead(buffer, length, position)) {
      this.forget(articleId);
      return undefined;
    }
    return {
      bytes: buffer.length === length ? buffer : buffer.subarray(0, length),
      release: () => {
        if (buffer.length === pooledBytes && this.#pool.length < pooledMax) this.#pool.push(buffer);
      },
    };
  }

  set(head: SnapshotHead, body: Buffer): void {
    this.forget(head.articleId);
    if (body.length > this.#bytesMax) return;
    if (this.#end + body.length > this.#bytesMax) this.#beginAnew();
    if (!this.#isWritten(body, this.#end)) return;
    const entry = { head, position: this.#end, length: body.length };
    this.#end += body.length;
    this.#byId.set(head.articleId, entry);
    this.#bySlug.set(head.slug, entry);
  }

  forget(articleId: string): void {
    const entry = this.#byId.get(articleId);
    if (!entry) return;
    this.#byId.delete(articleId);
    this.#bySlug.delete(entry.head.slug);
  }

  close(): void {
    closeSync(this.#file);
  }

  #beginAnew(): void {
    this.#byId.clear();
    this.#bySlug.clear();
    this.#end = 0;
  }

  #isRead(into: Buffer, length: number, position: number): boolean {
    try {
      return readSync(this.#file, into, 0, length, position) === length;
    } catch {
      return false;
    }
  }

  #isWritten(body: Buffer, position: number): boolean {
    try {
      return writeSync(this.#file, body, 0, body.length, position) === body.length;
    } catch {
      return false;
    }
  }
}
