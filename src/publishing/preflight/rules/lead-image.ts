import type { Rule } from '../rule.js';

export const leadImage: Rule = {
  code: 'missing_lead_image',
  severity: 'warning',
  meaning: 'There is no picture for lists: neither a lead image nor an image block.',
  help: 'Choose a lead image, or put an image block into the story.',
  ofStory: ({ content: { fields }, blocks }) =>
    fields.leadImageId === null && !blocks.some(({ block }) => block.type === 'image')
      ? [{ pointer: '/leadImageId', message: 'the story has no lead image, and no image block to stand in for one' }]
      : [],
};
