import type { Rule } from '../rule.js';

export const videoDuration: Rule = {
  code: 'missing_duration',
  severity: 'error',
  meaning: 'A video does not say how long it is.',
  help: 'Give the duration of the video, such as PT2M4S.',
  ofUse: ({ kind, id, facts }) =>
    kind === 'embed' && facts?.kind === 'video' && !isSomeTime(facts.duration)
      ? [{ field: '/duration', message: `video ${id} needs a duration` }]
      : [],
};

/** Whether a duration is one of more than nothing: PT0S is not. */
function isSomeTime(duration: string | null): boolean {
  return /[1-9]/.test(duration ?? '');
}
