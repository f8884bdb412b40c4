// What Idempotency-Key (draft-ietf-httpapi-idempotency-key-header) makes of a POST: done once, however often it is sent.
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestName, StoredAnswer } from '../access/idempotency/repository.js';
import type { IdempotencyService, RepeatableRequest } from '../access/idempotency/service.js';
import type { Violation } from '../kernel/errors.js';
import { logOf } from './logging.js';
import type { Documented } from './operation.js';

/** Whether an operation takes the header. */
export function isRepeatable({ method, role, answersSecret }: Documented): boolean {
  return method === 'POST' && role !== undefined && answersSecret !== true;
}

/** What the header of a request says. */
export interface KeyHeader {
  /** The request by its key; none without the header, or where it is wrong. */
  name?: RequestName;
  violation?: Violation;
}

const header = 'Idempotency-Key';

/** Reads the header of a request to an operation. Where it is no POST, it says nothing. */
export function readKeyHeader(request: FastifyRequest, operation: Documented, keyId: string): KeyHeader {
  const value = request.headers['idempotency-key'];
  if (value === undefined || operation.method !== 'POST') return {};
  if (!isRepeatable(operation)) {
    const message = 'is refused here: the answer tells a secret, which is never stored to be told again';
    return { violation: { header, code: 'not_applicable', message } };
  }
  const idempotencyKey = keyIn(String(value));
  if (idempotencyKey === undefined) {
    const message = 'must be 1 to 255 visible ASCII characters, in quotes or bare';
    return { violation: { header, code: 'invalid_format', message } };
  }
  const [path = ''] = request.url.split('?');
  return { name: { keyId, method: operation.method, path, idempotencyKey } };
}

/** A key from its header: bare, or a string of structured fields (RFC 9651), in which a backslash stands before quotes and itself. */
function keyIn(value: string): string | undefined {
  const key = value.startsWith('"') ? /^"((?:[^"\\]|\\["\\])*)"$/.exec(value)?.[1]?.replaceAll(/\\(.)/g, '$1') : value;
  return key !== undefined && /^[\x21-\x7e]{1,255}$/.test(key) ? key : undefined;
}

/** Tells whether two requests to one address ask for the same. The version that was read is no part of that. */
export function fingerprintOf(request: FastifyRequest): string {
  const [, query = ''] = request.url.split('?');
  return createHash('sha256')
    .update(JSON.stringify([query, request.body ?? {}]))
    .digest('hex');
}

/** Answers a request by doing it, or with the answer that it had when it was done. */
export async function answerOnce(
  idempotency: IdempotencyService,
  repeatable: RepeatableRequest,
  { answers }: Documented,
  reply: FastifyReply,
  handle: () => Promise<unknown>,
): Promise<FastifyReply> {
  const run = async (): Promise<StoredAnswer> => {
    const body = JSON.stringify(await handle());
    const status = reply.statusCode;
    const sent = (answers[status]?.headers ?? []).flatMap((name) => {
      const value = reply.getHeader(name);
      return value === undefined ? [] : [[name, String(value)] as const];
    });
    return { status, headers: Object.fromEntries(sent), body };
  };
  const onUnkept = (error: unknown) =>
    logOf(reply.request).error(error, 'an answer could not be kept to be given again');
  const { answer, isReplayed } = await idempotency.once(repeatable, run, onUnkept);
  if (isReplayed) reply.header('Idempotency-Replayed', 'true');
  return reply.code(answer.status).headers(answer.headers).type('application/json; charset=utf-8').send(answer.body);
}
