import { and, eq, inArray, ne, or } from 'drizzle-orm';
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

const selectFacets = prepared(({ db, tables: { facets } }, { articleId }: { articleId: string }) =>
  db
    .select({ facet: facets.facet, publishedAt: facets.publishedAt, contentUpdatedAt: facets.contentUpdatedAt })
    .from(facets)
    .where(eq(facets.articleId, articleId)),
);
const deleteFacets = prepared(({ db, tables }, { articleId, facets }: FoundBy) =>
  db.delete(tables.facets).where(and(eq(tables.facets.articleId, articleId), inArray(tables.facets.facet, facets))),
);
const insertFacets = prepared(({ db, tables }, { articleId, facets, ...times }: FoundBy & FacetTimes) =>
  db.insert(tables.facets).values(facets.map((facet) => ({ articleId, facet, ...times }))),
);
const updateTimes = prepared(
  ({ db, tables: { facets } }, { articleId, ...times }: FacetTimes & { articleId: string }) =>
    db
      .update(facets)
      .set(times)
      .where(
        and(
          eq(facets.articleId, articleId),
          or(ne(facets.publishedAt, times.publishedAt), ne(facets.contentUpdatedAt, times.contentUpdatedAt)),
        ),
      ),
);

/** Writes down what a live story can be found by, as far as that is otherwise than before; the commit is held to what it was. */
export async function facetStatements(
  store: Store,
  articleId: string,
  { facets, publishedAt, contentUpdatedAt }: FacetTimes & { facets: readonly string[] },
): Promise<Statement[]> {
  const before = await store.all(selectFacets(store, { articleId }));
  const [had, has] = [new Set(before.map(({ facet }) => facet)), new Set(facets)];
  const gone = before.filter(({ facet }) => !has.has(facet)).map(({ facet }) => facet);
  const come = facets.filter((facet) => !had.has(facet));
  const times = { publishedAt, contentUpdatedAt };
  const dated = before.filter(
    (row) => has.has(row.facet) && !(row.publishedAt === publishedAt && row.contentUpdatedAt === contentUpdatedAt),
  );
  return [
    ...(gone.length > 0 ? [{ query: deleteFacets(store, { articleId, facets: gone }), rows: gone.length }] : []),
    ...(dated.length > 0 ? [{ query: updateTimes(store, { articleId, ...times }), rows: dated.length }] : []),
    ...(come.length > 0
      ? [{ query: insertFacets(store, { articleId, facets: come, ...times }), rows: come.length }]
      : []),
  ];
}

/** Has a story found no more. */
export function dropFacets({ db, tables: { facets } }: Store, articleId: string): Statement {
  return { query: db.delete(facets).where(eq(facets.articleId, articleId)) };
}
