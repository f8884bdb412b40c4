import { and, asc, eq, gt, inArray, isNull, lt, not, or, sql } from 'drizzle-orm';
import type { ArticleLink } from '../blocks/story.js';
import type { Publication } from '../content/articles/schemas.js';
import { isRetracted } from '../content/corrections/repository.js';
import { prepared } from '../storage/prepared.js';
import type { Statement, Store } from '../storage/store.js';
import { type CompiledStory, compiledFormat, type PublicationTimes } from './compile.js';
import { type PublicEvent, tell, toldSeq } from './public-log/repository.js';

/** A snapshot's row without its bytes. */
export interface SnapshotHead {
  articleId: string;
  slug: string;
  language: string;
  headline: string;
  retracted: boolean;
  publishedAt: string;
  etag: string;
  isLive: boolean;
  /** Which form of the compiled story it is. */
  format: number;
}

const selectHeads = prepared((store, { ids }: { ids: string[] }) => {
  const { snapshots } = store.tables;
  return store.db
    .select({
      articleId: snapshots.articleId,
      slug: snapshots.slug,
      language: snapshots.language,
      headline: snapshots.headline,
      retracted: sql`${isRetracted(store, snapshots.articleId)}`.mapWith(Boolean),
      publishedAt: snapshots.publishedAt,
      etag: snapshots.etag,
      format: snapshots.format,
      withdrawnAt: snapshots.withdrawnAt,
    })
    .from(snapshots)
    .where(inArray(snapshots.articleId, ids));
});

export async function findSnapshotHeads(
  store: Store,
  articleIds: readonly string[],
): Promise<Map<string, SnapshotHead>> {
  if (articleIds.length === 0) return new Map();
  const rows = await store.all(selectHeads(store, { ids: [...articleIds] }));
  return new Map(rows.map(({ withdrawnAt, ...head }) => [head.articleId, { ...head, isLive: withdrawnAt === null }]));
}

const selectLinks = prepared((store, { ids }: { ids: string[] }) => {
  const { snapshots } = store.tables;
  return store.db
    .select({
      id: snapshots.articleId,
      slug: snapshots.slug,
      language: snapshots.language,
      headline: snapshots.headline,
      retracted: sql`${isRetracted(store, snapshots.articleId)}`.mapWith(Boolean),
    })
    .from(snapshots)
    .where(and(inArray(snapshots.articleId, ids), isNull(snapshots.withdrawnAt)));
});

/** Links to those of the articles that are live, and the guards that hold a commit to them. */
export async function findLinks(
  store: Store,
  articleIds: readonly string[],
): Promise<{ links: Map<string, ArticleLink>; guards: Statement[] }> {
  if (articleIds.length === 0) return { links: new Map(), guards: [] };
  const live = selectLinks(store, { ids: [...articleIds] });
  const rows = await store.all(live);
  const guards: Statement[] = [{ query: live, rows: rows.length }];
  if (rows.length > 0) guards.push(guardLinks(store, rows));
  return { links: new Map(rows.map((row) => [row.id, row])), guards };
}

function guardLinks(store: Store, links: readonly ArticleLink[]): Statement {
  const { snapshots } = store.tables;
  const retracted = isRetracted(store, snapshots.articleId);
  const unchanged = links.map((link) =>
    and(
      eq(snapshots.articleId, link.id),
      eq(snapshots.slug, link.slug),
      eq(snapshots.language, link.language),
      eq(snapshots.headline, link.headline),
      link.retracted ? retracted : not(retracted),
    ),
  );
  const query = store.db
    .select({ id: snapshots.articleId })
    .from(snapshots)
    .where(and(or(...unchanged), isNull(snapshots.withdrawnAt)));
  return { query, rows: links.length };
}

function columnsOf({ slug, language, headline, publishedAt, etag, summary, body }: CompiledStory, at: string) {
  return { slug, language, headline, publishedAt, etag, summary, body, madeAt: at, format: compiledFormat };
}

/** The times that a story bears; none before its first publication. */
export function timesOf(publication: Publication): PublicationTimes | undefined {
  const { firstPublishedAt, publishedAt, contentUpdatedAt } = publication;
  if (firstPublishedAt === null || publishedAt === null || contentUpdatedAt === null) return undefined;
  return { firstPublishedAt, publishedAt, contentUpdatedAt };
}

const upsertSnapshot = prepared(
  (store, row: ReturnType<typeof columnsOf> & { articleId: string; withdrawnAt: null }) => {
    const { snapshots } = store.tables;
    const { articleId, ...columns } = { ...row, publicSeq: toldSeq(store) };
    return store.db
      .insert(snapshots)
      .values({ articleId, ...columns })
      .onConflictDoUpdate({ target: snapshots.articleId, set: columns });
  },
);

/** Makes a story live, or live again, and tells of it. */
export function putSnapshot(store: Store, articleId: string, story: CompiledStory, at: string): Statement[] {
  const row = { articleId, ...columnsOf(story, at), withdrawnAt: null };
  return [tell(store, articleId, 'published', at), { query: upsertSnapshot(store, row), rows: 1 }];
}

type ReadColumns = ReturnType<typeof columnsOf> & { articleId: string; readEtag: string };

function isAsRead(
  { tables: { snapshots } }: Store,
  { articleId, readEtag }: Pick<ReadColumns, 'articleId' | 'readEtag'>,
) {
  return and(eq(snapshots.articleId, articleId), eq(snapshots.etag, readEtag), isNull(snapshots.withdrawnAt));
}

const updateSnapshot = prepared((store, { articleId, readEtag, ...columns }: ReadColumns) =>
  store.db.update(store.tables.snapshots).set(columns).where(isAsRead(store, { articleId, readEtag })),
);
const updateTold = prepared((store, { articleId, readEtag, ...columns }: ReadColumns) =>
  store.db
    .update(store.tables.snapshots)
    .set({ ...columns, publicSeq: toldSeq(store) })
    .where(isAsRead(store, { articleId, readEtag })),
);

/** Puts new bytes in place of those that were read, and tells of it, unless they are the same. */
export function replaceSnapshot(
  store: Store,
  articleId: string,
  readEtag: string,
  story: CompiledStory,
  event: PublicEvent,
  at: string,
): Statement[] {
  const row = { articleId, readEtag, ...columnsOf(story, at) };
  if (story.etag === readEtag) return [{ query: updateSnapshot(store, row), rows: 1 }];
  return [tell(store, articleId, event, at), { query: updateTold(store, row), rows: 1 }];
}

/** Live stories whose bytes are of an older form than this program makes, by id. */
export async function listOutdated(
  { db, tables: { snapshots }, all }: Store,
  beyond: string,
  limit: number,
): Promise<string[]> {
  const rows = await all(
    db
      .select({ id: snapshots.articleId })
      .from(snapshots)
      .where(and(lt(snapshots.format, compiledFormat), isNull(snapshots.withdrawnAt), gt(snapshots.articleId, beyond)))
      .orderBy(asc(snapshots.articleId))
      .limit(limit),
  );
  return rows.map(({ id }) => id);
}

const selectLiveWithEtag = prepared(
  ({ db, tables: { snapshots } }, { articleId, etag }: { articleId: string; etag: string }) =>
    db
      .select({ id: snapshots.articleId })
      .from(snapshots)
      .where(and(eq(snapshots.articleId, articleId), eq(snapshots.etag, etag), isNull(snapshots.withdrawnAt))),
);

/** Holds a commit to a live story's bytes being the ones that were read. */
export function guardSnapshot(store: Store, articleId: string, readEtag: string): Statement {
  return { query: selectLiveWithEtag(store, { articleId, etag: readEtag }), rows: 1 };
}

/** Holds a commit to the live revision of a story being the one that was read. */
export function guardLiveVersion({ db, tables: { articles } }: Store, id: string, liveVersion: number): Statement {
  const isSo = and(eq(articles.id, id), eq(articles.liveVersion, liveVersion), eq(articles.state, 'live'));
  return { query: db.select({ id: articles.id }).from(articles).where(isSo), rows: 1 };
}

/** Takes the bytes that were read from readers, and tells of it. */
export function emptySnapshot(store: Store, articleId: string, readEtag: string, at: string): Statement[] {
  const isRead = isAsRead(store, { articleId, readEtag });
  const values = { body: null, summary: null, withdrawnAt: at, madeAt: at, publicSeq: toldSeq(store) };
  return [
    tell(store, articleId, 'withdrawn', at),
    { query: store.db.update(store.tables.snapshots).set(values).where(isRead), rows: 1 },
  ];
}

const updateSlugPublished = prepared(
  ({ db, tables: { slugs } }, { articleId, slug }: { articleId: string; slug: string }) =>
    db
      .update(slugs)
      .set({ published: true })
      .where(and(eq(slugs.slug, slug), eq(slugs.articleId, articleId))),
);

/** Gives a slug to an article for good: readers see it now. */
export function publishSlug(store: Store, articleId: string, slug: string): Statement {
  return { query: updateSlugPublished(store, { articleId, slug }), rows: 1 };
}

const updateAnchorsFixed = prepared(({ db, tables: { sections } }, { articleId }: { articleId: string }) =>
  db
    .update(sections)
    .set({ anchorFixed: true })
    .where(and(eq(sections.articleId, articleId), isNull(sections.deletedAt), eq(sections.anchorFixed, false))),
);

/** Readers see the anchors now, so they stay. */
export function fixAnchors(store: Store, articleId: string): Statement {
  return { query: updateAnchorsFixed(store, { articleId }) };
}
