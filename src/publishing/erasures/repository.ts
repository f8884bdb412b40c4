import { and, asc, desc, eq, exists, gt, isNull, lt, ne, notInArray, or, type SQL, sql } from 'drizzle-orm';
import { findArticle } from '../../content/articles/repository.js';
import type { ErasableKind } from '../../content/erasures/repository.js';
import { changeStatements } from '../../content/history.js';
import { findResources } from '../../content/library/repository.js';
import type { Actor } from '../../kernel/actor.js';
import type { Seek } from '../../kernel/cursors.js';
import { inListOrder } from '../../storage/keyset.js';
import { purgeAction, type Statement, type Store } from '../../storage/store.js';
import type { Erasure, ErasureFilters, ErasureRecord } from './schemas.js';

/** Notes an erasure. From here to `settleErasure`, in the same commit, history may be changed. */
export function beginErasure(
  { db, tables: { erasures } }: Store,
  { id, kind, resourceId, reason }: Pick<Erasure, 'id' | 'kind' | 'resourceId' | 'reason'>,
  { key, person }: Actor,
  at: string,
): Statement {
  const row = { id, kind, resourceId, reason, at, byKey: key, byActor: person, done: false };
  return { query: db.insert(erasures).values(row), rows: 1 };
}

export function settleErasure({ db, tables: { erasures } }: Store, id: string): Statement {
  return {
    query: db
      .update(erasures)
      .set({ done: true })
      .where(and(eq(erasures.id, id), eq(erasures.done, false))),
    rows: 1,
  };
}

/** Erasures, the last first, with how far they are. */
async function readErasures(
  { db, tables, all }: Store,
  condition: SQL | undefined,
  order: SQL,
  limit: number,
): Promise<Erasure[]> {
  const { erasures, changes, whereUsed, propagations } = tables;
  const one = { one: sql`1` };
  const isReplacing = or(
    exists(
      db
        .select(one)
        .from(whereUsed)
        .where(
          and(
            eq(whereUsed.kind, erasures.kind),
            eq(whereUsed.resourceId, erasures.resourceId),
            eq(whereUsed.scope, 'working'),
          ),
        ),
    ),
    exists(
      db
        .select(one)
        .from(propagations)
        .where(
          and(
            isNull(propagations.finishedAt),
            eq(propagations.kind, erasures.kind),
            eq(propagations.resourceId, erasures.resourceId),
          ),
        ),
    ),
  );
  const rows = await all(
    db
      .select({ erasure: erasures, purgedAt: changes.at, isReplacing: sql<number>`${isReplacing}` })
      .from(erasures)
      .leftJoin(changes, isPurgeOf(changes, erasures))
      .where(condition)
      .orderBy(order)
      .limit(limit),
  );
  return rows.map(({ erasure: { byKey, byActor, done: _done, ...erasure }, purgedAt, isReplacing: replaces }) => ({
    ...erasure,
    by: { key: byKey, actor: byActor },
    state: purgedAt !== null ? 'done' : replaces ? 'replacing' : 'purging',
    purgedAt,
  }));
}

function isPurgeOf(changes: Store['tables']['changes'], erasures: Store['tables']['erasures']): SQL | undefined {
  return and(
    eq(changes.kind, erasures.kind),
    eq(changes.resourceId, erasures.resourceId),
    eq(changes.action, purgeAction),
  );
}

export async function findErasure(store: Store, id: string): Promise<Erasure | undefined> {
  const { erasures } = store.tables;
  return (await readErasures(store, eq(erasures.id, id), asc(erasures.id), 1))[0];
}

/** Erasures, the last first. */
export async function listErasures(
  store: Store,
  { kind, resourceId }: ErasureFilters,
  limit: number,
  seek: Seek | undefined,
): Promise<Erasure[]> {
  const { erasures } = store.tables;
  const isBackwards = seek?.direction === 'previous';
  const position = String(seek?.position[0] ?? '');
  const condition = and(
    kind && eq(erasures.kind, kind),
    resourceId === undefined ? undefined : eq(erasures.resourceId, resourceId),
    seek && (isBackwards ? gt(erasures.id, position) : lt(erasures.id, position)),
  );
  const order = isBackwards ? asc(erasures.id) : desc(erasures.id);
  return inListOrder(await readErasures(store, condition, order, limit), seek);
}

/** What is kept of every erasure, the first of them first. */
export async function listErasureRecords({ db, tables: { erasures }, all }: Store): Promise<ErasureRecord[]> {
  const { id, kind, resourceId, reason, at, byKey, byActor } = erasures;
  const rows = await all(
    db.select({ id, kind, resourceId, reason, at, byKey, byActor }).from(erasures).orderBy(asc(id)),
  );
  return rows.map(({ byKey: key, byActor: actor, ...erasure }) => ({ ...erasure, by: { key, actor } }));
}

/** The version of a thing, deleted or not; undefined when there is none. */
export async function findVersion(store: Store, kind: ErasableKind, id: string): Promise<number | undefined> {
  if (kind === 'article') return (await findArticle(store, id))?.summary.version;
  return (await findResources(store, kind, [id])).get(id)?.resource.version;
}

/** Erasures that are not done, the first of them first. */
export function listUnpurged(store: Store): Promise<Erasure[]> {
  const { changes, erasures } = store.tables;
  return readErasures(store, isNull(changes.seq), asc(erasures.id), unpurgedMax);
}
const unpurgedMax = 1000;

/** A working copy, or an embed, that uses the thing; undefined when none does. */
export async function findWorkingUser(
  { db, tables: { whereUsed }, all }: Store,
  { kind, resourceId }: Pick<Erasure, 'kind' | 'resourceId'>,
): Promise<{ kind: 'article' | 'embed'; id: string } | undefined> {
  const [row] = await all(
    db
      .select({ kind: whereUsed.userKind, id: whereUsed.userId })
      .from(whereUsed)
      .where(and(eq(whereUsed.kind, kind), eq(whereUsed.resourceId, resourceId), eq(whereUsed.scope, 'working')))
      .limit(1),
  );
  return row;
}

/** Notes that a thing is used nowhere by a working copy, or by an embed. */
export function dropWorkingUses(
  { db, tables: { whereUsed } }: Store,
  { kind, resourceId }: Pick<Erasure, 'kind' | 'resourceId'>,
  user: { kind: 'article' | 'embed'; id: string },
): Statement {
  const isUse = and(eq(whereUsed.kind, kind), eq(whereUsed.resourceId, resourceId), eq(whereUsed.scope, 'working'));
  return {
    query: db.delete(whereUsed).where(and(isUse, eq(whereUsed.userKind, user.kind), eq(whereUsed.userId, user.id))),
  };
}

/** The files of an image that no other image has. */
export async function listOwnFiles({ db, tables: { imageFiles }, all }: Store, imageId: string): Promise<string[]> {
  const { sha256 } = imageFiles;
  const others = db.select({ sha256 }).from(imageFiles).where(ne(imageFiles.imageId, imageId));
  const rows = await all(
    db
      .select({ sha256 })
      .from(imageFiles)
      .where(and(eq(imageFiles.imageId, imageId), notInArray(sha256, others))),
  );
  return rows.map((row) => row.sha256);
}

/** Notes in the log, once, that no byte of an erased thing is left. */
export function purgeStatements(store: Store, erasure: Erasure, at: string): Statement[] {
  const { kind, resourceId, by } = erasure;
  const { changes, imageFiles, revisions } = store.tables;
  const isPurge = and(eq(changes.kind, kind), eq(changes.resourceId, resourceId), eq(changes.action, purgeAction));
  // None, of what this database never had.
  const version = sql<number>`(SELECT coalesce(max(${revisions.version}), 0) FROM ${revisions} WHERE ${revisions.kind} = ${kind} AND ${revisions.resourceId} = ${resourceId})`;
  const actor: Actor = { key: by.key, person: by.actor, role: 'admin' };
  return [
    { query: store.db.select({ seq: changes.seq }).from(changes).where(isPurge), rows: 0 },
    ...(kind === 'image' ? [{ query: store.db.delete(imageFiles).where(eq(imageFiles.imageId, resourceId)) }] : []),
    ...changeStatements(store, actor, at, [
      { kind, id: resourceId, version, action: purgeAction, ...(kind === 'article' && { articleId: resourceId }) },
    ]),
  ];
}
