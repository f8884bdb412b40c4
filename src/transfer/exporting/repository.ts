// What an export is chosen from, and the logs that go with it.
import { and, asc, eq, gt, gte, inArray, isNull, lt, type SQL } from 'drizzle-orm';
import type { ResourceKind } from '../../blocks/library.js';
import { chunksOf } from '../../kernel/chunks.js';
import type { Store } from '../../storage/store.js';
import type { Scope } from '../manifest.js';

/** Ids of the articles of a scope beyond one, in their order; deleted ones only when one is named by its id. */
export async function listScopedIds(
  { db, tables: { articles }, all }: Store,
  { desk, from, to }: Scope,
  beyond: string,
  limit: number,
): Promise<string[]> {
  const conditions: (SQL | undefined)[] = [
    desk === undefined ? undefined : eq(articles.desk, desk),
    from === undefined ? undefined : gte(articles.publishedAt, from),
    to === undefined ? undefined : lt(articles.publishedAt, to),
  ];
  const rows = await all(
    db
      .select({ id: articles.id })
      .from(articles)
      .where(and(gt(articles.id, beyond), isNull(articles.deletedAt), ...conditions))
      .orderBy(asc(articles.id))
      .limit(limit),
  );
  return rows.map(({ id }) => id);
}

export async function countArticles({ db, tables: { articles } }: Store): Promise<number> {
  return db.$count(articles);
}

/** Those of the ids that are of a kind of library resource. */
export async function findIdsOf(
  { db, tables, all }: Store,
  kind: ResourceKind,
  ids: readonly string[],
): Promise<string[]> {
  const table = tables[`${kind}s`] as Store['tables']['images'];
  const found: string[] = [];
  for (const some of chunksOf(ids, 1000))
    found.push(
      ...(await all(db.select({ id: table.id }).from(table).where(inArray(table.id, some)))).map(({ id }) => id),
    );
  return found;
}

/** Entries of the log beyond one, the first of them first. */
export async function listChanges({ db, tables: { changes }, all }: Store, beyond: number, limit: number) {
  return all(db.select().from(changes).where(gt(changes.seq, beyond)).orderBy(asc(changes.seq)).limit(limit));
}

/** The same, of what readers could see. */
export async function listPublicLog({ db, tables: { publicLog }, all }: Store, beyond: number, limit: number) {
  return all(db.select().from(publicLog).where(gt(publicLog.seq, beyond)).orderBy(asc(publicLog.seq)).limit(limit));
}
