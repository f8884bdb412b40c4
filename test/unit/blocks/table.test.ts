import { describe, expect, it } from 'vitest';
import { table } from '../../../src/blocks/table.js';
import { problemsOf, throughAll } from '../../support/blocks.js';

const id = 'b1b1b1b1-0000-4000-8000-000000000001';
const quoteId = '01852a5c-7083-72d5-8b39-e14a6f0c925d';
const cells = (...words: string[]) => words.map((text) => ({ text }));
const problems = (rows: unknown) => problemsOf(table, { type: 'table', rows });

describe('a table', () => {
  it('has rows of equal length', () => {
    expect(problems([cells('Year', 'Gas'), cells('2022', '')])).toEqual([]);
    expect(problems([cells('a', 'b'), cells('c'), cells('d', 'e'), cells('f', 'g', 'h')])).toEqual([
      ['/rows/1', 'uneven_rows'],
      ['/rows/3', 'uneven_rows'],
    ]);
    expect(problems([])).toEqual([['/rows', 'too_small']]);
    expect(problems([[]])).toEqual([['/rows/0', 'too_small']]);
  });

  it('points at a span that does not fit its cell', () => {
    expect(problems([[{ text: 'a', spans: [{ start: 0, end: 2, type: 'code' }] }]])).toEqual([
      ['/rows/0/0/spans/0/end', 'span_outside_text'],
    ]);
  });

  it('is kept with what was left out, delivered with its quotes, and read', () => {
    const marked = { text: 'no', spans: [{ start: 0, end: 2, type: 'quote', quoteId }] };
    const { managed, delivered, references, readingText } = throughAll(
      { type: 'table', caption: 'Prices', headerRow: true, rows: [cells('Year', 'Said'), [{ text: '2022' }, marked]] },
      id,
    );
    expect(managed).toMatchObject({ caption: 'Prices', headerRow: true, headerColumn: false });
    expect(references).toEqual([{ kind: 'quote', id: quoteId, path: ['rows', 1, 1, 'spans', 0, 'quoteId'] }]);
    expect(delivered).toMatchObject({
      rows: [
        [{ text: 'Year', spans: [] }, {}],
        [{}, { spans: [{ quote: { id: quoteId } }] }],
      ],
    });
    expect(readingText).toBe('Prices\nYear\nSaid\n2022\nno');
  });
});
