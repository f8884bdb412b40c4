// Content codings of public answers (RFC 9110, 8.4): made when first asked for, apart from the commit that made the bytes, and kept.
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { Negotiator } from '@fastify/accept-negotiator';
import { LRUCache } from 'lru-cache';
import { inOwnMemory, keptSize } from '../kernel/own-memory.js';

export type Coding = 'br' | 'gzip';

/** Memory for coded bytes. */
const keptBytesMax = 32 * 1024 * 1024;
/** Accept-Encoding headers whose meaning is remembered. */
const headersMax = 500;
/** Answers that are coded at the same time; beyond that, bytes are sent as they are, so that coding never holds up reading. */
const codingMax = 16;
/** Higher ones take ten times as long for a few percent of an answer. */
const brotliQuality = 5;

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

// By preference where the client has none. Identity stands among them, for a client that would rather have that.
const negotiator = new Negotiator({
  supportedValues: ['br', 'gzip', 'identity'],
  cache: new LRUCache({ max: headersMax }),
});

/** The coding that an Accept-Encoding header asks for; undefined for none. */
export function codingAsked(acceptEncoding: string | undefined): Coding | undefined {
  if (acceptEncoding === undefined) return undefined;
  const coding = negotiator.negotiate(acceptEncoding.toLowerCase());
  return coding === 'br' || coding === 'gzip' ? coding : undefined;
}

/** The strong tag of coded bytes, which are another representation (RFC 9110, 8.8.3.3). */
export function codedTag(etag: string, coding: Coding): string {
  return `${etag.slice(0, -1)}-${coding}"`;
}

/** Codes answers, each once. */
export class Encoder {
  readonly #kept = new LRUCache<string, Buffer>({ maxSize: keptBytesMax, sizeCalculation: keptSize });
  readonly #coding = new Map<string, Promise<Buffer>>();

  /** What was coded before. @param key tells the bytes from all others that were ever coded */
  known(key: string, coding: Coding): Buffer | undefined {
    return this.#kept.get(`${coding} ${key}`);
  }

  /** Codes bytes; undefined when too much is being coded already. */
  encode(key: string, coding: Coding, bytes: () => { bytes: Buffer; release(): void }): Promise<Buffer> | undefined {
    const place = `${coding} ${key}`;
    const running = this.#coding.get(place);
    if (running !== undefined) return running;
    if (this.#coding.size >= codingMax) return undefined;
    const lent = bytes();
    const made = compress(lent.bytes, coding)
      .then((coded) => {
        const kept = inOwnMemory(coded);
        this.#kept.set(place, kept);
        return kept;
      })
      .finally(() => {
        lent.release();
        this.#coding.delete(place);
      });
    this.#coding.set(place, made);
    return made;
  }
}

function compress(bytes: Buffer, coding: Coding): Promise<Buffer> {
  if (coding === 'gzip') return compressGzip(bytes);
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: brotliQuality, [BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return compressBrotli(bytes, { params });
}
