// What a list of stories may be asked for, and the one index range that finds it.
import { z } from 'zod';
import { invalid } from '../../kernel/errors.js';
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
import { anyStory, facetOf, isPair, pairOf } from '../../storage/facets.js';

const listSorts = ['-publishedAt', 'publishedAt', '-updatedAt', 'updatedAt'] as const;
type ListSort = (typeof listSorts)[number];
export const defaultSort: ListSort = '-publishedAt';
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
    sort: z
      .enum([...listSorts, 'relevance'])
      .optional()
      .meta({
        description:
          'By publishedAt or contentUpdatedAt; after `-` the latest first. The id decides between equals. With `q` also by relevance, of which recency is a part: that is the default then, and `-publishedAt` without.',
        example: defaultSort,
      }),
  };
}

type AskedFilters = z.output<z.ZodObject<ReturnType<typeof storyFilters>>>;
/** The filters of a list, and its order. */
export type StoryFilters = Omit<AskedFilters, 'sort'> & { sort: ListSort };
/** The same of a search, which has one order more. */
export type SearchFilters = Omit<AskedFilters, 'sort'> & { sort: ListSort | 'relevance' };

/** The order of a list that is not looked for by words. @throws `invalid` for relevance, which has no meaning there */
export function listSort(sort: SearchFilters['sort']): ListSort {
  if (sort !== 'relevance') return sort;
  throw invalid([{ parameter: 'sort', code: 'needs_words', message: 'relevance is of words; send q with it' }]);
}

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

/** What filters ask for, by kinds of facet: the rarest kind first. */
function facetsOf({ desk, tag, language, contains = [], speaker }: Omit<StoryFilters, 'sort'>) {
  const { wanted, unwanted } = splitTags(tag);
  const one = (facet: (value: string) => string, value: string | undefined) =>
    value === undefined ? [] : [facet(value)];
  return {
    rare: one(facetOf.speaker, speaker && foldName(speaker)),
    // An id is rarer than a type.
    contained: [...contains].sort((a, b) => b.length - a.length).map(facetOf.contains),
    tags: wanted.map(facetOf.tag),
    deskFacets: one(facetOf.desk, desk),
    languages: one(facetOf.language, language),
    without: unwanted.map(facetOf.tag),
  };
}

/** What filters ask for, as an index of words answers it: every facet alike. */
export function conditionsOf(filters: Omit<StoryFilters, 'sort'>) {
  const { without, ...wanted } = facetsOf(filters);
  return {
    wanted: [...new Set(Object.values(wanted).flat())],
    unwanted: without,
    publishedAt: spanOf(filters.from, filters.to),
    contentUpdatedAt: { from: filters.updatedSince, before: undefined },
  };
}

/** Which index range answers the filters with the fewest stories to look at: of a pair if there is one, else the rarest sort of facet. */
export function planOf(filters: StoryFilters): ListPlan {
  const { rare, contained, tags, deskFacets, languages, without } = facetsOf(filters);
  const { sort } = filters;
  const { wanted, publishedAt, contentUpdatedAt } = conditionsOf(filters);
  const [facet, covered] = drive(rare, contained, tags, deskFacets, languages);
  const isByUpdate = sort.endsWith('updatedAt');
  return {
    facet,
    with: wanted.filter((other) => !covered.includes(other)),
    without,
    sort: isByUpdate ? 'contentUpdatedAt' : 'publishedAt',
    isAscending: !sort.startsWith('-'),
    publishedAt,
    contentUpdatedAt,
  };
}

/**
 * A plan by update along an index that has that order, for a facet that has none: of a tag, else of the desk, else of the language
 * that is asked for, else of all stories.
 */
export function alongUpdates(plan: ListPlan): ListPlan {
  const wanted = [...plan.with, plan.facet];
  const parts = wanted.flatMap((facet) => (isPair(facet) ? facet.split(' ') : facet));
  const kinds = [facetOf.tag(''), facetOf.desk(''), facetOf.language('')];
  const [facet = anyStory] = kinds.flatMap((kind) => parts.find((part) => part.startsWith(kind)) ?? []);
  return { ...plan, facet, with: parts.filter((part) => part !== facet) };
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
