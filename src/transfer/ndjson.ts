// Files of JSON lines (NDJSON), of any length, read and written without ever being whole in memory.
import { constants, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../backups/refusal.js';
import { parsedJson } from '../kernel/json.js';
import { unstorableText } from '../kernel/storable.js';
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
  /** Its bytes are no text, so it cannot be told what it said. */
  isGarbled: boolean;
}

function numbered(number: number, parts: readonly Buffer[]): NumberedLine {
  const bytes = Buffer.concat(parts);
  return { number, text: bytes.toString('utf8'), isGarbled: !isUtf8(bytes) };
}

/** The JSON of a line. @throws Error saying what is wrong with it */
export function jsonOf({ text, isGarbled }: NumberedLine): unknown {
  if (isGarbled) throw new Error('is not UTF-8');
  const value = parsedJson(text);
  if (value === undefined) throw new Error('is no JSON');
  const fault = unstorableText(text, value);
  if (fault !== undefined) throw new Error(fault);
  return value;
}

/** Lines end with a line feed and with nothing else: JSON may have any other within its strings. */
export async function* readLines(path: string): AsyncGenerator<NumberedLine> {
  let number = 0;
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: bytesPerWrite }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
      number += 1;
      yield numbered(number, [...begun, chunk.subarray(from, end)]);
      begun = [];
      begunBytes = 0;
      from = end + 1;
    }
    if (from === chunk.length) continue;
    begun.push(chunk.subarray(from));
    begunBytes += chunk.length - from;
    if (begunBytes + bytesPerWrite > constants.MAX_STRING_LENGTH)
      throw new Refusal(`${path}:${number + 1}: is longer than a line can be.`);
  }
  if (begun.length > 0) yield numbered(number + 1, begun);
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
