import { z } from 'zod';
import { Instant, text } from '../../kernel/scalars.js';

/** Why, in words that say something. */
function reason(description: string, example: string) {
  return text(1000, 1)
    .refine((value) => value.trim() !== '', { error: 'is blank', params: { code: 'blank' } })
    .meta({ description, example });
}

export const EmbargoRequest = z
  .strictObject({
    until: Instant.meta({ description: 'In the future; from it on the story may be published.' }),
    reason: reason('Shown on the article; never delivered.', 'The report is public on Monday at noon.'),
  })
  .meta({ id: 'EmbargoRequest' });
export type EmbargoRequest = z.output<typeof EmbargoRequest>;

export const EmbargoLift = z
  .strictObject({ reason: reason('Kept with the revision.', 'The ministry has published the report itself.') })
  .meta({ id: 'EmbargoLift' });
export type EmbargoLift = z.output<typeof EmbargoLift>;
