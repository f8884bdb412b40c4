import { and, eq, inArray, ne } from 'drizzle-orm';
import { isReadByUpdate } from '../../storage/facets.js';
import { prepared } from '../../storage/prepared.js';
import type { Statement, Store } from '../../storage/store.js';

interface FacetTimes {
  publishedAt: string;
  contentUpdatedAt: string;
}

type FacetRow = Store['tables']['facets']['$inferSelect'];

/** Each of what a live story can be found by, as its row is to be. */
export function facetRows(
  articleId: string,
  { facets, publishedAt, contentUpdatedAt }: FacetTimes & { facets: readonly string[] },
): FacetRow[] {
  return facets.map((facet) => ({
    articleId,
    facet,
    publishedAt,
    contentUpdatedAt: isReadByUpdate(facet) ? contentUpdatedAt : null,
  }));
}

const selectFacets = prepared(({ db, tables: { facets } }, { articleId }: { articleId: string }) =>
  db.select().from(facets).where(eq(facets.articleId, articleId)),
);
const deleteFacets = prepared(({ db, tables }, { articleId, gone }: { articleId: string; gone: string[] }) =>
  db.delete(tables.facets).where(and(eq(tables.facets.articleId, articleId), inArray(tables.facets.facet, gone))),
);
const insertFacets = prepared(({ db, tables }, { come }: { come: FacetRow[] }) =>
  db.insert(tables.facets).values(come),
);
const updatePublished = prepared(
  ({ db, tables: { facets } }, { articleId, publishedAt }: { articleId: string; publishedAt: string }) =>
    db
      .update(facets)
      .set({ publishedAt })
      .where(and(eq(facets.articleId, articleId), ne(facets.publishedAt, publishedAt))),
);
// Rows without that time are left: in SQL null is unequal to nothing.
const updateUpdated = prepared(
  ({ db, tables: { facets } }, { articleId, contentUpdatedAt }: { articleId: string; contentUpdatedAt: string }) =>
    db
      .update(facets)
      .set({ contentUpdatedAt })
      .where(and(eq(facets.articleId, articleId), ne(facets.contentUpdatedAt, contentUpdatedAt))),
);

/** Writes down what a live story can be found by, as far as that is otherwise than before; the commit is held to what it was. */
export async function facetStatements(
  store: Store,
  articleId: string,
  story: FacetTimes & { facets: readonly string[] },
): Promise<Statement[]> {
  const { publishedAt, contentUpdatedAt } = story;
  const before = new Map((await store.all(selectFacets(store, { articleId }))).map((row) => [row.facet, row]));
  const wanted = facetRows(articleId, story);
  const isKept = ({ facet, contentUpdatedAt: updated }: FacetRow) => {
    const had = before.get(facet);
    return had !== undefined && (had.contentUpdatedAt === null) === (updated === null);
  };
  const [kept, come] = [wanted.filter(isKept), wanted.filter((row) => !isKept(row))];
  const rows = kept.flatMap(({ facet }) => before.get(facet) ?? []);
  for (const { facet } of kept) before.delete(facet);
  const gone = [...before.keys()];
  const republished = rows.filter((row) => row.publishedAt !== publishedAt).length;
  const updated = rows.filter(
    (row) => row.contentUpdatedAt !== null && row.contentUpdatedAt !== contentUpdatedAt,
  ).length;
  return [
    ...(gone.length > 0 ? [{ query: deleteFacets(store, { articleId, gone }), rows: gone.length }] : []),
    ...(republished > 0 ? [{ query: updatePublished(store, { articleId, publishedAt }), rows: republished }] : []),
    ...(updated > 0 ? [{ query: updateUpdated(store, { articleId, contentUpdatedAt }), rows: updated }] : []),
    ...(come.length > 0 ? [{ query: insertFacets(store, { come }), rows: come.length }] : []),
  ];
}

/** Has a story found no more. */
export function dropFacets({ db, tables: { facets } }: Store, articleId: string): Statement {
  return { query: db.delete(facets).where(eq(facets.articleId, articleId)) };
}
