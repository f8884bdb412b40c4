import { describe, expect, it } from 'vitest';
import { list } from '../../../src/blocks/list.js';
import { library, problemsOf, throughAll } from '../../support/blocks.js';

const id = 'b1b1b1b1-0000-4000-8000-000000000001';
const quoteId = '01852a5c-7083-72d5-8b39-e14a6f0c925d';
const problems = (items: unknown) => problemsOf(list, { type: 'list', items });

describe('a list', () => {
  it('nests to three levels and no deeper', () => {
    const deepest = { text: 'c' };
    expect(problems([{ text: 'a', items: [{ text: 'b', items: [deepest] }] }])).toEqual([]);
    expect(problems([{ text: 'a', items: [{ text: 'b', items: [{ ...deepest, items: [{ text: 'd' }] }] }] }])).toEqual([
      ['/items/0/items/0/items/0/items', 'unknown_field'],
    ]);
  });

  it('has items that say something, with spans that fit', () => {
    expect(problems([])).toEqual([['/items', 'too_small']]);
    expect(problems([{ text: '' }])).toEqual([['/items/0/text', 'too_small']]);
    const outside = { text: 'Gas', spans: [{ start: 0, end: 9, type: 'strong' }] };
    expect(problems([{ text: 'a', items: [outside] }])).toEqual([
      ['/items/0/items/0/spans/0/end', 'span_outside_text'],
    ]);
  });

  it('is kept with what was left out, delivered with its quotes, and read', () => {
    const marked = { text: 'He said no.', spans: [{ start: 8, end: 10, type: 'quote', quoteId }] };
    const { managed, delivered, references, readingText } = throughAll(
      { type: 'list', ordered: true, items: [{ text: 'One', items: [marked] }, { text: 'Two' }] },
      id,
    );
    expect(managed).toEqual({
      id,
      type: 'list',
      ordered: true,
      items: [
        { text: 'One', spans: [], items: [{ ...marked, items: [] }] },
        { text: 'Two', spans: [], items: [] },
      ],
    });
    expect(references).toEqual([{ kind: 'quote', id: quoteId, path: ['items', 0, 'items', 0, 'spans', 0, 'quoteId'] }]);
    expect(delivered).toMatchObject({
      items: [{ items: [{ spans: [{ start: 8, end: 10, type: 'quote', quote: library.quote(quoteId) }] }] }, {}],
    });
    expect(readingText).toBe('One\nHe said no.\nTwo');
  });

  it('takes an inline quote into the library, and says where it stood', () => {
    const places: unknown[] = [];
    const item = { text: 'no', spans: [{ start: 0, end: 2, type: 'quote', quote: { text: 'no' } }] };
    const nested = [{ text: 'a', items: [{ text: 'b', items: [item] }] }];
    const { managed } = throughAll({ type: 'list', items: nested }, id, (kind, _inline, path) => {
      places.push([kind, path]);
      return quoteId;
    });
    expect(places).toEqual([['quote', ['items', 0, 'items', 0, 'items', 0, 'spans', 0, 'quote']]]);
    expect(managed).toMatchObject({ ordered: false, items: [{ items: [{ items: [{ spans: [{ quoteId }] }] }] }] });
  });
});
