// What is stored of a live story, to be compared with what it should be.
import { and, asc, eq, gt, inArray, isNull, notExists, notInArray, type SQL, sql } from 'drizzle-orm';
import type { ResourceKind } from '../../blocks/library.js';
import type { Statement, Store } from '../../storage/store.js';

/** A live story's row, and what goes with it. */
export interface StoredStory {
  slug: string;
  language: string;
  headline: string;
  publishedAt: string;
  etag: string;
  format: number;
  summary: string;
  body: Buffer;
  /** What lists find it by, with the times they sort by. */
  facets: { facet: string; publishedAt: string; contentUpdatedAt: string | null }[];
  /** What searches find it by; none when it is not in the index. */
  document:
    | { publishedAt: string; contentUpdatedAt: string; counted: string; hash: string; texts: unknown }
    | undefined;
}

/** Ids of live stories beyond one, in their order. */
export async function listLiveIds(
  { db, tables: { snapshots }, all }: Store,
  beyond: string,
  limit: number,
): Promise<string[]> {
  const rows = await all(
    db
      .select({ id: snapshots.articleId })
      .from(snapshots)
      .where(and(isNull(snapshots.withdrawnAt), gt(snapshots.articleId, beyond)))
      .orderBy(asc(snapshots.articleId))
      .limit(limit),
  );
  return rows.map(({ id }) => id);
}

export async function countLive({ db, tables: { snapshots }, all }: Store): Promise<number> {
  const [row] = await all(
    db.select({ count: sql<number>`count(*)` }).from(snapshots).where(isNull(snapshots.withdrawnAt)),
  );
  return row?.count ?? 0;
}

export async function findStoredStory(store: Store, id: string): Promise<StoredStory | undefined> {
  const { db, tables, all } = store;
  const { snapshots, facets, storyDocuments: documents, storyTexts } = tables;
  const [row] = await all(
    db
      .select()
      .from(snapshots)
      .where(and(eq(snapshots.articleId, id), isNull(snapshots.withdrawnAt))),
  );
  if (!row) return undefined;
  const { facet, publishedAt, contentUpdatedAt } = facets;
  const found = await all(
    db.select({ facet, publishedAt, contentUpdatedAt }).from(facets).where(eq(facets.articleId, id)),
  );
  const [document] = await all(
    db
      .select({
        publishedAt: documents.publishedAt,
        contentUpdatedAt: documents.contentUpdatedAt,
        counted: documents.counted,
        hash: documents.hash,
        texts: storyTexts.texts,
      })
      .from(documents)
      .leftJoin(storyTexts, eq(storyTexts.id, documents.id))
      .where(eq(documents.articleId, id)),
  );
  return { ...row, summary: row.summary ?? '', body: row.body ?? Buffer.alloc(0), facets: found, document };
}

/** What readers get of library resources, by kind and id. */
export async function findShownBodies(
  { db, tables: { librarySnapshots }, all }: Store,
  uses: readonly { kind: ResourceKind; id: string }[],
): Promise<Map<string, string>> {
  const { kind, resourceId, body } = librarySnapshots;
  const rows = await all(
    db
      .select({ kind, resourceId, body })
      .from(librarySnapshots)
      .where(inArray(resourceId, uses.length > 0 ? uses.map(({ id }) => id) : [''])),
  );
  return new Map(rows.map((row) => [`${row.kind}/${row.resourceId}`, row.body]));
}

/** Takes out what is written down of stories that are not live, and of resources that no live story shows; counts anew. */
export function tidyStatements({ db, tables }: Store): Statement[] {
  const { whereUsed, facets, snapshots, librarySnapshots, desks, tags } = tables;
  const live = db.select({ id: snapshots.articleId }).from(snapshots).where(isNull(snapshots.withdrawnAt));
  const isShown = db
    .select({ one: sql`1` })
    .from(whereUsed)
    .where(
      and(
        eq(whereUsed.scope, 'live'),
        eq(whereUsed.kind, librarySnapshots.kind),
        eq(whereUsed.resourceId, librarySnapshots.resourceId),
      ),
    );
  const isLive = and(eq(whereUsed.scope, 'live'), eq(whereUsed.userKind, 'article'));
  const counted = (kind: 'desk' | 'tag', key: SQL) =>
    sql`(SELECT count(*) FROM ${whereUsed} WHERE ${whereUsed.kind} = ${kind} AND ${whereUsed.resourceId} = ${key} AND ${whereUsed.scope} = 'live')`;
  return [
    { query: db.delete(whereUsed).where(and(isLive, notInArray(whereUsed.userId, live))) },
    { query: db.delete(facets).where(notInArray(facets.articleId, live)) },
    { query: db.delete(librarySnapshots).where(notExists(isShown)) },
    ...(
      [
        ['desk', desks],
        ['tag', tags],
      ] as const
    ).map(([kind, table]) => ({
      query: db
        .update(table as typeof desks)
        .set({ liveStories: counted(kind, sql`${table.key}`) })
        .where(sql`${table.liveStories} <> ${counted(kind, sql`${table.key}`)}`),
    })),
  ];
}

/** Changes that are on their way to live stories, and how far each is. */
export async function listUnfinished({ db, tables: { propagations }, all }: Store) {
  const { kind, resourceId, cursor } = propagations;
  return all(db.select({ kind, resourceId, cursor }).from(propagations).where(isNull(propagations.finishedAt)));
}
