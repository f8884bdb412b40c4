import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWriter } from '../../src/storage/sqlite/database.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { NewerDatabase } from '../../src/storage/store.js';

const at = '2022-12-19T17:05:00.000Z';
const world = { key: 'world', name: 'World', version: 1, createdAt: at, updatedAt: at };

let folder: string;
let path: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-migrate-'));
  path = join(folder, 'copydesk.db');
  const store = openSqlite({ path, cacheBytesMax: 0 });
  await store.commit([{ query: store.db.insert(store.tables.desks).values(world) }]);
  await store.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

function change(sql: string, pragma?: string): void {
  const { file } = openWriter(path);
  if (pragma) file.pragma(pragma);
  file.exec(sql);
  file.close();
}

describe('the migrations', () => {
  it('stand in the order of their times, since one that is older than the last is never run', () => {
    const journal = new URL('../../migrations/sqlite/meta/_journal.json', import.meta.url);
    const entries: { when: number; tag: string }[] = JSON.parse(readFileSync(journal, 'utf8')).entries;
    const tags = (some: typeof entries) => some.map(({ tag }) => tag);
    expect(tags(entries)).toEqual(tags(entries.toSorted((a, b) => a.when - b.when)));
    expect(tags(entries)).toEqual(tags(entries).toSorted());
  });
});

describe('opening a database', () => {
  it('keeps its rows, however often it is opened', async () => {
    for (let i = 0; i < 2; i++) {
      const store = openSqlite({ path, cacheBytesMax: 0 });
      expect(await store.all(store.db.select().from(store.tables.desks))).toMatchObject([world]);
      await store.close();
    }
  });

  it('refuses one that a newer version has written', () => {
    change("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('of-the-future', 9999999999999)");
    expect(() => openSqlite({ path, cacheBytesMax: 0 })).toThrow(NewerDatabase);
  });

  it('refuses one whose references are broken, and names them', () => {
    change("INSERT INTO article_tags VALUES ('no-article', 'no-tag')", 'foreign_keys = OFF');
    expect(() => openSqlite({ path, cacheBytesMax: 0 })).toThrow(/2 broken references: article_tags row 1/);
  });
});
