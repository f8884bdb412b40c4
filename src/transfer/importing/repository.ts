// What an import must know of the place that it comes to, and what it writes there beside the things themselves.
import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { ResourceKind } from '../../blocks/library.js';
import { changeStatements } from '../../content/history.js';
import { commandLine } from '../../kernel/actor.js';
import { chunksOf } from '../../kernel/chunks.js';
import { type PublicEvent, tell, toldSeq } from '../../publishing/public-log/repository.js';
import type { Statement, Store } from '../../storage/store.js';
import { insertRows, insertRowWith } from '../rows/repository.js';
import type { Row, ThingKind } from '../things.js';

/** Ids of all that was erased here. */
export async function listErasedIds({ db, tables: { erasures }, all }: Store): Promise<Set<string>> {
  const rows = await all(db.select({ id: erasures.resourceId }).from(erasures));
  return new Set(rows.map(({ id }) => id));
}

/** Holds a commit to nothing having been erased since it was looked at. */
export function guardErasures({ db, tables: { erasures } }: Store, erased: ReadonlySet<string>): Statement {
  return { query: db.select({ id: erasures.id }).from(erasures), rows: erased.size };
}

/** Whose slugs they are, now or in their history. */
export async function findSlugOwners(
  { db, tables: { slugs }, all }: Store,
  wanted: readonly string[],
): Promise<Map<string, string>> {
  const owners = new Map<string, string>();
  for (const some of chunksOf(wanted, 1000)) {
    const rows = await all(db.select().from(slugs).where(inArray(slugs.slug, some)));
    for (const { slug, articleId } of rows) owners.set(slug, articleId);
  }
  return owners;
}

/** Those of the articles that are translations themselves. */
export async function findTranslations(
  { db, tables: { articles }, all }: Store,
  ids: readonly string[],
): Promise<Set<string>> {
  const isOne = and(inArray(articles.id, ids.length > 0 ? [...ids] : ['']), isNotNull(articles.translationOf));
  const rows = await all(db.select({ id: articles.id }).from(articles).where(isOne));
  return new Set(rows.map(({ id }) => id));
}

/** Those of the entries of the public log that are there. */
export async function findToldSeqs(
  { db, tables: { publicLog }, all }: Store,
  seqs: readonly number[],
): Promise<Set<number>> {
  const rows = await all(
    db
      .select({ seq: publicLog.seq })
      .from(publicLog)
      .where(inArray(publicLog.seq, seqs.length > 0 ? [...seqs] : [0])),
  );
  return new Set(rows.map(({ seq }) => seq));
}

/**
 * Adds what readers get of a story under the number that it was told by. Where the entry of that number has been swept since, one
 * stands in for it while this is written.
 */
export function insertToldSnapshot(store: Store, snapshot: Row, isToldHere: boolean): Statement[] {
  const { publicLog } = store.tables;
  const [seq, articleId] = [Number(snapshot.publicSeq), String(snapshot.articleId)];
  const insertion = insertRows(store, 'snapshots', [snapshot]);
  if (isToldHere) return insertion;
  const entry = { seq, at: String(snapshot.madeAt), event: 'updated' as const, articleId, mark: '00000000' };
  const isLast = sql`${publicLog.seq} = (SELECT max(${publicLog.seq}) FROM ${publicLog})`;
  return [
    { query: store.db.insert(publicLog).values(entry), rows: 1 },
    ...insertion,
    { query: store.db.delete(publicLog).where(and(eq(publicLog.seq, seq), sql`NOT ${isLast}`)) },
  ];
}

/** Adds what readers get of a story, and tells of it now. */
export function tellSnapshot(store: Store, snapshot: Row, event: PublicEvent, at: string): Statement[] {
  const { publicSeq: _there, ...row } = snapshot;
  return [
    tell(store, String(snapshot.articleId), event, at),
    insertRowWith(store, 'snapshots', row, { publicSeq: toldSeq(store) }),
  ];
}

/** Adds a webhook that is told of what happens from now on. */
export function insertWebhookFromNow(store: Store, row: Row): Statement {
  return insertRowWith(store, 'webhooks', row, { reachedSeq: sql`coalesce(${toldSeq(store)}, 0)` });
}

/** Notes in the log of this place that a thing was brought here. */
export function importedStatements(
  store: Store,
  kind: ThingKind,
  key: string,
  version: number,
  isPublic: boolean,
  at: string,
): Statement[] {
  const article = kind === 'article' ? { articleId: key, isPublic } : {};
  return changeStatements(store, commandLine, at, [{ kind, id: key, version, action: 'import', ...article }]);
}

/** Those of the library resources that are deleted here. */
export async function findDeleted(
  { db, tables, all }: Store,
  kind: ResourceKind,
  ids: readonly string[],
): Promise<Set<string>> {
  const table = tables[`${kind}s`] as Store['tables']['images'];
  const deleted = new Set<string>();
  for (const some of chunksOf(ids, 1000)) {
    const rows = await all(
      db
        .select({ id: table.id })
        .from(table)
        .where(and(inArray(table.id, some), isNotNull(table.deletedAt))),
    );
    for (const { id } of rows) deleted.add(id);
  }
  return deleted;
}
