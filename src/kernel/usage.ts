// Where a thing is used, as lists of it and refusals to delete it tell.
import { z } from 'zod';
import { Id } from './scalars.js';

export const UsageScope = z.enum(['working', 'live', 'scheduled']).meta({
  description:
    'working: the working copy, or the embed itself; live: what readers see; scheduled: a version that waits to be published.',
  example: 'working',
});
export type UsageScope = z.output<typeof UsageScope>;

export const Usage = z
  .object({
    scope: UsageScope,
    kind: z
      .enum(['article', 'embed'])
      .meta({ description: 'What uses it; an embed uses the image that is its thumbnail.', example: 'article' }),
    id: Id.meta({ description: 'Id of the article or embed.' }),
    sectionId: Id.nullable().meta({
      description: 'The section it stands in; null where the article’s own fields point at it, and when it is live.',
    }),
    slug: z
      .string()
      .nullable()
      .meta({ description: 'Of the article, in this scope.', example: 'putin-lukashenko-minsk-december-2022' }),
    title: z.string().nullable().meta({
      description: 'Headline of the article, in this scope, or title of the embed.',
      example: 'Putin in Belarus for talks amid fears of new assault on Ukraine',
    }),
  })
  .meta({ id: 'Usage', description: 'One place where a thing is used.' });
export type Usage = z.output<typeof Usage>;

/** How many of the places that keep a thing from being deleted are named. */
export const namedUsagesMax = 20;
