// What a purge does to the very files of SQLite, beside leaving no byte of what was.
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { openForReading } from '../../src/storage/sqlite/reading.js';
import type { Store } from '../../src/storage/store.js';

const at = '2026-01-15T09:00:00.000Z';
let folder: string;
let path: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-purge-'));
  path = join(folder, 'copydesk.db');
  store = openSqlite({ path, cacheBytesMax: 0 });
  const { db, tables, commit } = store;
  const desk = { key: 'gone', name: 'Gone', version: 1, createdAt: at, updatedAt: at };
  await commit([{ query: db.insert(tables.desks).values(desk) }]);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const deleteAll = () =>
  store.commit([{ query: store.db.delete(store.tables.desks).where(eq(store.tables.desks.key, 'gone')) }]);
const logBytes = () => statSync(`${path}-wal`).size;

describe('a purge of a SQLite database', () => {
  it('leaves nothing in its log', async () => {
    await deleteAll();
    expect(logBytes()).toBeGreaterThan(0);
    await store.purge();
    expect(logBytes()).toBe(0);
  });

  it('adds nothing to the log by trying, while a reader elsewhere keeps what was', async () => {
    const reader = openForReading(path);
    reader.exec('BEGIN; SELECT * FROM desks');
    await deleteAll();
    const before = logBytes();
    for (let i = 0; i < 3; i++) await expect(store.purge()).rejects.toMatchObject({ code: 'unavailable' });
    expect(logBytes()).toBe(before);
    reader.exec('COMMIT');
    reader.close();
    await store.purge();
  });

  it('is refused when there is no room to write the database anew', async () => {
    await deleteAll();
    await store.purge();
    const { size } = statSync(path);
    // Takes no room, and says that it does.
    truncateSync(path, 2 ** 42);
    await expect(store.purge()).rejects.toMatchObject({ code: 'storage_full' });
    truncateSync(path, size);
    await store.purge();
  });
});
