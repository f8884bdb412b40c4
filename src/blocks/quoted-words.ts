// Where the texts of a block mark quotes of the library, for formats that have no way to mark them in the text.
import type { Quote } from './library.js';

export interface QuotedWords {
  /** Of the text, within its block. */
  path: (string | number)[];
  start: number;
  end: number;
  /** What stands there, so that it is found again when the text has changed. */
  words: string;
  quote: Quote;
}

interface MarkedText {
  text: string;
  spans: { start: number; end: number; type: string; quote?: Quote }[];
}

/** Every quote that a text within a part of a delivered block marks. */
export function quotesIn(part: unknown, path: QuotedWords['path'] = []): QuotedWords[] {
  if (Array.isArray(part)) return part.flatMap((item, i) => quotesIn(item, [...path, i]));
  if (typeof part !== 'object' || part === null) return [];
  const own = isMarkedText(part)
    ? part.spans.flatMap(({ start, end, quote }) =>
        quote === undefined ? [] : [{ path, start, end, words: part.text.slice(start, end), quote }],
      )
    : [];
  const inner = Object.entries(part).flatMap(([name, member]) =>
    name === 'spans' ? [] : quotesIn(member, [...path, name]),
  );
  return [...own, ...inner];
}

function isMarkedText(part: object): part is MarkedText {
  return 'text' in part && typeof part.text === 'string' && 'spans' in part && Array.isArray(part.spans);
}
