import { z } from 'zod';
import { flag, tagsParameter, textParameter } from '../../../kernel/parameters.js';
import { Key } from '../../../kernel/scalars.js';
import { managedFilters } from '../../listing/schemas.js';
import { articleShape } from '../schemas.js';

export const defaultSort = '-updatedAt';
const sorts = ['updatedAt', 'createdAt', 'publishedAt'] as const;
const everySort = sorts.flatMap((sort) => [`-${sort}` as const, sort]);

/** What working copies can be listed by. */
export const articleFilters = {
  stage: articleShape.stage.optional(),
  state: z.enum(['unpublished', 'scheduled', 'live', 'withdrawn']).optional().meta({
    description:
      'Where its publication stands. One that is not live and waits for its time is scheduled, and nothing else.',
    example: 'live',
  }),
  hasUnpublishedChanges: flag('Whether it is live and its working copy differs from what readers see.'),
  desk: Key.optional().meta({ description: 'Key of the desk.', example: 'world' }),
  tag: tagsParameter,
  text: textParameter(
    'Words in the headline, the slug or the slugline, whatever their case and accents; parts of words as well.',
    'minsk',
  ),
  ...managedFilters,
  sort: z.enum(everySort).default(defaultSort).meta({
    description:
      'After `-` the latest first. The id decides between equals; by publishedAt, those never published come last.',
    example: defaultSort,
  }),
};

export type ArticleFilters = z.output<z.ZodObject<typeof articleFilters>>;
