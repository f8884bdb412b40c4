import { and, asc, eq, gt, inArray, isNull, notInArray } from 'drizzle-orm';
import type { Quote } from '../../blocks/library.js';
import type { Article } from '../../blocks/story.js';
import type { Statement, Store } from '../../storage/store.js';

/** A live story as readers get it, with what lists find it by. */
export interface LiveStory {
  story: Article;
  etag: string;
  facets: string[];
}

/** Live stories beyond an id, in order of their ids. */
export async function listLiveStories(store: Store, beyond: string, limit: number): Promise<LiveStory[]> {
  const { snapshots, facets } = store.tables;
  const rows = await store.all(
    store.db
      .select({ id: snapshots.articleId, etag: snapshots.etag, body: snapshots.body })
      .from(snapshots)
      .where(and(isNull(snapshots.withdrawnAt), gt(snapshots.articleId, beyond)))
      .orderBy(asc(snapshots.articleId))
      .limit(limit),
  );
  const ids = rows.map(({ id }) => id);
  const found = await store.all(
    store.db
      .select({ id: facets.articleId, facet: facets.facet })
      .from(facets)
      .where(inArray(facets.articleId, ids.length > 0 ? ids : [''])),
  );
  const byStory = Map.groupBy(found, ({ id }) => id);
  return rows.map(({ id, etag, body }) => ({
    story: (JSON.parse(String(body)) as { data: Article }).data,
    etag,
    facets: (byStory.get(id) ?? []).map(({ facet }) => facet),
  }));
}

/** Quotes that readers see, beyond an id, with the tags of what they see of them. */
export async function listShownQuotes(
  { db, tables: { librarySnapshots }, all }: Store,
  beyond: string,
  limit: number,
): Promise<{ quote: Quote; etag: string }[]> {
  const { kind, resourceId, etag, body } = librarySnapshots;
  const rows = await all(
    db
      .select({ etag, body })
      .from(librarySnapshots)
      .where(and(eq(kind, 'quote'), gt(resourceId, beyond)))
      .orderBy(asc(resourceId))
      .limit(limit),
  );
  return rows.map((row) => ({ quote: JSON.parse(row.body) as Quote, etag: row.etag }));
}

/** Holds a commit to readers seeing a quote as it was read. */
export function guardQuote({ db, tables: { librarySnapshots } }: Store, id: string, etag: string): Statement {
  const { kind, resourceId } = librarySnapshots;
  const isSo = and(eq(kind, 'quote'), eq(resourceId, id), eq(librarySnapshots.etag, etag));
  return { query: db.select({ id: resourceId }).from(librarySnapshots).where(isSo), rows: 1 };
}

/** Takes out of the index what readers see no more, should anything of it be left there. */
export function dropUnseen({ db, tables }: Store): Statement[] {
  const { storyDocuments, quoteDocuments, snapshots, librarySnapshots } = tables;
  const live = db.select({ id: snapshots.articleId }).from(snapshots).where(isNull(snapshots.withdrawnAt));
  const shown = db
    .select({ id: librarySnapshots.resourceId })
    .from(librarySnapshots)
    .where(eq(librarySnapshots.kind, 'quote'));
  return [
    { query: db.delete(storyDocuments).where(notInArray(storyDocuments.articleId, live)) },
    { query: db.delete(quoteDocuments).where(notInArray(quoteDocuments.quoteId, shown)) },
  ];
}
