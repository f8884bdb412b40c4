import { and, eq, notInArray, sql } from 'drizzle-orm';
import { prepared } from '../../storage/prepared.js';
import type { Statement, Store } from '../../storage/store.js';

interface FacetTimes {
  publishedAt: string;
  contentUpdatedAt: string;
}

interface FoundBy {
  articleId: string;
  facets: string[];
}

const deleteOtherFacets = prepared(({ db, tables }, { articleId, facets }: FoundBy) =>
  db.delete(tables.facets).where(and(eq(tables.facets.articleId, articleId), notInArray(tables.facets.facet, facets))),
);
const upsertFacets = prepared(
  ({ db, tables }, { articleId, facets, publishedAt, contentUpdatedAt }: FoundBy & FacetTimes) =>
    db
      .insert(tables.facets)
      .values(facets.map((facet) => ({ articleId, facet, publishedAt, contentUpdatedAt })))
      .onConflictDoUpdate({
        target: [tables.facets.articleId, tables.facets.facet],
        set: { publishedAt, contentUpdatedAt },
        setWhere: sql`${tables.facets.publishedAt} <> ${publishedAt} OR ${tables.facets.contentUpdatedAt} <> ${contentUpdatedAt}`,
      }),
);

/** Writes down what a live story can be found by; nothing when it is live no more. */
export function facetStatements(
  store: Store,
  articleId: string,
  facets: string[],
  { publishedAt, contentUpdatedAt }: FacetTimes = { publishedAt: '', contentUpdatedAt: '' },
): Statement[] {
  const { db, tables } = store;
  if (facets.length === 0) return [{ query: db.delete(tables.facets).where(eq(tables.facets.articleId, articleId)) }];
  return [
    { query: deleteOtherFacets(store, { articleId, facets }) },
    { query: upsertFacets(store, { articleId, facets, publishedAt, contentUpdatedAt }) },
  ];
}
