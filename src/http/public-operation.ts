// Operations that anybody may call. The way to a found story is kept short: no hook is async, and nothing is parsed that was not sent.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { type Api, addressRefusal, type Documented, document, fastifyPath, parseParts } from './operation.js';

export interface PublicOperation<Query extends z.ZodObject>
  extends Omit<Documented, 'method' | 'query' | 'role' | 'body' | 'ifMatch'> {
  query: Query;
  handle(input: { param: string; query: z.output<Query> }, request: FastifyRequest, reply: FastifyReply): unknown;
}

/** Adds a public GET (and HEAD) operation with at most one path parameter of note. */
export function publicOperation<Query extends z.ZodObject>(
  { app, limits }: Api,
  operation: PublicOperation<Query>,
): void {
  document(app, { ...operation, method: 'GET' });
  const [withoutQuery] = parseParts([{ place: 'query', schema: operation.query, value: {} }]) as [z.output<Query>];
  const parseQuery = queryParser(operation.query);
  const paramName = Object.keys(operation.params?.shape ?? {})[0];
  const countReader = operation.group === 'Delivery' ? limits.countReader : undefined;
  app.get(fastifyPath(operation.path), {
    onRequest: (request, reply, done) => {
      request.cameAt = performance.now();
      const refusal = countReader?.(request, reply) ?? addressRefusal(request);
      if (refusal !== undefined) done(refusal);
      else if (request.headers.authorization === undefined) done();
      else
        limits.authenticate(request, reply).then(
          () => done(),
          (error) => done(error),
        );
    },
    handler: (request, reply) => {
      const params = request.params as Record<string, string>;
      const query = request.url.includes('?') ? parseQuery(request) : withoutQuery;
      return operation.handle(
        { param: paramName === undefined ? '' : (params[paramName] ?? ''), query },
        request,
        reply,
      );
    },
  });
}

/** Parsed queries by their text, since what a text parses to never changes; of long ones that would be much to keep. */
const queriesMax = 1000;
const keptLengthMax = 500;

function queryParser<Query extends z.ZodObject>(schema: Query): (request: FastifyRequest) => z.output<Query> {
  const parsed = new Map<string, z.output<Query>>();
  return (request) => {
    const { url } = request;
    // In a whole address a question mark may stand before the path, where the router sees none.
    const text = url.startsWith('/') ? url.slice(url.indexOf('?')) : url;
    const known = parsed.get(text);
    if (known) return known;
    const [query] = parseParts([{ place: 'query', schema, value: request.query }]) as [z.output<Query>];
    if (text.length > keptLengthMax) return query;
    if (parsed.size >= queriesMax) parsed.clear();
    parsed.set(text, query);
    return query;
  };
}
