import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm';
import type { Actor } from '../../kernel/actor.js';
import type { Statement, Store } from '../../storage/store.js';
import type { AddressedKind } from '../addresses.js';
import type { ArticleRecord } from '../articles/repository.js';
import type { ArticleFields } from '../articles/schemas.js';
import { libraryKinds } from '../library/kinds.js';
import { updateStamp } from '../managed.js';

/** Deletes an article from the version that was read. Its row and its sections' stay. */
export function deleteArticle(
  { db, tables: { articles } }: Store,
  { summary: { id, version } }: ArticleRecord,
  actor: Actor,
  at: string,
): Statement {
  return {
    query: db
      .update(articles)
      .set({ ...updateStamp(actor, at), version: version + 1, deletedAt: at })
      .where(and(eq(articles.id, id), eq(articles.version, version), isNull(articles.deletedAt))),
    rows: 1,
  };
}

/** Brings an article back from the version that was read, under a slug. */
export function undeleteArticle(
  { db, tables: { articles } }: Store,
  { summary: { id, version }, contentVersion }: ArticleRecord,
  { fields, changesContent }: { fields: ArticleFields; changesContent: boolean },
  actor: Actor,
  at: string,
): Statement {
  const values = {
    ...fields,
    ...updateStamp(actor, at),
    version: version + 1,
    contentVersion: changesContent ? version + 1 : contentVersion,
    deletedAt: null,
  };
  return {
    query: db
      .update(articles)
      .set(values)
      .where(and(eq(articles.id, id), eq(articles.version, version), isNotNull(articles.deletedAt))),
    rows: 1,
  };
}

/** Lets others have the slugs of an article that readers never saw. */
export function freeUnseenSlugs({ db, tables: { slugs } }: Store, articleId: string): Statement {
  return { query: db.delete(slugs).where(and(eq(slugs.articleId, articleId), eq(slugs.published, false))) };
}

/** Forgets what a working copy uses, all of its sections included. */
export function dropWorkingUses({ db, tables: { whereUsed } }: Store, articleId: string): Statement {
  const { scope, userKind, userId } = whereUsed;
  return {
    query: db.delete(whereUsed).where(and(eq(scope, 'working'), eq(userKind, 'article'), eq(userId, articleId))),
  };
}

function pendingSchedules({ db, tables: { schedules } }: Store, articleId: string) {
  return db
    .select({ id: schedules.id })
    .from(schedules)
    .where(and(eq(schedules.articleId, articleId), eq(schedules.state, 'pending')))
    .limit(1);
}

/** Whether a version of the article waits to be published, or the story to be withdrawn. */
export async function hasPendingSchedule(store: Store, articleId: string): Promise<boolean> {
  return (await store.all(pendingSchedules(store, articleId))).length > 0;
}

export function guardNoPendingSchedule(store: Store, articleId: string): Statement {
  return { query: pendingSchedules(store, articleId), rows: 0 };
}

/** Of those of the ids that exist: when each was deleted, null if it is not. */
export async function listDeletions(
  { db, tables, all }: Store,
  kind: AddressedKind,
  ids: readonly string[],
): Promise<Map<string, string | null>> {
  if (ids.length === 0) return new Map();
  const table = (kind === 'article' ? tables.articles : tables[libraryKinds[kind].plural]) as typeof tables.articles;
  const { id, deletedAt } = table;
  const rows = await all(
    db
      .select({ id, deletedAt })
      .from(table)
      .where(inArray(id, [...ids])),
  );
  return new Map(rows.map((row) => [row.id, row.deletedAt]));
}
