import type { Rule } from '../rule.js';

export const videoUrl: Rule = {
  code: 'missing_url',
  severity: 'error',
  meaning: 'A video has no url.',
  help: 'Give the address of the page where the video can be seen.',
  ofUse: ({ kind, id, facts }) =>
    kind === 'embed' && facts?.kind === 'video' && facts.url === null
      ? [{ field: '/url', message: `video ${id} needs a url` }]
      : [],
};
