// What PostgreSQL says of a query, or of a value in it, is a mistake of the program: never the fault of whoever asked.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/kernel/errors.js';
import type { Store } from '../../src/storage/store.js';
import { newDatabase, type TestDatabase } from '../support/engine.js';

let folder: string;
let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-test-'));
  database = await newDatabase(folder);
  store = await database.open();
});
afterAll(async () => {
  await store.close();
  await database.discard();
  rmSync(folder, { recursive: true });
});

describe('a read that asks for', () => {
  it.each([
    ['a word as a number', sql`${'x'}::int`, '22P02'],
    ['a number past all', sql`${'99999999999999999999'}::bigint`, '22003'],
    ['a date that there is not', sql`${'9999-99-99'}::timestamptz`, '22008'],
    ['a text with NUL', sql`${'a\0'}::text`, '22021'],
    ['a division by nothing', sql`1 / ${0}::int`, '22012'],
    ['a function that there is not', sql`nosuch(1)`, '42883'],
    ['a column that there is not', sql`nosuch`, '42703'],
  ])('%s stays what it is', async (_what, expression, code) => {
    const asked = store.all(store.db.select({ expression }).from(store.tables.slugs).limit(1));
    const error = await asked.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code });
    expect(error).not.toBeInstanceOf(DomainError);
  });
});
