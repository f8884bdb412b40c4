import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { withoutSecret } from './secret-addresses.js';

const processPrefix = randomBytes(4).toString('hex');
let requestCount = 0;

/** A request's id: unique over processes and restarts, and cheap. */
export function newRequestId(): string {
  requestCount += 1;
  return `${processPrefix}-${requestCount.toString(36)}`;
}

/** One line for an answered request. It holds no header, no body and no address that is a secret. */
export function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  const { method, url, actor } = request;
  const line = {
    method,
    url: withoutSecret(url),
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    ...(actor && { key: actor.key, actor: actor.person }),
  };
  request.log[reply.statusCode >= 500 ? 'error' : 'info'](line, 'request');
}
