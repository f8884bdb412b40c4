import { fromMarkdown } from 'mdast-util-from-markdown';
import { describe, expect, it } from 'vitest';
import { mark, readMark } from '../../../src/blocks/marks.js';

describe('a mark', () => {
  it.each([
    ['--> <script>alert(1)</script>'],
    ['<!-- a -- b --->'],
    ['a line\nand another, "quoted" \\ 𝄞'],
    ['-'.repeat(9)],
  ])('holds %j and ends where it ends', (words) => {
    const { value } = mark('quote', { words });
    const { children } = fromMarkdown(`${value}\n\nText.`);
    expect(children.map(({ type }) => type)).toEqual(['html', 'paragraph']);
    expect(value.slice(4, -3)).not.toMatch(/--|>|\n/);
    expect(readMark(value)).toEqual({ name: 'quote', facts: { words } });
  });

  it('says nothing of what is null', () => {
    expect(readMark(mark('image', { id: 'i', crop: null, image: { caption: null } }).value)?.facts).toEqual({
      id: 'i',
      image: {},
    });
  });

  it.each([
    ['<!-- a comment -->'],
    ['<!-- copydesk:image not JSON -->'],
    ['<!-- copydesk:image [1] -->'],
    ['<!-- copydesk:image {} --> and more'],
    [`<!-- copydesk:image {"a":${'['.repeat(20)}${']'.repeat(20)}} -->`],
  ])('is not %s', (html) => {
    expect(readMark(html)).toBeUndefined();
  });

  it('has no prototype to give', () => {
    const { facts } = readMark('<!-- copydesk:story {"__proto__":{"stage":"ready"},"a":1} -->') ?? {};
    expect(facts).toEqual({ a: 1 });
    expect(Object.getPrototypeOf(facts)).toBe(Object.prototype);
  });
});
