import type { FastifyReply, FastifyRequest } from 'fastify';
import { ifNoneMatchHits } from '../kernel/version-tags.js';
import { type Headers, type LentBody, leaseOf, sendDirectly } from './direct-answer.js';
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
  headers?: Headers;
  body: Buffer | string | LentBody;
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
  representation: Representation,
  lastModified?: string,
): void | Promise<void> {
  const { etag, articleId, headers = publicHeaders, body } = representation;
  const { encoder, boundFor } = request.server.sending;
  const { 'if-none-match': ifNoneMatch, 'if-modified-since': since, 'accept-encoding': accepted } = request.headers;
  const coding = codingAsked(accepted);
  const tag = coding === undefined ? etag : codedTag(etag, coding);
  const bound = boundFor(articleId);
  const shared = bound === undefined ? headers : { ...headers, 'cache-control': bound };
  const own = ownHeaders(representation, lastModified);
  const isKnown =
    ifNoneMatch === undefined
      ? since !== undefined && lastModified !== undefined && httpDate(since) >= Date.parse(lastModified)
      : ifNoneMatchHits(ifNoneMatch, tag);
  if (isKnown) {
    own.push('etag', tag);
    return sendDirectly(reply, 304, shared, own);
  }
  if (coding !== undefined) {
    const key = `${etag} ${request.url}`;
    const coded = encoder.known(key, coding) ?? encoder.encode(key, coding, () => leaseOf(body));
    if (coded !== undefined) {
      own.push('etag', tag, 'content-encoding', coding);
      if (Buffer.isBuffer(coded)) return sendDirectly(reply, 200, shared, own, coded);
      return coded.then((bytes) => sendDirectly(reply, 200, shared, own, bytes));
    }
  }
  own.push('etag', etag);
  return sendDirectly(reply, 200, shared, own, body);
}

/** The headers of one answer alone, but for its tag: names and values in turn. */
function ownHeaders({ articleId, links }: Representation, lastModified: string | undefined): string[] {
  const group = articleId === undefined ? anyStory : articleId.replaceAll('-', '');
  const own = ['cache-groups', `"${group}"`, 'surrogate-key', group];
  if (lastModified !== undefined) own.push('last-modified', lastModified);
  if (links !== undefined) own.push('link', links);
  return own;
}

/** Milliseconds of an HTTP date (RFC 9110, 5.6.7: IMF-fixdate, what every client of today sends); NaN for anything else. */
function httpDate(value: string): number {
  const time = Date.parse(value);
  return !Number.isNaN(time) && new Date(time).toUTCString() === value ? time : Number.NaN;
}
