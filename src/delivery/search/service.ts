import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { entityTag } from '../../kernel/entity-tag.js';
import { parseQuery } from '../../kernel/search/query.js';
import type { CountedFacet, FoundStories, FoundStory, StorySearch } from '../../storage/search.js';
import type { Store } from '../../storage/store.js';
import { conditionsOf, listSort, planOf, type SearchFilters } from '../articles/filters.js';
import type { ListBytes } from '../articles/service.js';
import { KeptAnswers } from '../kept-answers.js';
import { SharedWork } from './shared-work.js';

/** Pages kept in memory, apart from those of lists, which searches by many words should not push out. */
const pagesMax = 256;

/** A page of a list, by words or with counts. */
export interface SearchRequest extends PageRequest, SearchFilters {
  q?: string | undefined;
  facets?: CountedFacet[] | undefined;
}

export type SearchService = ReturnType<typeof searchService>;

/** Finds live stories by their words, and counts what is found. */
export function searchService(
  store: Store,
  linksOf: (request: SearchRequest, page: Page<unknown>) => string | undefined,
) {
  const pages = new KeptAnswers<ListBytes>(store, pagesMax);
  const atWork = new SharedWork<ListBytes>();

  /**
   * A page of summaries. The same question at the same time is answered by one search.
   * @throws `invalid` for a cursor of another list, or relevance without words; `unavailable` when too much is looked for at once;
   * the signal's reason
   */
  function list(request: SearchRequest, signal: AbortSignal): ListBytes | Promise<ListBytes> {
    const key = JSON.stringify(request);
    return pages.get(key, () => atWork.get(key, signal, (shared) => compose(request, shared)));
  }

  async function compose(request: SearchRequest, signal: AbortSignal): Promise<ListBytes> {
    const search = searchOf(request);
    let found: FoundStories | undefined;
    const page = await readPage<FoundStory>(
      request,
      scopeOf(request, search),
      [search.order === 'relevance' ? 'number' : 'text', 'text'],
      ({ position }) => position,
      async (limit, seek) => {
        found = await store.search.findStories({ ...search, limit, seek }, signal);
        return found.rows;
      },
    );
    const data = page.data.map(({ summary, snippets }) =>
      search.query ? `${summary.slice(0, -1)},"snippets":${JSON.stringify(snippets)}}` : summary,
    );
    const counted = request.facets ? `,"facets":${JSON.stringify(found?.facets)}` : '';
    const body = Buffer.from(
      `{"data":[${data.join(',')}],"page":${JSON.stringify(page.page)},"total":${JSON.stringify(found?.total)}${counted}}`,
    );
    return { links: linksOf(request, page), body, etag: entityTag(body) };
  }

  return { list };
}

type Asked = Omit<StorySearch, 'limit' | 'seek'>;

function searchOf({ q, facets = [], sort, ...filters }: SearchRequest): Asked {
  const orders = { publishedAt: 'publishedAt', updatedAt: 'contentUpdatedAt', relevance: 'relevance' } as const;
  const name = (sort.startsWith('-') ? sort.slice(1) : sort) as keyof typeof orders;
  return {
    ...conditionsOf(filters),
    query: q === undefined ? undefined : parseQuery(q),
    order: orders[name],
    isAscending: name === sort && sort !== 'relevance',
    counts: facets,
  };
}

/** What cursors are bound to. A list that is only counted has the same as it has without; counts change no page. */
function scopeOf({ q: _q, facets: _facets, ...request }: SearchRequest, { counts: _counts, ...search }: Asked): string {
  if (search.query) return cursorScope('articles by words', search);
  const { limit: _limit, cursor: _cursor, ...filters } = request;
  return cursorScope('articles', { ...planOf({ ...filters, sort: listSort(request.sort) }) });
}
