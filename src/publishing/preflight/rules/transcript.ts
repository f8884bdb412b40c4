import type { Rule } from '../rule.js';

const heard: ReadonlySet<string> = new Set(['video', 'audio']);

/** What is heard can be read as well (WCAG 2.2, 1.2.1 and 1.2.2). */
export const transcript: Rule = {
  code: 'missing_transcript',
  severity: 'warning',
  meaning: 'A video or audio has neither a transcript nor captions.',
  help: 'Give the media a transcript, or the address of its captions, for those who cannot hear it.',
  ofUse: ({ kind, id, facts }) =>
    kind === 'embed' &&
    facts &&
    heard.has(facts.kind) &&
    (facts.transcript ?? '').trim() === '' &&
    facts.captionsUrl === null
      ? [{ field: '/transcript', message: `${facts.kind} ${id} has neither transcript nor captions` }]
      : [],
};
