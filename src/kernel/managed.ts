// What every managed resource has: a version, and who made and last changed it; what a change must say of the version it was made from.
import { z } from 'zod';
import type { Actor } from './actor.js';
import { DomainError, invalid, staleVersion, type Violation } from './errors.js';
import { jsonEqual } from './json.js';
import { Id, Instant } from './scalars.js';
import { ifMatchHolds, versionTag } from './version-tags.js';

/** Why something was done, where whoever does it has to say. */
export const Reason = z.string().nullable().meta({
  description: 'Why, where whoever does it has to say, as with embargoes; else null.',
  example: 'The ministry has published the report itself.',
});

export const By = z
  .object({
    key: z
      .string()
      .nullable()
      .meta({ description: 'Id of the API key; null for the command line.', example: '4b1f6c0a92d3' }),
    actor: z
      .string()
      .nullable()
      .meta({ description: 'The person whom the tool named in X-Actor.', example: 'jane.doe' }),
  })
  .meta({ id: 'By', description: 'Who did it.' });

export const managedShape = {
  id: Id,
  version: z
    .int()
    .min(1)
    .meta({ description: 'Rises by one with every accepted write; the ETag is this number in quotes.', example: 3 }),
  createdAt: Instant,
  createdBy: By,
  updatedAt: Instant,
  updatedBy: By,
};

export interface Managed {
  id: string;
  version: number;
  createdAt: string;
  createdBy: z.output<typeof By>;
  updatedAt: string;
  updatedBy: z.output<typeof By>;
}

/** The version of a write and who made it, as its answer has them: one read later may show another's. */
export function nextStamp({ version }: Pick<Managed, 'version'>, actor: Actor, at: string) {
  return { version: version + 1, updatedAt: at, updatedBy: { key: actor.key, actor: actor.person } };
}

/** Fields that a body may carry only as they are, so that what was read can be sent back (GET, then PUT). */
export function readOnlyShape<S extends Record<string, z.ZodType>>(shape: S) {
  return Object.fromEntries(
    Object.keys(shape).map((name) => [
      name,
      z
        .unknown()
        .optional()
        .meta({ readOnly: true, description: 'Read-only: leave it out, or send it as it was read.' }),
    ]),
  ) as { [K in keyof S]: z.ZodOptional<z.ZodUnknown> };
}

/** What is wrong with the read-only members of a body: each that differs from the current one. */
export function readOnlyViolations(body: object, current: object, names: Iterable<string>, at = ''): Violation[] {
  const sent = body as Record<string, unknown>;
  const known = current as Record<string, unknown>;
  return [...names]
    .filter((name) => sent[name] !== undefined && !jsonEqual(sent[name], known[name]))
    .map((name) => ({
      pointer: `${at}/${name}`,
      code: 'read_only',
      message: 'is read-only; leave it out, or send it as it was read',
    }));
}

export function refuseIfAny(errors: Violation[]): void {
  if (errors.length > 0) throw invalid(errors);
}

/** The versions that an If-Match header's strong tags name. */
function versionsOf(ifMatch: string): number[] {
  return [...ifMatch.matchAll(/(?<!W\/)"(\d{1,15})"/g)].map((match) => Number(match[1]));
}

/**
 * Refuses a stale If-Match.
 * @param changedSince gives the pointers to what has changed since a version the caller read
 * @throws `stale_version` with the current version and what changed
 */
export async function requireMatch(
  ifMatch: string | undefined,
  current: number,
  changedSince: (version: number) => Promise<string[]>,
): Promise<void> {
  if (ifMatch === undefined) throw new DomainError('version_required', 'Say in If-Match which version you read.');
  if (ifMatchHolds(ifMatch, versionTag(current))) return;
  const read = versionsOf(ifMatch).find((version) => version < current && version > 0);
  throw staleVersion(current, read === undefined ? [] : await changedSince(read));
}
