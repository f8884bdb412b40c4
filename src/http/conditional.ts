import type { FastifyReply, FastifyRequest } from 'fastify';
import { ifNoneMatchHits } from '../kernel/version-tags.js';
import { publicHeaders } from './headers.js';

export interface Representation {
  /** Strong entity tag. */
  etag: string;
  /** Link header of a page of a list. */
  links?: string | undefined;
  /** In place of those that every public answer has. */
  headers?: Readonly<Record<string, string>>;
  body: Buffer | string | LentBody;
}

/** Bytes that are read only if they are sent, and given back when they are. */
export interface LentBody {
  read(): { bytes: Buffer; release(): void };
}

/**
 * Answers with bytes, or 304 when the client has them (RFC 9110, 13.2.2: If-None-Match decides, and If-Modified-Since only
 * where it is not sent).
 *
 * @param lastModified HTTP date of when the bytes were made; lists have none
 */
export function sendRepresentation(
  request: FastifyRequest,
  reply: FastifyReply,
  representation: Representation,
  lastModified?: string,
): FastifyReply {
  const { etag, links, headers, body } = representation;
  reply.headers(headers ?? publicHeaders).header('etag', etag);
  if (lastModified !== undefined) reply.header('last-modified', lastModified);
  if (links !== undefined) reply.header('link', links);
  const { 'if-none-match': ifNoneMatch, 'if-modified-since': since } = request.headers;
  const isKnown =
    ifNoneMatch === undefined
      ? since !== undefined && lastModified !== undefined && httpDate(since) >= Date.parse(lastModified)
      : ifNoneMatchHits(ifNoneMatch, etag);
  if (isKnown) {
    reply.removeHeader('content-type');
    return reply.code(304).send();
  }
  if (typeof body === 'string' || Buffer.isBuffer(body)) return reply.send(body);
  const { bytes, release } = body.read();
  // Emitted once the last byte is with the operating system; of a connection that breaks before, the memory is not reused.
  reply.raw.on('finish', release);
  return reply.send(bytes);
}

/** Milliseconds of an HTTP date (RFC 9110, 5.6.7: IMF-fixdate, what every client of today sends); NaN for anything else. */
function httpDate(value: string): number {
  const time = Date.parse(value);
  return !Number.isNaN(time) && new Date(time).toUTCString() === value ? time : Number.NaN;
}
