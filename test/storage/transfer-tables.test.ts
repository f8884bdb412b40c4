// What becomes of every table when all is exported and brought elsewhere: none is forgotten.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { getTableColumns, getTableName, is, Table } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import * as tables from '../../src/storage/sqlite/tables.js';
import { derivedTables, leftTables, type Part, sentColumnsOf, type Thing, things } from '../../src/transfer/things.js';

const all: readonly Thing[] = Object.values(things);
const parts: readonly Part[] = all.flatMap((thing) => thing.parts);
/** In the lines of things, or in files of their own. */
const carried = [
  ...all.map(({ table }) => table),
  ...parts.map(({ table }) => table),
  ...(['erasures', 'changes', 'publicLog'] as const),
];
const named: [string, Table][] = Object.entries(tables).filter(([, table]) => is(table, Table));

describe('an export of everything', () => {
  it('carries each table, has it made anew, or leaves it for a reason that is told', () => {
    const decided = [...new Set(carried), ...derivedTables, ...Object.keys(leftTables)];
    expect(decided.toSorted()).toEqual(named.map(([name]) => name).toSorted());
    expect(Object.values(leftTables).filter((reason) => !/^[A-Z].{30,}\.$/.test(reason))).toEqual([]);
  });

  it('knows every table that the migrations make', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'copydesk-tables-'));
    const path = join(folder, 'copydesk.db');
    await openSqlite({ path, cacheBytesMax: 0 }).close();
    const file = new Database(path, { readonly: true });
    const made = file.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all().map(String);
    file.close();
    rmSync(folder, { recursive: true });
    const known = new Set<string>(named.map(([, table]) => getTableName(table)));
    // Those of the engine and of migrating, and the full-text index, which is made anew.
    const others = made.filter((name) => !known.has(name) && !/^(sqlite_|__drizzle|(story|quote)_index)/.test(name));
    expect(others).toEqual([]);
  });

  it('names columns that there are', () => {
    const columnsOf = (name: string) => Object.keys(getTableColumns(new Map(named).get(name) as Table));
    for (const { table, key, omits, compares = [], moves } of all)
      expect(columnsOf(table)).toEqual(expect.arrayContaining([key, ...omits, ...compares, ...moves]));
    for (const { table, owner, where = {}, order, omits = [] } of parts)
      expect(columnsOf(table)).toEqual(expect.arrayContaining([owner, ...Object.keys(where), ...order, ...omits]));
    for (const [name] of named) {
      const sent = Object.keys(sentColumnsOf(name as keyof typeof tables));
      expect(columnsOf(name)).toEqual(expect.arrayContaining(sent));
    }
  });

  it('omits only what is counted, or given by the place', () => {
    const omitted = [...all, ...parts].flatMap(({ table, omits = [] }) => omits.map((column) => `${table}.${column}`));
    expect(omitted.toSorted()).toEqual([
      'apiKeys.lastUsedAt',
      'desks.liveStories',
      'tags.liveStories',
      'webhookDeliveries.seq',
    ]);
  });
});
