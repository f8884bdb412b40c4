import { asc, type Column, desc, gt, lt, type SQL, sql } from 'drizzle-orm';
import type { Seek } from '../kernel/cursors.js';

/**
 * Order and bound of a list that is sorted by two columns, both descending, whichever way it is read. The comparison is of row
 * values, which an index on the two answers by one seek.
 */
export function descending(
  first: Column,
  second: Column,
  seek: Seek | undefined,
): { order: SQL[]; bound: SQL | undefined } {
  const isBackwards = seek?.direction === 'previous';
  const order = isBackwards ? [asc(first), asc(second)] : [desc(first), desc(second)];
  if (!seek) return { order, bound: undefined };
  const [a, b] = seek.position;
  const bound = isBackwards ? sql`(${first}, ${second}) > (${a}, ${b})` : sql`(${first}, ${second}) < (${a}, ${b})`;
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

/** Rows that were read backwards, in the list's own order. */
export function inListOrder<Row>(rows: Row[], seek: Seek | undefined): Row[] {
  return seek?.direction === 'previous' ? rows.reverse() : rows;
}
