import { describe, expect, it } from 'vitest';
import { deliverBlock, readingTextOf, referencesOf, storeBlock } from '../../../src/blocks/index.js';
import { quote } from '../../../src/blocks/quote.js';
import { keepNothing, library, storeNothing } from '../../support/blocks.js';

const blockId = '01852a5c-9d00-7a11-8b22-0000000000b1';
const id = '01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17';
const problems = (draft: object) =>
  quote.draft.safeParse({ type: 'quote', ...draft }).error?.issues.map(({ message }) => message);

describe('a block of kind quote', () => {
  it('names its resource by id or carries it, and never both or none', () => {
    expect(problems({ quoteId: id })).toBeUndefined();
    expect(problems({ quote: { text: 'Said.' } })).toBeUndefined();
    expect(problems({})).toEqual(['give quoteId or quote']);
    expect(problems({ quoteId: id, quote: { text: 'Said.' } })).toEqual(['give quoteId or quote, not both']);
    expect(problems({ quoteId: 'no-uuid' })).toHaveLength(1);
  });

  it('puts an inline resource into the library', () => {
    const draft = quote.draft.parse({ type: 'quote', quote: { text: 'Said.' } });
    const paths: unknown[] = [];
    const block = storeBlock(
      draft,
      blockId,
      (kind, _inline, path) => {
        paths.push([kind, path]);
        return id;
      },
      storeNothing,
    );
    expect(paths).toEqual([['quote', ['quote']]]);
    expect(block).toEqual({ id: blockId, type: 'quote', quoteId: id, display: 'block' });
    expect(referencesOf(block)).toEqual([{ kind: 'quote', id, path: ['quoteId'] }]);
  });

  it('is delivered with its resource whole', () => {
    const block = storeBlock(
      quote.draft.parse({ type: 'quote', quoteId: id, display: 'pull' }),
      blockId,
      keepNothing,
      storeNothing,
    );
    const delivered = deliverBlock(block, library);
    expect(delivered).toEqual({ id: blockId, type: 'quote', display: 'pull', quote: library.quote(id) });
    expect(quote.delivered.safeParse(delivered).error).toBeUndefined();
    expect(readingTextOf(delivered)).toBe('');
  });

  it('counts as reading matter only when it is part of the running text', () => {
    const block = storeBlock(quote.draft.parse({ type: 'quote', quoteId: id }), 'b', keepNothing, storeNothing);
    expect(readingTextOf(deliverBlock(block, library))).toBe('Said.');
  });
});
