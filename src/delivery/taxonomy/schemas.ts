import { z } from 'zod';
import { Desk, Tag } from '../../blocks/story.js';

const storyCount = z.int().min(1).meta({ description: 'How many live stories have it.', example: 12 });

/** Desks and tags as readers list them. */
export const publishedTerms = {
  desk: z.object({ ...Desk.shape, storyCount }).meta({ id: 'PublishedDesk', description: 'A desk with live stories.' }),
  tag: z
    .object({ ...Tag.shape, storyCount })
    .meta({ id: 'PublishedTag', description: 'A tag that live stories have.' }),
};
export type PublishedTerm = z.output<(typeof publishedTerms)['desk']>;
export type TermKind = keyof typeof publishedTerms;

export const defaultSort = 'key';
const sort = z.enum(['key', '-key', 'storyCount', '-storyCount']).default(defaultSort).meta({
  description:
    'By key or by the number of live stories; after `-` the other way round. The key decides between equals.',
  example: defaultSort,
});
export const termFilters = { sort };
export type TermSort = z.output<typeof sort>;
