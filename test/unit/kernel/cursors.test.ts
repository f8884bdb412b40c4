import { describe, expect, it } from 'vitest';
import { cursorScope, readPage, type Seek } from '../../../src/kernel/cursors.js';
import { DomainError } from '../../../src/kernel/errors.js';

const rows = [1, 2, 3, 4, 5, 6, 7];
const scope = cursorScope('numbers', { even: false });

/** Reads as a store does: rows beyond the seek, in the list's order. */
async function read(limit: number, seek: Seek | undefined): Promise<number[]> {
  const position = Number(seek?.position[0]);
  if (seek?.direction === 'previous') return rows.filter((row) => row < position).slice(-limit);
  return rows.filter((row) => seek === undefined || row > position).slice(0, limit);
}
const page = (cursor?: string | null, of = scope) =>
  readPage({ limit: 3, cursor: cursor ?? undefined }, of, ['integer'], (row) => [row], read);

describe('pages', () => {
  it('lead to the end and back, each row once', async () => {
    const first = await page();
    const second = await page(first.page.next);
    const third = await page(second.page.next);
    expect([first.data, second.data, third.data]).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
    expect([first.page.previous, third.page.next]).toEqual([null, null]);
    const back = await page(third.page.previous);
    expect(back.data).toEqual([4, 5, 6]);
    const start = await page(back.page.previous);
    expect([start.data, start.page.previous]).toEqual([[1, 2, 3], null]);
    expect((await page(start.page.next)).data).toEqual([4, 5, 6]);
  });

  it.each([
    ['no cursor at all', 'x'],
    ['JSON of another shape', Buffer.from('{"a":1}').toString('base64url')],
    ['a position of another length', Buffer.from(JSON.stringify([scope, 'next', [1, 2]])).toString('base64url')],
    ['a position of another kind', Buffer.from(JSON.stringify([scope, 'next', ['1']])).toString('base64url')],
    ['a position between two', Buffer.from(JSON.stringify([scope, 'next', [1.5]])).toString('base64url')],
    ['another direction', Buffer.from(JSON.stringify([scope, 'up', [1]])).toString('base64url')],
  ])('refuse %s', async (_name, cursor) => {
    const error = await page(cursor).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DomainError);
    expect(error).toMatchObject({ code: 'invalid', errors: [{ parameter: 'cursor', code: 'invalid_cursor' }] });
  });

  it('refuse a cursor of other filters, however they are written', async () => {
    const { next } = (await page()).page;
    await expect(page(next, cursorScope('numbers', { even: true }))).rejects.toThrow(DomainError);
    expect(cursorScope('numbers', { a: 1, b: 2, limit: 5 })).toBe(cursorScope('numbers', { b: 2, a: 1, cursor: 'x' }));
  });
});
