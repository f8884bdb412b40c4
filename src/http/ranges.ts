// Bytes of a file, whole or a part of them (RFC 9110, 14).
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { diskFailure } from '../kernel/disk-failure.js';
import { DomainError } from '../kernel/errors.js';
import { ifNoneMatchHits } from '../kernel/version-tags.js';

export interface SentFile {
  /** Strong entity tag. */
  etag: string;
  size: number;
  path: string;
  /** The bytes, when they are at hand. */
  bytes: Buffer | undefined;
  headers: Readonly<Record<string, string>>;
}

/**
 * Answers with a file, with the one part of it that is asked for, or 304.
 * @throws `range_not_satisfiable`, `unavailable` when it cannot be opened
 */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: SentFile): Promise<FastifyReply> {
  const { etag, size, path, bytes, headers } = file;
  const { 'if-none-match': ifNoneMatch, 'if-range': ifRange, range } = request.headers;
  if (ifNoneMatch !== undefined && ifNoneMatchHits(ifNoneMatch, etag)) {
    const { 'content-type': _none, ...others } = headers;
    return reply.headers(others).header('etag', etag).code(304).send();
  }
  const part = range === undefined || (ifRange !== undefined && ifRange !== etag) ? undefined : partOf(range, size);
  if (part === 'outside') {
    reply.header('content-range', `bytes */${size}`);
    throw new DomainError('range_not_satisfiable', `The file has ${size} bytes.`);
  }
  const { start, end } = part ?? { start: 0, end: size - 1 };
  // Opened before anything is said of it.
  const sent = bytes?.subarray(start, end + 1) ?? (await openPart(path, start, end));
  reply.headers(headers).header('etag', etag).header('accept-ranges', 'bytes');
  if (part) reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
  reply.header('content-length', end - start + 1);
  return reply.send(sent);
}

async function openPart(path: string, start: number, end: number): Promise<Readable> {
  try {
    return (await open(path)).createReadStream({ start, end });
  } catch (error) {
    throw diskFailure(error);
  }
}

/** The part that one range names; undefined for several, or another unit, which are answered with the whole (RFC 9110, 14.2). */
function partOf(range: string, size: number): { start: number; end: number } | 'outside' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range.trim()) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'outside' : { start: size - length, end: size - 1 };
  }
  const [start, end] = [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)];
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'outside' : { start, end };
}
