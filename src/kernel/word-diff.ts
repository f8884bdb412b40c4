// What became of a text, word by word.
import { diffArrays } from 'diff';

/** A stretch of text that stayed, came or went. */
export interface TextSegment {
  op: 'equal' | 'insert' | 'delete';
  text: string;
  /** UTF-16 code unit at which it stands in the text before; of an insertion, where it goes in. */
  before: number;
  /** UTF-16 code unit at which it stands in the text after; of a deletion, where it was taken out. */
  after: number;
}

/** Words that may differ before a text is compared by sentences: the work grows with the square of their number. */
const editsMax = 1000;
/** Work that one comparison of many texts may do, in such squares: some hundred milliseconds. Beyond it texts are told coarsely. */
const workMax = 8_000_000;
/** Work after which others get their turn. */
const turn = 150_000;

type Change = [op: TextSegment['op'], text: string];

/**
 * Compares texts of one language by words, by the rules of Unicode and dictionaries (UAX 29, Intl.Segmenter), so that it holds
 * for scripts without spaces. What it does for all texts together is bounded: a text beyond the bound is one deletion and one
 * insertion between what is equal at both ends.
 */
export class WordDiff {
  readonly #words: Intl.Segmenter;
  readonly #sentences: Intl.Segmenter;
  #work = 0;
  #workAtTurn = 0;

  /** @param language BCP 47; none for texts of unknown language */
  constructor(language: string | undefined) {
    this.#words = new Intl.Segmenter(language, { granularity: 'word' });
    this.#sentences = new Intl.Segmenter(language, { granularity: 'sentence' });
  }

  compare(before: string, after: string): TextSegment[] {
    return placed(joined(this.#changes(before, after)));
  }

  /** Whether so much was done since the last time that others should get their turn. */
  isTurnOver(): boolean {
    if (this.#work - this.#workAtTurn < turn) return false;
    this.#workAtTurn = this.#work;
    return true;
  }

  #changes(before: string, after: string): Change[] {
    return this.#by(this.#words, before, after) ?? this.#bySentences(before, after) ?? this.#coarsely(before, after);
  }

  /** By sentences, and by words within those that have others in their place. */
  #bySentences(before: string, after: string): Change[] | undefined {
    const changes = this.#by(this.#sentences, before, after);
    const runs = changes && joined(changes);
    return runs?.flatMap((run, i) => {
      const [op, text] = run;
      const next = runs[i + 1];
      if (op === 'insert' && runs[i - 1]?.[0] === 'delete') return [];
      if (op !== 'delete' || next?.[0] !== 'insert') return [run];
      return this.#by(this.#words, text, next[1]) ?? this.#coarsely(text, next[1]);
    });
  }

  /** The words that are equal at both ends, and all between as one deletion and one insertion. */
  #coarsely(before: string, after: string): Change[] {
    const [had, has] = [partsOf(this.#words, before), partsOf(this.#words, after)];
    const shorter = Math.min(had.length, has.length);
    let start = 0;
    while (start < shorter && had[start] === has[start]) start++;
    let end = 0;
    while (end < shorter - start && had.at(-1 - end) === has.at(-1 - end)) end++;
    return [
      ['equal', had.slice(0, start).join('')],
      ['delete', had.slice(start, had.length - end).join('')],
      ['insert', has.slice(start, has.length - end).join('')],
      ['equal', had.slice(had.length - end).join('')],
    ];
  }

  /** Undefined when that would be too much work. */
  #by(segmenter: Intl.Segmenter, before: string, after: string): Change[] | undefined {
    const maxEditLength = Math.min(editsMax, Math.floor(Math.sqrt(Math.max(0, workMax - this.#work))));
    if (maxEditLength === 0) return undefined;
    const [had, has] = [partsOf(segmenter, before), partsOf(segmenter, after)];
    const parts = diffArrays(had, has, { maxEditLength });
    const edits = parts?.reduce((sum, { added, removed, count }) => sum + (added || removed ? count : 0), 0);
    this.#work += (edits ?? maxEditLength) ** 2 + had.length + has.length;
    return parts?.map(({ added, removed, value }) => [added ? 'insert' : removed ? 'delete' : 'equal', value.join('')]);
  }
}

function partsOf(segmenter: Intl.Segmenter, text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/**
 * The same with every deletion before the insertion in its place, and with a space between two words that have others in their
 * place counted with them: "old words" → "new ones" reads better than two changes with a space between.
 */
function joined(changes: readonly Change[]): Change[] {
  const result: Change[] = [];
  let [deleted, inserted] = ['', ''];
  const flush = () => {
    if (deleted !== '') result.push(['delete', deleted]);
    if (inserted !== '') result.push(['insert', inserted]);
    [deleted, inserted] = ['', ''];
  };
  changes.forEach(([op, text], i) => {
    if (op === 'delete') deleted += text;
    else if (op === 'insert') inserted += text;
    else if (deleted !== '' && inserted !== '' && i < changes.length - 1 && /^[^\S\n]+$/.test(text)) {
      deleted += text;
      inserted += text;
    } else if (text !== '') {
      flush();
      const last = result.at(-1);
      if (last?.[0] === 'equal') last[1] += text;
      else result.push(['equal', text]);
    }
  });
  flush();
  return result;
}

function placed(changes: readonly Change[]): TextSegment[] {
  let [before, after] = [0, 0];
  return changes.map(([op, text]) => {
    const segment = { op, text, before, after };
    if (op !== 'insert') before += text.length;
    if (op !== 'delete') after += text.length;
    return segment;
  });
}
