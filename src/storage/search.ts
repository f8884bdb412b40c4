// What an engine must know to find live stories and quotes by their words. Nothing above storage knows how it does.
import type { CursorPosition, Seek } from '../kernel/cursors.js';
import type { Span } from '../kernel/parameters.js';
import type { QuoteField, QuoteTexts, StoryField, StoryTexts } from '../kernel/search/documents.js';
import type { SearchQuery } from '../kernel/search/query.js';
import type { Excerpt } from '../kernel/search/snippets.js';
import type { Statement } from './statement.js';

/** What the stories that a search finds are counted by. */
export const countedFacets = ['desk', 'tag', 'speaker', 'language'] as const;
export type CountedFacet = (typeof countedFacets)[number];

/** Of more values than these, the most frequent are told. */
export const facetValuesMax = 50;
/** Of more matches than these, only so many are looked at: those that were taken into the index last. */
export const matchesMax = 100_000;
/** Of so many stories that match, the last to come into the index, it is told how relevant they are; the others stand behind them. */
export const rankedMax = 20_000;

export interface SearchLimits {
  /** Searches that may wait for others. */
  waitingMax: number;
  /** From being asked to being answered. */
  timeMs: number;
}

export const defaultSearchLimits: SearchLimits = { waitingMax: 32, timeMs: 5000 };

/** A story as it is found. */
export interface StoryDocument {
  articleId: string;
  publishedAt: string;
  contentUpdatedAt: string;
  /** What lists can find it by. */
  facets: readonly string[];
  /** As in `desk:world`: what it is counted under. */
  counted: readonly string[];
  texts: StoryTexts;
}

/** A search among live stories: all conditions hold. */
export interface StorySearch {
  /** None: whatever its words. */
  query: SearchQuery | undefined;
  /** Facets that a story must have, and those that it must not have. */
  wanted: readonly string[];
  unwanted: readonly string[];
  publishedAt: Span;
  contentUpdatedAt: Span;
  order: 'relevance' | 'publishedAt' | 'contentUpdatedAt';
  isAscending: boolean;
  seek: Seek | undefined;
  limit: number;
  counts: readonly CountedFacet[];
}

/** A stretch of a field with what was looked for in it. */
export interface Snippet<Field> extends Excerpt {
  field: Field;
}

export interface FoundStory {
  id: string;
  position: CursorPosition;
  /** The ArticleSummary, as JSON. */
  summary: string;
  snippets: Snippet<StoryField>[];
}

/** How many there are; when not exact, at least so many. */
export interface Total {
  count: number;
  exact: boolean;
}

export interface FacetCounts {
  /** The most frequent first. */
  values: { value: string; name: string; count: number }[];
  /** Whether these are all that there are. */
  complete: boolean;
}

export interface FoundStories {
  /** In the order of the list. */
  rows: FoundStory[];
  total: Total;
  facets: Partial<Record<CountedFacet, FacetCounts>>;
}

/** A search among the quotes that live stories show. */
export interface QuoteSearch {
  query: SearchQuery;
  /** The speaker's name, folded. */
  speaker: string | undefined;
  /** When a story that it stands in was published. */
  publishedAt: Span;
  seek: Seek | undefined;
  limit: number;
}

export interface FoundQuote {
  id: string;
  position: CursorPosition;
  snippets: Snippet<QuoteField>[];
}

export interface FoundQuotes {
  rows: FoundQuote[];
  total: Total;
}

/** What there is of each in the index, and whether the index is sound. */
export interface IndexState {
  stories: number;
  quotes: number;
  isSound: boolean;
}

export interface Search {
  /**
   * Has a live story found by what it is now. Comes behind its snapshot in the same commit; what is live no more is forgotten by
   * itself. An index that has it so already is left alone, unless `isAnew`.
   */
  putStory(document: StoryDocument, isAnew?: boolean): Statement[];
  /** Has a quote that readers see found by what it is now, in the same way. */
  putQuote(id: string, texts: QuoteTexts, isAnew?: boolean): Statement[];
  /**
   * @param signal ends the search when nobody waits for it any more
   * @throws `unavailable` when too many searches wait, or this one takes too long; the signal's reason
   */
  findStories(search: StorySearch, signal: AbortSignal): Promise<FoundStories>;
  /** The same among quotes, the most relevant first. */
  findQuotes(search: QuoteSearch, signal: AbortSignal): Promise<FoundQuotes>;
  /** Looks at the whole index. Commits wait meanwhile. */
  inspect(): Promise<IndexState>;
  /** Empties the index, whatever state it is in; nothing is found until it is filled again. */
  clear(): Statement[];
}
