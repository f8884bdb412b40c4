import type { FastifyInstance, HTTPMethods } from 'fastify';
import { DomainError } from '../kernel/errors.js';
import { managementHeaders, shortLivedHeaders } from './headers.js';
import { type Documented, fastifyPath } from './operation.js';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'] as const;

/** What the address of a request takes, as Allow tells it; undefined where there is nothing. */
export function allowedAt(operations: readonly Documented[], url: string): string | undefined {
  const [path = ''] = url.split('?');
  const isHere = (template: string) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
  const here = operations.filter(({ path: template }) => isHere(template));
  return here.length > 0 ? allowOf(here.map(({ method }) => method)) : undefined;
}

function allowOf(had: readonly string[]): string {
  const all = [...had, 'OPTIONS', ...(had.includes('GET') ? ['HEAD'] : [])];
  return methods.filter((method) => all.includes(method)).join(', ');
}

/**
 * Answers the methods that an address does not have: 405 with Allow (RFC 9110, 15.5.6), and OPTIONS, for delivery with what a
 * browser asks before a conditional GET from another origin. Comes after every operation is added.
 */
export function answerOtherMethods(app: FastifyInstance): void {
  const byPath = Map.groupBy(app.operations, ({ path }) => path);
  for (const [path, operations] of byPath) {
    const allow = allowOf(operations.map(({ method }) => method));
    const isPublic = !path.startsWith('/v1/manage');
    const others = methods.filter((method) => !allow.split(', ').includes(method)) as HTTPMethods[];
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
      if (!isPublic) reply.headers(managementHeaders);
      else {
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
