import { cursorScope, type Page, type PageRequest, readPage } from '../../../kernel/cursors.js';
import { foldName } from '../../../kernel/fold.js';
import type { Store } from '../../../storage/store.js';
import { listPlaces, type Placed } from '../../listing/repository.js';
import { findSummaries } from '../repository.js';
import type { ManagedArticleSummary } from '../schemas.js';
import { articleListing } from './repository.js';
import type { ArticleFilters } from './schemas.js';

export type ArticleListRequest = PageRequest & ArticleFilters;

/** A page of working copies. @throws `invalid` for a cursor of another list */
export async function listWorkingCopies(
  store: Store,
  { limit, cursor, ...filters }: ArticleListRequest,
): Promise<Page<ManagedArticleSummary>> {
  const { text, tag = [], ...rest } = filters;
  const { data, page } = await readPage<Placed>(
    { limit, cursor },
    cursorScope('manage/articles', { ...rest, tag: [...tag].sort(), text: text && foldName(text) }),
    ['textOrNone', 'text'],
    ({ at, id }) => [at, id],
    (rows, seek) => listPlaces(store, articleListing(store, filters), rows, seek),
  );
  const found = await findSummaries(
    store,
    data.map(({ id }) => id),
  );
  return { data: data.flatMap(({ id }) => found.get(id) ?? []), page };
}
