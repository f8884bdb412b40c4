import { and, asc, eq, gte, inArray, lt, ne } from 'drizzle-orm';
import { facetOf } from '../../storage/facets.js';
import type { Statement, Store } from '../../storage/store.js';

/**
 * The live stories that are translations of an article, by id, and the guards that hold a commit to them.
 * @param butFor a story that is left out of both, since the commit itself makes it join or leave
 */
export async function findLiveTranslations(
  { db, tables: { facets }, all }: Store,
  originalId: string,
  butFor: string | undefined,
): Promise<{ ids: string[]; guards: Statement[] }> {
  const isOther = butFor === undefined ? undefined : ne(facets.articleId, butFor);
  const isOne = and(eq(facets.facet, facetOf.translationOf(originalId)), isOther);
  const query = (among?: string[]) =>
    db
      .select({ id: facets.articleId })
      .from(facets)
      .where(and(isOne, among && inArray(facets.articleId, among)));
  const ids = (await all(query().orderBy(asc(facets.articleId)))).map(({ id }) => id);
  const known = ids.length > 0 ? [{ query: query(ids), rows: ids.length }] : [];
  return { ids, guards: [{ query: query(), rows: ids.length }, ...known] };
}

/** What a live story is a translation of, as readers have it. */
export async function findLiveOriginal(
  { db, tables: { facets }, all }: Store,
  articleId: string,
): Promise<string | null> {
  const beginning = facetOf.translationOf('');
  const beyond = `${beginning}~`;
  const [row] = await all(
    db
      .select({ facet: facets.facet })
      .from(facets)
      .where(and(eq(facets.articleId, articleId), gte(facets.facet, beginning), lt(facets.facet, beyond)))
      .limit(1),
  );
  return row === undefined ? null : row.facet.slice(beginning.length);
}
