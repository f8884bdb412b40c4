// The library as readers see it: each resource with the live stories that it stands in, and what its lists can be asked for.
import { z } from 'zod';
import { Embed, embedShape, Image, Quote, type ResourceKind } from '../../blocks/library.js';
import { ArticleLink } from '../../blocks/story.js';
import { fromParameter, toParameter } from '../../kernel/parameters.js';
import { quoteSnippets, wordsParameter } from '../search/schemas.js';

/** How many of the stories that a resource stands in are named. */
export const storiesMax = 20;

const stories = {
  storyCount: z.int().meta({ description: 'How many live stories it stands in.', example: 1 }),
  stories: z
    .array(ArticleLink)
    .meta({ description: `The live stories it stands in, the last published first; at most ${storiesMax}.` }),
};

export const publishedResources = {
  image: z
    .object({ ...Image.shape, ...stories })
    .meta({ id: 'PublishedImage', description: 'A picture’s facts, and the live stories that show it.' }),
  quote: z
    .object({ ...Quote.shape, ...stories })
    .meta({ id: 'PublishedQuote', description: 'What somebody said, who, and the live stories that it stands in.' }),
  embed: z
    .object({ ...Embed.shape, ...stories })
    .meta({ id: 'PublishedEmbed', description: 'Media hosted elsewhere, and the live stories that show it.' }),
} as const satisfies Record<ResourceKind, z.ZodObject>;

/** The same in lists: those that are found by words tell where. */
export const listedResources = {
  ...publishedResources,
  quote: z.object({ ...publishedResources.quote.shape, snippets: quoteSnippets }).meta({
    id: 'ListedQuote',
    description: 'What somebody said, who, and the live stories that it stands in, as lists send it.',
  }),
} as const satisfies Record<ResourceKind, z.ZodObject>;

const speaker = z.string().min(1).max(200).optional().meta({
  description: 'Only what this speaker said: the whole name, whatever its case and accents.',
  example: 'Vladimir Putin',
});
const kind = embedShape.kind.optional().meta({ description: 'Only media of this kind.', example: 'video' });

/** What the resources of each kind can be listed by. */
export const resourceFilters = {
  image: {},
  quote: {
    q: wordsParameter('what was said, by whom and on what occasion; the most relevant come first then'),
    speaker,
    from: fromParameter('Standing in a story published'),
    to: toParameter('Standing in a story published'),
  },
  embed: { kind },
} as const satisfies Record<ResourceKind, z.ZodRawShape>;

/** The filters of any kind; which there are depends on it. */
export type ResourceFilters = z.output<
  z.ZodObject<(typeof resourceFilters)['quote'] & (typeof resourceFilters)['embed']>
>;
