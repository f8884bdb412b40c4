import { z } from 'zod';
import { Instant } from '../kernel/scalars.js';

export const PublishRequest = z
  .strictObject({
    publishedAt: Instant.nullish().meta({
      description:
        'A past instant, for archives. Given at the first publication it is firstPublishedAt as well; left out, the first publication’s stays.',
      example: '2022-12-19T17:05:00.000Z',
    }),
    minor: z.boolean().nullish().meta({ description: 'Whether contentUpdatedAt stays as it is.', example: false }),
  })
  .meta({ id: 'PublishRequest' });
export type PublishRequest = z.output<typeof PublishRequest>;
