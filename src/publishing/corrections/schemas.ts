import { z } from 'zod';
import { ManagedCorrection } from '../../content/corrections/schemas.js';
import { Id } from '../../kernel/scalars.js';

export const IssuedCorrection = z
  .object({
    ...ManagedCorrection.shape,
    articleId: Id,
    articleVersion: z.int().meta({ description: 'The version of the article with it.', example: 4 }),
  })
  .meta({ id: 'IssuedCorrection' });
export type IssuedCorrection = z.output<typeof IssuedCorrection>;
