import { and, asc, eq, gte, inArray, lt, ne } from 'drizzle-orm';
import { facetOf } from '../../storage/facets.js';
import { prepared } from '../../storage/prepared.js';
import type { Statement, Store } from '../../storage/store.js';

const selectWithFacet = prepared(({ db, tables: { facets } }, { facet, butFor }: { facet: string; butFor: string }) =>
  db
    .select({ id: facets.articleId })
    .from(facets)
    .where(and(eq(facets.facet, facet), ne(facets.articleId, butFor)))
    .orderBy(asc(facets.articleId)),
);
const selectAmongWithFacet = prepared(({ db, tables: { facets } }, { facet, ids }: { facet: string; ids: string[] }) =>
  db
    .select({ id: facets.articleId })
    .from(facets)
    .where(and(eq(facets.facet, facet), inArray(facets.articleId, ids))),
);

/**
 * The live stories that are translations of an article, by id, and the guards that hold a commit to them.
 * @param butFor a story that is left out of both, since the commit itself makes it join or leave
 */
export async function findLiveTranslations(
  store: Store,
  originalId: string,
  butFor = '',
): Promise<{ ids: string[]; guards: Statement[] }> {
  const facet = facetOf.translationOf(originalId);
  const translations = selectWithFacet(store, { facet, butFor });
  const ids = (await store.all(translations)).map(({ id }) => id);
  const known = ids.length > 0 ? [{ query: selectAmongWithFacet(store, { facet, ids }), rows: ids.length }] : [];
  return { ids, guards: [{ query: translations, rows: ids.length }, ...known] };
}

const selectFacetsBetween = prepared(
  ({ db, tables: { facets } }, { articleId, from, before }: { articleId: string; from: string; before: string }) =>
    db
      .select({ facet: facets.facet })
      .from(facets)
      .where(and(eq(facets.articleId, articleId), gte(facets.facet, from), lt(facets.facet, before)))
      .limit(1),
);

/** What a live story is a translation of, as readers have it. */
export async function findLiveOriginal(store: Store, articleId: string): Promise<string | null> {
  const beginning = facetOf.translationOf('');
  const [row] = await store.all(selectFacetsBetween(store, { articleId, from: beginning, before: `${beginning}~` }));
  return row === undefined ? null : row.facet.slice(beginning.length);
}
