import type { Rule } from '../rule.js';

export const embargo: Rule = {
  code: 'embargo_in_force',
  severity: 'error',
  meaning: 'The story is under an embargo that has not ended.',
  help: 'Wait for its end, schedule the publication for then, or have a publisher lift the embargo.',
  ofStory: ({ embargo: set, at }) =>
    set !== null && set.until > at
      ? [{ pointer: '/publication/embargoedUntil', message: `is under embargo until ${set.until}: ${set.reason}` }]
      : [],
};
