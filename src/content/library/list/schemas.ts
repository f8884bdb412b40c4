import { z } from 'zod';
import { embedShape, type ResourceKind } from '../../../blocks/library.js';
import { flag, textParameter } from '../../../kernel/parameters.js';
import { managedFilters } from '../../listing/schemas.js';

export const defaultSort = '-updatedAt';
const anyCase = 'whatever their case and accents; parts of words as well.';

const filtersOfAll = {
  used: flag(
    'Whether anything uses it: a working copy, a live story, one that waits to be published, or another resource.',
  ),
  ...managedFilters,
  sort: z.enum([defaultSort, 'updatedAt']).default(defaultSort).meta({
    description: 'After `-` the last changed first. The id decides between equals.',
    example: defaultSort,
  }),
};

/** What the resources of each kind can be listed by. */
export const libraryFilters = {
  image: {
    text: textParameter(
      `Words in alt text, caption, credit line, photographer, agency or location, ${anyCase}`,
      'minsk',
    ),
    ...filtersOfAll,
  },
  quote: {
    text: textParameter(`Words in the quote, its context or the speaker’s name, ${anyCase}`, 'expediency'),
    ...filtersOfAll,
  },
  embed: {
    kind: embedShape.kind.optional().meta({ description: 'Only media of this kind.', example: 'video' }),
    text: textParameter(`Words in title, description or provider, ${anyCase}`, 'difficulties'),
    ...filtersOfAll,
  },
} as const satisfies Record<ResourceKind, z.ZodRawShape>;

/** The filters of any kind; which there are depends on it. */
export type LibraryFilters = z.output<z.ZodObject<(typeof libraryFilters)['embed']>>;
