// Puts quotes back to where a text marked them.
import { addSpan } from './rich-text.js';
import { type DraftedText, excerpt, type Members, type Place, type Reading } from './story.js';

/** Marks the quotes that our own formats tell of beside a block; words that are no longer there are noted. */
export function putQuotes(reading: Reading, place: Place, block: Members | undefined, told: unknown): void {
  for (const one of Array.isArray(told) ? (told as Members[]) : []) {
    const { path, start, words, quote } = one;
    const text = textAt(block, path);
    const at = text && typeof words === 'string' ? startOf(text.text, words, Number(start)) : -1;
    const inline = typeof quote === 'object' && quote !== null ? reading.placed(quote, place) : undefined;
    const span = { start: at, end: at + String(words).length, type: 'quote', quote: inline };
    if (text && inline && at >= 0 && addSpan(text, span)) continue;
    reading.lose(
      place,
      'quote',
      `the words ${excerpt(String(words))} are no longer marked as a quote: they have changed`,
    );
  }
}

/** Where the words stand: where they did, or else the first place that has them. */
function startOf(text: string, words: string, start: number): number {
  return text.startsWith(words, start) ? start : text.indexOf(words);
}

function textAt(block: unknown, path: unknown): DraftedText | undefined {
  const steps = Array.isArray(path) ? (path as (string | number)[]) : [];
  const part = steps.reduce<unknown>((value, step) => (value as Members | undefined)?.[step], block);
  const isText = typeof part === 'object' && part !== null && 'text' in part && 'spans' in part;
  return isText ? (part as DraftedText) : undefined;
}
