import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../kernel/errors.js';
import { managementHeaders, previewHeaders, shortLivedHeaders, uncachedPublicHeaders } from './headers.js';
import { logOf, logRequest, newRequestId } from './logging.js';
import { allowedAt } from './methods.js';
import { asDomainError, problemBody, problemMediaType, problemTypes, sendProblem } from './problem.js';
import { holdsSecret } from './secret-addresses.js';

const delivery = /^\/(?:media\/|v1\/(?!manage(?:\/|\?|$)))/;

/** Answers every failure with problem details and logs the request; what is not expected is logged with its stack. */
export function answerErrors(app: FastifyInstance, logsEveryRequest: boolean): void {
  // Where there is nothing, nothing else is wrong with a request: neither its media type nor its body.
  app.setErrorHandler((thrown, request, reply) =>
    request.is404 ? failUnrouted(request, reply) : fail(asDomainError(thrown), request, reply),
  );
  app.setNotFoundHandler((request, reply) => failUnrouted(request, reply));
  // Answering hooks slow the hot read, so only routes that are logged have one: a found story is counted, not logged.
  app.addHook('onRoute', (route) => {
    if (!logsEveryRequest && delivery.test(route.url) && route.method !== 'POST') return;
    route.onResponse = [async (request: FastifyRequest, reply: FastifyReply) => logRequest(request, reply)];
  });

  /** Nothing is there, or nothing for such a method as WebDAV's. */
  function failUnrouted(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const allow = allowedAt(app.operations, request.url);
    if (allow !== undefined) reply.header('allow', allow);
    const error =
      allow === undefined
        ? new DomainError('not_found', 'There is nothing at this address.')
        : new DomainError('method_not_allowed', `This address takes ${allow}.`);
    fail(error, request, reply);
    app.requestCounts?.countUnrouted(request, reply.statusCode, reply);
    return reply;
  }

  function fail(error: DomainError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (error.code === 'internal' || error.code === 'unavailable' || error.code === 'storage_full') {
      logOf(request).error({ err: error.cause ?? error }, error.message);
    }
    const { status } = problemTypes[error.code];
    reply.headers(headersFor(request.url, status));
    sendProblem(error, request, reply);
    if (!logsEveryRequest && delivery.test(request.url)) logRequest(request, reply);
    return reply;
  }
}

function headersFor(url: string, status: number): Record<string, string> {
  if (!delivery.test(url)) return managementHeaders;
  if (holdsSecret(url)) return previewHeaders;
  return status === 404 || status === 410 ? shortLivedHeaders : uncachedPublicHeaders;
}

/** Answers what Fastify refuses before any route is found: an address that cannot be decoded. */
export function answerUnroutable(thrown: Error, request: FastifyRequest, reply: FastifyReply): void {
  const error = asDomainError(thrown);
  reply.headers(headersFor(request.url, problemTypes[error.code].status));
  sendProblem(error, request, reply);
  request.server.requestCounts?.countUnrouted(request, reply.statusCode, reply);
  logRequest(request, reply);
}

/** How long a client may take to close its side, once it was told that nothing more is read of it. */
const farewellMs = 2000;

/** Answers, on the bare socket, what could not even be read as HTTP. */
export function answerUnreadable(
  error: { code?: string },
  socket: { writable: boolean; end(text: string): void; destroy(): void },
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'headers_too_large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'request_timeout'
        : 'malformed';
  const { status, title, explanation } = problemTypes[code];
  const body = problemBody(new DomainError(code, explanation), '', newRequestId());
  socket.end(
    [
      `HTTP/1.1 ${status} ${title}`,
      `content-type: ${problemMediaType}`,
      `content-length: ${Buffer.byteLength(body)}`,
      ...Object.entries(uncachedPublicHeaders).map(([name, value]) => `${name}: ${value}`),
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  // Closed at once, it would be reset if more is on its way, and the answer lost.
  setTimeout(() => socket.destroy(), farewellMs).unref();
}
