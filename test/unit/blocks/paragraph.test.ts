import { describe, expect, it } from 'vitest';
import { deliverBlock, readingTextOf, referencesOf, storeBlock } from '../../../src/blocks/index.js';
import { paragraph } from '../../../src/blocks/paragraph.js';
import { keepNothing, library, storeNothing } from '../../support/blocks.js';

const blockId = '01852a5c-9d00-7a11-8b22-0000000000b1';
const quoteId = '01852a5c-7083-72d5-8b39-e14a6f0c925d';
const parse = (text: string, spans: object[]) => paragraph.draft.safeParse({ type: 'paragraph', text, spans });
const codes = (text: string, spans: object[]) =>
  parse(text, spans).error?.issues.map((issue) => [
    issue.path.join('/'),
    issue.code === 'custom' ? issue.params?.code : issue.code,
  ]);
const strong = (start: number, end: number) => ({ start, end, type: 'strong' });
const link = (start: number, end: number, href = 'https://x.example') => ({ start, end, type: 'link', href });

describe('a paragraph', () => {
  it('takes every kind of span, nested', () => {
    const spans = [
      strong(0, 10),
      { start: 0, end: 5, type: 'emphasis' },
      { start: 6, end: 10, type: 'code' },
      link(0, 10),
      { start: 0, end: 3, type: 'quote', quoteId },
    ];
    expect(parse('Some words.', spans).success).toBe(true);
  });

  it.each([
    ['beyond the text', 'Short', [strong(0, 6)], 'spans/0/end', 'span_outside_text'],
    ['empty', 'Short', [strong(2, 2)], 'spans/0/end', 'empty_span'],
    ['backwards', 'Short', [strong(3, 2)], 'spans/0/end', 'empty_span'],
    ['crossing', 'Some words', [strong(0, 5), strong(3, 8)], 'spans/1', 'crossing_spans'],
    ['a link in a link', 'Some words', [link(0, 8), link(1, 3)], 'spans/1', 'nested_links'],
    ['within a surrogate pair', 'a😀b', [strong(0, 2)], 'spans/0/end', 'span_splits_character'],
    ['a script', 'Some words', [link(0, 4, 'javascript:alert(1)')], 'spans/0/href', 'invalid_url'],
    ['without its quote', 'Some words', [{ start: 0, end: 4, type: 'quote' }], 'spans/0/quoteId', 'required'],
  ])('refuses a span that is %s', (_what, text, spans, path, code) => {
    expect(codes(text, spans)).toEqual([[path, code]]);
  });

  it('counts offsets in UTF-16 code units', () => {
    expect(parse('a😀b', [strong(1, 3)]).success).toBe(true);
  });

  it('puts an inline quote into the library, refers to it, and delivers it whole', () => {
    const draft = paragraph.draft.parse({
      type: 'paragraph',
      text: 'He said no.',
      spans: [{ start: 8, end: 10, type: 'quote', quote: { text: 'no', language: 'en' } }],
    });
    const kept: unknown[] = [];
    const block = storeBlock(
      draft,
      blockId,
      (kind, inline, path) => {
        kept.push([kind, inline, path]);
        return quoteId;
      },
      storeNothing,
    );
    expect(kept).toMatchObject([['quote', { text: 'no' }, ['spans', 0, 'quote']]]);
    expect(block).toEqual({
      id: blockId,
      type: 'paragraph',
      text: 'He said no.',
      spans: [{ start: 8, end: 10, type: 'quote', quoteId }],
    });
    expect(referencesOf(block)).toEqual([{ kind: 'quote', id: quoteId, path: ['spans', 0, 'quoteId'] }]);
    const delivered = deliverBlock(block, library);
    expect(delivered).toMatchObject({ id: blockId, spans: [{ start: 8, end: 10, quote: { id: quoteId } }] });
    expect(paragraph.delivered.safeParse(delivered).error).toBeUndefined();
    expect(readingTextOf(delivered)).toBe('He said no.');
  });

  it('has no spans when none are sent', () => {
    expect(
      storeBlock(paragraph.draft.parse({ type: 'paragraph', text: 'x', spans: null }), 'b', keepNothing, storeNothing),
    ).toMatchObject({ spans: [] });
  });
});
