// What every list of managed resources can be asked for.
import { z } from 'zod';
import { flag } from '../../kernel/parameters.js';
import { Instant } from '../../kernel/scalars.js';

export const managedFilters = {
  updatedBy: z.string().min(1).max(200).optional().meta({
    description:
      'Last changed by this person, as named in X-Actor, or with the key of this id (12 hexadecimal digits).',
    example: 'jane.doe',
  }),
  updatedSince: Instant.optional().meta({ description: 'Changed at this instant or later.' }),
  deleted: flag('true: those that are deleted, and no others. Otherwise those that are not.'),
};

export type ManagedFilters = z.output<z.ZodObject<typeof managedFilters>>;
