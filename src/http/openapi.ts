// The OpenAPI document, made from the operations that the app really has.
import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import type { ErrorCode } from '../kernel/errors.js';
import { exampleOf } from './examples.js';
import { isRepeatable } from './idempotency.js';
import type { Answer, Documented, DocumentedHeader } from './operation.js';
import { Problem, problemTypes } from './problem.js';

const headers = {
  ETag: {
    description: 'Entity tag (RFC 9110). For a managed resource its version in quotes, to be sent back in If-Match.',
    schema: { type: 'string' },
    example: '"3"',
  },
  'Last-Modified': {
    description: 'When the bytes were made.',
    schema: { type: 'string' },
    example: 'Mon, 19 Dec 2022 17:05:00 GMT',
  },
  'Cache-Control': {
    description: 'How long the answer may be kept.',
    schema: { type: 'string' },
    example: 'public, max-age=30, stale-while-revalidate=30',
  },
  Location: {
    description: 'Address of what was made, or where it is now.',
    schema: { type: 'string' },
    example: '/v1/manage/articles/01852a5c-9d00-7a11-8b22-000000000001',
  },
  'Content-Location': {
    description: 'The story’s address by slug, when it was asked for by id.',
    schema: { type: 'string' },
    example: '/v1/articles/putin-lukashenko-minsk-december-2022',
  },
  Vary: {
    description: 'What of the request decided on the representation.',
    schema: { type: 'string' },
    example: 'accept, accept-encoding',
  },
  'Content-Encoding': {
    description:
      'How the bytes are coded: by what Accept-Encoding takes, `br` or `gzip`. Each coding has an ETag of its own.',
    schema: { type: 'string' },
    example: 'br',
  },
  'Cache-Groups': {
    description:
      'What a cache forgets the answer with (RFC 9875): the story’s id as 32 hex digits where only that story can change it, else `articles`.',
    schema: { type: 'string' },
    example: '"01852a5c9d007a118b22000000000001"',
  },
  'Surrogate-Key': {
    description: 'The same, for caches that are purged by this header.',
    schema: { type: 'string' },
    example: '01852a5c9d007a118b22000000000001',
  },
  Link: {
    description: 'The next page (RFC 8288).',
    schema: { type: 'string' },
    example: '</v1/articles?limit=20&cursor=WyJ…>; rel="next"',
  },
  'Idempotency-Replayed': {
    description: '`true` when the request was done before, by its Idempotency-Key, and this is the answer of then.',
    schema: { type: 'string', const: 'true' },
    example: 'true',
  },
  'RateLimit-Policy': {
    description:
      'How many requests may be sent in how many seconds (draft-ietf-httpapi-ratelimit-headers-11). Not sent where there is no limit.',
    schema: { type: 'string' },
    example: '"key";q=6000;w=60',
  },
  RateLimit: {
    description:
      'How many of them are left (`r`), and after how many seconds all are there again (`t`). Not sent where there is no limit.',
    schema: { type: 'string' },
    example: '"key";r=5999;t=60',
  },
  'Retry-After': {
    description: 'After how many seconds to try again.',
    schema: { type: 'string' },
    example: '2',
  },
} as const satisfies Record<DocumentedHeader, object>;

const introduction = `Copydesk is a headless CMS for news stories.

**Delivery** is public and read-only: it gives what is published, whole, and never a draft. **Management** needs an API key
(\`Authorization: Bearer <key>\`, the Authorize button) and is for editors and their tools. **System** tells how the server is.

- There is a guide for each of those who use it: the [reader's guide](/guides/reader) for front ends (fetching, the typed client, caching, mirrors, the stream), the [editor's guide](/guides/editor), and the [operator's guide](/guides/operator).
- Instants are RFC 3339 in UTC, durations ISO 8601, languages BCP 47, ids UUIDs.
- Errors are problem details (RFC 9457); each \`type\` leads to a page that explains it, and there is a [list of them all](/problems).
- Every managed resource has a version: it is the ETag, and every change names in \`If-Match\` the version it was made from.
- Every POST takes an \`Idempotency-Key\`, so that it can be sent again when its answer was lost: it is done once, and the answer of then is given again.
- Bodies have at most 1 MB, 32 levels, 50,000 items in arrays, 500 sections, 2,000 blocks, and 2,000 places that show images, quotes and embeds. An unknown field or parameter is an error.
- Every GET has a HEAD. Beside the answers listed with each operation, any request may be answered 405 with \`Allow\`, and one that cannot be read as HTTP 400, 408, 414, 417 or 431.`;

/** The whole document, OpenAPI 3.1. */
export function openApiDocument(operations: readonly Documented[], version: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: operationObject(operation) };
  }
  const usedCodes = new Set(operations.flatMap(errorCodesOf));
  const document = createDocument({
    openapi: '3.1.1',
    info: { title: 'Copydesk', version, description: introduction, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', description: 'This server' }],
    tags: chapters(operations),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, as `npm run keys -- create` prints it.' },
      },
      headers,
      responses: Object.fromEntries(
        [...new Set([...usedCodes].map(statusOf))].map((status) => [`Problem${status}`, problemResponse(status)]),
      ),
    },
  });
  for (const path of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(path ?? {})) {
      for (const parameter of (operation as { parameters?: Parameter[] }).parameters ?? []) tellExample(parameter);
    }
  }
  return { ...document, 'x-tagGroups': tagGroups(operations) };
}

interface Parameter {
  in: string;
  required?: boolean;
  description?: string;
  schema?: { description?: string; default?: unknown; example?: unknown };
}

/**
 * Tells the example of an optional parameter in words. Swagger UI fills in every example and sends what is filled in, so that
 * "Try it out" would ask for one desk, one speaker and two fields where nobody had chosen any.
 */
function tellExample(parameter: Parameter): void {
  const { schema } = parameter;
  if (parameter.in !== 'query' || parameter.required === true || schema?.example === undefined) return;
  if (schema.default === undefined) {
    const examples = [schema.example].flat().map((example) => `\`${example}\``);
    const description = parameter.description ?? schema.description ?? '';
    parameter.description = `${description} Example: ${examples.join(' and ')}.`.trimStart();
  }
  delete schema.example;
}

function chapterName({ group, chapter }: Documented): string {
  return `${group}: ${chapter}`;
}

const chapterDescriptions: Record<string, string> = {
  'Delivery: Articles': 'Live stories, whole, in parts and in lists. Public.',
  'Delivery: Images': 'The pictures that live stories show. Public.',
  'Delivery: Pictures': 'The picture files, in every size, shape and format. Public.',
  'Delivery: Quotes': 'Who said what in live stories. Public.',
  'Delivery: Embeds': 'The media that live stories show. Public.',
  'Delivery: Feeds': 'The newest stories for feed readers. Public.',
  'Delivery: Sitemaps': 'Where the stories are, for search engines. Public.',
  'Delivery: Sync': 'Keeping an exact copy of what is live, and hearing of what changes. Public.',
  'Delivery: Desks': 'The parts of the site that have live stories. Public.',
  'Delivery: Tags': 'What live stories are about. Public.',
  'Delivery: Previews': 'Articles that are not published, for those who have a link. Never cached.',
  'Management: Articles': 'Working copies of stories. Needs an API key.',
  'Management: Imports': 'Stories from elsewhere, and from what this API delivered. Needs an API key.',
  'Management: Sections': 'The parts of a working copy, each with its own version. Needs an API key.',
  'Management: Publishing': 'Taking stories to readers and away from them. Needs an API key.',
  'Management: Corrections': 'What readers of live stories are told of mistakes and of news. Needs an API key.',
  'Management: Previews': 'Links that show articles before they are published. Needs an API key.',
  'Management: Revisions':
    'What stories and resources were, what has changed, and how to have it back. Needs an API key.',
  'Management: Schedules': 'Publications and withdrawals that wait for their time. Needs an API key.',
  'Management: Images': 'The pictures of the library. Needs an API key.',
  'Management: Quotes': 'The quotes of the library. Needs an API key.',
  'Management: Embeds': 'The embedded media of the library. Needs an API key.',
  'Management: Desks': 'What part of the site a story belongs to. Needs an API key.',
  'Management: Tags': 'What a story is about. Needs an API key.',
  'Management: Propagations': 'Changes on their way to many live stories. Needs an API key.',
  'Management: Changes': 'The log of every accepted write, for audit. Needs an API key.',
  'Management: Keys': 'Who may come in, as what. Needs an admin’s API key.',
  'Management: Webhooks':
    'Addresses that are told what happens to stories, and what they were sent. Needs an admin’s API key.',
  'Management: Erasures': 'Scrubbing what must not be kept. Needs an API key.',
  'System: Health': 'Whether the server lives and can serve. Public.',
};

function chapters(operations: readonly Documented[]) {
  return [...new Set(operations.map(chapterName))].map((name) => ({
    name,
    description: chapterDescriptions[name] ?? name,
  }));
}

function tagGroups(operations: readonly Documented[]) {
  const groups = [...new Set(operations.map(({ group }) => group))];
  return groups.map((name) => ({
    name,
    tags: [...new Set(operations.filter(({ group }) => group === name).map(chapterName))],
  }));
}

function operationObject(operation: Documented): ZodOpenApiOperationObject {
  const { operationId, summary, description, params, query, body, texts, uploads, role } = operation;
  return {
    operationId,
    summary,
    description: role ? `${description}\n\nNeeds a key with the role **${role}** or above.` : description,
    tags: [chapterName(operation)],
    security: role ? [{ apiKey: [] }] : [],
    requestParams: { ...(params && { path: params }), ...(query && { query }), ...headerParams(operation) },
    ...((body || uploads) && {
      requestBody: {
        required: body?.isRequired ?? true,
        content: Object.fromEntries([
          ...(body?.mediaTypes ?? []).map((type) => [type, { schema: body?.schema, example: body?.example }]),
          ...[...(texts ?? []), ...(uploads ?? [])].map(({ mediaType, schema, example }) => [
            mediaType,
            { schema, example },
          ]),
        ]),
      },
    }),
    responses: responses(operation),
  };
}

function headerParams(operation: Documented) {
  const { ifMatch, isConditional, resumes, role } = operation;
  const shape: Record<string, z.ZodType> = {};
  if (ifMatch) {
    const tag = z.string().meta({ description: 'The ETag of the version you read.', example: '"1"' });
    shape['If-Match'] = ifMatch === 'required' ? tag : tag.optional();
  }
  if (isConditional) {
    shape['If-None-Match'] = z
      .string()
      .optional()
      .meta({ description: 'ETags of what you have; 304 if it still holds.' });
  }
  if (isRepeatable(operation)) {
    shape['Idempotency-Key'] = z.string().optional().meta({
      description:
        'A name that the client makes up for this request, such as a UUID: 1 to 255 visible ASCII characters, in quotes or bare. Sent again with it within 24 hours, the request is not done again; its answer is the one of the first time.',
    });
  }
  if (resumes) {
    shape['Last-Event-ID'] = z.string().optional().meta({ description: 'The id of the last event that you have.' });
  }
  if (role && role !== 'viewer') {
    shape['X-Actor'] = z
      .string()
      .optional()
      .meta({ description: 'The person on whose behalf it is done, for the record; such as jane.doe.' });
  }
  return Object.keys(shape).length > 0 ? { header: z.object(shape) } : {};
}

function responses(operation: Documented): ZodOpenApiResponsesObject {
  const all: ZodOpenApiResponsesObject = {};
  for (const [status, answer] of Object.entries(operation.answers))
    all[status as '200'] = answerObject(answerOf(operation, status, answer));
  if (operation.isConditional) {
    const headers = headerRefs(['ETag', 'Cache-Control', ...cachedBy(operation)]);
    all['304'] = { description: 'You have it already.', headers };
  }
  for (const status of [...new Set(errorCodesOf(operation).map(statusOf))].sort()) {
    all[String(status) as '400'] = { $ref: `#/components/responses/Problem${status}` };
  }
  return all;
}

/** What tells caches apart what they may keep of public answers, and when to forget it. */
function cachedBy({ isFile }: Documented): DocumentedHeader[] {
  return [...(isFile ? [] : (['Vary'] as const)), 'Cache-Groups', 'Surrogate-Key'];
}

const limitHeaders = ['RateLimit-Policy', 'RateLimit'] as const;

/** An answer with the headers that all of its kind have: those of public representations, of what is given again, of what is counted. */
function answerOf(operation: Documented, status: string, answer: Answer): Answer {
  const headers = [...(answer.headers ?? [])];
  if (operation.isConditional && status === '200')
    headers.push(...cachedBy(operation), ...(operation.isFile ? [] : (['Content-Encoding'] as const)));
  if (isRepeatable(operation)) headers.push('Idempotency-Replayed');
  if (operation.role) headers.push(...limitHeaders);
  return headers.length > 0 ? { ...answer, headers } : answer;
}

function answerObject({ description, schema, mediaType, example, headers: names, others = [] }: Answer) {
  return {
    description,
    ...(names && { headers: headerRefs(names) }),
    ...(schema && {
      content: {
        [mediaType ?? 'application/json']: { schema, example: example ?? exampleOf(schema) },
        ...Object.fromEntries(others.map(otherMedia)),
      },
    }),
  };
}

/** A further representation: an object where it is JSON of another kind, else text. */
function otherMedia({ mediaType, description }: { mediaType: string; description: string }) {
  const isJson = mediaType.endsWith('json');
  const schema = { type: isJson ? ('object' as const) : ('string' as const), description };
  return [mediaType, { schema, example: isJson ? {} : '…' }];
}

function headerRefs(names: readonly DocumentedHeader[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` as const }]));
}

/** What an operation can answer beside success: its own errors, and those that go with what it takes. */
function errorCodesOf(operation: Documented): ErrorCode[] {
  const { role, ifMatch, query, method, errors, group } = operation;
  const codes: ErrorCode[] = [...errors];
  if (role) codes.push('unauthorized', 'forbidden', 'invalid');
  else codes.push('unauthorized');
  if (query) codes.push('invalid');
  // A body is read even where there is nothing to say in it.
  if (method !== 'GET') codes.push('malformed', 'too_large', 'unsupported_media_type', 'unprocessable');
  if (ifMatch === 'required') codes.push('version_required');
  if (ifMatch) codes.push('stale_version');
  if (isRepeatable(operation)) codes.push('request_in_progress', 'idempotency_key_reused');
  codes.push('quota_exceeded');
  if (group !== 'System') codes.push('unavailable');
  if (method !== 'GET') codes.push('storage_full');
  return codes;
}

function statusOf(code: ErrorCode): number {
  return problemTypes[code].status;
}

function problemResponse(status: number) {
  const types = Object.entries(problemTypes).filter(([, type]) => type.status === status);
  const examples = types.map(([code, { title, explanation }]) => [
    code,
    {
      summary: title,
      value: {
        type: `/problems/${code.replaceAll('_', '-')}`,
        title,
        status,
        detail: explanation,
        instance: '/v1/manage/articles',
        requestId: '5f2c9a1e-1a',
        ...(status === 400 &&
          code === 'invalid' && { errors: [{ pointer: '/headline', code: 'required', message: 'is required' }] }),
        ...(code === 'quota_exceeded' && { 'violated-policies': ['key'] }),
        ...(code === 'stale_version' && { currentVersion: 4, changed: ['/headline'] }),
      },
    },
  ]);
  return {
    description: types.map(([, { title }]) => title).join(', or: '),
    ...(status === 429 && { headers: headerRefs([...limitHeaders, 'Retry-After']) }),
    content: { 'application/problem+json': { schema: Problem, examples: Object.fromEntries(examples) } },
  };
}
