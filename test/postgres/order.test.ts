// The order of the log is that of the commits, whoever writes and however long it takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { asc, gt } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from '../../src/kernel/actor.js';
import { changeStatements } from '../../src/storage/changes.js';
import { GuardFailed, type Store } from '../../src/storage/store.js';
import { newDatabase, type TestDatabase } from '../support/engine.js';
import { onDatabase } from '../support/postgres.js';

let folder: string;
let database: TestDatabase;
let stores: [Store, Store, Store];

/** Writers that pause behind their entry, with its number, before they commit. */
const pausing = `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$;
CREATE TRIGGER slow AFTER INSERT ON changes FOR EACH ROW WHEN (NEW.action = 'slow') EXECUTE FUNCTION slow()`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-order-'));
  database = await newDatabase(folder);
  await onDatabase(String(database.url), (client) => client.query(pausing));
  stores = [await database.open(), await database.open(), await database.open()];
});

afterAll(async () => {
  for (const store of stores) await store.close();
  await database.discard();
  rmSync(folder, { recursive: true });
});

const at = '2026-01-15T09:00:00.000Z';
const note = (store: Store, action: string, id: string) =>
  store.commit(changeStatements(store, commandLine, at, [{ kind: 'key', id, version: 1, action }]));

describe('the change log on PostgreSQL', () => {
  it('is followed without a gap while some writers pause behind their entry', async () => {
    const [slow, fast, reader] = stores;
    const { changes } = reader.tables;
    const entries = (beyond: number) =>
      reader.all(
        reader.db.select({ seq: changes.seq }).from(changes).where(gt(changes.seq, beyond)).orderBy(asc(changes.seq)),
      );
    const followed: number[] = [];
    let isOver = false;
    const follow = async () => {
      for (;;) {
        const isLast = isOver;
        followed.push(...(await entries(followed.at(-1) ?? 0)).map(({ seq }) => seq));
        if (isLast) return;
        await pause(2);
      }
    };
    const write = async (store: Store, action: string, count: number) => {
      for (let i = 0; i < count; i++) await note(store, action, `${action}-${i}`);
    };
    const following = follow();
    await Promise.all([write(slow, 'slow', 8), write(fast, 'fast', 60)]);
    isOver = true;
    await following;
    expect(followed).toEqual((await entries(0)).map(({ seq }) => seq));
    expect(followed).toHaveLength(68);
  });

  it('has a guard hold up to the commit, between two who write at the same time', async () => {
    const [one, other] = stores;
    const once = async (store: Store) => {
      const { changes } = store.tables;
      const none = store.db.select({ seq: changes.seq }).from(changes).where(gt(changes.seq, 1_000_000));
      const { db, tables } = store;
      const entry = { seq: 1_000_001, at, action: 'slow', kind: 'key' as const, resourceId: 'x', version: 1 };
      const unlike = { ...entry, seq: 1_000_001 + (store === one ? 0 : 1), public: false };
      await store.commit([
        { query: none, rows: 0 },
        { query: db.insert(tables.changes).values(unlike), rows: 1 },
      ]);
    };
    const outcomes = await Promise.allSettled([once(one), once(other)]);
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(failures).toHaveLength(1);
    expect(failures[0]?.reason).toBeInstanceOf(GuardFailed);
  });

  it('rolls back one commit without those that share its transaction', async () => {
    const [store] = stores;
    const { changes } = store.tables;
    const failing = store.commit([
      ...changeStatements(store, commandLine, at, [{ kind: 'key', id: 'undone', version: 1, action: 'fast' }]),
      { query: store.db.select({ seq: changes.seq }).from(changes).limit(1), rows: 7 },
    ]);
    const [undone, done] = await Promise.allSettled([failing, note(store, 'fast', 'done')]);
    expect(undone).toMatchObject({ status: 'rejected', reason: expect.any(GuardFailed) });
    expect(done.status).toBe('fulfilled');
    const rows = await store.all(store.db.select({ id: changes.resourceId }).from(changes));
    expect(rows.map(({ id }) => id)).toContain('done');
    expect(rows.map(({ id }) => id)).not.toContain('undone');
  });

  it('is only ever added to', async () => {
    for (const change of ["UPDATE changes SET action = 'x'", 'DELETE FROM changes', 'TRUNCATE changes, revisions']) {
      await expect(onDatabase(String(database.url), (client) => client.query(change))).rejects.toThrow('append-only');
    }
  });
});
