// The tables of both engines, side by side: queries are written once, for the tables of one of them.
import { getTableName, is, SQL, Table } from 'drizzle-orm';
import { type IndexedColumn, PgDialect, type PgTable, getTableConfig as postgresConfig } from 'drizzle-orm/pg-core';
import { SQLiteSyncDialect, type SQLiteTable, getTableConfig as sqliteConfig } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import * as postgres from '../../src/storage/postgres/tables.js';
import * as sqlite from '../../src/storage/sqlite/tables.js';

const tablesOf = (all: object) => Object.entries(all).filter(([, value]) => is(value, Table));
const postgresTables = new Map(tablesOf(postgres) as [string, PgTable][]);
const sqliteTables = tablesOf(sqlite) as [string, SQLiteTable][];

const dialects = {
  sqlite: new SQLiteSyncDialect({ casing: 'snake_case' }),
  postgres: new PgDialect({ casing: 'snake_case' }),
};

/** A condition as text, with what each engine calls true as one. */
function told(dialect: keyof typeof dialects, condition: SQL | undefined): string | undefined {
  return (
    condition &&
    dialects[dialect]
      .sqlToQuery(condition)
      .sql.replaceAll('`', '"')
      .replaceAll(/"\w+"\./g, '')
  );
}

/** Only where a column is a truth of its own: SQLite has numbers for that. */
const asTruths = (text: string | undefined) =>
  text?.replace('"public" = 0 OR', 'NOT "public" OR').replace('"public" = 1', '"public"');

interface ColumnLike {
  name: string;
  dataType: string;
  notNull: boolean;
  primary: boolean;
  hasDefault: boolean;
  default: unknown;
}

/** JavaScript's types: what a column takes and gives. */
function columnOf({ name, dataType, notNull, primary, default: value }: ColumnLike) {
  return { name, type: dataType === 'custom' ? 'buffer' : dataType, notNull, primary, default: value };
}

const byName = <Named extends { name: string }>(all: readonly Named[]) =>
  all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
const columnNames = (columns: readonly unknown[]) =>
  columns.map((column) => (is(column, SQL) ? 'an expression' : (column as IndexedColumn).name));
const references = (
  keys: readonly { reference(): { columns: ColumnLike[]; foreignTable: Table; foreignColumns: ColumnLike[] } }[],
) =>
  keys
    .map((key) => key.reference())
    .map(({ columns, foreignTable, foreignColumns }) => ({
      name: `${columnNames(columns)} → ${getTableName(foreignTable)} (${columnNames(foreignColumns)})`,
    }));

describe('the tables of both engines', () => {
  it('are the same ones', () => {
    expect([...postgresTables.keys()].sort()).toEqual(sqliteTables.map(([name]) => name).sort());
    expect(sqliteTables.length).toBeGreaterThan(25);
  });

  it.each(sqliteTables)('%s has the same name and columns', (name, table) => {
    const [ours, theirs] = [sqliteConfig(table), postgresConfig(postgresTables.get(name) as PgTable)];
    expect(theirs.name).toBe(ours.name);
    expect(theirs.columns.map(columnOf)).toEqual(ours.columns.map(columnOf));
    expect(theirs.primaryKeys.map(({ columns }) => columnNames(columns))).toEqual(
      ours.primaryKeys.map(({ columns }) => columnNames(columns)),
    );
  });

  it.each(sqliteTables)('%s has the same indexes, checks and foreign keys', (name, table) => {
    const [ours, theirs] = [sqliteConfig(table), postgresConfig(postgresTables.get(name) as PgTable)];
    expect(
      byName(
        theirs.indexes.map(({ config }) => ({
          name: config.name ?? '',
          unique: config.unique,
          columns: columnNames(config.columns),
          where: told('postgres', config.where),
        })),
      ),
    ).toEqual(
      byName(
        ours.indexes.map(({ config }) => ({
          name: config.name,
          unique: config.unique,
          columns: columnNames(config.columns),
          where: asTruths(told('sqlite', config.where)),
        })),
      ),
    );
    const checks = ours.checks.map((one) => ({ name: one.name, value: asTruths(told('sqlite', one.value)) }));
    expect(byName(theirs.checks.map((one) => ({ name: one.name, value: told('postgres', one.value) })))).toEqual(
      // That a truth is 0 or 1 need not be said where there are truths.
      byName(checks.filter(({ value }) => !value?.endsWith('IN (0, 1)'))),
    );
    expect(byName(references(theirs.foreignKeys))).toEqual(byName(references(ours.foreignKeys)));
  });
});
