import type { Rule } from '../rule.js';

/** Every image says what it shows, unless it is decorative (WCAG 2.2, 1.1.1). */
export const imageAlt: Rule = {
  code: 'missing_alt',
  severity: 'error',
  meaning: 'An image has no alt text and is not marked decorative.',
  help: 'Say in alt what the picture shows, in the library or for this story, or mark it decorative.',
  ofUse: ({ kind, id, facts, altOverride }) => {
    if (kind !== 'image' || !facts || facts.decorative || (altOverride ?? facts.alt ?? '').trim() !== '') return [];
    return [{ field: '/alt', message: `image ${id} needs an alt text, or to be marked decorative` }];
  },
};
