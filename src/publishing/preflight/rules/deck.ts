import type { Rule } from '../rule.js';

export const deck: Rule = {
  code: 'missing_deck',
  severity: 'warning',
  meaning: 'The story has no deck.',
  help: 'Say in the deck, in a sentence, what the headline leaves open.',
  ofStory: ({ content: { fields } }) =>
    (fields.deck ?? '').trim() === '' ? [{ pointer: '/deck', message: 'the story has no deck' }] : [],
};
