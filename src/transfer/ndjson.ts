// Files of JSON lines (NDJSON), of any length, read and written without ever being whole in memory.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileEntry } from './manifest.js';

const bytesPerWrite = 1024 * 1024;
const lineFeed = 0x0a;

/** A file that lines are written to. */
export class LineFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #hash = createHash('sha256');
  #waiting: string[] = [];
  #waitingLength = 0;
  #bytes = 0;
  #lines = 0;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** @param path below the folder; there is no such file yet */
  static async create(folder: string, path: string): Promise<LineFile> {
    return new LineFile(path, await open(join(folder, path), 'wx'));
  }

  async write(line: string): Promise<void> {
    this.#waiting.push(line, '\n');
    this.#waitingLength += line.length;
    this.#lines += 1;
    if (this.#waitingLength >= bytesPerWrite) await this.#flush();
  }

  /** Brings it to disk. @returns what it is */
  async close(): Promise<FileEntry> {
    try {
      await this.#flush();
      await this.#handle.sync();
    } finally {
      await this.#handle.close();
    }
    return { path: this.#path, bytes: this.#bytes, sha256: this.#hash.digest('hex'), lines: this.#lines };
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    await this.#handle.appendFile(bytes);
  }
}

/** A line with its number, from 1. */
export interface NumberedLine {
  number: number;
  text: string;
}

/** Lines end with a line feed and with nothing else: JSON may have any other within its strings. */
export async function* readLines(path: string): AsyncGenerator<NumberedLine> {
  let number = 0;
  let begun: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: bytesPerWrite }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
      number += 1;
      yield { number, text: Buffer.concat([...begun, chunk.subarray(from, end)]).toString('utf8') };
      begun = [];
      from = end + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
  if (begun.length > 0) yield { number: number + 1, text: Buffer.concat(begun).toString('utf8') };
}

/** Lines some at a time: few when they are long. */
export async function* inBatches(
  lines: AsyncIterable<NumberedLine>,
  linesMax: number,
  charactersMax: number,
): AsyncGenerator<NumberedLine[]> {
  let batch: NumberedLine[] = [];
  let characters = 0;
  for await (const line of lines) {
    if (batch.length > 0 && (batch.length >= linesMax || characters + line.text.length > charactersMax)) {
      yield batch;
      [batch, characters] = [[], 0];
    }
    batch.push(line);
    characters += line.text.length;
  }
  if (batch.length > 0) yield batch;
}
