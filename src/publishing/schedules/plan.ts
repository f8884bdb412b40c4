// What a publisher may say of a schedule, apart from what the article is like.
import { z } from 'zod';
import { CorrectionDraft } from '../../content/corrections/schemas.js';
import { invalid, unprocessable, type Violation } from '../../kernel/errors.js';
import { mergePatch } from '../../kernel/json.js';
import { violationsOf } from '../../kernel/violations.js';
import { minorCorrection } from '../times.js';
import type { Plan } from './repository.js';
import type { Schedule, SchedulePatch } from './schemas.js';

const yearsAheadMax = 10;

/** A plan as a merge patch leaves it. @throws `invalid` for a correction that is none any more */
export function merged(before: Plan, { articleVersion, at, publishedAt, minor, correction }: SchedulePatch): Plan {
  return {
    articleVersion: articleVersion ?? before.articleVersion,
    at: at ?? before.at,
    publishedAt: publishedAt === undefined ? before.publishedAt : publishedAt,
    minor: minor === undefined ? before.minor : (minor ?? false),
    correction: correction === undefined ? before.correction : mergedCorrection(before, correction),
  };
}

function mergedCorrection({ correction }: Plan, patch: SchedulePatch['correction']): CorrectionDraft | null {
  const parsed = Corrected.safeParse({ correction: mergePatch(correction, patch) });
  if (!parsed.success) throw invalid(violationsOf(parsed.error));
  return parsed.data.correction;
}
const Corrected = z.object({ correction: CorrectionDraft.nullable() });

/** What of a plan cannot be, whatever the article is like. */
export function wrongTimes(
  action: Schedule['action'],
  { at, publishedAt, minor, correction }: Omit<Plan, 'articleVersion'>,
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
    if (correction) errors.push({ pointer: '/correction', code: 'not_applicable', message });
    return errors;
  }
  if (publishedAt !== null && publishedAt > at) {
    const message = 'must not be after the publication itself';
    errors.push({ pointer: '/publishedAt', code: 'in_the_future', message });
  }
  if (correction && minor) errors.push(minorCorrection);
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
