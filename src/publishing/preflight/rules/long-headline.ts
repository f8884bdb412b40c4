import type { Rule } from '../rule.js';

/** What search engines and lists show of a headline before they cut it. */
const headlineLengthMax = 110;
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

export const longHeadline: Rule = {
  code: 'long_headline',
  severity: 'warning',
  meaning: `The headline has more than ${headlineLengthMax} characters.`,
  help: 'Shorten the headline; search engines and lists cut it.',
  ofStory: ({ content: { fields } }) => {
    const length = [...characters.segment(fields.headline ?? '')].length;
    if (length <= headlineLengthMax) return [];
    return [{ pointer: '/headline', message: `has ${length} characters; more than ${headlineLengthMax} are cut` }];
  },
};
