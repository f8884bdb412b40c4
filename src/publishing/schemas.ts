import { z } from 'zod';
import { CorrectionDraft } from '../content/corrections/schemas.js';
import { Instant } from '../kernel/scalars.js';

export const PublishRequest = z
  .strictObject({
    publishedAt: Instant.nullish().meta({
      description:
        'A past instant, for archives. Given at the first publication it is firstPublishedAt as well; left out, the first publication’s stays.',
      example: '2022-12-19T17:05:00.000Z',
    }),
    minor: z.boolean().nullish().meta({ description: 'Whether contentUpdatedAt stays as it is.', example: false }),
    correction: CorrectionDraft.nullish().meta({
      description:
        'What readers are told of the change. It is never minor: contentUpdatedAt moves with it. The story is published with it even if nothing else has changed.',
    }),
  })
  .meta({ id: 'PublishRequest' });
export type PublishRequest = z.output<typeof PublishRequest>;
