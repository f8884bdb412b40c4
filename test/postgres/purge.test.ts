import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/storage/store.js';
import { newDatabase, postgresUrl, type TestDatabase } from '../support/engine.js';
import { purged } from '../support/purges.js';
import { tracesOf } from '../support/traces.js';

const at = '2026-01-15T09:00:00.000Z';
const word = 'Zq7canäry';
let folder: string;
let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-purge-'));
  database = await newDatabase(folder);
  store = await database.open();
});
afterAll(async () => {
  await store.close();
  await database.discard();
  rmSync(folder, { recursive: true });
});

describe('a purge on PostgreSQL', () => {
  it('is not done while a transaction of another database would have what was deleted copied along', async () => {
    const { desks } = store.tables;
    const desk = { key: 'gone', name: word, version: 1, createdAt: at, updatedAt: at };
    await store.commit([{ query: store.db.insert(desks).values(desk) }]);
    const elsewhere = new pg.Client({ connectionString: `${postgresUrl}/postgres` });
    await elsewhere.connect();
    await elsewhere.query('BEGIN');
    await elsewhere.query('SELECT pg_current_xact_id()');
    await store.commit([{ query: store.db.delete(desks) }]);
    await expect(store.purge()).rejects.toMatchObject({ code: 'unavailable' });
    await elsewhere.end();
    await purged(store);
    expect(tracesOf([word], await database.raw.files())).toEqual([]);
  });
});
