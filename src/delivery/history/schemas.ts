import { z } from 'zod';
import { Correction } from '../../blocks/story.js';
import { Instant } from '../../kernel/scalars.js';

export const HistoryEntry = z
  .object({
    at: Instant,
    kind: z.enum(['published', 'updated', 'revised', 'withdrawn', 'republished', 'correction']).meta({
      description:
        'published: for the first time. updated: published again with a change of content. revised: published again with a change so small that contentUpdatedAt stayed. withdrawn, republished: taken down, and brought back. correction: readers were told something.',
      example: 'published',
    }),
    correction: Correction.nullable().meta({
      description: 'What readers were told; null for what else happened.',
      example: null,
    }),
  })
  .meta({ id: 'HistoryEntry', description: 'Something that happened to a story before its readers.' });
export type HistoryEntry = z.output<typeof HistoryEntry>;
