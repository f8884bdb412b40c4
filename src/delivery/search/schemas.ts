// What can be looked for by words, and how what was found is told.
import { z } from 'zod';
import { ArticleSummary } from '../../blocks/story.js';
import { quoteFields, storyFields } from '../../kernel/search/documents.js';
import { prefixLengthMin } from '../../kernel/search/query.js';
import { excerptLengthMax } from '../../kernel/search/snippets.js';
import { countedFacets, facetValuesMax, matchesMax } from '../../storage/search.js';

/** Words to look for. No text is wrong: what has no meaning here is words. */
export function wordsParameter(where: string) {
  return z
    .string()
    .max(200)
    .optional()
    .meta({
      description: `Words to look for in ${where}; all of them must be there, whatever case and accents. \`"…"\` is a phrase, \`word*\` what begins so (from ${prefixLengthMin} letters on), \`-word\` what must not be there. Anything else is words.`,
      example: 'minsk "expediency in this" -sport',
    });
}

/** What to count the stories that are found by: names separated by commas. */
export const facetsParameter = z
  .string()
  .max(100)
  .transform((text) => [...new Set(text.split(','))])
  .pipe(
    z.array(
      z.enum(countedFacets, {
        error: ({ input }) => `${JSON.stringify(input)} is not known; allowed: ${countedFacets.join(', ')}`,
      }),
    ),
  )
  .optional()
  .meta({
    description: `What to count the stories of the whole list by, names separated by commas: ${countedFacets.join(', ')}. The ${facetValuesMax} most frequent values of each are told.`,
    example: 'desk,tag',
    override: ({ jsonSchema }) => {
      for (const name of Object.keys(jsonSchema))
        if (name !== 'description' && name !== 'example') delete jsonSchema[name];
      Object.assign(jsonSchema, { type: 'string' });
    },
  });

const highlights = z
  .array(
    z.object({
      start: z.int().meta({ description: 'First UTF-16 code unit.', example: 10 }),
      end: z.int().meta({ description: 'UTF-16 code unit after the last.', example: 17 }),
    }),
  )
  .meta({ description: 'Where in the text what was looked for stands.' });

function snippets<const Fields extends readonly [string, ...string[]]>(id: string, fields: Fields, example: string) {
  const snippet = z
    .object({
      field: z.enum(fields).meta({ description: 'Where it was found.', example: fields[0] }),
      text: z.string().meta({
        description: `A stretch of it, of about ${excerptLengthMax} characters at most; … stands where it was cut.`,
        example,
      }),
      highlights,
    })
    .meta({ id, description: 'Where something was found. Plain text, never HTML.' });
  return z
    .array(snippet)
    .optional()
    .meta({ description: 'With `q` only: where its words were found, at most one stretch of each field.' });
}

export const ListedArticle = z
  .object({
    ...ArticleSummary.shape,
    snippets: snippets('StorySnippet', storyFields, 'Putin in Belarus for talks amid fears of new assault on Ukraine'),
  })
  .meta({ id: 'ListedArticle', description: 'A live story, as lists send it.' });

export const quoteSnippets = snippets('QuoteSnippet', quoteFields, 'There is simply no expediency in this.');

const Total = z
  .object({
    count: z.int().meta({ example: 12 }),
    exact: z
      .boolean()
      .meta({ description: `Whether there are just so many; false beyond ${matchesMax} matches.`, example: true }),
  })
  .meta({ id: 'Total', description: 'How many there are in the whole list.' });

const FacetCounts = z
  .object({
    values: z.array(
      z.object({
        value: z.string().meta({ description: 'To filter by.', example: 'world' }),
        name: z.string().meta({ description: 'To show.', example: 'World' }),
        count: z.int().meta({ description: 'Of how many stories of the list.', example: 12 }),
      }),
    ),
    complete: z.boolean().meta({ description: 'Whether there are no other values.', example: true }),
  })
  .meta({ id: 'FacetCounts', description: 'Values, the most frequent first.' });

export const total = Total.optional().meta({
  description: 'With `q`, and with `facets` where there are such: how many there are in the whole list.',
});
export const facetCounts = z
  .object({
    desk: FacetCounts.optional(),
    tag: FacetCounts.optional(),
    speaker: FacetCounts.optional(),
    language: FacetCounts.optional(),
  })
  .optional()
  .meta({ description: 'With `facets` only: those that were asked for.' });
