// Requests to an operation, as its document has them.
import fc from 'fast-check';
import type { Role } from '../../../src/kernel/actor.js';
import { bodiesOf } from './bodies.js';
import type { Operation, Parameter } from './document.js';
import { type Schemas, valueFor } from './values.js';

export interface Request {
  operation: Operation;
  /** What is wrong with it. */
  wrong: string;
  method: string;
  /** With placeholders, such as `{id}`, for what there is when it is sent. */
  path: string;
  /** Which of those that there are. */
  pick: number;
  query: string;
  /** Whose key it is sent with. */
  role: Role | undefined;
  headers: Record<string, string>;
  /** Whether it names the version that the resource has. */
  isCurrent: boolean;
  body: string | Buffer | undefined;
}

const fields = [
  'id',
  'headline',
  'slug',
  'sections.heading',
  'data',
  'sections.blocks.image.alt',
  'a.b.c.d',
  'internalNote',
];
const queryByName: Record<string, fc.Arbitrary<unknown>> = {
  fields: fc.subarray(fields, { minLength: 1 }).map((names) => names.join(',')),
  facets: fc.subarray(['desk', 'tag', 'speaker', 'language'], { minLength: 1 }).map((names) => names.join(',')),
  cursor: fc.nat(20).map((n) => `@cursors:${n}@`),
  token: fc.nat(20).map((n) => `@tokens:${n}@`),
  q: fc.constantFrom('minsk', '"two men"', 'min*', '-sport', 'a near b', 'minsk -"x y" gas*', 'story'),
  at: fc.constantFrom('2031-01-01T00:00:00Z', '2026-01-01T00:00:00Z'),
  from: fc.constantFrom('1', '2', '2022-01-01'),
  to: fc.constantFrom('1', '2', '2031-01-01'),
  speaker: fc.constantFrom('vladimir putin', 'nobody'),
  resourceId: fc.nat(20).map((n) => `@articles:${n}@`),
};

type Pair = readonly [name: string, value: string];
export const encoded = (pairs: readonly Pair[]) =>
  pairs
    .map(([name, value]) => `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`)
    .join('&');

function pairsOf({ name, required, schema }: Parameter, schemas: Schemas): fc.Arbitrary<Pair[]> {
  const value = queryByName[name] ?? valueFor(schema, schemas, name);
  const pairs = value.map((made) => [made].flat().map((item): Pair => [name, String(item).slice(0, 200)]));
  return required
    ? pairs
    : fc.oneof({ weight: 3, arbitrary: fc.constant<Pair[]>([]) }, { weight: 1, arbitrary: pairs });
}

function queryOf({ parameters }: Operation, schemas: Schemas): fc.Arbitrary<string> {
  const taken = parameters
    .filter((parameter) => parameter.in === 'query')
    .map((parameter) => pairsOf(parameter, schemas));
  return fc.tuple(...taken).map((pairs) => encoded(pairs.flat()));
}

/** A request that should be right, as far as its document tells. */
export function rightRequest(operation: Operation, schemas: Schemas): fc.Arbitrary<Request> {
  const names = operation.parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name);
  const headers: Record<string, fc.Arbitrary<string | undefined>> = {};
  if (names.includes('X-Actor')) headers['x-actor'] = fc.constantFrom(undefined, 'jane.doe');
  if (names.includes('Idempotency-Key'))
    headers['idempotency-key'] = fc.constantFrom(undefined, undefined, 'same', '"quoted"');
  if (names.includes('If-None-Match'))
    headers['if-none-match'] = fc.constantFrom(undefined, undefined, '"x"', 'W/"x", "y"', '*');
  if (names.includes('Last-Event-ID')) headers['last-event-id'] = fc.constantFrom(undefined, '0', '1');
  const role = operation.isManaged
    ? fc.constantFrom<Role>('admin', 'admin', 'admin', 'publisher', 'editor', 'viewer')
    : fc.constantFrom<Role | undefined>(undefined, undefined, 'viewer');
  return fc
    .record({
      role,
      pick: fc.nat(200),
      query: queryOf(operation, schemas),
      headers: fc.record(headers, { noNullPrototype: true }),
      sent: bodiesOf(operation, schemas)?.right ?? fc.constant(undefined),
      isHead: fc.integer({ min: 0, max: 9 }).map((n) => n === 0 && operation.method === 'GET'),
    })
    .map(({ sent, headers, isHead, ...rest }) => ({
      operation,
      wrong: 'nothing',
      method: isHead ? 'HEAD' : operation.method,
      path: operation.path,
      isCurrent: names.includes('If-Match'),
      headers: {
        ...Object.fromEntries(
          Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined),
        ),
        ...(sent && { 'content-type': sent.type }),
      },
      body: sent?.body,
      ...rest,
    }));
}
