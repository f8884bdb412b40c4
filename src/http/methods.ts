import type { FastifyInstance, HTTPMethods } from 'fastify';
import { DomainError } from '../kernel/errors.js';
import { shortLivedHeaders } from './headers.js';
import { fastifyPath } from './operation.js';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/**
 * Answers the methods that an address does not have: 405 with Allow (RFC 9110, 15.5.6), and OPTIONS, for delivery with what a
 * browser asks before a conditional GET from another origin. Comes after every operation is added.
 */
export function answerOtherMethods(app: FastifyInstance): void {
  const byPath = new Map<string, Set<string>>();
  for (const { path, method } of app.operations) {
    const had = byPath.get(path) ?? new Set(['OPTIONS']);
    byPath.set(path, had.add(method));
    if (method === 'GET') had.add('HEAD');
  }
  for (const [path, had] of byPath) {
    const allow = methods.filter((method) => had.has(method)).join(', ');
    const isPublic = !path.startsWith('/v1/manage');
    const others = methods.filter((method) => !had.has(method)) as HTTPMethods[];
    app.route({
      method: others,
      url: fastifyPath(path),
      onRequest: (_request, reply, done) => {
        reply.header('allow', allow);
        done(new DomainError('method_not_allowed', `This address takes ${allow}.`));
      },
      handler: () => undefined,
    });
    if (app.hasRoute({ method: 'OPTIONS', url: fastifyPath(path) })) continue;
    app.options(fastifyPath(path), (_request, reply) => {
      reply.header('allow', allow);
      if (isPublic) {
        reply.headers({
          ...shortLivedHeaders,
          'access-control-allow-methods': 'GET, HEAD, OPTIONS',
          'access-control-allow-headers': 'Authorization, If-None-Match, If-Modified-Since, Last-Event-ID',
          'access-control-max-age': '86400',
        });
      }
      return reply.code(204).send();
    });
  }
}
