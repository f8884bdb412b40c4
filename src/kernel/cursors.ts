import { createHash } from 'node:crypto';
import { z } from 'zod';
import { invalid } from './errors.js';

const CursorPayload = z.tuple([
  z.string(),
  z.enum(['next', 'previous']),
  z.array(z.union([z.string(), z.number(), z.null()])),
]);

const isText = (value: unknown) => typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
/** Values that rows are sorted by, as every engine can compare them with its own. A cursor may have been made up by anybody. */
const isSortValue = {
  text: isText,
  textOrNone: (value: unknown) => value === null || isText(value),
  integer: (value: unknown) => Number.isSafeInteger(value),
  number: (value: unknown) => typeof value === 'number',
};
export type SortValue = keyof typeof isSortValue;

function isSortedBy(position: CursorPosition, sortedBy: readonly SortValue[]): boolean {
  return position.length === sortedBy.length && sortedBy.every((name, i) => isSortValue[name](position[i]));
}

/** The sort values of the row at which a page begins or, backwards, ends. */
export type CursorPosition = (string | number | null)[];

/** Where a page stands in its list: beyond a row, in one of two directions. */
export interface Seek {
  direction: 'next' | 'previous';
  position: CursorPosition;
}

/** Says what a cursor is bound to: the list and its filters and sort, in any order of writing. */
export function cursorScope(list: string, query: Record<string, unknown>): string {
  const { cursor: _cursor, limit: _limit, ...filters } = query;
  const canonical = JSON.stringify(Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(`${list}\n${canonical}`).digest('base64url').slice(0, 12);
}

function encodeCursor(scope: string, direction: Seek['direction'], position: CursorPosition): string {
  return Buffer.from(JSON.stringify([scope, direction, position])).toString('base64url');
}

/**
 * What a cursor says.
 * @param sortedBy the sort values that the list has
 * @throws `invalid` when it is not one of ours, or belongs to a list with other filters or sort
 */
function decodeCursor(cursor: string, scope: string, sortedBy: readonly SortValue[]): Seek {
  const wrong = (message: string) => invalid([{ parameter: 'cursor', code: 'invalid_cursor', message }]);
  let payload: unknown;
  try {
    payload = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw wrong('is not a cursor of this API; take it from page.next or page.previous');
  }
  const parsed = CursorPayload.safeParse(payload);
  if (!parsed.success || !isSortedBy(parsed.data[2], sortedBy)) {
    throw wrong('is not a cursor of this list; take it from page.next or page.previous');
  }
  const [ofScope, direction, position] = parsed.data;
  if (ofScope !== scope) throw wrong('belongs to a list with other filters; start again without it');
  return { direction, position };
}

export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}

export interface Page<Item> {
  data: Item[];
  page: { limit: number; next: string | null; previous: string | null };
}

/** Rows that were found before a bound on the work ended the search, and where it ended. */
export interface Stopped<Row> {
  rows: Row[];
  stoppedAt: CursorPosition;
}

/**
 * One page of a list with keyset cursors, stable while rows are added and removed.
 * @param scope what its cursors are bound to
 * @param sortedBy what the sort values of its rows are
 * @param keyOf the sort values of a row
 * @param read gives up to `limit` rows beyond the seek, in the list's order whichever the direction; fewer, with where it
 * stopped, when a bound on its work came first: then the page may have fewer rows and still a neighbour
 * @throws `invalid` for a cursor of another list
 */
export async function readPage<Row>(
  { limit, cursor }: PageRequest,
  scope: string,
  sortedBy: readonly SortValue[],
  keyOf: (row: Row) => CursorPosition,
  read: (limit: number, seek: Seek | undefined) => Promise<Row[] | Stopped<Row>>,
): Promise<Page<Row>> {
  const seek = cursor === undefined ? undefined : decodeCursor(cursor, scope, sortedBy);
  const found = await read(limit + 1, seek);
  const { rows, stoppedAt } = Array.isArray(found) ? { rows: found, stoppedAt: undefined } : found;
  const hasMore = rows.length > limit;
  const isBackwards = seek?.direction === 'previous';
  const data = isBackwards ? rows.slice(-limit) : rows.slice(0, limit);
  const cursorOf = (direction: Seek['direction'], row: Row | undefined) =>
    row === undefined ? null : encodeCursor(scope, direction, keyOf(row));
  // Beyond the page in the direction of reading: behind its last row, or where the search was ended.
  const beyond = (direction: Seek['direction'], row: Row | undefined) => {
    if (hasMore) return cursorOf(direction, row);
    return stoppedAt === undefined ? null : encodeCursor(scope, direction, stoppedAt);
  };
  const next = isBackwards ? cursorOf('next', data.at(-1)) : beyond('next', data.at(-1));
  const previous = isBackwards
    ? beyond('previous', data[0])
    : seek === undefined
      ? null
      : cursorOf('previous', data[0]);
  return { data, page: { limit, next, previous } };
}
