// Requests to an operation with one thing wrong, and how many there are of each kind.
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Role } from '../../../src/kernel/actor.js';
import { bodiesOf } from './bodies.js';
import type { Operation } from './document.js';
import { oddHeader, oddSegment, oddType } from './odd-headers.js';
import { oddValue } from './odd-values.js';
import { encoded, type Request, rightRequest } from './requests.js';
import type { Schemas } from './values.js';

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

/** A whole address may be too long, but not so that the server reads no further. */
const oddText = oddValue.map((value) =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 1000),
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
