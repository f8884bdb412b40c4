import { and, eq, exists, inArray, isNull, not, or, sql } from 'drizzle-orm';
import { type ResourceKind, resourceKinds } from '../blocks/library.js';
import type { ArticleLink } from '../blocks/story.js';
import type { ArticleRecord } from '../content/articles/repository.js';
import { updateStamp } from '../content/managed.js';
import type { Use } from '../content/where-used.js';
import type { Actor } from '../kernel/actor.js';
import { entityTag } from '../kernel/entity-tag.js';
import { foldName } from '../kernel/fold.js';
import type { Statement, Store } from '../storage/store.js';
import type { CompiledStory, PublicationTimes } from './compile.js';
import type { Resources } from './resources.js';

/** A snapshot's row without its bytes. */
export interface SnapshotHead {
  articleId: string;
  slug: string;
  headline: string;
  etag: string;
  isLive: boolean;
}

export async function findSnapshotHeads(
  { db, tables: { snapshots }, all }: Store,
  articleIds: readonly string[],
): Promise<Map<string, SnapshotHead>> {
  if (articleIds.length === 0) return new Map();
  const rows = await all(
    db
      .select({
        articleId: snapshots.articleId,
        slug: snapshots.slug,
        headline: snapshots.headline,
        etag: snapshots.etag,
        withdrawnAt: snapshots.withdrawnAt,
      })
      .from(snapshots)
      .where(inArray(snapshots.articleId, [...articleIds])),
  );
  return new Map(rows.map(({ withdrawnAt, ...head }) => [head.articleId, { ...head, isLive: withdrawnAt === null }]));
}

/** Links to those of the articles that are live, and the guards that hold a commit to them. */
export async function findLinks(
  store: Store,
  articleIds: readonly string[],
): Promise<{ links: Map<string, ArticleLink>; guards: Statement[] }> {
  if (articleIds.length === 0) return { links: new Map(), guards: [] };
  const { snapshots } = store.tables;
  const isLive = and(inArray(snapshots.articleId, [...articleIds]), isNull(snapshots.withdrawnAt));
  const rows = await store.all(
    store.db
      .select({
        id: snapshots.articleId,
        slug: snapshots.slug,
        language: snapshots.language,
        headline: snapshots.headline,
      })
      .from(snapshots)
      .where(isLive),
  );
  const unchanged = rows.map(({ id, slug, headline }) =>
    and(eq(snapshots.articleId, id), eq(snapshots.slug, slug), eq(snapshots.headline, headline)),
  );
  const guards: Statement[] = [
    { query: store.db.select({ id: snapshots.articleId }).from(snapshots).where(isLive), rows: rows.length },
  ];
  if (rows.length > 0) {
    const query = store.db
      .select({ id: snapshots.articleId })
      .from(snapshots)
      .where(and(or(...unchanged), isNull(snapshots.withdrawnAt)));
    guards.push({ query, rows: rows.length });
  }
  return { links: new Map(rows.map((row) => [row.id, row])), guards };
}

/** Makes a story live, or live again with new bytes. */
export function putSnapshot(
  { db, tables: { snapshots } }: Store,
  articleId: string,
  story: CompiledStory,
  publishedAt: string,
  at: string,
): Statement {
  const row = { ...story, publishedAt, withdrawnAt: null, madeAt: at };
  return {
    query: db
      .insert(snapshots)
      .values({ articleId, ...row })
      .onConflictDoUpdate({ target: snapshots.articleId, set: row }),
    rows: 1,
  };
}

/** Puts new bytes in place of those that were read. */
export function replaceSnapshot(
  { db, tables: { snapshots } }: Store,
  articleId: string,
  readEtag: string,
  story: CompiledStory,
  at: string,
): Statement {
  return {
    query: db
      .update(snapshots)
      .set({ ...story, madeAt: at })
      .where(and(eq(snapshots.articleId, articleId), eq(snapshots.etag, readEtag), isNull(snapshots.withdrawnAt))),
    rows: 1,
  };
}

/** Holds a commit to a live story's bytes being the ones that were read. */
export function guardSnapshot({ db, tables: { snapshots } }: Store, articleId: string, readEtag: string): Statement {
  return {
    query: db
      .select({ id: snapshots.articleId })
      .from(snapshots)
      .where(and(eq(snapshots.articleId, articleId), eq(snapshots.etag, readEtag), isNull(snapshots.withdrawnAt))),
    rows: 1,
  };
}

export function emptySnapshot({ db, tables: { snapshots } }: Store, articleId: string, at: string): Statement {
  return {
    query: db
      .update(snapshots)
      .set({ body: null, summary: null, withdrawnAt: at, madeAt: at })
      .where(and(eq(snapshots.articleId, articleId), isNull(snapshots.withdrawnAt))),
    rows: 1,
  };
}

/** Gives a slug to an article for good: readers see it now. */
export function publishSlug({ db, tables: { slugs } }: Store, articleId: string, slug: string): Statement {
  return {
    query: db
      .update(slugs)
      .set({ published: true })
      .where(and(eq(slugs.slug, slug), eq(slugs.articleId, articleId))),
    rows: 1,
  };
}

/** Readers see the anchors now, so they stay. */
export function fixAnchors({ db, tables: { sections } }: Store, articleId: string): Statement {
  return {
    query: db
      .update(sections)
      .set({ anchorFixed: true })
      .where(and(eq(sections.articleId, articleId), isNull(sections.deletedAt), eq(sections.anchorFixed, false))),
  };
}

export function markLive(
  { db, tables: { articles } }: Store,
  { summary: { id, version } }: ArticleRecord,
  times: PublicationTimes,
  actor: Actor,
  at: string,
): Statement {
  const values = {
    ...times,
    ...updateStamp(actor, at),
    state: 'live' as const,
    withdrawnAt: null,
    version: version + 1,
    liveVersion: version + 1,
  };
  return {
    query: db
      .update(articles)
      .set(values)
      .where(and(eq(articles.id, id), eq(articles.version, version), isNull(articles.deletedAt))),
    rows: 1,
  };
}

export function markWithdrawn(
  { db, tables: { articles } }: Store,
  { summary: { id, version } }: ArticleRecord,
  actor: Actor,
  at: string,
): Statement {
  const values = { ...updateStamp(actor, at), state: 'withdrawn' as const, withdrawnAt: at, version: version + 1 };
  return {
    query: db
      .update(articles)
      .set(values)
      .where(and(eq(articles.id, id), eq(articles.version, version))),
    rows: 1,
  };
}

/** Writes down what a live story shows; nothing when it is live no more. */
export function liveUseStatements(
  { db, tables: { whereUsed } }: Store,
  articleId: string,
  uses: readonly Use[],
): Statement[] {
  const unique = new Map(uses.map((use) => [`${use.kind}/${use.id}`, use]));
  const rows = [...unique.values()].map(({ kind, id }) => ({
    scope: 'live' as const,
    userKind: 'article' as const,
    userId: articleId,
    sectionId: '',
    kind,
    resourceId: id,
  }));
  const mine = and(eq(whereUsed.scope, 'live'), eq(whereUsed.userKind, 'article'), eq(whereUsed.userId, articleId));
  return [
    { query: db.delete(whereUsed).where(mine) },
    ...(rows.length > 0 ? [{ query: db.insert(whereUsed).values(rows) }] : []),
  ];
}

/** The library resources that a live story shows. */
export async function listLiveUses({ db, tables: { whereUsed }, all }: Store, articleId: string): Promise<Use[]> {
  return all(
    db
      .select({ kind: whereUsed.kind, id: whereUsed.resourceId })
      .from(whereUsed)
      .where(and(eq(whereUsed.scope, 'live'), eq(whereUsed.userKind, 'article'), eq(whereUsed.userId, articleId))),
  );
}

/** Shows resources to readers as they are now. */
export function putLibrarySnapshots(
  { db, tables: { librarySnapshots } }: Store,
  resources: Resources,
  uses: readonly { kind: ResourceKind; id: string }[],
  at: string,
): Statement[] {
  return uses.map(({ kind, id }) => {
    const body = JSON.stringify(resources.delivered(kind, id));
    const name = kind === 'quote' ? resources.quote(id).speaker?.name : undefined;
    const speaker = name === undefined ? null : foldName(name);
    const row = { etag: entityTag(body), madeAt: at, speaker, body };
    return {
      query: db
        .insert(librarySnapshots)
        .values({ kind, resourceId: id, ...row })
        .onConflictDoUpdate({
          target: [librarySnapshots.kind, librarySnapshots.resourceId],
          set: row,
          setWhere: sql`${librarySnapshots.etag} <> ${row.etag}`,
        }),
    };
  });
}

/** Hides from readers those of the resources that no live story shows any more. Comes after the uses are written. */
export function dropUnusedLibrarySnapshots(
  { db, tables: { librarySnapshots, whereUsed } }: Store,
  uses: readonly Use[],
): Statement[] {
  const isUsed = exists(
    db
      .select({ one: sql`1` })
      .from(whereUsed)
      .where(
        and(
          eq(whereUsed.scope, 'live'),
          eq(whereUsed.kind, librarySnapshots.kind),
          eq(whereUsed.resourceId, librarySnapshots.resourceId),
        ),
      ),
  );
  return resourceKinds.flatMap((kind) => {
    const ids = uses.filter((use) => use.kind === kind).map(({ id }) => id);
    if (ids.length === 0) return [];
    const isOne = and(eq(librarySnapshots.kind, kind), inArray(librarySnapshots.resourceId, ids));
    return [{ query: db.delete(librarySnapshots).where(and(isOne, not(isUsed))) }];
  });
}
