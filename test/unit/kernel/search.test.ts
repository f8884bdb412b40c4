import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../../src/kernel/search/query.js';
import { excerptLengthMax, excerptOf } from '../../../src/kernel/search/snippets.js';
import { foldedWordsIn, foldWord, wordsIn } from '../../../src/kernel/search/words.js';

const folded = (text: string) => wordsIn(text).map((word) => word.folded);

describe('the words of a text', () => {
  it.each([
    ['Two men, 1.5 km', ['two', 'men', '1', '5', 'km']],
    ['О’Нил — ёлка', ['о', 'нил', 'елка']],
    ['北京2022年', ['北', '京', '2022', '年']],
    ['ﬁne Ⅷ m²', ['fine', 'viii', 'm2']],
    ['हिन्दी', ['हिन्दी']],
    ['İstanbul ISSIZ ıssız', ['istanbul', 'issiz', 'issiz']],
    ['— 🎉 \u0301 …', []],
  ])('are in %j: %j', (text, words) => expect(folded(text)).toEqual(words));

  it('stand where they are told to stand, and fold to what folds to itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        for (const { start, end, line, folded: word } of wordsIn(text)) {
          expect(foldWord(text.slice(start, end))).toBe(word);
          expect(text.slice(0, start).split('\n').length - 1).toBe(line);
          // Only so is what is asked found in what is written down: the engine splits at whatever is ASCII and no letter.
          expect(word).toMatch(/^[\p{L}\p{N}\p{M}]+$/u);
          expect(word).not.toMatch(/[A-Z]/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('are the same where a line is told apart the quick way', () => {
    const prose = fc.constantFrom(...'aZ9 .,-/*_^`~\t\u00a0\u2010\u2019\u201c\u2026\u2028é');
    const line = fc.oneof(
      fc.string({ unit: prose }),
      fc.string({ unit: 'binary-ascii' }),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(line, (text) => {
        const [first = ''] = text.split('\n');
        expect(foldedWordsIn(first)).toEqual(folded(first));
      }),
      { numRuns: 5000 },
    );
  });
});

const phrase = (...words: string[]) => ({ words, isPrefix: false });

describe('what is typed', () => {
  it.each([
    ['a "b c" -d', [phrase('a'), phrase('b', 'c')], [phrase('d')]],
    ['-"a b" c', [phrase('c')], [phrase('a', 'b')]],
    ['wor* wo* "wor*"', [{ words: ['wor'], isPrefix: true }, phrase('wo'), phrase('wor')], []],
    ['e-mail*', [{ words: ['e', 'mail'], isPrefix: true }], []],
    ['-wor*', [], [{ words: ['wor'], isPrefix: true }]],
    ['京都大*', [phrase('京', '都', '大')], []],
    ['“a b” «c d» „e“', [phrase('a', 'b'), phrase('c', 'd'), phrase('e')], []],
    ['"never closed', [phrase('never'), phrase('closed')], []],
    ['- a --b a-b', [phrase('a'), phrase('b'), phrase('a', 'b')], []],
    ['twice twice TWICE', [phrase('twice')], []],
    ['* - "" "-" -"" 🎉', [], []],
  ])('as %j is read so', (text, all, none) => expect(parseQuery(text)).toEqual({ all, none }));
});

describe('an excerpt', () => {
  it('is of the line that has the most of what was looked for, whole when it is short', () => {
    const text = 'One fox here.\nA fox and a hen there.\nA hen, a fox.';
    expect(excerptOf(text, parseQuery('hen fox'))).toEqual({
      text: 'A fox and a hen there.',
      highlights: [
        { start: 2, end: 5 },
        { start: 12, end: 15 },
      ],
    });
    expect(excerptOf(text, parseQuery('"hen there" "a hen"'))?.highlights).toEqual([{ start: 10, end: 21 }]);
    expect(excerptOf(text, parseQuery('wolf -fox'))).toBeUndefined();
  });

  it('is a stretch of the text, not longer than it may be, whose marks are what was looked for', () => {
    const word = fc.constantFrom('fox', 'Fóx', 'hen', 'the', '狐', '𝒳', 'wordsworth', '🎉', 'foxes', 'ё', 'a\u0301');
    const texts = fc.array(word, { minLength: 1, maxLength: 300 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(
        texts,
        fc.constantFrom('fox', 'fox hen', '"fox hen"', 'foxes 狐', 'word*', '-the fox', '𝒳'),
        (text, q) => {
          const query = parseQuery(q);
          const excerpt = excerptOf(text, query);
          const isThere = query.all.some(({ words, isPrefix }) =>
            ` ${folded(text).join(' ')} `.includes(` ${words.join(' ')}${isPrefix ? '' : ' '}`),
          );
          expect(excerpt !== undefined).toBe(isThere);
          if (!excerpt) return;
          expect(text).toContain(excerpt.text.replace(/^…|…$/g, ''));
          expect(excerpt.text.length).toBeLessThanOrEqual(excerptLengthMax + 2);
          expect(excerpt.text.isWellFormed()).toBe(true);
          expect(excerpt.highlights.length).toBeGreaterThan(0);
          let behind = 0;
          for (const { start, end } of excerpt.highlights) {
            expect(start).toBeGreaterThanOrEqual(behind);
            behind = end;
            const marked = folded(excerpt.text.slice(start, end)).join(' ');
            expect(query.all.some(({ words }) => marked.startsWith(words.join(' ')))).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
