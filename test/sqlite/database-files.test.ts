import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWriter } from '../../src/storage/sqlite/database.js';
import { sqliteFiles } from '../../src/storage/sqlite/database-files.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-files-'));
  path = join(folder, 'copydesk.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('copying a database', () => {
  it('is of the moment it began at and comes to an end, however often others commit meanwhile', async () => {
    const { file } = openWriter(path);
    file.exec('CREATE TABLE t (x)');
    const write = file.prepare('INSERT INTO t VALUES (randomblob(12000))');
    for (let i = 0; i < 2000; i++) write.run();
    const shares: number[] = [];
    const to = join(folder, 'copy.db');
    await sqliteFiles.copy(path, to, (share) => {
      shares.push(share);
      for (let i = 0; i < 5; i++) write.run();
    });
    expect(shares.length).toBeGreaterThan(3);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    const copy = new Database(to, { readonly: true });
    expect(copy.prepare('SELECT count(*) FROM t').pluck().get()).toBe(2000);
    expect(file.prepare('SELECT count(*) FROM t').pluck().get()).toBe(2000 + 5 * shares.length);
    copy.close();
    file.close();
    expect(readdirSync(folder).filter((name) => name.startsWith('copy.'))).toEqual(['copy.db']);
  });
});

describe('a database as a file', () => {
  it('is in use while anybody has it open', async () => {
    const store = openSqlite({ path, cacheBytesMax: 0 });
    expect(sqliteFiles.isInUse(path)).toBe(true);
    await store.commit([]);
    await store.close();
    expect(sqliteFiles.isInUse(path)).toBe(false);
  });

  it('is of this schema, an older one or a newer', async () => {
    await openSqlite({ path, cacheBytesMax: 0 }).close();
    expect(sqliteFiles.schemaAgeOf(path)).toBe('current');
    const file = new Database(path);
    file.exec('DELETE FROM __drizzle_migrations WHERE rowid = (SELECT max(rowid) FROM __drizzle_migrations)');
    expect(sqliteFiles.schemaAgeOf(path)).toBe('older');
    file.exec("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('of tomorrow', 1)");
    expect(sqliteFiles.schemaAgeOf(path)).toBe('newer');
    file.close();
  });

  it('can be looked at as it was, until it is looked at anew', async () => {
    const store = openSqlite({ path, cacheBytesMax: 0 });
    const frozen = sqliteFiles.openFrozen(path);
    const { tags } = store.tables;
    const row = { key: 'a', name: 'A', version: 1, createdAt: '', updatedAt: '' };
    await store.commit([{ query: store.db.insert(tags).values(row) }]);
    const seen = () => frozen.all(frozen.db.select({ key: tags.key }).from(tags));
    expect(await seen()).toEqual([]);
    await frozen.renew();
    expect(await seen()).toEqual([{ key: 'a' }]);
    await expect(frozen.commit([])).rejects.toThrow('only read');
    await frozen.close();
    await store.close();
  });
});
