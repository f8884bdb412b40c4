import { z } from 'zod';
import { roles } from '../../kernel/actor.js';
import { durationMs } from '../../kernel/durations.js';
import { managedShape, readOnlyShape } from '../../kernel/managed.js';
import { Instant, line } from '../../kernel/scalars.js';

/** How long both keys of a rotation are good, unless it says otherwise, and at most. */
export const overlapDefault = 'PT24H';
export const overlapMax = 'P7D';
const overlapMsMax = durationMs(overlapMax) ?? 0;

export const keyStates = ['active', 'expired', 'revoked'] as const;

const KeyId = z
  .string()
  .meta({ description: 'Id of an API key: the second part of its text.', example: '4b1f6c0a92d3' });
const name = line(200).meta({ description: 'Whose key it is.', example: 'Newsroom tool' });
const role = z.enum(roles).meta({ description: 'What it may do.', example: 'editor' });
const expiresAt = Instant.meta({
  description: 'From then on it is refused; null for never. Must be in the future.',
  example: '2027-01-31T00:00:00.000Z',
});

const readOnly = {
  ...managedShape,
  id: KeyId,
  role,
  state: z.enum(keyStates).meta({ description: 'Only an active key is let in.', example: 'active' }),
  revokedAt: Instant.nullable(),
  lastUsedAt: Instant.nullable().meta({
    description: 'When it was last let in, to the minute; null when never. Is no write: the version stays.',
    example: '2026-11-24T09:30:00.000Z',
  }),
  rotatedFrom: KeyId.nullable().meta({ description: 'The key that it takes over from.', example: null }),
  rotatedTo: KeyId.nullable().meta({ description: 'The key that takes over from it.', example: null }),
};
/** Names of the fields that a body may carry only as they are. */
export const keyReadOnlyNames = Object.keys(readOnly);

export const ApiKeyDraft = z.strictObject({ name, role, expiresAt: expiresAt.nullish() }).meta({ id: 'ApiKeyDraft' });
export type ApiKeyDraft = z.output<typeof ApiKeyDraft>;

export const ApiKeyPatch = z
  .strictObject({ ...readOnlyShape(readOnly), name: name.optional(), expiresAt: expiresAt.nullish() })
  .meta({ id: 'ApiKeyPatch', description: 'JSON Merge Patch (RFC 7396). The role stays.' });
export type ApiKeyPatch = z.output<typeof ApiKeyPatch>;

const overlap = z
  .string()
  .refine((value) => (durationMs(value) ?? Number.POSITIVE_INFINITY) <= overlapMsMax, {
    error: `must be days, hours, minutes and seconds as ISO 8601 has them, such as PT36H, and at most ${overlapMax}`,
    params: { code: 'invalid_format' },
  })
  .meta({
    description: `How long the old key stays good, as an ISO 8601 duration of days, hours, minutes and seconds; at most ${overlapMax}, and ${overlapDefault} when not given. PT0S ends it at once.`,
    example: 'PT36H',
  });

export const ApiKeyRotation = z
  .strictObject({
    overlap: overlap.nullish(),
    expiresAt: expiresAt.nullish().meta({
      description:
        'From then on the new key is refused; null for never. Must be given when the old key expires by itself, and be behind the overlap.',
      example: null,
    }),
  })
  .meta({ id: 'ApiKeyRotation' });
export type ApiKeyRotation = z.output<typeof ApiKeyRotation>;

const managedKeyShape = { ...readOnly, name, expiresAt: expiresAt.nullable() };

export const ManagedKey = z
  .object(managedKeyShape)
  .meta({ id: 'ManagedKey', description: 'An API key, without what lets it in.' });
export type ManagedKey = z.output<typeof ManagedKey>;

export const IssuedKey = z
  .object({
    ...managedKeyShape,
    key: z.string().meta({
      description:
        'The key itself, to be sent as `Authorization: Bearer <key>`. It is told only here and stored nowhere.',
      example: `copydesk_4b1f6c0a92d3_${'0'.repeat(64)}_00000000`,
    }),
  })
  .meta({ id: 'IssuedKey', description: 'A new API key.' });
export type IssuedKey = z.output<typeof IssuedKey>;
