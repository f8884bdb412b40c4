// Errors as readers of the API see them: RFC 9457 problem details.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DomainError, type ErrorCode } from '../kernel/errors.js';
import { namedUsagesMax, Usage } from '../kernel/usage.js';
import { withoutSecret } from './secret-addresses.js';

interface ProblemType {
  status: number;
  title: string;
  /** For the page that the problem's type leads to. */
  explanation: string;
}

export const problemTypes: Record<ErrorCode, ProblemType> = {
  malformed: {
    status: 400,
    title: 'Malformed request',
    explanation: 'The request cannot be read: its JSON, its encoding or its address is broken. Detail says where.',
  },
  invalid: {
    status: 400,
    title: 'Invalid input',
    explanation:
      'The request can be read, but parts of it have the wrong shape. Each entry of errors names one place and what is wrong with it.',
  },
  unauthorized: {
    status: 401,
    title: 'API key missing or not valid',
    explanation:
      'Send a key as Authorization: Bearer <key>. A key that is wrong, expired or revoked is refused even where none is needed.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed with this key',
    explanation: 'The key is valid, but its role may not do this. Ask for one of the role that detail names.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    explanation: 'There is nothing at this address, or nothing that readers may see.',
  },
  gone: {
    status: 410,
    title: 'Gone',
    explanation: 'The story was published here and has been withdrawn.',
  },
  resync_required: {
    status: 410,
    title: 'Synchronise anew',
    explanation:
      'The token is too old, or of another database, so what has changed since cannot be told without a gap. Begin anew at the address in reset, and drop what that does not have.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    explanation: 'The address exists, but not for this method. The Allow header lists those it has.',
  },
  request_timeout: {
    status: 408,
    title: 'Request timeout',
    explanation: 'The request did not arrive in time. Send it again.',
  },
  conflict: {
    status: 409,
    title: 'Conflict',
    explanation:
      'What is there does not allow this: a slug is taken, or something is in a state that forbids it. What is used cannot be deleted: usages says where.',
  },
  request_in_progress: {
    status: 409,
    title: 'Request in progress',
    explanation:
      'The same request, by its Idempotency-Key, is being done at this moment. Send it again after the time in Retry-After, and you get its answer.',
  },
  stale_version: {
    status: 412,
    title: 'Stale version',
    explanation:
      'Somebody else has changed the resource since you read it, so your change was not made. currentVersion is the version it has now, changed points at what differs. Read it again and redo your change.',
  },
  too_large: {
    status: 413,
    title: 'Content too large',
    explanation: 'The body is larger than one megabyte, or the file than the server takes; detail says which.',
  },
  uri_too_long: { status: 414, title: 'URI too long', explanation: 'The address is longer than the server reads.' },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    explanation:
      'The body must be JSON in UTF-8, named so in Content-Type. PATCH takes application/merge-patch+json as well.',
  },
  range_not_satisfiable: {
    status: 416,
    title: 'Range not satisfiable',
    explanation: 'The part that Range asks for is not in the file. Content-Range tells how large it is.',
  },
  unprocessable: {
    status: 422,
    title: 'Unprocessable',
    explanation:
      'The shape is right, but the content refers to what is not there, is too much, or would break a rule. See errors.',
  },
  preflight_failed: {
    status: 422,
    title: 'Not fit to be published',
    explanation:
      'Rules that every published story must pass failed. Each entry of errors points at one place in the story, names what of the library is at fault there, and says in help how to mend it. GET …/preflight tells them beforehand.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency-Key reused',
    explanation:
      'The Idempotency-Key was sent to this address before, with another body or other parameters. A key stands for one request and its repetitions: take a new one.',
  },
  version_required: {
    status: 428,
    title: 'Version required',
    explanation:
      'Say in If-Match which version you read (its ETag), so that nobody’s change is overwritten unseen. An asterisk is not accepted.',
  },
  quota_exceeded: {
    status: 429,
    title: 'Too many requests',
    explanation:
      'More was asked for than a key or an address may within a minute, or too many keys that are not valid came from the address. RateLimit and RateLimit-Policy tell what is left; go on after the time in Retry-After. violated-policies names what was exceeded.',
  },
  headers_too_large: {
    status: 431,
    title: 'Header fields too large',
    explanation: 'The headers are larger than the server reads.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    explanation: 'Something went wrong in the server. It is logged under requestId.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    explanation: 'The server cannot do this at the moment. Try again after the time in Retry-After.',
  },
  storage_full: {
    status: 507,
    title: 'Storage full',
    explanation:
      'There is no room left to store this. Nothing of it was kept; everything that was there before still is.',
  },
};

/** How long to wait before what is refused for now can be asked for again. */
const retryAfterSeconds: Partial<Record<ErrorCode, number>> = { unavailable: 2, request_in_progress: 1 };

export const problemMediaType = 'application/problem+json; charset=utf-8';

const violation = z
  .object({
    pointer: z
      .string()
      .optional()
      .meta({ description: 'RFC 6901 pointer into the body.', example: '/sections/3/blocks/0/text' }),
    line: z.int().optional().meta({ description: 'Line of a body that is text, from 1.', example: 12 }),
    parameter: z.string().optional().meta({ description: 'Name of the parameter.' }),
    header: z.string().optional().meta({ description: 'Name of the header.' }),
    code: z.string().meta({ example: 'required' }),
    message: z.string().meta({ example: 'is required' }),
    help: z
      .string()
      .optional()
      .meta({ description: 'How to mend it, where a rule of preflight failed.', example: 'Give it a headline.' }),
    resource: z
      .object({
        kind: z.string().meta({ example: 'image' }),
        id: z.string().meta({ example: '01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17' }),
        pointer: z.string().meta({ example: '/alt' }),
      })
      .optional()
      .meta({ description: 'The library resource at fault, and the pointer into it.' }),
  })
  .meta({ id: 'Violation', description: 'One place that is wrong.' });

export const Problem = z
  .object({
    type: z.string().meta({ description: 'A page that explains this kind of problem.', example: '/problems/invalid' }),
    title: z.string().meta({ example: 'Invalid input' }),
    status: z.int().meta({ example: 400 }),
    detail: z.string().meta({ example: 'The request is wrong in one place; see errors.' }),
    instance: z.string().meta({ description: 'The address that was asked for.', example: '/v1/manage/articles' }),
    requestId: z.string().meta({ description: 'Names the request in the server’s log.', example: '5f2c9a1e-1a' }),
    errors: z.array(violation).optional(),
    currentVersion: z
      .int()
      .optional()
      .meta({ description: 'With stale_version: the version that is current.', example: 4 }),
    changed: z
      .array(z.string())
      .optional()
      .meta({ description: 'With stale_version: pointers to what differs.', example: ['/headline'] }),
    stories: z
      .array(z.string())
      .optional()
      .meta({ description: 'With forbidden: live stories that use the resource, by id.' }),
    reset: z
      .string()
      .optional()
      .meta({ description: 'With resync_required: where to begin anew.', example: '/v1/sync' }),
    'violated-policies': z
      .array(z.string())
      .optional()
      .meta({ description: 'With quota_exceeded: what was exceeded, as RateLimit-Policy names it.', example: ['key'] }),
    usages: z
      .array(Usage)
      .optional()
      .meta({ description: `With conflict, when it is used: where; the first ${namedUsagesMax} places.` }),
    usageCount: z.int().optional().meta({ description: 'With usages: in how many places it is used.', example: 1 }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' });

/** The codes of Fastify's own errors, and what they mean here. */
const frameworkErrors: Record<string, ErrorCode> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed',
  FST_ERR_BAD_URL: 'malformed',
  FST_ERR_MAX_PARAM_LENGTH: 'uri_too_long',
  FST_ERR_ASYNC_CONSTRAINT: 'malformed',
  FST_PARTS_LIMIT: 'invalid',
  FST_FILES_LIMIT: 'invalid',
  FST_FIELDS_LIMIT: 'invalid',
  FST_PROTO_VIOLATION: 'malformed',
  FST_INVALID_JSON_FIELD_ERROR: 'malformed',
  FST_MP_PREMATURE_CLOSE: 'malformed',
};

/** Any error as one of the domain's; what is not expected is `internal` and its message stays inside. */
export function asDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  const { code, message, statusCode } = error as Partial<FastifyError>;
  if (code === 'ECONNRESET' && statusCode === 400)
    return new DomainError('malformed', 'The request broke off before its end.', { cause: error });
  const known =
    frameworkErrors[code ?? ''] ?? (error instanceof SyntaxError && statusCode === 400 ? 'malformed' : undefined);
  if (known) return new DomainError(known, message ?? problemTypes[known].title, { cause: error });
  return new DomainError('internal', 'Something went wrong in the server.', { cause: error });
}

/** The address of the page that explains a kind of problem, which is its type. */
export function problemTypeOf(code: ErrorCode): string {
  return `/problems/${code.replaceAll('_', '-')}`;
}

/** The body of a problem answer. */
export function problemBody(error: DomainError, instance: string, requestId: string): string {
  const { status, title } = problemTypes[error.code];
  return JSON.stringify({
    type: problemTypeOf(error.code),
    title,
    status,
    detail: error.message,
    instance,
    requestId,
    ...(error.errors && { errors: error.errors }),
    ...error.members,
  });
}

/** Answers with a problem. Headers that depend on what was asked for (caching, Allow, Accept-Patch) are set by then. */
export function sendProblem(error: DomainError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status } = problemTypes[error.code];
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="copydesk"');
  const patience = retryAfterSeconds[error.code];
  if (patience !== undefined) reply.header('retry-after', String(patience));
  // Closed while more is on its way, a connection is reset, and the answer lost: the rest is read and dropped, for as long as a body may take.
  if (error.code === 'too_large') reply.removeHeader('connection');
  reply.code(status).header('content-type', problemMediaType);
  return reply.send(problemBody(error, withoutSecret(request.url).split(/[?#]/)[0] ?? '', request.id));
}
