// Requests to an operation with one thing wrong, and how many there are of each kind.
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Role } from '../../../src/kernel/actor.js';
import { bodiesOf } from './bodies.js';
import type { Operation } from './document.js';
import { encoded, type Request, rightRequest } from './requests.js';
import { oddValue, type Schemas } from './values.js';

/** Fields that tables and working copies have, and readers' lists do not. */
const internalNames = [
  ...[
    'internalNote',
    'slugline',
    'stage',
    'version',
    'createdBy',
    'updatedBy',
    'secretHash',
    'deletedAt',
    'publication',
  ],
  ...[
    'role',
    'key',
    'id',
    'rowid',
    'body',
    'sections',
    'headline',
    'state',
    'cursorSecret',
    '__proto__',
    'order',
    'where',
  ],
];

const oddText = oddValue.map((value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')));
const oddSegment = fc.constantFrom(
  ...[
    '01852a5c-0000-7000-8000-00000000dead',
    'nonsense',
    '%00',
    '%2e%2e%2f',
    '..%2f..%2fetc%2fpasswd',
    '%F0%9F%98%80',
    '%ED%A0%80',
  ],
  ...[
    '%',
    '%zz',
    'a%20b',
    'x'.repeat(400),
    'x'.repeat(5000),
    '__proto__',
    '%27%20OR%201=1',
    '%22',
    '*',
    '0',
    '-1',
    '1e3',
    '%C0%AF',
  ],
);
const oddHeaders: Record<string, readonly string[]> = {
  accept: [
    '',
    '*/*',
    'text/html',
    'application/xml',
    'application/json;q=0',
    'a/b/c',
    ',,,',
    '*',
    'x'.repeat(5000),
    'text/markdown, text/html;q=2',
  ],
  'accept-encoding': [
    '',
    'br',
    'gzip',
    'identity;q=0',
    '*;q=0',
    'gzip;q=NaN',
    'zstd',
    ',',
    'br;q=0.5, gzip;q=1.5',
    'x'.repeat(5000),
  ],
  'if-match': ['', '*', '"1"', '"0"', '"-1"', '"999999999999999999999"', 'W/"1"', '1', '"1", "2"', '""', '"a"', '"1'],
  'if-none-match': ['', '*', '"', 'W/', '"a" "b"', '"x', ',', '"\u00e9"', 'x'.repeat(5000)],
  'if-modified-since': ['', 'yesterday', 'Mon, 19 Dec 2022 17:05:00 GMT', 'Thu, 31 Dec 9999 23:59:59 GMT', '0'],
  'if-range': ['"x"', 'yesterday', ''],
  range: [
    'bytes=0-0',
    'bytes=5-1',
    'bytes=-5',
    'bytes=0-,1-',
    'bytes=99999999999999999999-',
    'lines=1-2',
    'bytes=a-b',
    '',
  ],
  'idempotency-key': ['', '"', '"a', 'a b', 'x'.repeat(256), '\u00e9', '"\\""', 'same'],
  'last-event-id': ['', '-1', 'x', '1e9', '999999999999999999999', '\u00e9'],
  'x-actor': ['', 'x'.repeat(201), '\u00e9', '<script>', '\u00ff\u0080'],
  'x-forwarded-for': ['1.2.3.4', '::1, x', 'a'.repeat(3000), ''],
  'x-http-method-override': ['DELETE'],
  cookie: ['a=b; __proto__=1', '='],
  origin: ['null', 'https://evil.example', ''],
  authorization: [
    '',
    'Bearer',
    'Bearer x',
    'Basic YTpi',
    'bearer  ',
    'Bearer copydesk_000000000000_0_0',
    'Bearer \u00e9',
    'x'.repeat(5000),
  ],
};
const oddHeader = fc
  .constantFrom(...Object.keys(oddHeaders))
  .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(...(oddHeaders[name] ?? []))));
const oddType = fc.constantFrom(
  ...[
    '',
    'application/json; charset=latin1',
    'APPLICATION/JSON',
    'application/json;;',
    'text/plain',
    'application/json, text/plain',
  ],
  ...[
    'application/json; charset="utf-8"',
    'application/json; charset=',
    'application/vnd.api+json',
    'multipart/form-data',
    'image/png',
  ],
  ...[
    'multipart/form-data; boundary=',
    'application/x-www-form-urlencoded',
    'application/octet-stream',
    'image/svg+xml',
    '*/*',
    'json',
  ],
  ...[
    'application/merge-patch+json',
    `application/json; a=${'b'.repeat(3000)}`,
    'application/json\t',
    '__proto__',
    'multipart/mixed',
  ],
);
const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'QUERY',
  'PURGE',
  'LINK',
];

/** What can be made wrong with a request, by name. */
function spoilers(operation: Operation, schemas: Schemas): Record<string, (right: Request) => fc.Arbitrary<Request>> {
  const queries = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  const anyName = fc.constantFrom(...internalNames, ...queries, 'nope', 'limit', 'a[b]', 'a.b', '$where');
  const wrongBodies = bodiesOf(operation, schemas)?.wrong;
  return {
    query: (right) =>
      fc.tuple(anyName, oddText).map(([name, value]) => ({
        ...right,
        query: [right.query, encoded([[name, value]])].filter(Boolean).join('&'),
      })),
    'query text': (right) =>
      fc
        .constantFrom(
          '?',
          '&',
          '=',
          '%',
          '%00',
          '%zz=1',
          'a=%',
          'limit=%ED%A0%80',
          'limit',
          `q=${'x'.repeat(7000)}`,
          'limit=1;q=2',
        )
        .map((query) => ({ ...right, query })),
    header: (right) =>
      oddHeader.map(([name, value]) => ({
        ...right,
        isCurrent: right.isCurrent && name !== 'if-match',
        headers: { ...right.headers, [name]: value },
      })),
    version: (right) => fc.constant({ ...right, isCurrent: false }),
    role: (right) =>
      fc.constantFrom<Role | undefined>(undefined, 'viewer', 'editor', 'publisher').map((role) => ({ ...right, role })),
    method: (right) => fc.constantFrom(...methods).map((method) => ({ ...right, method })),
    ...(operation.path.includes('{') && {
      path: (right: Request) =>
        fc
          .tuple(oddSegment, fc.constantFrom(...(operation.path.match(/\{\w+\}/g) ?? [''])))
          .map(([segment, name]) => ({ ...right, path: right.path.replace(name, segment) })),
    }),
    ...(wrongBodies && {
      body: (right: Request) =>
        wrongBodies.map(({ type, body }) => ({ ...right, headers: { ...right.headers, 'content-type': type }, body })),
      'content type': (right: Request) =>
        oddType.map((type) => ({ ...right, headers: { ...right.headers, 'content-type': type } })),
      coding: (right: Request) =>
        fc.constant({
          ...right,
          headers: { ...right.headers, 'content-encoding': 'gzip' },
          body: gzipSync(right.body ?? ''),
        }),
    }),
    ...(!wrongBodies && {
      'a body': (right: Request) =>
        fc
          .tuple(oddType, fc.constantFrom('{}', 'x', ''))
          .map(([type, body]) => ({ ...right, headers: { ...right.headers, 'content-type': type }, body })),
    }),
  };
}

/** A request to an operation: every fourth right, the others with one thing wrong. */
export function requestTo(operation: Operation, schemas: Schemas): fc.Arbitrary<Request> {
  const right = rightRequest(operation, schemas);
  const wrong = Object.entries(spoilers(operation, schemas)).map(([name, spoil]) => ({
    weight: name === 'body' ? 4 : 1,
    arbitrary: right.chain((request) => spoil({ ...request, wrong: name })),
  }));
  const share = wrong.reduce((sum, { weight }) => sum + weight, 0);
  return fc.oneof({ weight: Math.ceil(share / 3), arbitrary: right }, ...wrong);
}
