// Takes an upload from the wire to a temporary file, never whole in memory.
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { diskFailure } from '../../kernel/disk-failure.js';
import { DomainError } from '../../kernel/errors.js';

/** An upload that has arrived. Whoever has it removes its file. */
export interface Received {
  path: string;
  bytes: number;
  sha256: string;
}

export class Incoming {
  readonly #folder: string;
  readonly #bytesMax: number;

  constructor(folder: string, bytesMax: number) {
    this.#folder = folder;
    this.#bytesMax = bytesMax;
  }

  /**
   * Writes what comes to a file of its own. Half an upload leaves nothing.
   * @throws `too_large`, `malformed` when it breaks off, `storage_full`, `unavailable` when the disk is not well
   */
  async receive(stream: Readable): Promise<Received> {
    const path = join(this.#folder, randomUUID());
    const hash = createHash('sha256');
    let bytes = 0;
    const bytesMax = this.#bytesMax;
    async function* counted(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > bytesMax) throw tooLarge(bytesMax);
        hash.update(chunk);
        yield chunk;
      }
    }
    try {
      await mkdir(this.#folder, { recursive: true });
      await pipeline(stream, counted, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    } catch (error) {
      await rm(path, { force: true }).catch(() => undefined);
      throw failure(error);
    }
    return { path, bytes, sha256: hash.digest('hex') };
  }

  /** Removes what a process has left that ended in the middle: nothing arrives for so long. @returns how many files */
  async clear(olderThanMs: number): Promise<number> {
    const names = await readdir(this.#folder).catch(() => []);
    let removed = 0;
    for (const name of names) {
      const found = await stat(join(this.#folder, name)).catch(() => undefined);
      if (!found || Date.now() - found.mtimeMs < olderThanMs) continue;
      await rm(join(this.#folder, name), { force: true });
      removed += 1;
    }
    return removed;
  }
}

function tooLarge(bytesMax: number): DomainError {
  return new DomainError('too_large', `The file is larger than ${bytesMax / 1024 / 1024} MB.`);
}

/** How a connection ends before its request does. */
const brokenOff = [
  'ERR_STREAM_PREMATURE_CLOSE',
  'FST_MP_PREMATURE_CLOSE',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
];

/** What is wrong with a form has no code; what is wrong with the disk has one. */
function failure(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || brokenOff.includes(code))
    return new DomainError('malformed', 'The upload broke off.', { cause: error });
  return diskFailure(error);
}
