import { z } from 'zod';
import { Article } from '../../blocks/story.js';
import { Instant } from '../../kernel/scalars.js';

const SyncItem = z
  .object({
    id: z.string().meta({ description: 'Id of the story.', example: '01852a5c-9d00-7a11-8b22-000000000001' }),
    state: z.enum(['live', 'withdrawn', 'erased']).meta({
      description:
        'live: put the story in place of what you have under its id. withdrawn: take it out. erased: the same, and destroy copies of it, older ones as well.',
      example: 'live',
    }),
    at: Instant.meta({ description: 'When its bytes were made, or it went.' }),
    etag: z
      .string()
      .nullable()
      .meta({ description: 'The ETag of the story at its own address.', example: '"Xr0K2mC1uZb3Wc5dQh7yAw"' }),
    story: Article.nullable().meta({ description: 'The story, whole, as at its own address; null when it is gone.' }),
  })
  .meta({ id: 'SyncItem', description: 'What became of a story.' });

export const SyncPage = z
  .object({
    data: z.array(SyncItem),
    page: z.object({
      limit: z.int().meta({ example: 20 }),
      hasMore: z.boolean().meta({ description: 'Whether there is more to fetch right now.', example: false }),
      next: z.string().meta({
        description: 'The token to ask with next: at once while hasMore, else when something may have changed.',
        example: 'WyJzeW5jIiwxLDAsMSwiOGYzYTJiMWMiXQ',
      }),
      lastEventId: z.string().nullable().meta({
        description: 'Where the stream goes on behind this page (`lastEventId` of /v1/stream); null while hasMore.',
        example: '1.8f3a2b1c',
      }),
    }),
  })
  .meta({ id: 'SyncPage' });
