// What a reader has typed to look for, read with good will: there is no wrong way to write it.
import { isUnspaced, wordsIn } from './words.js';

/** Words that must stand next to each other, in this order. */
export interface Phrase {
  words: string[];
  /** Whether the last one is the beginning of a word. */
  isPrefix: boolean;
}

/** What a text must have, and what it must not have. */
export interface SearchQuery {
  all: Phrase[];
  none: Phrase[];
}

/** Shorter beginnings of words, such as `a*`, stand for too many to look for: they are taken as words. */
export const prefixLengthMin = 3;

/** A phrase in quotation marks or a run of anything else, with a minus before it or an asterisk behind it. */
const part = /(?<=^|\s)-(?="[^"]*[\p{L}\p{N}][^"]*"|[\p{L}\p{N}])|"([^"]*)"|([^\s"]+)/gu;
const quotationMarks = /[“”„‟«»]/g;

/**
 * `"…"` is a phrase, `word*` any word that begins so, `-word` and `-"…"` what must not be there; everything else is words, all of
 * which must be there. What a word is made of, as in `COVID-19` or `don’t`, is a phrase.
 */
export function parseQuery(text: string): SearchQuery {
  const query: SearchQuery = { all: [], none: [] };
  let isExcluded = false;
  for (const { 0: found, 1: quoted, 2: run } of text.replace(quotationMarks, '"').matchAll(part)) {
    if (found === '-' && quoted === undefined && run === undefined) {
      isExcluded = true;
      continue;
    }
    const phrase = phraseOf(quoted ?? run ?? '', quoted === undefined && found.endsWith('*'));
    if (phrase) (isExcluded ? query.none : query.all).push(phrase);
    isExcluded = false;
  }
  return { all: distinct(query.all), none: distinct(query.none) };
}

function phraseOf(text: string, hasStar: boolean): Phrase | undefined {
  const words = wordsIn(text).map(({ folded }) => folded);
  const last = words.at(-1);
  if (last === undefined) return undefined;
  return { words, isPrefix: hasStar && [...last].length >= prefixLengthMin && !isUnspaced(last) };
}

function distinct(phrases: readonly Phrase[]): Phrase[] {
  return [...new Map(phrases.map((phrase) => [JSON.stringify(phrase), phrase])).values()];
}
