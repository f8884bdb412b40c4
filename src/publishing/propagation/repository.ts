import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { ArticleLink } from '../../blocks/story.js';
import { isRetracted } from '../../content/corrections/repository.js';
import type { Propagation } from '../../content/propagation.js';
import type { Actor } from '../../kernel/actor.js';
import type { Seek } from '../../kernel/cursors.js';
import { inListOrder } from '../../storage/keyset.js';
import type { Statement, Store } from '../../storage/store.js';
import { compiledFormat } from '../compile.js';

type Row = Store['tables']['propagations']['$inferSelect'];

function propagationOf({ byKey, byActor, cursor: _cursor, ...row }: Row): Propagation {
  const { id, kind, resourceId, total, done, startedAt, finishedAt } = row;
  const state = finishedAt === null ? 'running' : 'done';
  return { id, kind, resourceId, state, total, done, startedAt, startedBy: { key: byKey, actor: byActor }, finishedAt };
}

/** Links to live stories, in the order of their ids. */
export async function findStoryLinks(store: Store, ids: readonly string[]): Promise<ArticleLink[]> {
  if (ids.length === 0) return [];
  const { snapshots } = store.tables;
  const { articleId: id, slug, language, headline } = snapshots;
  const retracted = sql`${isRetracted(store, id)}`.mapWith(Boolean);
  return store.all(
    store.db
      .select({ id, slug, language, headline, retracted })
      .from(snapshots)
      .where(inArray(id, [...ids]))
      .orderBy(asc(id)),
  );
}

/** How many live stories are of an older form than this program makes. */
export async function countOutdated({ db, tables: { snapshots }, all }: Store): Promise<number> {
  const [row] = await all(
    db
      .select({ stories: count() })
      .from(snapshots)
      .where(and(lt(snapshots.format, compiledFormat), isNull(snapshots.withdrawnAt))),
  );
  return row?.stories ?? 0;
}

export function insertPropagation(
  { db, tables: { propagations } }: Store,
  { id, kind, resourceId, total, startedAt }: Pick<Propagation, 'id' | 'kind' | 'resourceId' | 'total' | 'startedAt'>,
  { key, person }: Actor,
): Statement {
  const row = { id, kind, resourceId, startedAt, total, byKey: key, byActor: person, done: 0, cursor: '' };
  return { query: db.insert(propagations).values(row), rows: 1 };
}

/** A propagation that is not finished, with the last story done and who began it. */
export async function findUnfinished(store: Store): Promise<(Row & { finishedAt: null }) | undefined> {
  const { propagations } = store.tables;
  const [row] = await store.all(
    store.db.select().from(propagations).where(isNull(propagations.finishedAt)).orderBy(asc(propagations.id)).limit(1),
  );
  return row as (Row & { finishedAt: null }) | undefined;
}

/** Notes stories as done, up to one; only from where the decision read it to be. */
export function advancePropagation(
  { db, tables: { propagations } }: Store,
  { id, cursor }: Row,
  stories: number,
  last: string,
): Statement {
  return {
    query: db
      .update(propagations)
      .set({ cursor: last, done: sql`${propagations.done} + ${stories}` })
      .where(and(eq(propagations.id, id), eq(propagations.cursor, cursor), isNull(propagations.finishedAt))),
    rows: 1,
  };
}

export function finishPropagation({ db, tables: { propagations } }: Store, { id, cursor }: Row, at: string): Statement {
  return {
    query: db
      .update(propagations)
      .set({ finishedAt: at })
      .where(and(eq(propagations.id, id), eq(propagations.cursor, cursor), isNull(propagations.finishedAt))),
    rows: 1,
  };
}

export async function findPropagation(
  { db, tables: { propagations }, all }: Store,
  id: string,
): Promise<Propagation | undefined> {
  const [row] = await all(db.select().from(propagations).where(eq(propagations.id, id)).limit(1));
  return row && propagationOf(row);
}

/** Propagations, the last begun first. */
export async function listPropagations(
  { db, tables: { propagations }, all }: Store,
  state: Propagation['state'] | undefined,
  limit: number,
  seek: Seek | undefined,
): Promise<Propagation[]> {
  const isBackwards = seek?.direction === 'previous';
  const position = String(seek?.position[0] ?? '');
  const bound = seek && (isBackwards ? gt(propagations.id, position) : lt(propagations.id, position));
  const inState = state && (state === 'running' ? isNull(propagations.finishedAt) : isNotNull(propagations.finishedAt));
  const rows = await all(
    db
      .select()
      .from(propagations)
      .where(and(bound, inState))
      .orderBy(isBackwards ? asc(propagations.id) : desc(propagations.id))
      .limit(limit),
  );
  return inListOrder(rows, seek).map(propagationOf);
}
