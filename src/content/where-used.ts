import { and, asc, countDistinct, eq, gt, inArray } from 'drizzle-orm';
import { type ManagedBlock, referencesOf } from '../blocks/index.js';
import type { ResourceKind } from '../blocks/library.js';
import { chunksOf } from '../kernel/chunks.js';
import { prepared } from '../storage/prepared.js';
import type { Statement, Store } from '../storage/store.js';
import type { ArticleFields } from './articles/schemas.js';

/** What live stories show of others, so that a change to it reaches them. */
export type UsedKind = ResourceKind | 'article' | 'desk' | 'tag';

export interface Use {
  kind: UsedKind;
  id: string;
}

/** What an article's own fields point at. */
export function usesOfFields({ leadImageId, related, translationOf }: ArticleFields): Use[] {
  return [
    ...(leadImageId === null ? [] : [{ kind: 'image' as const, id: leadImageId }]),
    ...(translationOf === null ? [] : [{ kind: 'article' as const, id: translationOf }]),
    ...related.map((id) => ({ kind: 'article' as const, id })),
  ];
}

export function usesOfBlocks(blocks: readonly ManagedBlock[]): Use[] {
  return blocks.flatMap((block) => referencesOf(block));
}

interface Part {
  articleId: string;
  sectionId: string;
}

const deleteWorkingUses = prepared(({ db, tables: { whereUsed } }, { articleId, sectionId }: Part) =>
  db
    .delete(whereUsed)
    .where(
      and(
        eq(whereUsed.scope, 'working'),
        eq(whereUsed.userKind, 'article'),
        eq(whereUsed.userId, articleId),
        eq(whereUsed.sectionId, sectionId),
      ),
    ),
);
const insertWorkingUses = prepared(
  ({ db, tables: { whereUsed } }, { articleId, sectionId, uses }: Part & { uses: Use[] }) => {
    const user = { scope: 'working' as const, userKind: 'article' as const, userId: articleId, sectionId };
    return db.insert(whereUsed).values(uses.map(({ kind, id }) => ({ ...user, kind, resourceId: id })));
  },
);

/** Writes down what one part of a working copy uses: a section, or '' for the article's own fields. */
export function workingUseStatements(
  store: Store,
  articleId: string,
  sectionId: string,
  uses: readonly Use[],
): Statement[] {
  const part = { articleId, sectionId };
  const unique = [...new Map(uses.map(({ kind, id }) => [`${kind}/${id}`, { kind, id }])).values()];
  return [
    { query: deleteWorkingUses(store, part) },
    ...(unique.length > 0 ? [{ query: insertWorkingUses(store, { ...part, uses: unique }) }] : []),
  ];
}

/** Only stories are live, so the kind of user is not asked for: that would lead engines to another index, and past every live use. */
function isLiveUse({ tables: { whereUsed } }: Store, kind: UsedKind, id: string) {
  return and(eq(whereUsed.kind, kind), eq(whereUsed.resourceId, id), eq(whereUsed.scope, 'live'));
}

interface UsersOf {
  kind: UsedKind;
  id: string;
}

const selectLiveUsers = prepared((store, { kind, id, beyond, limit }: UsersOf & { beyond: string; limit: number }) => {
  const { userId } = store.tables.whereUsed;
  return store.db
    .selectDistinct({ userId })
    .from(store.tables.whereUsed)
    .where(and(isLiveUse(store, kind, id), gt(userId, beyond)))
    .orderBy(asc(userId))
    .limit(limit);
});
const selectAllLiveUsers = prepared((store, { kind, id }: UsersOf) =>
  store.db
    .selectDistinct({ userId: store.tables.whereUsed.userId })
    .from(store.tables.whereUsed)
    .where(isLiveUse(store, kind, id)),
);

/** Ids of live stories that show a thing, in their order, beyond one of them. */
export async function listLiveUsers(
  store: Store,
  kind: UsedKind,
  id: string,
  limit: number,
  beyond = '',
): Promise<string[]> {
  const rows = await store.all(selectLiveUsers(store, { kind, id, beyond, limit }));
  return rows.map(({ userId }) => userId);
}

/** How many live stories show a thing. */
export async function countLiveUsers(store: Store, kind: UsedKind, id: string): Promise<number> {
  const [row] = await store.all(
    store.db
      .select({ users: countDistinct(store.tables.whereUsed.userId) })
      .from(store.tables.whereUsed)
      .where(isLiveUse(store, kind, id)),
  );
  return row?.users ?? 0;
}

/** How many ids one query names: engines bound its parameters. */
const knownUsersMax = 5000;

/** Holds a commit to the live stories that show a thing being exactly those that were read. */
export function guardLiveUsers(store: Store, kind: UsedKind, id: string, userIds: readonly string[]): Statement[] {
  const { userId } = store.tables.whereUsed;
  const among = (some: readonly string[]) =>
    store.db
      .selectDistinct({ userId })
      .from(store.tables.whereUsed)
      .where(and(isLiveUse(store, kind, id), inArray(userId, [...some])));
  const known = chunksOf(userIds, knownUsersMax).map((some) => ({ query: among(some), rows: some.length }));
  return [{ query: selectAllLiveUsers(store, { kind, id }), rows: userIds.length }, ...known];
}
