// Operations behind a key. Checked in this order: 401, 429, 403, 404, 415, 413, 428, 400; the services answer 412, 409 and 422. Of a
// POST that was done before, by its Idempotency-Key, only 401, 403, 415 and 413 are checked, and it gets the answer of then.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Actor, mayActAs, type Role } from '../kernel/actor.js';
import { DomainError, type Violation } from '../kernel/errors.js';
import { namesTag, versionTag } from '../kernel/version-tags.js';
import { TextBody, UnreadableBody } from './body.js';
import { answerUnreadable } from './errors.js';
import { managementHeaders } from './headers.js';
import { answerOnce, fingerprintOf, type KeyHeader, readKeyHeader } from './idempotency.js';
import {
  type Api,
  addressRefusal,
  type Documented,
  document,
  fastifyPath,
  type Method,
  parseParts,
} from './operation.js';

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor | null;
    keyHeader: KeyHeader | null;
  }
}

export interface ManagedInput<Params extends z.ZodObject, Query extends z.ZodObject, Body> {
  params: z.output<Params>;
  query: z.output<Query>;
  body: Body;
  ifMatch: string | undefined;
  actor: Actor;
}

export interface ManagedOperation<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType>
  extends Omit<Documented, 'params' | 'query' | 'body'> {
  method: Method;
  role: Role;
  params: Params;
  query: Query;
  body?: { schema: Body; mediaTypes: readonly string[]; isRequired: boolean; example: unknown };
  /** Refuses, before the body is read, what is not there or not allowed for this key. */
  target?(params: z.output<Params>, actor: Actor): Promise<unknown>;
  handle(input: ManagedInput<Params, Query, z.output<Body>>, reply: FastifyReply): Promise<unknown>;
}

export const jsonBody = ['application/json'] as const;
export const patchBody = ['application/merge-patch+json', 'application/json'] as const;

/** Answers with a managed resource and its version tag. */
export function sendManaged(reply: FastifyReply, resource: { version: number }): { data: unknown } {
  reply.header('etag', versionTag(resource.version));
  return { data: resource };
}

/** The parameter of changes that can be tried. */
export const dryRun = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true')
  .meta({
    description: 'Whether to change nothing, and only tell which live stories the change would reach.',
    example: 'true',
  });

/** Answers with a managed resource as a change left it, and what the change makes of live stories. */
export function sendChanged<Resource extends { version: number }>(
  reply: FastifyReply,
  { resource, ...rest }: { resource: Resource },
): { data: unknown } {
  return { ...sendManaged(reply, resource), ...rest };
}

/** Answers 201 with a new managed resource, its version tag and its address. */
export function sendCreated(reply: FastifyReply, resource: { version: number }, location: string): { data: unknown } {
  reply.code(201).header('location', location);
  return sendManaged(reply, resource);
}

/** Answers 204 with the version that a thing has now that it is deleted. */
export function sendDeleted(reply: FastifyReply, version: number): FastifyReply {
  return reply.code(204).header('etag', versionTag(version)).send();
}

export function managedOperation<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType>(
  { app, limits, idempotency }: Api,
  operation: ManagedOperation<Params, Query, Body>,
): void {
  document(app, operation);
  const { method, role, body, texts, uploads, target } = operation;
  app.route({
    method,
    url: fastifyPath(operation.path),
    onRequest: async (request, reply) => {
      reply.headers(managementHeaders);
      const refusal = addressRefusal(request);
      if (refusal !== undefined) throw refusal;
      const actor = await limits.admit(request, reply);
      requireRole(actor, role);
      actor.person = actorName(request);
      request.actor = actor;
      request.keyHeader = readKeyHeader(request, operation, actor.key ?? '');
      const { name } = request.keyHeader;
      const isKnown = name !== undefined && (await idempotency.isKnown(name));
      if (!isKnown) await target?.(request.params as z.output<Params>, actor);
      const others = [...(texts ?? []), ...(uploads ?? [])];
      const accepted = [...(body?.mediaTypes ?? []), ...others.map(({ mediaType }) => mediaType)];
      // What comes with a GET is not read (RFC 9110, 9.3.1), whatever it is called.
      if (method !== 'GET') requireMediaType(request, reply, method, accepted.length > 0 ? accepted : patchBody);
      // A file may take its time; the server bounds that of all requests.
      if (!uploads) limitArrival(request, reply);
    },
    handler: async (request, reply) => {
      const handle = () => checkAndHandle(operation, request, reply);
      const name = request.keyHeader?.name;
      if (name === undefined || request.body instanceof UnreadableBody) return handle();
      return answerOnce(idempotency, { name, fingerprint: fingerprintOf(request) }, operation, reply, handle);
    },
  });
}

/** A version without its quotes would be taken for a stale one, though it may be the right one. */
function ifMatchViolations(ifMatch: string | undefined): Violation[] {
  if (ifMatch === undefined || namesTag(ifMatch)) return [];
  const message = 'must be the ETag as it was sent, with its quotes, such as "3"';
  return [{ header: 'If-Match', code: 'invalid_format', message }];
}

/** Checks all that is left to check of a request, and does it. */
async function checkAndHandle<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType>(
  operation: ManagedOperation<Params, Query, Body>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { body, uploads } = operation;
  const ifMatch = operation.ifMatch ? request.headers['if-match'] : undefined;
  if (operation.ifMatch === 'required' && (ifMatch === undefined || ifMatch.trim() === '*')) {
    throw new DomainError('version_required', 'Say in If-Match which version you read, by its ETag.');
  }
  if (request.body instanceof UnreadableBody) throw request.body.error;
  const isUpload = uploads !== undefined && !isJson(request) && (!body || 'content-type' in request.headers);
  const isAsItCame = isUpload || request.body instanceof TextBody;
  const sent = request.body === undefined && body?.isRequired === false ? {} : request.body;
  const violations = [request.keyHeader?.violation ?? [], ifMatchViolations(ifMatch)].flat();
  const [params, query, parsed] = parseParts(
    [
      { place: 'params', schema: operation.params, value: request.params },
      { place: 'query', schema: operation.query, value: request.query },
      { place: 'body', schema: isAsItCame ? undefined : body?.schema, value: isAsItCame ? undefined : sent },
    ],
    violations,
  ) as [z.output<Params>, z.output<Query>, z.output<Body>];
  return operation.handle({ params, query, body: parsed, ifMatch, actor: request.actor as Actor }, reply);
}

function isJson({ headers }: FastifyRequest): boolean {
  return /^\s*application\/(merge-patch\+)?json\s*(;|$)/i.test(headers['content-type'] ?? '');
}

/** How long a body that is no file may take to arrive. */
const arrivalMs = 10_000;

/** Ends a request whose body does not arrive in time (RFC 9110, 15.5.9); one that was answered already, without a word. */
function limitArrival({ raw }: FastifyRequest, reply: FastifyReply): void {
  // What does not come over a connection does not know the word.
  if (raw.complete !== false) return;
  const timer = setTimeout(() => {
    if (raw.complete) return;
    if (reply.sent) raw.socket.destroy();
    else answerUnreadable({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, raw.socket);
  }, arrivalMs);
  raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
}

function requireRole(actor: Actor, role: Role): void {
  if (!mayActAs(actor, role)) {
    throw new DomainError('forbidden', `This needs a key with the role ${role}; this one is ${actor.role}.`);
  }
}

/** The person whom the tool names. @throws `invalid` when the name cannot be kept */
function actorName(request: FastifyRequest): string | null {
  const name = request.headers['x-actor'];
  if (name === undefined) return null;
  if (typeof name === 'string' && /^[\x20-\x7e]{1,200}$/.test(name)) return name;
  throw new DomainError('invalid', 'The request is wrong in one place; see errors.', {
    errors: [{ header: 'X-Actor', code: 'invalid_format', message: 'must be 1 to 200 visible ASCII characters' }],
  });
}

function requireMediaType(
  request: FastifyRequest,
  reply: FastifyReply,
  method: Method,
  accepted: readonly string[],
): void {
  const header = request.headers['content-type'];
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || (request.headers['content-length'] ?? '0') !== '0';
  if (header === undefined && !hasBody) return;
  const coding = request.headers['content-encoding'] ?? 'identity';
  if (coding.trim().toLowerCase() !== 'identity') {
    reply.header('accept-encoding', 'identity');
    throw new DomainError('unsupported_media_type', 'Send the body as it is, without a content coding.');
  }
  const [type, ...parameters] = (header ?? '').toLowerCase().split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset="?([^"\s]*)"?\s*$/.exec(parameter)?.[1])
    .find((value) => value !== undefined);
  if (accepted.includes((type ?? '').trim()) && (charset === undefined || charset === 'utf-8')) return;
  reply.header(method === 'PATCH' ? 'accept-patch' : 'accept-post', accepted.join(', '));
  throw new DomainError('unsupported_media_type', `Send ${accepted.join(' or ')} in UTF-8.`);
}
