import { z } from 'zod';
import { Id, Instant } from '../../kernel/scalars.js';
import { By, Reason } from '../managed.js';

const kinds = ['article', 'section', 'image', 'quote', 'embed', 'desk', 'tag', 'key', 'webhook'] as const;
const kind = z.enum(kinds).meta({ description: 'What was changed.', example: 'article' });
const action = z
  .string()
  .min(1)
  .max(100)
  .meta({ description: 'What was done to it, such as create, update, publish.', example: 'publish' });
const resourceId = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: 'Its id; for a desk or tag its key.', example: '01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17' });
const articleId = Id.meta({ description: 'The article that it belongs to.' });

/** What the log may be asked for. */
export const changeFilters = {
  kind: kind.optional(),
  resource: resourceId.optional(),
  article: articleId
    .optional()
    .meta({ description: 'Id of an article: changes to it, its sections and its publication.' }),
  action: action.optional(),
  actor: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'The person named in X-Actor.', example: 'jane.doe' }),
  key: z.string().min(1).max(100).optional().meta({ description: 'Id of the API key.', example: '4b1f6c0a92d3' }),
  from: Instant.optional().meta({ description: 'At this instant or later.' }),
  to: Instant.optional().meta({ description: 'Before this instant.' }),
};
export type ChangeFilters = z.output<z.ZodObject<typeof changeFilters>>;

export const Change = z
  .object({
    sequence: z.int().meta({ description: 'Rises with every change; there may be gaps.', example: 4711 }),
    at: Instant,
    by: By,
    action,
    reason: Reason,
    kind,
    resourceId,
    version: z.int().meta({ description: 'The version that it has had since.', example: 3 }),
    articleId: articleId.nullable(),
    isPublic: z.boolean().meta({ description: 'Whether readers see a difference.' }),
  })
  .meta({ id: 'Change', description: 'One entry of the log.' });
export type Change = z.output<typeof Change>;
