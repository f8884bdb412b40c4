import { and, eq, exists, gt, isNotNull, isNull, lte, ne, not, or, type SQL, sql } from 'drizzle-orm';
import { foldName } from '../../../kernel/fold.js';
import { splitTags } from '../../../kernel/parameters.js';
import type { Store } from '../../../storage/store.js';
import { isErased } from '../../erasures/repository.js';
import { type IndexedSet, type Listing, listingOf, type ManagedTable, setOf } from '../../listing/repository.js';
import type { ArticleFilters } from './schemas.js';

/** The list of working copies that filters ask for. */
export function articleListing(store: Store, filters: ArticleFilters): Listing {
  const { articles } = store.tables;
  const { stage, desk, state, hasUnpublishedChanges, tag, text, sort } = filters;
  const { wanted, unwanted } = splitTags(tag);
  const table = articles as unknown as ManagedTable;
  const fields = [
    ...(stage === undefined ? [] : [eq(articles.stage, stage)]),
    ...(desk === undefined ? [] : [eq(articles.desk, desk)]),
  ];
  return listingOf(
    table,
    filters,
    { ofDeleted: true, ofActors: true },
    {
      filters: [
        ...fields,
        filters.deleted ? not(isErased(store, 'article', articles.id)) : undefined,
        state && isInState(store, state),
        hasUnpublishedChanges === undefined ? undefined : isChanged(store, hasUnpublishedChanges),
        ...wanted.map((key) => hasTag(store, key)),
        ...unwanted.map((key) => not(hasTag(store, key))),
      ],
      sets: [
        ...wanted.map((key) => taggedSet(store, key)),
        ...fields.map((field) => setOf(table, field)),
        ...stateSets(store, filters),
      ],
      asksMore: hasUnpublishedChanges !== undefined || unwanted.length > 0,
      text: text === undefined ? undefined : wordsOf(store, text),
      sort: articles[sort.replace('-', '') as 'updatedAt' | 'createdAt' | 'publishedAt'],
      isAscending: !sort.startsWith('-'),
    },
  );
}

function wordsOf({ tables: { articles } }: Store, text: string): Listing['text'] {
  const { headline, slug, slugline } = articles;
  return { folded: foldName(text), columns: { headline, slug, slugline }, textsOf: Object.values };
}

function isInState({ tables: { articles } }: Store, state: NonNullable<ArticleFilters['state']>): SQL | undefined {
  if (state === 'live') return eq(articles.state, state);
  if (state === 'scheduled') return and(ne(articles.state, 'live'), isNotNull(articles.scheduledFor));
  return and(eq(articles.state, state), isNull(articles.scheduledFor));
}

/** Whether a live story's working copy differs from what readers see. */
function isChanged({ tables: { articles } }: Store, expected: boolean): SQL | undefined {
  return expected
    ? and(eq(articles.state, 'live'), gt(articles.contentVersion, articles.liveVersion))
    : or(ne(articles.state, 'live'), lte(articles.contentVersion, articles.liveVersion));
}

/** The sets that the filters name of where publication stands. */
function stateSets({ tables: { articles } }: Store, { state, hasUnpublishedChanges }: ArticleFilters): IndexedSet[] {
  const table = articles as unknown as ManagedTable;
  if (state === 'scheduled') return [setOf(table, isNotNull(articles.scheduledFor), false)];
  const known = state ?? (hasUnpublishedChanges ? 'live' : undefined);
  return known === undefined ? [] : [setOf(table, eq(articles.state, known))];
}

function hasTag({ db, tables: { articles, articleTags } }: Store, key: string): SQL {
  return exists(
    db
      .select({ one: sql`1` })
      .from(articleTags)
      .where(and(eq(articleTags.articleId, articles.id), eq(articleTags.tag, key))),
  );
}

function taggedSet({ tables: { articleTags } }: Store, key: string): IndexedSet {
  const { articleId, tag } = articleTags;
  return { table: articleTags, id: articleId, condition: eq(tag, key), isInOrderOfChange: false };
}
