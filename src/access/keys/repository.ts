import { aliasedTable, and, eq, gt, isNotNull, isNull, lt, lte, max, min, ne, or, sql } from 'drizzle-orm';
import type { Actor } from '../../kernel/actor.js';
import type { Seek } from '../../kernel/cursors.js';
import { changeStatements } from '../../storage/changes.js';
import { inListOrder, inOrder } from '../../storage/keyset.js';
import { prepared } from '../../storage/prepared.js';
import type { Statement, Store } from '../../storage/store.js';
import type { keyStates, ManagedKey } from './schemas.js';

export type KeyState = (typeof keyStates)[number];
export type KeyAction = 'create' | 'update' | 'rename' | 'expiry' | 'rotate' | 'revoke';

type Row = Store['tables']['apiKeys']['$inferSelect'];
type Change = Store['tables']['changes']['$inferSelect'];

/** A key, and how far the log has told of it: a key's version is that of its last change there, and 1 when it has none. */
export interface KeyRecord {
  managed: ManagedKey;
  /** Sequence of that change; 0 when there is none. */
  seq: number;
}

const selectKey = prepared(({ db, tables: { apiKeys } }, { id }: { id: string }) =>
  db.select().from(apiKeys).where(eq(apiKeys.id, id)),
);

/** The row of a key, for who is at the door. */
export async function findKeyRow(
  store: Store,
  id: string,
): Promise<Pick<Row, 'id' | 'role' | 'secretHash' | 'expiresAt' | 'revokedAt' | 'lastUsedAt'> | undefined> {
  const [row] = await store.all(selectKey(store, { id }));
  return row;
}

/** Whether any key was ever made. */
export async function hasKeys({ db, tables: { apiKeys }, all }: Store): Promise<boolean> {
  return (await all(db.select({ id: apiKeys.id }).from(apiKeys).limit(1))).length > 0;
}

/**
 * Keys with their first and their last change, and with what takes over from each. It is one query, so that what a key is and which
 * version it is are of the same moment: a change made from a newer version's number and an older one's name would undo another's.
 */
function select({ db, tables: { apiKeys, changes } }: Store) {
  const first = aliasedTable(changes, 'first_change');
  const last = aliasedTable(changes, 'last_change');
  const successor = aliasedTable(apiKeys, 'successor');
  const ofKey = and(eq(changes.kind, 'key'), eq(changes.resourceId, apiKeys.id));
  const firstSeq = db
    .select({ seq: min(changes.seq) })
    .from(changes)
    .where(ofKey);
  const lastSeq = db
    .select({ seq: max(changes.seq) })
    .from(changes)
    .where(ofKey);
  return db
    .select({ row: apiKeys, first, last, rotatedTo: successor.id })
    .from(apiKeys)
    .leftJoin(first, eq(first.seq, sql`(${firstSeq})`))
    .leftJoin(last, eq(last.seq, sql`(${lastSeq})`))
    .leftJoin(successor, eq(successor.rotatedFrom, apiKeys.id));
}

interface Found {
  row: Row;
  first: Change | null;
  last: Change | null;
  rotatedTo: string | null;
}

export async function findKey(store: Store, id: string, now: string): Promise<KeyRecord | undefined> {
  const [found] = await store.all(select(store).where(eq(store.tables.apiKeys.id, id)).limit(1));
  return found && recordOf(found, now);
}

/** Keys, the last made first. */
export async function listKeys(
  store: Store,
  state: KeyState | undefined,
  now: string,
  limit: number,
  seek: Seek | undefined,
): Promise<ManagedKey[]> {
  const { apiKeys } = store.tables;
  const isUpwards = seek?.direction === 'previous';
  const { order, bound } = inOrder(apiKeys.createdAt, apiKeys.id, isUpwards, seek?.position);
  const rows = await store.all(
    select(store)
      .where(and(bound, state && inState(store, state, now)))
      .orderBy(...order)
      .limit(limit),
  );
  return inListOrder(rows, seek).map((found) => recordOf(found, now).managed);
}

function inState({ tables: { apiKeys } }: Store, state: KeyState, now: string) {
  if (state === 'revoked') return isNotNull(apiKeys.revokedAt);
  const isPast = lte(apiKeys.expiresAt, now);
  return and(
    isNull(apiKeys.revokedAt),
    state === 'expired' ? isPast : or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)),
  );
}

/** The state of a key at an instant. */
export function stateOf({ revokedAt, expiresAt }: Pick<Row, 'revokedAt' | 'expiresAt'>, now: string): KeyState {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active';
}

function recordOf({ row, first, last, rotatedTo }: Found, now: string): KeyRecord {
  const createdBy = first?.action === 'create' ? byOf(first) : { key: null, actor: null };
  const managed: ManagedKey = {
    id: row.id,
    version: last?.version ?? 1,
    createdAt: row.createdAt,
    createdBy,
    updatedAt: last?.at ?? row.createdAt,
    updatedBy: last ? byOf(last) : createdBy,
    name: row.name,
    role: row.role,
    state: stateOf(row, now),
    expiresAt: row.expiresAt,
    revokedAt: row.revokedAt,
    lastUsedAt: row.lastUsedAt,
    rotatedFrom: row.rotatedFrom,
    rotatedTo,
  };
  return { managed, seq: last?.seq ?? 0 };
}

function byOf({ byKey, byActor }: Change): ManagedKey['createdBy'] {
  return { key: byKey, actor: byActor };
}

/** What was done to a key since a version, the first first. */
export async function listActionsSince(
  { db, tables: { changes }, all }: Store,
  id: string,
  version: number,
): Promise<string[]> {
  const rows = await all(
    db
      .select({ action: changes.action })
      .from(changes)
      .where(and(eq(changes.kind, 'key'), eq(changes.resourceId, id), gt(changes.version, version)))
      .groupBy(changes.action)
      .orderBy(min(changes.seq)),
  );
  return rows.map(({ action }) => action);
}

/** Adds a key with its change. */
export function insertKey(store: Store, row: Omit<Row, 'revokedAt' | 'lastUsedAt'>, actor: Actor): Statement[] {
  return [
    { query: store.db.insert(store.tables.apiKeys).values(row), rows: 1 },
    ...changeStatements(store, actor, row.createdAt, [{ kind: 'key', id: row.id, version: 1, action: 'create' }]),
  ];
}

/** Changes a key from the version that was read, with its change. */
export function updateKey(
  store: Store,
  { managed: { id, version }, seq }: KeyRecord,
  values: Partial<Pick<Row, 'name' | 'expiresAt' | 'revokedAt'>>,
  action: KeyAction,
  actor: Actor,
  at: string,
): Statement[] {
  const { db, tables } = store;
  const { apiKeys, changes } = tables;
  const later = db
    .select({ seq: changes.seq })
    .from(changes)
    .where(and(eq(changes.kind, 'key'), eq(changes.resourceId, id), gt(changes.seq, seq)));
  return [
    { query: later, rows: 0 },
    { query: db.update(apiKeys).set(values).where(eq(apiKeys.id, id)), rows: 1 },
    ...changeStatements(store, actor, at, [{ kind: 'key', id, version: version + 1, action }]),
  ];
}

/** Another admin's key that is good beyond an instant. */
function otherAdmins({ db, tables: { apiKeys } }: Store, id: string, until: string) {
  const isGood = and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, until)));
  return db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(and(eq(apiKeys.role, 'admin'), ne(apiKeys.id, id), isGood))
    .limit(1);
}

/** Whether another admin's key is good beyond an instant. */
export async function hasOtherAdmin(store: Store, id: string, until: string): Promise<boolean> {
  return (await store.all(otherAdmins(store, id, until))).length > 0;
}

/** Holds a commit to another admin's key being good beyond an instant. */
export function guardOtherAdmin(store: Store, id: string, until: string): Statement {
  return { query: otherAdmins(store, id, until), rows: 1 };
}

/** Notes when keys were let in. Never takes one back. */
export function noteUses({ db, tables: { apiKeys } }: Store, uses: ReadonlyMap<string, string>): Statement[] {
  return [...uses].map(([id, at]) => ({
    query: db
      .update(apiKeys)
      .set({ lastUsedAt: at })
      .where(and(eq(apiKeys.id, id), or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, at)))),
  }));
}
