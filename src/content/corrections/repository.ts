import { and, asc, type Column, eq, exists, sql } from 'drizzle-orm';
import type { Correction } from '../../blocks/story.js';
import type { Actor } from '../../kernel/actor.js';
import type { Seek } from '../../kernel/cursors.js';
import { inListOrder, keyOrder } from '../../storage/keyset.js';
import { prepared } from '../../storage/prepared.js';
import type { Statement, Store } from '../../storage/store.js';
import type { ManagedCorrection } from './schemas.js';

function correctionOf({
  byKey,
  byActor,
  articleId: _articleId,
  ...correction
}: Store['tables']['corrections']['$inferSelect']): ManagedCorrection {
  return { ...correction, by: { key: byKey, actor: byActor } };
}

const selectOfArticle = prepared(({ db, tables: { corrections } }, { articleId }: { articleId: string }) =>
  db.select().from(corrections).where(eq(corrections.articleId, articleId)).orderBy(asc(corrections.id)),
);

/** All corrections of an article, the oldest first (by id, which tells the time they were issued). */
export async function listCorrections(store: Store, articleId: string): Promise<ManagedCorrection[]> {
  return (await store.all(selectOfArticle(store, { articleId }))).map(correctionOf);
}

/** Some of an article's corrections, the oldest first. */
export async function listCorrectionsFrom(
  { db, tables: { corrections }, all }: Store,
  articleId: string,
  limit: number,
  seek: Seek | undefined,
): Promise<ManagedCorrection[]> {
  const { order, bound } = keyOrder(corrections.id, seek);
  const rows = await all(
    db
      .select()
      .from(corrections)
      .where(and(eq(corrections.articleId, articleId), bound))
      .orderBy(order)
      .limit(limit),
  );
  return inListOrder(rows, seek).map(correctionOf);
}

const selectIdsOfArticle = prepared(({ db, tables: { corrections } }, { articleId }: { articleId: string }) =>
  db.select({ id: corrections.id }).from(corrections).where(eq(corrections.articleId, articleId)),
);

/** Holds a commit to an article having as many corrections as were read; none ever changes or goes. */
export function guardCorrections(store: Store, articleId: string, count: number): Statement {
  return { query: selectIdsOfArticle(store, { articleId }), rows: count };
}

export function insertCorrection(
  { db, tables: { corrections } }: Store,
  articleId: string,
  correction: Correction,
  { key, person }: Actor,
): Statement {
  return { query: db.insert(corrections).values({ ...correction, articleId, byKey: key, byActor: person }), rows: 1 };
}

/** The condition that the article of a row is retracted. */
export function isRetracted({ db, tables: { corrections } }: Store, articleId: Column) {
  return exists(
    db
      .select({ one: sql`1` })
      .from(corrections)
      .where(and(eq(corrections.articleId, articleId), eq(corrections.kind, 'retraction'))),
  );
}
