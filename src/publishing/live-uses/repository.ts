// What live stories show.
import { and, eq, exists, inArray, ne, not, or, sql } from 'drizzle-orm';
import { type ResourceKind, resourceKinds } from '../../blocks/library.js';
import { alternativesMax } from '../../content/library/repository.js';
import { countStories, type TermKind } from '../../content/taxonomy/repository.js';
import type { Use } from '../../content/where-used.js';
import { chunksOf } from '../../kernel/chunks.js';
import { entityTag } from '../../kernel/entity-tag.js';
import { foldName } from '../../kernel/fold.js';
import { quoteTextsOf } from '../../kernel/search/documents.js';
import { prepared } from '../../storage/prepared.js';
import type { Statement, Store } from '../../storage/store.js';
import type { Resources } from '../resources.js';

const insertLiveUses = prepared(
  ({ db, tables: { whereUsed } }, { articleId, uses }: { articleId: string; uses: Use[] }) => {
    const user = { scope: 'live' as const, userKind: 'article' as const, userId: articleId, sectionId: '' };
    return db.insert(whereUsed).values(uses.map(({ kind, id }) => ({ ...user, kind, resourceId: id })));
  },
);

/**
 * Writes down what a live story shows, from what was written down before; nothing when it is live no more. Readers get what it
 * has got or lost with other stories than before, and so dated anew.
 * @param isLinkedAlike whether readers get what it still shows with the same link to it as before
 */
export function liveUseStatements(
  store: Store,
  articleId: string,
  before: readonly Use[],
  after: readonly Use[],
  isLinkedAlike: boolean,
  at: string,
): Statement[] {
  const { db, tables } = store;
  const { whereUsed } = tables;
  const [gone, come] = [lostUses(before, after), lostUses(after, before)];
  const mine = and(eq(whereUsed.scope, 'live'), eq(whereUsed.userKind, 'article'), eq(whereUsed.userId, articleId));
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
    ...(come.length > 0 ? [{ query: insertLiveUses(store, { articleId, uses: come }), rows: come.length }] : []),
    ...dateLibrarySnapshots(store, [...gone, ...(isLinkedAlike ? come : after)], at),
  ];
}

const updateMadeAt = prepared(
  ({ db, tables: { librarySnapshots } }, { kind, ids, at }: { kind: ResourceKind; ids: string[]; at: string }) =>
    db
      .update(librarySnapshots)
      .set({ madeAt: at })
      .where(
        and(
          eq(librarySnapshots.kind, kind),
          inArray(librarySnapshots.resourceId, ids),
          ne(librarySnapshots.madeAt, at),
        ),
      ),
);

/** Dates anew what readers get of library resources, when the stories they stand in are otherwise than before. */
function dateLibrarySnapshots(store: Store, uses: readonly Use[], at: string): Statement[] {
  return resourceKinds.flatMap((kind) => {
    const ids = [...new Set(uses.filter((use) => use.kind === kind).map(({ id }) => id))];
    return ids.length === 0 ? [] : [{ query: updateMadeAt(store, { kind, ids, at }) }];
  });
}

/** Those of the uses, each once, that are not among the others. */
export function lostUses(uses: readonly Use[], others: readonly Use[]): Use[] {
  const nameOf = ({ kind, id }: Use) => `${kind}/${id}`;
  const kept = new Set(others.map(nameOf));
  return [...new Map(uses.map((use) => [nameOf(use), use])).values()].filter((use) => !kept.has(nameOf(use)));
}

const selectLiveUses = prepared(({ db, tables: { whereUsed } }, { articleId }: { articleId: string }) =>
  db
    .select({ kind: whereUsed.kind, id: whereUsed.resourceId })
    .from(whereUsed)
    .where(and(eq(whereUsed.scope, 'live'), eq(whereUsed.userKind, 'article'), eq(whereUsed.userId, articleId))),
);

/** The library resources that a live story shows. */
export async function listLiveUses(store: Store, articleId: string): Promise<Use[]> {
  return store.all(selectLiveUses(store, { articleId }));
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

const selectShown = prepared(
  ({ db, tables: { librarySnapshots } }, { kind, ids }: { kind: ResourceKind; ids: string[] }) => {
    const { resourceId, etag } = librarySnapshots;
    return db
      .select({ kind: librarySnapshots.kind, resourceId, etag })
      .from(librarySnapshots)
      .where(and(eq(librarySnapshots.kind, kind), inArray(resourceId, ids)));
  },
);

async function listShown(store: Store, uses: readonly { kind: ResourceKind; id: string }[]): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (const [kind, some] of Map.groupBy(uses, (use) => use.kind))
    shown.push(...(await store.all(selectShown(store, { kind, ids: some.map(({ id }) => id) }))));
  return shown;
}

const selectShownAsRead = prepared(({ db, tables: { librarySnapshots } }, { read }: { read: Shown[] }) => {
  const asRead = read.map(({ kind, resourceId, etag }) =>
    and(eq(librarySnapshots.kind, kind), eq(librarySnapshots.resourceId, resourceId), eq(librarySnapshots.etag, etag)),
  );
  return db
    .select({ id: librarySnapshots.resourceId })
    .from(librarySnapshots)
    .where(or(...asRead));
});

/** Holds a commit to readers seeing resources as it was read: the last other story that shows one may be withdrawn meanwhile. */
function guardShown(store: Store, shown: readonly Shown[]): Statement[] {
  const read = shown.map(({ kind, resourceId, etag }) => ({ kind, resourceId, etag }));
  return chunksOf(read, alternativesMax).map((some) => ({
    query: selectShownAsRead(store, { read: some }),
    rows: some.length,
  }));
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
