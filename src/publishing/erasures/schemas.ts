import { z } from 'zod';
import { erasableKinds } from '../../content/erasures/repository.js';
import { By } from '../../content/managed.js';
import { Id, Instant, text } from '../../kernel/scalars.js';

const kind = z.enum(erasableKinds).meta({ description: 'What is erased.', example: 'quote' });
const resourceId = Id.meta({ description: 'Its id.', example: '01852a5c-9d00-7a11-8b22-000000000001' });
const reason = text(2000, 1)
  .refine((value) => value.trim() !== '', { error: 'is blank', params: { code: 'blank' } })
  .meta({
    description: 'On whose word, for those who ask later. It is kept, so it should not repeat what is erased.',
    example: 'Order of the Example District Court, 12 C 345/26',
  });

export const ErasureRequest = z
  .strictObject({
    kind,
    id: resourceId,
    reason,
    uses: z.enum(['refuse', 'remove']).nullish().meta({
      description:
        'When something uses it: refuse (the default) answers 409 and says where; remove takes it out of every working copy, of every live story and of every embed.',
      example: 'refuse',
    }),
  })
  .meta({ id: 'ErasureRequest' });
export type ErasureRequest = z.output<typeof ErasureRequest>;

export const Erasure = z
  .object({
    id: Id,
    kind,
    resourceId,
    reason,
    at: Instant,
    by: By,
    state: z.enum(['replacing', 'purging', 'done']).meta({
      description:
        'replacing: live stories or working copies that used it are being rid of it, one after another; purging: nothing that is kept has it any more, and the files are being rid of what was overwritten; done: no byte of it is left in them.',
      example: 'done',
    }),
    purgedAt: Instant.nullable().meta({ description: 'Since when it is done.' }),
  })
  .meta({ id: 'Erasure', description: 'What was scrubbed for good, on whose word.' });
export type Erasure = z.output<typeof Erasure>;

/** What is kept of an erasure apart from the database, to do it again in one that comes from a backup. */
export const ErasureRecord = Erasure.omit({ state: true, purgedAt: true });
export type ErasureRecord = z.output<typeof ErasureRecord>;

export const erasureFilters = { kind: kind.optional(), resourceId: resourceId.optional() };
export type ErasureFilters = z.output<z.ZodObject<typeof erasureFilters>>;
