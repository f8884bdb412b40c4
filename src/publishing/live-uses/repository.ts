// What live stories show and can be found by.
import { and, eq, exists, inArray, ne, not, notInArray, or, sql } from 'drizzle-orm';
import { type ResourceKind, resourceKinds } from '../../blocks/library.js';
import { alternativesMax } from '../../content/library/repository.js';
import { countStories, type TermKind } from '../../content/taxonomy/repository.js';
import type { Use } from '../../content/where-used.js';
import { chunksOf } from '../../kernel/chunks.js';
import { entityTag } from '../../kernel/entity-tag.js';
import { foldName } from '../../kernel/fold.js';
import { quoteTextsOf } from '../../kernel/search/documents.js';
import type { Statement, Store } from '../../storage/store.js';
import type { Resources } from '../resources.js';

/**
 * Writes down what a live story shows, from what was written down before; nothing when it is live no more. Readers get what it
 * has got or lost with other stories than before, and so dated anew.
 */
export function liveUseStatements(
  store: Store,
  articleId: string,
  before: readonly Use[],
  after: readonly Use[],
  at: string,
): Statement[] {
  const { db, tables } = store;
  const { whereUsed } = tables;
  const [gone, come] = [lostUses(before, after), lostUses(after, before)];
  const mine = and(eq(whereUsed.scope, 'live'), eq(whereUsed.userKind, 'article'), eq(whereUsed.userId, articleId));
  const rows = come.map(({ kind, id }) => ({
    scope: 'live' as const,
    userKind: 'article' as const,
    userId: articleId,
    sectionId: '',
    kind,
    resourceId: id,
  }));
  const goneByKind = [...Map.groupBy(gone, ({ kind }) => kind)].map(([kind, uses]) => ({
    query: db.delete(whereUsed).where(
      and(
        mine,
        eq(whereUsed.kind, kind),
        inArray(
          whereUsed.resourceId,
          uses.map(({ id }) => id),
        ),
      ),
    ),
    rows: uses.length,
  }));
  return [
    ...goneByKind,
    ...(rows.length > 0 ? [{ query: db.insert(whereUsed).values(rows), rows: rows.length }] : []),
    ...dateLibrarySnapshots(store, [...gone, ...come], at),
  ];
}

/** Dates anew what readers get of library resources, when the stories they stand in are otherwise than before. */
export function dateLibrarySnapshots(
  { db, tables: { librarySnapshots } }: Store,
  uses: readonly Use[],
  at: string,
): Statement[] {
  return resourceKinds.flatMap((kind) => {
    const ids = uses.filter((use) => use.kind === kind).map(({ id }) => id);
    if (ids.length === 0) return [];
    const isOne = and(eq(librarySnapshots.kind, kind), inArray(librarySnapshots.resourceId, ids));
    return [
      {
        query: db
          .update(librarySnapshots)
          .set({ madeAt: at })
          .where(and(isOne, ne(librarySnapshots.madeAt, at))),
      },
    ];
  });
}

/** Those of the uses, each once, that are not among the others. */
export function lostUses(uses: readonly Use[], others: readonly Use[]): Use[] {
  const nameOf = ({ kind, id }: Use) => `${kind}/${id}`;
  const kept = new Set(others.map(nameOf));
  return [...new Map(uses.map((use) => [nameOf(use), use])).values()].filter((use) => !kept.has(nameOf(use)));
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

type Shown = Pick<Store['tables']['librarySnapshots']['$inferSelect'], 'kind' | 'resourceId' | 'etag'>;

/**
 * Shows resources to readers as they are now. Those that readers see so already are only held to stay so.
 * @param isAnew writes them all the same: what is stored may not be what its tag says
 */
export async function putLibrarySnapshots(
  store: Store,
  resources: Resources,
  uses: readonly { kind: ResourceKind; id: string }[],
  at: string,
  isAnew = false,
): Promise<Statement[]> {
  const { librarySnapshots } = store.tables;
  const shown = new Map(
    (await listShown(store, uses)).map(({ kind, resourceId, etag }) => [`${kind}/${resourceId}`, etag]),
  );
  const rows = uses.map(({ kind, id }) => {
    const body = JSON.stringify(resources.delivered(kind, id));
    const name = kind === 'quote' ? resources.quote(id).speaker?.name : undefined;
    return {
      kind,
      resourceId: id,
      etag: entityTag(body),
      madeAt: at,
      speaker: name === undefined ? null : foldName(name),
      body,
    };
  });
  const isShown = ({ kind, resourceId, etag }: Shown) => !isAnew && shown.get(`${kind}/${resourceId}`) === etag;
  const changed = rows.filter((row) => !isShown(row));
  return [
    ...guardShown(store, rows.filter(isShown)),
    ...changed.map(({ kind, resourceId, ...row }) => ({
      query: store.db
        .insert(librarySnapshots)
        .values({ kind, resourceId, ...row })
        .onConflictDoUpdate({
          target: [librarySnapshots.kind, librarySnapshots.resourceId],
          set: row,
          ...(!isAnew && { setWhere: ne(librarySnapshots.etag, row.etag) }),
        }),
    })),
    ...changed.flatMap(({ kind, resourceId: id }) =>
      kind === 'quote' ? store.search.putQuote(id, quoteTextsOf(resources.quote(id)), isAnew) : [],
    ),
  ];
}

async function listShown(
  { db, tables: { librarySnapshots }, all }: Store,
  uses: readonly { kind: ResourceKind; id: string }[],
): Promise<Shown[]> {
  const { kind, resourceId, etag } = librarySnapshots;
  const ofKinds = [...Map.groupBy(uses, (use) => use.kind)].map(([of, some]) =>
    and(
      eq(kind, of),
      inArray(
        resourceId,
        some.map(({ id }) => id),
      ),
    ),
  );
  if (ofKinds.length === 0) return [];
  return all(
    db
      .select({ kind, resourceId, etag })
      .from(librarySnapshots)
      .where(or(...ofKinds)),
  );
}

/** Holds a commit to readers seeing resources as it was read: the last other story that shows one may be withdrawn meanwhile. */
function guardShown({ db, tables: { librarySnapshots } }: Store, shown: readonly Shown[]): Statement[] {
  return chunksOf(shown, alternativesMax).map((some) => {
    const asRead = some.map(({ kind, resourceId, etag }) =>
      and(
        eq(librarySnapshots.kind, kind),
        eq(librarySnapshots.resourceId, resourceId),
        eq(librarySnapshots.etag, etag),
      ),
    );
    const query = db
      .select({ id: librarySnapshots.resourceId })
      .from(librarySnapshots)
      .where(or(...asRead));
    return { query, rows: some.length };
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
