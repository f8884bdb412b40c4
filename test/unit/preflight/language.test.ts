import { describe, expect, it } from 'vitest';
import { language } from '../../../src/publishing/preflight/rules/language.js';
import { candidate, soundStory } from '../../support/candidates.js';
import { reports } from '../../support/reports.js';

/** What the rule says of a text that is said to be in a language. */
function said(tag: string, text: string): string | undefined {
  const paragraphs = text.match(/[\s\S]{1,5000}/gu)?.map((part) => ({ type: 'paragraph', text: part })) ?? [];
  const story = candidate(soundStory({ language: tag, sections: [{ blocks: paragraphs }] }));
  return language.ofStory?.(story)[0]?.message;
}

const long = (tag: string) => Array.from({ length: 4 }, () => reports[tag] ?? '').join(' ');
const tags = Object.keys(reports);

describe('a text in the language that the story names', () => {
  it.each(tags)('is let be: %s', (tag) => {
    expect(said(tag, long(tag))).toBeUndefined();
  });

  it('is let be with a region, a script or a variant named', () => {
    for (const [tag, of] of [
      ['en-GB', 'en'],
      ['de-CH-1996', 'de'],
      ['zh-Hant-TW', 'zh'],
      ['sr-Cyrl', 'sr'],
      ['be-tarask', 'be'],
      ['no', 'nb'],
    ] as const) {
      expect([tag, said(tag, long(of))]).toEqual([tag, undefined]);
    }
  });
});

describe('a text in another language', () => {
  // A Turkish report has too few small words.
  it.each(tags.filter((tag) => tag !== 'en' && tag !== 'tr'))(
    'is told of where it is said to be English: %s',
    (tag) => {
      expect(said('en', long(tag))).toMatch(/^is English \(en\), but /);
    },
  );

  it('is told of in nine of ten pairs of languages', () => {
    const pairs = tags.flatMap((tag) => tags.filter((other) => other !== tag).map((other) => [tag, other] as const));
    const told = pairs.filter(([tag, other]) => said(tag, long(other)) !== undefined);
    expect(told.length / pairs.length).toBeGreaterThan(0.9);
  });

  it('is named when its words are known', () => {
    expect(said('en', long('fr'))).toBe('is English (en), but the text reads like French (fr)');
    expect(said('ru', long('be'))).toBe('is Russian (ru), but the text reads like Belarusian (be)');
    expect(said('en', long('ru'))).toBe('is English (en), but hardly any of the text is in Latin letters');
  });
});

describe('nothing is said of a text', () => {
  it('that is short', () => {
    expect(
      said('en', 'Nach dem ersten Besuch lobten sie die Zusammenarbeit auf der gemeinsamen Konferenz.'),
    ).toBeUndefined();
    expect(said('en', 'Западные санкции мешают')).toBeUndefined();
    expect(said('en', '')).toBeUndefined();
  });

  it('that quotes a good part in another language', () => {
    expect(said('en', `${long('en')} ${reports.ru} ${reports.fr}`)).toBeUndefined();
  });

  it('whose language has no script of its own, or none that is known', () => {
    for (const tag of ['uz', 'az', 'und', 'mul', 'qaa']) expect([tag, said(tag, long('id'))]).toEqual([tag, undefined]);
  });

  it('whose language’s words are not known, in its own script', () => {
    expect(said('cy', long('en'))).toBeUndefined();
    expect(said('cy', long('ru'))).toContain('hardly any of the text is in Latin letters');
  });
});
