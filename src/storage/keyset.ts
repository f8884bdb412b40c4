import { asc, type Column, desc, gt, lt, type SQL, sql } from 'drizzle-orm';
import type { CursorPosition, Seek } from '../kernel/cursors.js';

/**
 * How many rows of an index range are looked at for one page when filters remain that the index does not answer. A page is then
 * ended early rather than late.
 */
export const examinedMax = 2000;

/**
 * Order and bound of rows that are read by two columns, upwards or downwards, beyond a position if there is one. The comparison
 * is of row values, which an index on the two answers by one seek.
 */
export function inOrder(
  first: Column,
  second: Column,
  isUpwards: boolean,
  position?: CursorPosition,
): { order: SQL[]; bound: SQL | undefined } {
  const order = isUpwards ? [asc(first), asc(second)] : [desc(first), desc(second)];
  if (!position) return { order, bound: undefined };
  const [a, b] = position;
  const bound = isUpwards ? sql`(${first}, ${second}) > (${a}, ${b})` : sql`(${first}, ${second}) < (${a}, ${b})`;
  return { order, bound };
}

/** Order and bound of a list that is sorted by one ascending column, whichever way it is read. */
export function keyOrder(column: Column, seek: Seek | undefined): { order: SQL; bound: SQL | undefined } {
  if (!seek) return { order: asc(column), bound: undefined };
  const [position] = seek.position;
  return seek.direction === 'previous'
    ? { order: desc(column), bound: lt(column, position) }
    : { order: asc(column), bound: gt(column, position) };
}

/** The same, by any number of ascending columns. */
export function ascending(
  columns: readonly [Column, ...Column[]],
  seek: Seek | undefined,
): { order: SQL[]; bound: SQL | undefined } {
  const isBackwards = seek?.direction === 'previous';
  const order = columns.map((column) => (isBackwards ? desc(column) : asc(column)));
  if (!seek) return { order, bound: undefined };
  const row = sql.join([...columns], sql`, `);
  const position = sql.join(
    seek.position.map((value) => sql`${value}`),
    sql`, `,
  );
  return { order, bound: isBackwards ? sql`(${row}) < (${position})` : sql`(${row}) > (${position})` };
}

/** Rows that were read backwards, in the list's own order. */
export function inListOrder<Row>(rows: Row[], seek: Seek | undefined): Row[] {
  return seek?.direction === 'previous' ? rows.reverse() : rows;
}
