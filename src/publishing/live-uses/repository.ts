// What live stories show and can be found by.
import { and, eq, exists, inArray, ne, not, notInArray, sql } from 'drizzle-orm';
import { type ResourceKind, resourceKinds } from '../../blocks/library.js';
import { countStories, type TermKind } from '../../content/taxonomy/repository.js';
import type { Use } from '../../content/where-used.js';
import { entityTag } from '../../kernel/entity-tag.js';
import { foldName } from '../../kernel/fold.js';
import type { Statement, Store } from '../../storage/store.js';
import type { Resources } from '../resources.js';

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
          setWhere: ne(librarySnapshots.etag, row.etag),
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

/** Counts a story with the desk and tags that it has got, and no more with those that it has lost. */
export function storyCountStatements(store: Store, before: readonly Use[], after: readonly Use[]): Statement[] {
  return (['desk', 'tag'] as const).flatMap((kind: TermKind) => {
    const keysOf = (uses: readonly Use[]) => new Set(uses.filter((use) => use.kind === kind).map(({ id }) => id));
    const [had, has] = [keysOf(before), keysOf(after)];
    return [
      ...countStories(
        store,
        kind,
        [...has].filter((key) => !had.has(key)),
        1,
      ),
      ...countStories(
        store,
        kind,
        [...had].filter((key) => !has.has(key)),
        -1,
      ),
    ];
  });
}

/** Writes down what a live story can be found by; nothing when it is live no more. */
export function facetStatements(
  { db, tables }: Store,
  articleId: string,
  facets: readonly string[],
  times: { publishedAt: string; contentUpdatedAt: string } = { publishedAt: '', contentUpdatedAt: '' },
): Statement[] {
  const mine = eq(tables.facets.articleId, articleId);
  if (facets.length === 0) return [{ query: db.delete(tables.facets).where(mine) }];
  const { publishedAt, contentUpdatedAt } = times;
  const rows = facets.map((facet) => ({ articleId, facet, publishedAt, contentUpdatedAt }));
  return [
    { query: db.delete(tables.facets).where(and(mine, notInArray(tables.facets.facet, [...facets]))) },
    {
      query: db
        .insert(tables.facets)
        .values(rows)
        .onConflictDoUpdate({
          target: [tables.facets.articleId, tables.facets.facet],
          set: { publishedAt, contentUpdatedAt },
          setWhere: sql`${tables.facets.publishedAt} <> ${publishedAt} OR ${tables.facets.contentUpdatedAt} <> ${contentUpdatedAt}`,
        }),
    },
  ];
}
