// What a publisher may say of a schedule, apart from what the article is like.
import { unprocessable, type Violation } from '../../kernel/errors.js';
import type { Plan } from './repository.js';
import type { Schedule, SchedulePatch } from './schemas.js';

const yearsAheadMax = 10;

/** A plan as a merge patch leaves it. */
export function merged(before: Plan, { articleVersion, at, publishedAt, minor }: SchedulePatch): Plan {
  return {
    articleVersion: articleVersion ?? before.articleVersion,
    at: at ?? before.at,
    publishedAt: publishedAt === undefined ? before.publishedAt : publishedAt,
    minor: minor === undefined ? before.minor : (minor ?? false),
  };
}

/** What of a plan cannot be, whatever the article is like. */
export function wrongTimes(
  action: Schedule['action'],
  { at, publishedAt, minor }: Omit<Plan, 'articleVersion'>,
  now: string,
): Violation[] {
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + yearsAheadMax);
  const errors: Violation[] = [];
  if (at <= now) errors.push({ pointer: '/at', code: 'in_the_past', message: `must be in the future; it is ${now}` });
  if (at > latest.toISOString())
    errors.push({ pointer: '/at', code: 'too_far', message: `must be at most ${yearsAheadMax} years ahead` });
  if (action === 'withdraw') {
    const message = 'is for a publication; a withdrawal is asked for nothing else';
    if (publishedAt !== null) errors.push({ pointer: '/publishedAt', code: 'not_applicable', message });
    if (minor) errors.push({ pointer: '/minor', code: 'not_applicable', message });
  } else if (publishedAt !== null && publishedAt > at) {
    errors.push({
      pointer: '/publishedAt',
      code: 'in_the_future',
      message: 'must not be after the publication itself',
    });
  }
  return errors;
}

/** @throws `unprocessable` for a version that is neither the one planned before nor the article's current one */
export function requireCurrent(current: number, before: Plan, { articleVersion }: Plan): void {
  if (articleVersion === before.articleVersion || articleVersion === current) return;
  const message = `must be the article’s current version, ${current}, or stay ${before.articleVersion}`;
  throw unprocessable('The schedule cannot publish this version.', [
    { pointer: '/articleVersion', code: 'stale_version', message },
  ]);
}
