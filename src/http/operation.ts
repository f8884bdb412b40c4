// What an operation says of itself: enough to check its requests and to document it.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { IdempotencyService } from '../access/idempotency/service.js';
import type { Role } from '../kernel/actor.js';
import { DomainError, type ErrorCode, invalid, type Violation } from '../kernel/errors.js';
import { violationsOf } from '../kernel/violations.js';
import type { RateLimits } from './rate-limits.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Group = 'Delivery' | 'Management' | 'System';
/** Response headers that the document describes under these names. */
export type DocumentedHeader =
  | 'ETag'
  | 'Last-Modified'
  | 'Cache-Control'
  | 'Location'
  | 'Content-Location'
  | 'Link'
  | 'Content-Encoding'
  | 'Cache-Groups'
  | 'Surrogate-Key'
  | 'Vary'
  | 'Idempotency-Replayed'
  | 'RateLimit'
  | 'RateLimit-Policy'
  | 'Retry-After';

export interface Answer {
  description: string;
  /** None for an answer without a body. */
  schema?: z.ZodType;
  mediaType?: string;
  example?: unknown;
  headers?: readonly DocumentedHeader[];
  /** Further media types that it can have, as text. */
  others?: readonly { mediaType: string; description: string }[];
}

/** A body that is a file or text, or has a file among its parts. */
export interface Upload {
  mediaType: string;
  /** For the document. */
  schema: z.ZodType;
  example?: unknown;
}

export interface Documented {
  method: Method;
  /** OpenAPI form: `/v1/articles/{slug}`. */
  path: string;
  operationId: string;
  group: Group;
  /** Chapter within the group, such as `Articles`. */
  chapter: string;
  summary: string;
  description: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: { schema: z.ZodType; mediaTypes: readonly string[]; isRequired: boolean; example: unknown };
  /** Text that it takes in place of such a body, as a TextBody. */
  texts?: readonly Upload[];
  /** Files that it takes, in place of such a body. */
  uploads?: readonly Upload[];
  /** `optional`: honoured when sent. */
  ifMatch?: 'required' | 'optional';
  isConditional?: boolean;
  /** The answer is a file, sent as it is: never coded, and in part where Range asks for that. */
  isFile?: true;
  /** The answer tells a secret, which is never stored, so that Idempotency-Key is refused. */
  answersSecret?: true;
  /** Whether it goes on behind the event that Last-Event-ID names. */
  resumes?: boolean;
  /** The least role that may do it; none for a public operation. */
  role?: Role;
  answers: Readonly<Record<number, Answer>>;
  errors: readonly ErrorCode[];
}

/** Where operations are added: the server, who tells whether a client may come in, and who has every POST done once. */
export interface Api {
  app: FastifyInstance;
  limits: RateLimits;
  idempotency: IdempotencyService;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every operation of the API, for its document. */
    operations: Documented[];
  }
}

/** `/v1/articles/{slug}` as Fastify writes it. */
export function fastifyPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

export function document(app: FastifyInstance, operation: Documented): void {
  app.operations.push(operation);
}

/**
 * Why an address is refused that no request may have: one with a fragment (RFC 9112, 3.2), which Node's parser lets through, and the
 * router takes for the query, so that what is kept by the query's text would be kept under another; or one with NUL, which is in no
 * text that is kept, and which one engine looks for and the other refuses.
 */
export function addressRefusal({ url }: FastifyRequest): DomainError | undefined {
  if (url.includes('#')) return new DomainError('malformed', 'The address has a fragment, which is never sent.');
  return url.includes('%00') ? new DomainError('malformed', 'The address has NUL in it.') : undefined;
}

/**
 * Parses the parts of a request together, so that an answer names everything that is wrong at once.
 * @param violations what is wrong beside them
 * @throws `invalid`
 */
export function parseParts(
  parts: readonly { place: 'body' | 'query' | 'params'; schema: z.ZodType | undefined; value: unknown }[],
  violations: Violation[] = [],
): unknown[] {
  const values = parts.map(({ place, schema, value }) => {
    const parsed = (schema ?? z.unknown()).safeParse(value);
    if (!parsed.success) violations.push(...violationsOf(parsed.error, place));
    return parsed.data;
  });
  if (violations.length > 0) throw invalid(violations);
  return values;
}
