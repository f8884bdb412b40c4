import type { Range } from '../inline-text.js';
import type { Phrase, SearchQuery } from './query.js';
import { type Word, wordsIn } from './words.js';

/** A stretch of a text with what was looked for in it. */
export interface Excerpt {
  text: string;
  /** Where, in UTF-16 code units of the text. */
  highlights: Range[];
}

/** Longer texts are cut. */
export const excerptLengthMax = 240;
/** How much of a cut text stands before what was looked for. */
const leadLength = 60;
/** Of a word that stands in a text more often than so, only the first places are compared. */
const comparedMax = 200;
const ellipsis = '…';

/** A stretch of the words of a text that is a phrase: from one word to before another. */
interface Occurrence extends Range {
  phrase: Phrase;
}

/**
 * The stretch of a text that has the most of what was looked for, the first of such, within one line; undefined when the text has
 * none of it.
 */
export function excerptOf(text: string, { all }: SearchQuery): Excerpt | undefined {
  let best: { line: string; words: Word[]; found: Occurrence[]; phrases: number } | undefined;
  for (const line of text.split('\n')) {
    const words = wordsIn(line);
    const found = all.flatMap((phrase) => occurrencesOf(phrase, words)).sort((a, b) => a.start - b.start);
    const phrases = countPhrases(found);
    if (phrases > (best?.phrases ?? 0)) best = { line, words, found, phrases };
  }
  if (!best) return undefined;
  const { line, words, found } = best;
  if (line.length <= excerptLengthMax) return marked(line, found, { start: 0, end: line.length });
  return marked(line, found, windowAt(line, words, richestPlace(found)));
}

/** Where the window begins that has the most of what was looked for. */
function richestPlace(found: readonly Occurrence[]): number {
  const compared = found.slice(0, comparedMax);
  const near = (one: Occurrence) =>
    countPhrases(compared.filter(within(one.start, one.start + excerptLengthMax - leadLength)));
  return compared.reduce(
    (richest, one) => {
      const phrases = near(one);
      return phrases > richest.phrases ? { at: one.start, phrases } : richest;
    },
    { at: found[0]?.start ?? 0, phrases: 0 },
  ).at;
}

function countPhrases(found: readonly Occurrence[]): number {
  return new Set(found.map(({ phrase }) => phrase)).size;
}

const within = (start: number, end: number) => (one: Range) => one.start >= start && one.end <= end;

function occurrencesOf(phrase: Phrase, words: readonly Word[]): Occurrence[] {
  const { length } = phrase.words;
  return words.flatMap((word, i) => {
    const last = words[i + length - 1];
    const isHere = last !== undefined && phrase.words.every((wanted, j) => isWord(phrase, wanted, j, words[i + j]));
    return isHere ? [{ phrase, start: word.start, end: last.end }] : [];
  });
}

function isWord({ words, isPrefix }: Phrase, wanted: string, at: number, word: Word | undefined): boolean {
  if (isPrefix && at === words.length - 1) return word?.folded.startsWith(wanted) === true;
  return word?.folded === wanted;
}

/** A stretch of whole words about a place. */
function windowAt(text: string, words: readonly Word[], at: number): Range {
  const earliest = Math.max(0, at - leadLength);
  const start = earliest === 0 ? 0 : (words.find((word) => word.start >= earliest)?.start ?? at);
  if (text.length <= start + excerptLengthMax) return { start, end: text.length };
  const latest = start + excerptLengthMax;
  const end = words.findLast((word) => word.end <= latest && word.end > at)?.end ?? whole(text, latest);
  return { start, end };
}

/** An offset that does not stand within a character. */
function whole(text: string, offset: number): number {
  return text.codePointAt(offset - 1) !== text.charCodeAt(offset - 1) ? offset - 1 : offset;
}

function marked(text: string, found: readonly Range[], { start, end }: Range): Excerpt {
  const before = start > 0 ? ellipsis : '';
  const shift = before.length - start;
  const highlights = united(found.filter(within(start, end)));
  return {
    text: `${before}${text.slice(start, end)}${end < text.length ? ellipsis : ''}`,
    highlights: highlights.map((range) => ({ start: range.start + shift, end: range.end + shift })),
  };
}

/** Ranges, by their starts, as few as they can be: those that overlap are one. */
function united(ranges: readonly Range[]): Range[] {
  return ranges.reduce<Range[]>((done, { start, end }) => {
    const last = done.at(-1);
    if (last && start < last.end) last.end = Math.max(last.end, end);
    else done.push({ start, end });
    return done;
  }, []);
}

/** The best stretch of each field that has something of what was looked for, each text once. */
export function snippetsOf<Field extends string>(
  fields: readonly Field[],
  texts: Partial<Record<Field, string>>,
  query: SearchQuery,
): (Excerpt & { field: Field })[] {
  const told = new Set<string>();
  return fields.flatMap((field) => {
    const excerpt = excerptOf(texts[field] ?? '', query);
    if (!excerpt || told.has(excerpt.text)) return [];
    told.add(excerpt.text);
    return [{ field, ...excerpt }];
  });
}
