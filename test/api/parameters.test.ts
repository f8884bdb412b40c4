// Nothing can be asked by a field that is no parameter: what a request says never becomes the name of a column or a path in JSON.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { type Furnished, furnish } from '../support/addresses.js';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;
let reads: Furnished['reads'];
/** Every column of the database, as it is written there and in code, and every field of what the Management API tells. */
let names: string[];

beforeAll(async () => {
  app = await startApp();
  ({ reads } = await furnish(app));
  const columns = await app.raw.columns();
  const fields = new Set<string>();
  for (const { address } of reads.filter((read) => read.operation.role))
    JSON.stringify((await app.as.admin.get(address)).body, (field, value) => {
      if (/^[a-z]\w*$/i.test(field)) fields.add(field);
      return value;
    });
  const camel = columns.map((name) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
  names = [
    ...new Set([...columns, ...camel, ...fields, '__proto__', 'constructor', 'rowid', '$where', 'body.internalNote']),
  ];
});
afterAll(() => app.close());

const parametersOf = (query: z.ZodObject | undefined) => Object.keys(query?.shape ?? {});
const unknownIn = (known: readonly string[]) => names.filter((name) => !known.includes(name));

/** What an answer complains of, by parameter. */
function complaints({ body }: { body: { errors?: { parameter?: string; code: string }[] } }): string[] {
  return (body.errors ?? []).filter(({ code }) => code === 'unknown_field').map(({ parameter }) => String(parameter));
}

describe('a field of the inside', () => {
  it('is no parameter of any operation that reads: the answer is 400 and names each', async () => {
    expect(names.length).toBeGreaterThan(150);
    expect(names).toEqual(expect.arrayContaining(['secret_hash', 'secretHash', 'internalNote', 'createdByKey']));
    expect(reads.length).toBeGreaterThan(60);
    for (const { operation, address } of reads) {
      const unknown = unknownIn(parametersOf(operation.query));
      const query = new URLSearchParams(unknown.map((name): [string, string] => [name, 'x']));
      const answer = await app.as.admin.get(`${address.split('?')[0]}?${query}`);
      expect([operation.operationId, answer.status]).toEqual([operation.operationId, 400]);
      expect([operation.operationId, complaints(answer).sort()]).toEqual([operation.operationId, unknown.sort()]);
    }
  });

  it('is no parameter of any other operation', () => {
    for (const { operationId, query } of app.app.operations) {
      const unknown = unknownIn(parametersOf(query));
      const sent = Object.fromEntries(unknown.map((name) => [name, 'x']));
      const issues = query?.safeParse(sent).error?.issues ?? [];
      const refused = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
      expect([operationId, refused.sort()]).toEqual([operationId, Object.keys(sent).sort()]);
    }
  });

  it('is nothing to sort, count or choose by, unless the document says so', async () => {
    const { paths } = (await app.anybody.get('/openapi.json')).body;
    const inner = ['secret_hash', 'secretHash', 'internalNote', 'createdByKey', 'deletedAt', 'rowid', '__proto__'];
    let count = 0;
    for (const { operation, address } of reads) {
      const { operationId, query, path } = operation;
      const choosing = parametersOf(query).filter((name) => ['sort', 'facets', 'contains', 'fields'].includes(name));
      // Among what has none is the stream, which never ends.
      if (choosing.length === 0) continue;
      const told = JSON.stringify([paths[path].get, (await app.as.admin.get(address)).body]);
      for (const [parameter, name] of choosing.flatMap((each) => inner.map((name) => [each, name] as const))) {
        if (told.includes(name)) continue;
        count += 1;
        const { status } = await app.as.admin.get(`${address}?${parameter}=${encodeURIComponent(name)}`);
        expect([operationId, parameter, name, status]).toEqual([operationId, parameter, name, 400]);
      }
    }
    expect(count).toBeGreaterThan(100);
  });
});
