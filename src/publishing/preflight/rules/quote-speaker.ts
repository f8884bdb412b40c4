import type { Rule } from '../rule.js';

export const quoteSpeaker: Rule = {
  code: 'missing_speaker',
  severity: 'error',
  meaning: 'A quote does not say who said it.',
  help: 'Name the speaker of the quote: a person, or an organization.',
  ofUse: ({ kind, id, facts }) =>
    kind === 'quote' && facts?.speaker === null ? [{ field: '/speaker', message: `quote ${id} needs a speaker` }] : [],
};
