// Who uses a thing, in every scope. Where-used itself is written by those who use things.
import { and, count, eq, sql } from 'drizzle-orm';
import type { Seek } from '../../kernel/cursors.js';
import type { Usage, UsageScope } from '../../kernel/usage.js';
import { ascending, inListOrder } from '../../storage/keyset.js';
import type { Statement, Store } from '../../storage/store.js';
import type { UsedKind } from '../where-used.js';

function isUseOf({ tables: { whereUsed } }: Store, kind: UsedKind, id: string, scope?: UsageScope) {
  return and(eq(whereUsed.kind, kind), eq(whereUsed.resourceId, id), scope && eq(whereUsed.scope, scope));
}

/** Places where a thing is used: by scope, then by who uses it, then by section. */
export async function listUsages(
  store: Store,
  kind: UsedKind,
  id: string,
  scope: UsageScope | undefined,
  limit: number,
  seek: Seek | undefined,
): Promise<Usage[]> {
  const { whereUsed, articles, embeds, snapshots } = store.tables;
  const { order, bound } = ascending(
    [whereUsed.scope, whereUsed.userId, whereUsed.userKind, whereUsed.sectionId],
    seek,
  );
  const isLive = and(eq(whereUsed.scope, 'live'), eq(snapshots.articleId, whereUsed.userId));
  const rows = await store.all(
    store.db
      .select({
        scope: whereUsed.scope,
        kind: whereUsed.userKind,
        id: whereUsed.userId,
        sectionId: whereUsed.sectionId,
        slug: sql<string | null>`coalesce(${snapshots.slug}, ${articles.slug})`,
        title: sql<string | null>`coalesce(${snapshots.headline}, ${articles.headline}, ${embeds.title})`,
      })
      .from(whereUsed)
      .leftJoin(articles, and(eq(whereUsed.userKind, 'article'), eq(articles.id, whereUsed.userId)))
      .leftJoin(embeds, and(eq(whereUsed.userKind, 'embed'), eq(embeds.id, whereUsed.userId)))
      .leftJoin(snapshots, and(eq(whereUsed.userKind, 'article'), isLive))
      .where(and(isUseOf(store, kind, id, scope), bound))
      .orderBy(...order)
      .limit(limit),
  );
  return inListOrder(rows, seek).map((row) => ({ ...row, sectionId: row.sectionId === '' ? null : row.sectionId }));
}

/** In how many places a thing is used. */
export async function countUsages(store: Store, kind: UsedKind, id: string): Promise<number> {
  const query = store.db
    .select({ places: count() })
    .from(store.tables.whereUsed)
    .where(isUseOf(store, kind, id));
  return (await store.all(query))[0]?.places ?? 0;
}

/** Holds a commit to nothing using a thing. */
export function guardUnused(store: Store, kind: UsedKind, id: string): Statement {
  const { whereUsed } = store.tables;
  const query = store.db
    .select({ userId: whereUsed.userId })
    .from(whereUsed)
    .where(isUseOf(store, kind, id))
    .limit(1);
  return { query, rows: 0 };
}
