import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NewerDatabase } from '../../src/storage/store.js';
import { newDatabase, type TestDatabase } from '../support/engine.js';

const at = '2022-12-19T17:05:00.000Z';
const world = { key: 'world', name: 'World', version: 1, createdAt: at, updatedAt: at };

let folder: string;
let database: TestDatabase;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-migrate-'));
  database = await newDatabase(folder);
  const store = await database.open();
  await store.commit([{ query: store.db.insert(store.tables.desks).values(world) }]);
  await store.close();
});
afterEach(async () => {
  await database.discard();
  rmSync(folder, { recursive: true });
});

describe.each(['sqlite', 'postgres'])('the migrations of %s', (engine) => {
  it('stand in the order of their times, since one that is older than the last is never run', () => {
    const journal = new URL(`../../migrations/${engine}/meta/_journal.json`, import.meta.url);
    const entries: { when: number; tag: string }[] = JSON.parse(readFileSync(journal, 'utf8')).entries;
    const tags = (some: typeof entries) => some.map(({ tag }) => tag);
    expect(entries.length).toBeGreaterThan(0);
    expect(tags(entries)).toEqual(tags(entries.toSorted((a, b) => a.when - b.when)));
    expect(tags(entries)).toEqual(tags(entries).toSorted());
  });
});

describe('opening a database', () => {
  it('keeps its rows, however often it is opened', async () => {
    for (let i = 0; i < 2; i++) {
      const store = await database.open();
      expect(await store.all(store.db.select().from(store.tables.desks))).toMatchObject([world]);
      await store.close();
    }
  });

  it('refuses one that a newer version has written', async () => {
    await database.raw.run(
      "INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('of-the-future', 9999999999999)",
    );
    await expect(database.open()).rejects.toThrow(NewerDatabase);
  });
});
