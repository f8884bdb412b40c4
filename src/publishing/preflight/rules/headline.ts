import type { Rule } from '../rule.js';

export const headline: Rule = {
  code: 'missing_headline',
  severity: 'error',
  meaning: 'The story has no headline.',
  help: 'Give the story a headline.',
  ofStory: ({ content: { fields } }) =>
    fields.headline === null ? [{ pointer: '/headline', message: 'a story needs a headline' }] : [],
};
