import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestRise } from '../../../src/kernel/longest-rise.js';
import { type TextSegment, WordDiff } from '../../../src/kernel/word-diff.js';

const told = (language: string, before: string, after: string) =>
  new WordDiff(language).compare(before, after).map(({ op, text }) => [op, text]);

/** The texts that segments are of; the places that they name must be right. */
function textsOf(segments: readonly TextSegment[]): [string, string] {
  let [before, after] = ['', ''];
  for (const segment of segments) {
    expect(segment).toMatchObject({ before: before.length, after: after.length });
    if (segment.op !== 'insert') before += segment.text;
    if (segment.op !== 'delete') after += segment.text;
  }
  return [before, after];
}

describe('a comparison of texts', () => {
  it('is by words, with what goes before what comes', () => {
    expect(told('en', 'They spoke of gas, hardly of war.', 'They spoke of cheap gas, never of war.')).toEqual([
      ['equal', 'They spoke of '],
      ['insert', 'cheap '],
      ['equal', 'gas, '],
      ['delete', 'hardly'],
      ['insert', 'never'],
      ['equal', ' of war.'],
    ]);
  });

  it('counts the space between two words that have others in their place with them', () => {
    expect(told('en', 'He met old friends here.', 'He met new allies here.')).toEqual([
      ['equal', 'He met '],
      ['delete', 'old friends'],
      ['insert', 'new allies'],
      ['equal', ' here.'],
    ]);
  });

  it('knows the words of scripts without spaces', () => {
    expect(told('zh', '普京抵达明斯克会见卢卡申科', '普京抵达明斯克会见总统卢卡申科')).toEqual([
      ['equal', '普京抵达明斯克会见'],
      ['insert', '总统'],
      ['equal', '卢卡申科'],
    ]);
    expect(told('ja', '大統領がミンスクを訪問した', '大統領がモスクワを訪問した')).toEqual([
      ['equal', '大統領が'],
      ['delete', 'ミンスク'],
      ['insert', 'モスクワ'],
      ['equal', 'を訪問した'],
    ]);
  });

  it('tells nothing of an empty text, one part of an equal one, and never splits a character', () => {
    expect(told('en', '', '')).toEqual([]);
    expect(told('en', 'Same.', 'Same.')).toEqual([['equal', 'Same.']]);
    expect(told('en', 'A 👩‍👩‍👧 here', 'A 👩‍👩‍👦 here').map(([, text]) => text)).toEqual([
      'A ',
      '👩‍👩‍👧',
      '👩‍👩‍👦',
      ' here',
    ]);
  });

  it('holds both texts whole, whatever they are', () => {
    const words = fc.array(fc.constantFrom('a', 'b', ' ', '  ', '.', '\n', 'Minsk', '明斯克', '👩‍👩‍👧', 'é'), {
      maxLength: 30,
    });
    const texts = fc.oneof(
      words.map((parts) => parts.join('')),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const segments = new WordDiff('en').compare(before, after);
        expect(textsOf(segments)).toEqual([before, after]);
        expect(segments.some(({ op }) => op !== 'equal')).toBe(before !== after);
      }),
      { numRuns: 300 },
    );
  });

  /** Numbered sentences, every `nth` with another word in two places. */
  const sentences = (count: number, word: string, nth: number) =>
    Array.from({ length: count }, (_, i) => {
      const middle = i % nth === 0 ? word : 'said';
      return `Sentence ${i} of many words ${middle} and others as well ${middle} ends.`;
    }).join(' ');

  it('finds single words in texts too long to compare by words alone', () => {
    const [before, after] = [sentences(2000, 'gas', 5), sentences(2000, 'oil', 5)];
    const segments = new WordDiff('en').compare(before, after);
    expect(textsOf(segments)).toEqual([before, after]);
    const changed = segments.filter(({ op }) => op !== 'equal').map(({ text }) => text);
    expect(changed).toHaveLength(4 * 400);
    expect([...new Set(changed)]).toEqual(['gas', 'oil']);
  });

  it('is bounded: beyond the bound a text is one change between what is equal at both ends', () => {
    const words = new WordDiff('en');
    const random = fc.sample(fc.array(fc.stringMatching(/^[a-z]{2}$/), { minLength: 3000, maxLength: 3000 }), {
      numRuns: 2,
      seed: 1,
    });
    const [before = '', after = ''] = random.map((parts) => `Begin. ${parts.join(' ')}. End.`);
    const turns = Array.from({ length: 12 }, () => {
      const segments = words.compare(before, after);
      expect(textsOf(segments)).toEqual([before, after]);
      expect(segments.map(({ op }) => op)).toEqual(['equal', 'delete', 'insert', 'equal']);
      return words.isTurnOver();
    });
    expect(turns).toContain(true);
    // All the work that may be done is done, so that even a small change is told coarsely from here on.
    expect(words.compare('One two three four.', 'One 2 three 4.').map(({ op, text }) => [op, text])).toEqual([
      ['equal', 'One '],
      ['delete', 'two three four'],
      ['insert', '2 three 4'],
      ['equal', '.'],
    ]);
  });
});

describe('the longest rising run of a list', () => {
  it('is found whatever the list, and rises', () => {
    const bruteForce = (numbers: number[]): number => {
      const best: number[] = [];
      numbers.forEach((number, i) => {
        best[i] = 1 + Math.max(0, ...numbers.slice(0, i).flatMap((other, j) => (other < number ? [best[j] ?? 0] : [])));
      });
      return Math.max(0, ...best);
    };
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 50 })), (numbers) => {
        const kept = [...longestRise(numbers)].sort((a, b) => a - b).map((place) => numbers[place] ?? 0);
        expect(kept).toEqual([...kept].sort((a, b) => a - b));
        expect(kept).toHaveLength(bruteForce(numbers));
      }),
    );
  });
});
