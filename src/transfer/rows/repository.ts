// Reads and writes things whole, whatever their tables are: by the declaration of those alone.
import { and, asc, type Column, getTableColumns, gt, inArray, isNotNull, isNull, type SQL } from 'drizzle-orm';
import { chunksOf } from '../../kernel/chunks.js';
import { prepared } from '../../storage/prepared.js';
import type { Statement, Store } from '../../storage/store.js';
import { type Line, type Row, sentColumnsOf, type TableName, type Thing } from '../things.js';

/** Every table has a builder of the same queries; which columns it has is asked of its declaration. */
function tableOf({ tables }: Pick<Store, 'tables'>, name: TableName) {
  return tables[name] as Store['tables']['articles'];
}

type Inserted = Store['tables']['articles']['$inferInsert'];
type TableColumn = Store['tables']['articles']['id'];

function columnsOf(store: Pick<Store, 'tables'>, name: TableName): Record<string, Column> {
  return getTableColumns(tableOf(store, name));
}

function columnOf(store: Store, table: TableName, name: string): TableColumn {
  const column = columnsOf(store, table)[name] as TableColumn | undefined;
  if (!column) throw new Error(`${table} has no column ${name}`);
  return column;
}

/** Which articles: those that others may be translations of, or those that are translations. */
export type Lineage = 'original' | 'translation';

/** Keys of things beyond one, in their order. */
export async function listKeys(
  store: Store,
  { table, key }: Thing,
  beyond: string,
  limit: number,
  lineage?: Lineage,
): Promise<string[]> {
  const column = columnOf(store, table, key);
  const { translationOf } = store.tables.articles;
  const rows = await store.all(
    store.db
      .select({ key: column })
      .from(tableOf(store, table))
      .where(
        and(gt(column, beyond), lineage && (lineage === 'original' ? isNull(translationOf) : isNotNull(translationOf))),
      )
      .orderBy(asc(column))
      .limit(limit),
  );
  return rows.map((row) => String(row.key));
}

/** Keys of the API, in the order in which one could take over from another. */
export async function listApiKeyIds({ db, tables: { apiKeys }, all }: Store): Promise<string[]> {
  const rows = await all(db.select({ id: apiKeys.id }).from(apiKeys).orderBy(asc(apiKeys.createdAt), asc(apiKeys.id)));
  return rows.map(({ id }) => id);
}

/** Those of the things that are there, with all that belongs to them, by their keys. */
export async function findLines(store: Store, thing: Thing, keys: readonly string[]): Promise<Map<string, Line>> {
  if (keys.length === 0) return new Map();
  const rows = await select(store, thing.table, thing.key, keys, {}, []);
  const lines = new Map(
    rows.map((row) => [String(row[thing.key]), { row: sentRow(thing.table, row, thing.omits), parts: {} } as Line]),
  );
  for (const part of thing.parts) {
    const found = await select(store, part.table, part.owner, keys, part.where ?? {}, part.order);
    const byOwner = Map.groupBy(found, (row) => String(row[part.owner]));
    for (const [key, line] of lines)
      line.parts[part.name] = (byOwner.get(key) ?? []).map((row) => sentRow(part.table, row, part.omits ?? []));
  }
  return lines;
}

async function select(
  store: Store,
  table: TableName,
  owner: string,
  keys: readonly string[],
  where: Readonly<Record<string, readonly string[]>>,
  order: readonly string[],
): Promise<Row[]> {
  const conditions: SQL[] = Object.entries(where).map(([name, values]) =>
    inArray(columnOf(store, table, name), [...values]),
  );
  return store.all(
    store.db
      .select()
      .from(tableOf(store, table))
      .where(and(inArray(columnOf(store, table, owner), [...keys]), ...conditions))
      .orderBy(...order.map((name) => asc(columnOf(store, table, name)))),
  );
}

/** A row as a line has it: values of JSON. */
function sentRow(table: TableName, row: Row, omits: readonly string[]): Row {
  const sent = sentColumnsOf(table);
  const members = Object.entries(row).filter(([name]) => !omits.includes(name));
  return Object.fromEntries(
    members.map(([name, value]) => [
      name,
      sent[name] && value !== null ? (JSON.parse(String(value)) as unknown) : value,
    ]),
  );
}

/** A row as a table takes it. */
function storedRow(table: TableName, row: Row): Row {
  const sent = sentColumnsOf(table);
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (!sent[name] || value === null) return [name, value];
      const text = JSON.stringify(value);
      return [name, sent[name] === 'bytes' ? Buffer.from(text) : text];
    }),
  );
}

/** What keeps a row from being of a table; undefined when nothing does. A later version may have columns that are left out here. */
export function findWrong(
  store: Pick<Store, 'tables'>,
  table: TableName,
  row: unknown,
  omits: readonly string[] = [],
): string | undefined {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return 'is no object';
  const columns = columnsOf(store, table);
  const members = row as Row;
  const unknown = Object.keys(members).find((name) => !columns[name] || omits.includes(name));
  if (unknown !== undefined) return `has ${unknown}, which this version does not know`;
  for (const [name, column] of Object.entries(columns)) {
    if (omits.includes(name)) continue;
    const value = members[name];
    if (value === undefined || value === null) {
      if (column.notNull && !(value === undefined && column.hasDefault)) return `has no ${name}`;
    } else if (!isOfType(column, sentColumnsOf(table)[name] !== undefined, value))
      return `has ${name}, which is no ${column.dataType}`;
  }
  return undefined;
}

function isOfType({ dataType }: Column, isSent: boolean, value: unknown): boolean {
  if (isSent || dataType === 'json') return typeof value === 'object';
  return typeof value === dataType;
}

/** Few lengths, so that each insertion is built once and kept. */
const rowsPerInsertion = [64, 8, 1] as const;

const insertions = new Map<TableName, ReturnType<typeof insertionInto>>();

function insertionInto(name: TableName) {
  return prepared((store, { rows }: { rows: Row[] }) =>
    store.db.insert(tableOf(store, name)).values(rows as unknown as Inserted[]),
  );
}

/** Adds rows to a table. */
export function insertRows(store: Store, table: TableName, rows: readonly Row[]): Statement[] {
  const insert = insertions.get(table) ?? insertionInto(table);
  insertions.set(table, insert);
  const statements: Statement[] = [];
  let left = rows.map((row) => storedRow(table, row));
  for (const size of rowsPerInsertion) {
    const whole = left.length - (left.length % size);
    for (const some of chunksOf(left.slice(0, whole), size))
      statements.push({ query: insert(store, { rows: some }), rows: some.length });
    left = left.slice(whole);
  }
  return statements;
}

/** The same, with a column that the store tells. */
export function insertRowWith(store: Store, table: TableName, row: Row, told: Record<string, SQL>): Statement {
  const values = { ...storedRow(table, row), ...told } as unknown as Inserted;
  return { query: store.db.insert(tableOf(store, table)).values(values), rows: 1 };
}

/** Those of the keys that a table has, in a column that says which is which. */
export async function findPresent(store: Store, table: TableName, key: string, keys: readonly string[]) {
  const column = columnOf(store, table, key);
  const present = new Set<string>();
  for (const some of chunksOf([...new Set(keys)], 1000)) {
    const rows = await store.all(
      store.db.select({ key: column }).from(tableOf(store, table)).where(inArray(column, some)),
    );
    for (const row of rows) present.add(String(row.key));
  }
  return present;
}
