// Reads pages of managed resources by any filters, looking at a bounded number of rows for each.
import { and, asc, type Column, count, desc, eq, gt, gte, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { CursorPosition, Seek, Stopped } from '../../kernel/cursors.js';
import { anyHas } from '../../kernel/fold.js';
import { examinedMax, inListOrder, inOrder } from '../../storage/keyset.js';
import type { Store } from '../../storage/store.js';
import type { ManagedFilters } from './schemas.js';

/** What the tables of managed resources have alike. */
export type ManagedTable = Store['tables']['images'];

/** Rows that an index has together: all of a table for which a condition holds. */
export interface IndexedSet {
  table: ManagedTable | Store['tables']['articleTags'];
  /** The column that names the resource. */
  id: Column;
  condition: SQL;
  /** Whether the index has them in the order in which they were changed. */
  isInOrderOfChange: boolean;
}

/** Words to look for. The engine is not asked for them: each has a folding of its own. */
export interface Words {
  folded: string;
  columns: Readonly<Record<string, Column>>;
  /** The texts in the values of the columns. */
  textsOf(values: Record<string, unknown>): unknown[];
}

export interface Listing {
  table: ManagedTable;
  /** Each filter, as what must hold of a row. */
  filters: readonly (SQL | undefined)[];
  /** Sets that filters name: each has all that is looked for. */
  sets: readonly IndexedSet[];
  /** Whether filters ask more than the sets say. */
  asksMore: boolean;
  text: Words | undefined;
  changedSince: string | undefined;
  sort: Column;
  isAscending: boolean;
}

/** Where a resource stands in a list. */
export interface Placed {
  id: string;
  /** What the list is sorted by; resources that have none come last. */
  at: string | null;
}

/** The rows of a table for which something holds, as its index has them. */
export function setOf(table: ManagedTable, condition: SQL, isInOrderOfChange = true): IndexedSet {
  return { table, id: table.id, condition, isInOrderOfChange };
}

const keyId = /^[0-9a-f]{12}$/;

/**
 * A list by what all managed resources can be listed by, and by filters of its own.
 * @param indexes which of the former an index of the table answers; that of changes each table has
 */
export function listingOf(
  table: ManagedTable,
  { updatedBy, updatedSince, deleted = false }: ManagedFilters,
  indexes: { ofDeleted: boolean; ofActors: boolean },
  own: Pick<Listing, 'filters' | 'sets' | 'asksMore' | 'text' | 'sort' | 'isAscending'>,
): Listing {
  const isDeleted = isNotNull(table.deletedAt);
  const byColumn = updatedBy !== undefined && keyId.test(updatedBy) ? table.updatedByKey : table.updatedByActor;
  const by = updatedBy === undefined ? undefined : eq(byColumn, updatedBy);
  const since = updatedSince === undefined ? undefined : gte(table.updatedAt, updatedSince);
  const isByChange = own.sort === table.updatedAt;
  return {
    ...own,
    table,
    filters: [deleted ? isDeleted : isNull(table.deletedAt), by, since, ...own.filters],
    sets: [
      ...(deleted && indexes.ofDeleted ? [setOf(table, isDeleted)] : []),
      ...(by && indexes.ofActors ? [setOf(table, by)] : []),
      ...own.sets,
      // In the order of changes they are a part of any set that is in this order.
      ...(since && !isByChange ? [setOf(table, since)] : []),
    ],
    changedSince: isByChange ? updatedSince : undefined,
  };
}

/** A run of a list: rows that have what it is sorted by, or those that have not. */
interface Run {
  /** Undefined when every row of the table has it. */
  hasValue: boolean | undefined;
  isUpwards: boolean;
  /** The row beyond which it is read; none from its end. */
  position: CursorPosition | undefined;
}

/** The runs still to be read, in the direction of reading. */
function runsOf({ sort, isAscending }: Listing, seek: Seek | undefined): Run[] {
  const isBackwards = seek?.direction === 'previous';
  const isUpwards = isAscending !== isBackwards;
  if (sort.notNull) return [{ hasValue: undefined, isUpwards, position: seek?.position }];
  const runs = isBackwards ? [false, true] : [true, false];
  const current = seek ? runs.indexOf(seek.position[0] !== null) : 0;
  return runs
    .slice(current)
    .map((hasValue, i) => ({ hasValue, isUpwards, position: i === 0 ? seek?.position : undefined }));
}

function boundsOf({ table: { id }, sort }: Listing, { hasValue, isUpwards, position }: Run) {
  if (hasValue !== false) {
    const { order, bound } = inOrder(sort, id, isUpwards, position);
    return { order, bound: and(hasValue ? isNotNull(sort) : undefined, bound) };
  }
  const last = String(position?.[1] ?? '');
  const beyond = position && (isUpwards ? gt(id, last) : lt(id, last));
  return { order: [isUpwards ? asc(id) : desc(id)], bound: and(isNull(sort), beyond) };
}

/** The rows of a run in its order, of a set that has them in the order of changes or of the whole table. */
function walkQuery({ db }: Store, listing: Listing, set: IndexedSet | undefined, run: Run) {
  const { table, sort, changedSince } = listing;
  const { order, bound } = boundsOf(listing, run);
  const since = changedSince === undefined ? undefined : gte(table.updatedAt, changedSince);
  return db
    .select({ id: sql<string>`${table.id}`.as('examined_id'), at: sql<string | null>`${sort}`.as('examined_at') })
    .from(table)
    .where(and(set?.condition, since, bound))
    .orderBy(...order);
}

function idsQuery({ db }: Store, { table, id, condition }: IndexedSet) {
  return db
    .select({ id: sql<string>`${id}`.as('examined_id') })
    .from(table as ManagedTable)
    .where(condition);
}

/** The smallest of the sets, if it is small enough for all of it to be looked at. */
async function findSmallSet(store: Store, sets: readonly IndexedSet[]): Promise<IndexedSet | undefined> {
  let smallest: IndexedSet | undefined;
  let size = examinedMax + 1;
  for (const set of sets) {
    const counted = idsQuery(store, set).limit(size).as('counted');
    const [row] = await store.all(store.db.select({ rows: count() }).from(counted));
    if ((row?.rows ?? 0) < size) [smallest, size] = [set, row?.rows ?? 0];
  }
  return smallest;
}

/** How a list is read: a whole set, or along an index. */
type Way = { whole: IndexedSet } | { along: IndexedSet | undefined };

async function findWay(store: Store, { table, sets, asksMore, text, sort }: Listing): Promise<Way> {
  const along = sort === table.updatedAt ? sets.find((set) => set.isInOrderOfChange) : undefined;
  const isAnswered = sets.length === (along ? 1 : 0) && !asksMore && !text;
  const whole = isAnswered ? undefined : await findSmallSet(store, sets);
  return whole ? { whole } : { along };
}

type Found = Placed & { values: Record<string, unknown> };

/** Those rows of a run that the filters leave. The joins are crossed so that the rows to look at are what is read first. */
async function readRun(store: Store, listing: Listing, way: Way, run: Run, limit: number): Promise<Found[]> {
  const { table, filters, text, sort } = listing;
  const values = Object.fromEntries(
    Object.entries(text?.columns ?? { id: table.id }).map(([name, column]) => [name, sql`${column}`.mapWith(column)]),
  );
  const rowsMax = text ? 2 * examinedMax : limit;
  if ('whole' in way) {
    // Small a moment ago; should it have grown since, it is read to its end all the same.
    const { order, bound } = boundsOf(listing, run);
    const examined = idsQuery(store, way.whole)
      .limit(2 * examinedMax)
      .as('examined');
    const query = store.db
      .select({ id: table.id, at: sql<string | null>`${sort}`, values })
      .from(examined)
      .crossJoin(table)
      .where(and(eq(table.id, examined.id), ...filters, bound))
      .orderBy(...order)
      .limit(rowsMax);
    return store.all(query);
  }
  const examined = walkQuery(store, listing, way.along, run).limit(examinedMax).as('examined');
  const direction = run.isUpwards ? asc : desc;
  const query = store.db
    .select({ id: examined.id, at: examined.at, values })
    .from(examined)
    .crossJoin(table)
    .where(and(eq(table.id, examined.id), ...filters))
    .orderBy(...(run.hasValue === false ? [] : [direction(examined.at)]), direction(examined.id))
    .limit(rowsMax);
  return store.all(query);
}

/** Where the look along an index ended, if it ended before the index did. */
async function findStop(store: Store, listing: Listing, way: Way, run: Run): Promise<CursorPosition | undefined> {
  if ('whole' in way) return undefined;
  const query = walkQuery(store, listing, way.along, run)
    .limit(1)
    .offset(examinedMax - 1);
  const [last] = await store.all(query);
  return last && [last.at, last.id];
}

/**
 * The places of a page. A set that a filter names is looked at whole if it is small; otherwise the list is read along an index,
 * and a page for which too many rows would have to be looked at ends early.
 */
export async function listPlaces(
  store: Store,
  listing: Listing,
  limit: number,
  seek: Seek | undefined,
): Promise<Placed[] | Stopped<Placed>> {
  const way = await findWay(store, listing);
  const { text } = listing;
  const places: Placed[] = [];
  for (const run of runsOf(listing, seek)) {
    const wanted = limit - places.length;
    const rows = await readRun(store, listing, way, run, wanted);
    const fitting = text ? rows.filter(({ values }) => anyHas(text.textsOf(values), text.folded)) : rows;
    places.push(...fitting.slice(0, wanted).map(({ id, at }) => ({ id, at })));
    if (places.length === limit) break;
    const stoppedAt = await findStop(store, listing, way, run);
    if (stoppedAt) return { rows: inListOrder(places, seek), stoppedAt };
  }
  return inListOrder(places, seek);
}
