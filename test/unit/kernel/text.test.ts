import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockTime } from '../../../src/kernel/durations.js';
import { foldName } from '../../../src/kernel/fold.js';
import { countWords, inlineTree } from '../../../src/kernel/inline-text.js';
import { Instant, Language, LinkTarget, line, Slug, text, Url } from '../../../src/kernel/scalars.js';
import { slugify, unusedSlug } from '../../../src/kernel/slugs.js';
import { ifMatchHolds, ifNoneMatchHits } from '../../../src/kernel/version-tags.js';

describe('slugs', () => {
  it.each([
    ['Putin: ‘No interest in absorbing’ Belarus', 'putin-no-interest-in-absorbing-belarus'],
    ['Путин в Минске', 'putin-v-minske'],
    ['Владимир Зеленський', 'vladimir-zelenskiy'],
    ['普京访问明斯克', 'pujingfangwenmingsike'],
    ['Łódź, Köln & Århus', 'lodz-koln-arhus'],
    ['¿?', ''],
  ])('are made of %s', (headline, slug) => {
    expect(slugify(headline)).toBe(slug);
  });

  it('end at a word, and at 80 characters', () => {
    const slug = slugify('word '.repeat(40));
    expect([slug.length <= 80, slug.endsWith('-word')]).toEqual([true, true]);
    expect(slugify('x'.repeat(200))).toHaveLength(80);
  });

  it('are numbered when taken', () => {
    const taken = new Set(['a', 'a-2']);
    expect(unusedSlug('a', (slug) => taken.has(slug))).toBe('a-3');
  });

  it('never look like an id', () => {
    expect(Slug.safeParse('01852a5c-9d00-7a11-8b22-000000000001').success).toBe(false);
  });
});

describe('names', () => {
  it('are one whatever their case, accents and spaces', () => {
    expect(foldName('  Volodymyr  ZELENSKÝY ')).toBe(foldName('volodymyr zelenskyy'));
  });
});

describe('words', () => {
  it('are counted in any script', () => {
    expect([countWords('Two presidents met.'), countWords(''), countWords('Путин в Минске')]).toEqual([3, 0, 3]);
    expect(countWords('普京访问明斯克')).toBeGreaterThan(1);
  });

  it('are as many in plain prose, which is counted the quick way', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
    const prose = fc.constantFrom(...'aZ90 .,;:\'"-/@$%&#()\n\u00a0\u2013\u2014\u2018\u2019\u201c\u201d\u2026_é');
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: prose }), fc.string({ unit: 'grapheme-ascii' })), (text) => {
        expect(countWords(text)).toBe([...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike).length);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('scalars', () => {
  it('send instants in UTC with milliseconds, whatever their offset', () => {
    expect(Instant.parse('2022-12-19T12:05:00-05:00')).toBe('2022-12-19T17:05:00.000Z');
    for (const wrong of ['2022-12-19', '2022-13-19T00:00:00Z', '2022-12-19 12:00:00Z', 'soon'])
      expect(Instant.safeParse(wrong).success).toBe(false);
  });

  it('know languages by BCP 47', () => {
    expect([Language.parse('EN-us'), Language.parse('zh-hant-tw')]).toEqual(['en-US', 'zh-Hant-TW']);
    for (const wrong of ['english!', 'e', '', 'en_US']) expect(Language.safeParse(wrong).success).toBe(false);
  });

  it('take only addresses that are safe to follow', () => {
    expect([Url, LinkTarget].map((schema) => schema.safeParse('mailto:desk@copydesk.example').success)).toEqual([
      false,
      true,
    ]);
    for (const wrong of [
      'javascript:alert(1)',
      'data:text/html,x',
      '//x.example',
      '/path',
      'https://',
      'https://a b.example',
      'JaVaScRiPt:x',
    ]) {
      expect([wrong, LinkTarget.safeParse(wrong).success]).toEqual([wrong, false]);
    }
  });

  it('keep text that can be kept', () => {
    expect(text(10).safeParse('a\nb\tc').success).toBe(true);
    for (const wrong of ['\u0000', '\u001b', '\ud800', 'x'.repeat(11)])
      expect(text(10).safeParse(wrong).success).toBe(false);
    for (const wrong of ['', '   ', 'a\nb']) expect(line(10).safeParse(wrong).success).toBe(false);
  });
});

describe('entity tags', () => {
  it('match strongly for If-Match', () => {
    expect(['"1"', '"0", "1"', 'W/"1"', '1', '"11"', ''].map((header) => ifMatchHolds(header, '"1"'))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('match weakly for If-None-Match', () => {
    expect(['"a"', 'W/"a"', '*', '"b", W/"a"', 'a', '"b"'].map((header) => ifNoneMatchHits(header, '"a"'))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('durations', () => {
  it.each([
    ['PT2M4S', '2:04'],
    ['PT45S', '0:45'],
    ['PT90M', '1:30:00'],
    ['PT1H0M9.5S', '1:00:09'],
    ['P1D', 'P1D'],
  ])('%s are shown as %s', (duration, shown) => {
    expect(clockTime(duration)).toBe(shown);
  });
});

describe('a text with spans', () => {
  const [a, b, c, d] = [
    { start: 0, end: 9 },
    { start: 2, end: 5 },
    { start: 5, end: 9 },
    { start: 10, end: 11 },
  ];

  it('is cut at them, what stands within a span within it', () => {
    expect(inlineTree('0123456789AB', [d, c, b, a] as { start: number; end: number }[])).toEqual([
      {
        span: a,
        children: [{ text: '01' }, { span: b, children: [{ text: '234' }] }, { span: c, children: [{ text: '5678' }] }],
      },
      { text: '9' },
      { span: d, children: [{ text: 'A' }] },
      { text: 'B' },
    ]);
  });

  it('is one text without any', () => {
    expect(inlineTree('ab', [])).toEqual([{ text: 'ab' }]);
    expect(inlineTree('', [])).toEqual([]);
  });
});
