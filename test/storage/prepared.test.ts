import { and, eq, inArray, isNull } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepared } from '../../src/storage/prepared.js';
import type { Store } from '../../src/storage/store.js';
import { newDatabase, type TestDatabase } from '../support/engine.js';
import { temporaryFolder } from '../support/processes.js';

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await newDatabase(temporaryFolder());
  store = await database.open();
});
afterAll(async () => {
  await store.close();
  await database.discard();
});

type Quote = Store['tables']['quotes']['$inferInsert'];

const insertQuotes = prepared(({ db, tables }, { rows }: { rows: Quote[] }) => db.insert(tables.quotes).values(rows));
const updateSpeaker = prepared(({ db, tables }, { id, speaker }: { id: string; speaker: Quote['speaker'] }) =>
  db.update(tables.quotes).set({ speaker }).where(eq(tables.quotes.id, id)),
);
let built = 0;
const selectQuotes = prepared(({ db, tables }, { ids, language }: { ids: string[]; language: string }) => {
  built += 1;
  return db
    .select()
    .from(tables.quotes)
    .where(and(inArray(tables.quotes.id, ids), eq(tables.quotes.language, language)));
});

const speaker = { name: 'Jane Doe', kind: 'person' as const, role: null, affiliation: null };
const quote = (id: string): Quote => ({
  id,
  text: `It is ${id}.`,
  speaker,
  language: 'en',
  context: null,
  saidAt: null,
  sourceUrl: null,
  version: 1,
  createdAt: '2026-01-15T09:00:00.000Z',
  updatedAt: '2026-01-15T09:00:00.000Z',
});

describe('a prepared query', () => {
  it('writes rows and reads them as a query that is built anew would', async () => {
    const rows = ['a', 'b', 'c'].map(quote);
    await store.commit([{ query: insertQuotes(store, { rows }), rows: 3 }]);
    await store.commit([{ query: insertQuotes(store, { rows: [quote('d')] }), rows: 1 }]);
    const { quotes } = store.tables;
    const all = await store.all(store.db.select().from(quotes));
    expect(all).toHaveLength(4);
    expect(all).toContainEqual(expect.objectContaining(quote('d')));
    expect(await store.all(selectQuotes(store, { ids: ['a', 'd'], language: 'en' }))).toEqual(
      all.filter(({ id }) => id === 'a' || id === 'd'),
    );
    expect(await store.all(selectQuotes(store, { ids: ['a', 'd'], language: 'fr' }))).toEqual([]);
  });

  it('is built once for each length of its lists', async () => {
    const before = built;
    for (const ids of [['a', 'b', 'c'], ['b', 'c', 'd'], ['a'], ['b']]) {
      const rows = await store.all(selectQuotes(store, { ids, language: 'en' }));
      expect(rows.map(({ id }) => id)).toEqual(ids);
    }
    expect(built - before).toBe(2);
  });

  it('writes null where null is given, in columns of JSON as well', async () => {
    await store.commit([{ query: updateSpeaker(store, { id: 'a', speaker: null }), rows: 1 }]);
    const { quotes } = store.tables;
    const isNone = await store.all(store.db.select({ id: quotes.id }).from(quotes).where(isNull(quotes.speaker)));
    expect(isNone).toEqual([{ id: 'a' }]);
    await store.commit([{ query: updateSpeaker(store, { id: 'a', speaker }), rows: 1 }]);
    const [row] = await store.all(selectQuotes(store, { ids: ['a'], language: 'en' }));
    expect(row?.speaker).toEqual(speaker);
  });
});
