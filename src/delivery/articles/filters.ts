// What a list of stories may be asked for, and the one index range that finds it.
import { z } from 'zod';
import { foldName } from '../../kernel/fold.js';
import {
  fromParameter,
  repeatable,
  type Span,
  spanOf,
  splitTags,
  tagsParameter,
  toParameter,
} from '../../kernel/parameters.js';
import { Id, Instant, Key, Language } from '../../kernel/scalars.js';
import { anyStory, facetOf, pairOf } from '../../storage/facets.js';

export const defaultSort = '-publishedAt';
const media = ['video', 'audio', 'social', 'interactive', 'document'];

export function storyFilters(blockTypes: readonly string[]) {
  const kinds = [...blockTypes, ...media];
  const What = z
    .string()
    .max(36)
    .toLowerCase()
    .refine((what) => kinds.includes(what) || Id.safeParse(what).success, {
      error: `must be one of: ${kinds.join(', ')}; or the id of an image, quote or embed`,
      params: { code: 'invalid_value' },
    });
  return {
    desk: Key.optional().meta({ description: 'Key of the desk.', example: 'world' }),
    tag: tagsParameter,
    language: Language.optional().meta({
      description: 'Language (BCP 47). `en` finds `en-GB` as well (RFC 4647, basic filtering).',
      example: 'en',
    }),
    contains: repeatable(
      What,
      `A type of block (${blockTypes.join(', ')}), a kind of embedded media (${media.join(', ')}), or the id of an image, quote or embed. Repeated: stories with all of them.`,
      ['video'],
    ),
    speaker: z.string().min(1).max(200).optional().meta({
      description: 'Stories that quote this speaker: the whole name, whatever its case and accents.',
      example: 'Alexander Lukashenko',
    }),
    from: fromParameter('Published'),
    to: toParameter('Published'),
    updatedSince: Instant.optional().meta({ description: 'With changed content since this instant, inclusive.' }),
    sort: z.enum(['-publishedAt', 'publishedAt', '-updatedAt', 'updatedAt']).default(defaultSort).meta({
      description: 'By publishedAt or contentUpdatedAt; after `-` the latest first. The id decides between equals.',
      example: '-publishedAt',
    }),
  };
}

export type StoryFilters = z.output<z.ZodObject<ReturnType<typeof storyFilters>>>;

/** A list as an index answers it. */
export interface ListPlan {
  /** The facet whose index is read; what the others ask is looked up for each story that it gives. */
  facet: string;
  /** Further facets that a story must have, and those that it must not have. */
  with: string[];
  without: string[];
  sort: 'publishedAt' | 'contentUpdatedAt';
  isAscending: boolean;
  publishedAt: Span;
  contentUpdatedAt: Span;
}

/** Which index range answers the filters with the fewest stories to look at: of a pair if there is one, else the rarest sort of facet. */
export function planOf(filters: StoryFilters): ListPlan {
  const { desk, language, contains = [], speaker, from, to, updatedSince, sort } = filters;
  const { wanted: wantedTags, unwanted } = splitTags(filters.tag);
  const tags = wantedTags.map(facetOf.tag);
  const deskFacets = desk === undefined ? [] : [facetOf.desk(desk)];
  const languages = language === undefined ? [] : [facetOf.language(language)];
  const rare = speaker === undefined ? [] : [facetOf.speaker(foldName(speaker))];
  // An id is rarer than a type.
  const contained = [...contains].sort((a, b) => b.length - a.length).map(facetOf.contains);
  const wanted = [...rare, ...contained, ...tags, ...deskFacets, ...languages];
  const [facet, covered] = drive(rare, contained, tags, deskFacets, languages);
  const isByUpdate = sort.endsWith('updatedAt');
  return {
    facet,
    with: [...new Set(wanted)].filter((other) => !covered.includes(other)),
    without: unwanted.map(facetOf.tag),
    sort: isByUpdate ? 'contentUpdatedAt' : 'publishedAt',
    isAscending: !sort.startsWith('-'),
    publishedAt: spanOf(from, to),
    contentUpdatedAt: { from: updatedSince, before: undefined },
  };
}

/** The facet to read, and those that it stands for. */
function drive(
  [speaker]: string[],
  [contained]: string[],
  [tag]: string[],
  [desk]: string[],
  [language]: string[],
): [string, string[]] {
  if (speaker !== undefined) return [speaker, [speaker]];
  if (contained?.includes('-') === true) return [contained, [contained]];
  if (tag !== undefined && language !== undefined) return [pairOf(tag, language), [tag, language]];
  if (desk !== undefined && tag !== undefined) return [pairOf(desk, tag), [desk, tag]];
  if (desk !== undefined && language !== undefined) return [pairOf(desk, language), [desk, language]];
  const single = tag ?? contained ?? desk ?? language;
  return single === undefined ? [anyStory, []] : [single, [single]];
}
