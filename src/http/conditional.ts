import type { FastifyReply, FastifyRequest } from 'fastify';
import { ifNoneMatchHits } from '../kernel/version-tags.js';
import { codedTag, codingAsked, type Encoder } from './encodings.js';
import { publicHeaders } from './headers.js';

export interface Representation {
  /** Strong entity tag. */
  etag: string;
  /** The story whose changes alone make it another; without it, a change of any story may. */
  articleId?: string;
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

/** What public answers are sent with. */
export interface Sending {
  encoder: Encoder;
  /** Cache-Control of an answer that is about to become another; undefined where none is. */
  boundFor(articleId: string | undefined): string | undefined;
}

declare module 'fastify' {
  interface FastifyInstance {
    sending: Sending;
  }
}

/** The group of every answer that any story may change (RFC 9875). */
const anyStory = 'articles';

/**
 * Answers with bytes, or 304 when the client has them (RFC 9110, 13.2.2: If-None-Match decides, and If-Modified-Since only
 * where it is not sent). They are coded if the client takes that (12.5.3).
 *
 * @param lastModified HTTP date of when the bytes were made; lists have none
 */
export function sendRepresentation(
  request: FastifyRequest,
  reply: FastifyReply,
  { etag, articleId, links, headers, body }: Representation,
  lastModified?: string,
): FastifyReply | Promise<FastifyReply> {
  const { encoder, boundFor } = request.server.sending;
  const { 'if-none-match': ifNoneMatch, 'if-modified-since': since, 'accept-encoding': accepted } = request.headers;
  const coding = codingAsked(accepted);
  const tag = coding === undefined ? etag : codedTag(etag, coding);
  const group = articleId === undefined ? anyStory : articleId.replaceAll('-', '');
  reply
    .headers(headers ?? publicHeaders)
    .header('etag', tag)
    .header('cache-groups', `"${group}"`)
    .header('surrogate-key', group);
  if (lastModified !== undefined) reply.header('last-modified', lastModified);
  if (links !== undefined) reply.header('link', links);
  const bound = boundFor(articleId);
  if (bound !== undefined) reply.header('cache-control', bound);
  const isKnown =
    ifNoneMatch === undefined
      ? since !== undefined && lastModified !== undefined && httpDate(since) >= Date.parse(lastModified)
      : ifNoneMatchHits(ifNoneMatch, tag);
  if (isKnown) {
    reply.removeHeader('content-type');
    return reply.code(304).send();
  }
  if (coding === undefined) return sendPlain(reply, body);
  const key = `${etag} ${request.url}`;
  const coded = encoder.known(key, coding) ?? encoder.encode(key, coding, () => bytesOf(body));
  if (coded === undefined) return sendPlain(reply.header('etag', etag), body);
  reply.header('content-encoding', coding);
  return Buffer.isBuffer(coded) ? reply.send(coded) : coded.then((bytes) => reply.send(bytes));
}

function sendPlain(reply: FastifyReply, body: Representation['body']): FastifyReply {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return reply.send(body);
  const { bytes, release } = body.read();
  // Emitted once the last byte is with the operating system; of a connection that breaks before, the memory is not reused.
  reply.raw.on('finish', release);
  return reply.send(bytes);
}

function bytesOf(body: Representation['body']): { bytes: Buffer; release(): void } {
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) return body.read();
  return { bytes: Buffer.from(body), release: () => undefined };
}

/** Milliseconds of an HTTP date (RFC 9110, 5.6.7: IMF-fixdate, what every client of today sends); NaN for anything else. */
function httpDate(value: string): number {
  const time = Date.parse(value);
  return !Number.isNaN(time) && new Date(time).toUTCString() === value ? time : Number.NaN;
}
