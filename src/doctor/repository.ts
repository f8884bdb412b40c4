// What the doctor reads, each list beyond an id and bounded.
import { and, asc, eq, gt, isNull, ne, notExists, notInArray, or, type SQL, sql } from 'drizzle-orm';
import type { Use } from '../content/where-used.js';
import type { Store } from '../storage/store.js';

/** Of more faults of a kind than these, only so many are told. */
const toldMax = 100;

export type UseScope = 'working' | 'live' | 'scheduled';

/** Ids of articles beyond one, deleted ones among them. */
export async function listArticleIds({ db, tables: { articles }, all }: Store, beyond: string, limit: number) {
  const rows = await all(
    db.select({ id: articles.id }).from(articles).where(gt(articles.id, beyond)).orderBy(asc(articles.id)).limit(limit),
  );
  return rows.map(({ id }) => id);
}

/** Embeds beyond an id, deleted ones among them, each with the image that it points at while it is not deleted. */
export async function listEmbeds({ db, tables: { embeds }, all }: Store, beyond: string, limit: number) {
  const rows = await all(
    db
      .select({ id: embeds.id, thumbnailImageId: embeds.thumbnailImageId, deletedAt: embeds.deletedAt })
      .from(embeds)
      .where(gt(embeds.id, beyond))
      .orderBy(asc(embeds.id))
      .limit(limit),
  );
  return rows.map(({ id, thumbnailImageId, deletedAt }) => ({
    id,
    uses: deletedAt === null && thumbnailImageId !== null ? [{ kind: 'image' as const, id: thumbnailImageId }] : [],
  }));
}

/** What is noted that a user uses, by the section that does. */
export async function listNotedUses(
  { db, tables: { whereUsed }, all }: Store,
  scope: UseScope,
  userKind: 'article' | 'embed',
  userId: string,
): Promise<(Use & { sectionId: string })[]> {
  const { sectionId, kind, resourceId: id } = whereUsed;
  const isMine = and(eq(whereUsed.scope, scope), eq(whereUsed.userKind, userKind), eq(whereUsed.userId, userId));
  return all(db.select({ sectionId, kind, id }).from(whereUsed).where(isMine));
}

/** Versions of articles that wait to be published, by article. */
export async function listWaitingVersions({ db, tables: { schedules }, all }: Store): Promise<Map<string, number>> {
  const { articleId, articleVersion, action, state } = schedules;
  const rows = await all(
    db
      .select({ articleId, articleVersion })
      .from(schedules)
      .where(and(eq(action, 'publish'), eq(state, 'pending'))),
  );
  return new Map(rows.map((row) => [row.articleId, row.articleVersion]));
}

/** Articles whose row says otherwise than what readers get whether they are live. */
export async function listTornStories({ db, tables: { articles, snapshots }, all }: Store): Promise<string[]> {
  const live = db.select({ id: snapshots.articleId }).from(snapshots).where(isNull(snapshots.withdrawnAt));
  const isTorn = or(
    and(eq(articles.state, 'live'), notInArray(articles.id, live)),
    and(ne(articles.state, 'live'), sql`${articles.id} IN ${live}`),
  );
  const rows = await all(db.select({ id: articles.id }).from(articles).where(isTorn).limit(toldMax));
  return rows.map(({ id }) => id);
}

/** What is kept of stories and resources that readers do not see: a line for each. */
export async function listLeftovers({ db, tables, all }: Store): Promise<string[]> {
  const { whereUsed, facets, snapshots, librarySnapshots } = tables;
  const live = db.select({ id: snapshots.articleId }).from(snapshots).where(isNull(snapshots.withdrawnAt));
  const isUse = and(
    eq(whereUsed.scope, 'live'),
    eq(whereUsed.kind, librarySnapshots.kind),
    eq(whereUsed.resourceId, librarySnapshots.resourceId),
  );
  const uses = await all(
    db
      .selectDistinct({ id: whereUsed.userId })
      .from(whereUsed)
      .where(and(eq(whereUsed.scope, 'live'), notInArray(whereUsed.userId, live)))
      .limit(toldMax),
  );
  const found = await all(
    db.selectDistinct({ id: facets.articleId }).from(facets).where(notInArray(facets.articleId, live)).limit(toldMax),
  );
  const shown = await all(
    db
      .select({ kind: librarySnapshots.kind, id: librarySnapshots.resourceId })
      .from(librarySnapshots)
      .where(notExists(db.select({ one: sql`1` }).from(whereUsed).where(isUse)))
      .limit(toldMax),
  );
  return [
    ...uses.map(({ id }) => `story ${id} is not live, and noted to show something`),
    ...found.map(({ id }) => `story ${id} is not live, and found in lists`),
    ...shown.map(({ kind, id }) => `${kind} ${id} is shown to readers, and by no live story`),
  ];
}

/** Desks and tags that have another number of live stories than is counted. */
export async function listMiscounted({ db, tables, all }: Store): Promise<string[]> {
  const { whereUsed, desks, tags } = tables;
  const counted = (kind: 'desk' | 'tag', key: SQL) =>
    sql<number>`(SELECT count(*) FROM ${whereUsed} WHERE ${whereUsed.kind} = ${kind} AND ${whereUsed.resourceId} = ${key} AND ${whereUsed.scope} = 'live')`;
  const found: string[] = [];
  for (const kind of ['desk', 'tag'] as const) {
    const table = (kind === 'desk' ? desks : tags) as typeof desks;
    const count = counted(kind, sql`${table.key}`);
    const { key, liveStories: told } = table;
    const rows = await all(db.select({ key, told, count }).from(table).where(sql`${told} <> ${count}`).limit(toldMax));
    found.push(...rows.map((row) => `${kind} ${row.key} tells ${row.told} live stories, and has ${row.count}`));
  }
  return found;
}

/** What the full-text index has that readers do not see, and quotes that they see and it has not. */
export async function listMisindexed({ db, tables, all }: Store): Promise<string[]> {
  const { storyDocuments, quoteDocuments, snapshots, librarySnapshots } = tables;
  const live = db.select({ id: snapshots.articleId }).from(snapshots).where(isNull(snapshots.withdrawnAt));
  const quotes = db
    .select({ id: librarySnapshots.resourceId })
    .from(librarySnapshots)
    .where(eq(librarySnapshots.kind, 'quote'));
  const indexed = db.select({ id: quoteDocuments.quoteId }).from(quoteDocuments).where(ne(quoteDocuments.hash, ''));
  const stories = await all(
    db
      .select({ id: storyDocuments.articleId })
      .from(storyDocuments)
      .where(notInArray(storyDocuments.articleId, live))
      .limit(toldMax),
  );
  const surplus = await all(
    db
      .select({ id: quoteDocuments.quoteId })
      .from(quoteDocuments)
      .where(notInArray(quoteDocuments.quoteId, quotes))
      .limit(toldMax),
  );
  const { kind, resourceId: id } = librarySnapshots;
  const missing = await all(
    db
      .select({ id })
      .from(librarySnapshots)
      .where(and(eq(kind, 'quote'), notInArray(id, indexed)))
      .limit(toldMax),
  );
  return [
    ...stories.map((row) => `story ${row.id} is not live, and in the full-text index`),
    ...surplus.map((row) => `quote ${row.id} is not shown, and in the full-text index`),
    ...missing.map((row) => `quote ${row.id} is not in the full-text index`),
  ];
}
