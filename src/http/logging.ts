import { randomBytes } from 'node:crypto';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { withoutSecret } from './secret-addresses.js';

const processPrefix = randomBytes(4).toString('hex');
let requestCount = 0;

/** A request's id: unique over processes and restarts, and cheap. */
export function newRequestId(): string {
  requestCount += 1;
  return `${processPrefix}-${requestCount.toString(36)}`;
}

declare module 'fastify' {
  interface FastifyInstance {
    logger: FastifyBaseLogger;
  }
  interface FastifyRequest {
    /** When it came to an operation of the Delivery API, by `performance.now()`; 0 where it came to none. */
    cameAt: number;
  }
}

/** Where to log what is of one request. */
export function logOf({ server, id }: FastifyRequest): FastifyBaseLogger {
  return server.logger.child({ reqId: id });
}

/** How long a request took. Fastify takes its time only where something waits for the end of the answer. */
function elapsedMs({ cameAt }: FastifyRequest, { elapsedTime }: FastifyReply): number {
  return cameAt > 0 && elapsedTime === 0 ? performance.now() - cameAt : elapsedTime;
}

/** One line for an answered request. It holds no header, no body and no address that is a secret. */
export function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  const { method, url, actor } = request;
  const line = {
    method,
    url: withoutSecret(url),
    status: reply.statusCode,
    ms: Math.round(elapsedMs(request, reply) * 10) / 10,
    ...(actor && { key: actor.key, actor: actor.person }),
  };
  logOf(request)[reply.statusCode >= 500 ? 'error' : 'info'](line, 'request');
}
