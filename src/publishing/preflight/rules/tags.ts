import type { Rule } from '../rule.js';

export const tags: Rule = {
  code: 'missing_tags',
  severity: 'warning',
  meaning: 'The story has no tags.',
  help: 'Tag the story with what it is about, so that readers find it.',
  ofStory: ({ content: { fields } }) =>
    fields.tags.length === 0 ? [{ pointer: '/tags', message: 'the story has no tags' }] : [],
};
