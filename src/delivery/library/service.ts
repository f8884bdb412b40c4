import type { ResourceKind } from '../../blocks/library.js';
import type { ArticleLink } from '../../blocks/story.js';
import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { notFound } from '../../kernel/errors.js';
import { foldName } from '../../kernel/fold.js';
import { spanOf } from '../../kernel/parameters.js';
import { parseQuery } from '../../kernel/search/query.js';
import type { FoundQuote, Total } from '../../storage/search.js';
import type { Store } from '../../storage/store.js';
import {
  findShownResource,
  findShownResources,
  findStories,
  listShownResources,
  type ShownResource,
} from './repository.js';
import { type ResourceFilters, storiesMax } from './schemas.js';

/** A resource as readers get it by itself, as JSON. */
export interface PublishedResource {
  body: string;
  madeAt: string;
}

/** A resource with the stories it stands in. @throws `not_found` when no live story shows it */
export async function getPublished(store: Store, kind: ResourceKind, id: string): Promise<PublishedResource> {
  const resource = await findShownResource(store, kind, id);
  if (!resource) throw notFound(kind, id);
  const stories = await findStories(store, kind, [id]);
  return { madeAt: resource.madeAt, body: published(resource, stories.get(id)) };
}

/** A page of resources with the stories they stand in, as JSON. @throws `invalid` for a cursor of another list */
export async function listPublished(
  store: Store,
  kind: ResourceKind,
  { limit, cursor, ...filters }: PageRequest & ResourceFilters,
): Promise<Page<string>> {
  const { speaker, ...rest } = filters;
  const { data, page } = await readPage<ShownResource>(
    { limit, cursor },
    cursorScope(`${kind}s`, { ...rest, speaker: speaker && foldName(speaker) }),
    ['text'],
    ({ id }) => [id],
    (rows, seek) => listShownResources(store, kind, filters, rows, seek),
  );
  const stories = await findStories(
    store,
    kind,
    data.map(({ id }) => id),
  );
  return { data: data.map((resource) => published(resource, stories.get(resource.id))), page };
}

/**
 * A page of the quotes that have the words, the most relevant first, as JSON, and how many there are of them.
 * @throws `invalid` for a cursor of another list, `unavailable` when too much is looked for at once, the signal's reason
 */
export async function searchQuotes(
  store: Store,
  q: string,
  { limit, cursor, ...filters }: PageRequest & ResourceFilters,
  signal: AbortSignal,
): Promise<Page<string> & { total: Total | undefined }> {
  const search = {
    query: parseQuery(q),
    speaker: filters.speaker && foldName(filters.speaker),
    publishedAt: spanOf(filters.from, filters.to),
  };
  let total: Total | undefined;
  const { data, page } = await readPage<FoundQuote>(
    { limit, cursor },
    cursorScope('quotes by words', search),
    ['number', 'text'],
    ({ position }) => position,
    async (rows, seek) => {
      const found = await store.search.findQuotes({ ...search, limit: rows, seek }, signal);
      total = found.total;
      return found.rows;
    },
  );
  const ids = data.map(({ id }) => id);
  const [shown, stories] = [await findShownResources(store, 'quote', ids), await findStories(store, 'quote', ids)];
  const told = data.flatMap(({ id, snippets }) => {
    // What was taken from readers since it was found is left out.
    const quote = shown.get(id);
    return quote ? `${published(quote, stories.get(id)).slice(0, -1)},"snippets":${JSON.stringify(snippets)}}` : [];
  });
  return { data: told, page, total };
}

/** The facts are kept as JSON, so the stories are put behind them as JSON. */
function published({ body, storyCount }: ShownResource, stories: readonly ArticleLink[] = []): string {
  // Another process may have published between the two reads; all that are named must be counted, and all counted be named.
  const counted = stories.length < storiesMax ? stories.length : Math.max(storyCount, storiesMax);
  return `${body.slice(0, -1)},"storyCount":${counted},"stories":${JSON.stringify(stories)}}`;
}
