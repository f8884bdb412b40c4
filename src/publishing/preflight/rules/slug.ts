import type { Rule } from '../rule.js';

/**
 * The address is the story's own. Every write keeps it so; what can still meet a taken slug is a story file that is looked at
 * before it is posted.
 */
export const slug: Rule = {
  code: 'slug_taken',
  severity: 'error',
  meaning: 'Another article has the slug, or had it when readers saw it.',
  help: 'Give the story another slug.',
  ofStory: ({ slugOwner }) =>
    slugOwner === undefined ? [] : [{ pointer: '/slug', message: `is or was the slug of article ${slugOwner}` }],
};
