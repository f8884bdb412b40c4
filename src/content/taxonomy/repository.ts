import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { Actor } from '../../kernel/actor.js';
import type { Seek } from '../../kernel/cursors.js';
import { inListOrder, keyOrder } from '../../storage/keyset.js';
import { prepared } from '../../storage/prepared.js';
import type { Statement, Store } from '../../storage/store.js';
import { changeStatements, revisionStatements } from '../history.js';
import { creationStamp, managedOf, updateStamp } from '../managed.js';
import type { ManagedTerm } from './schemas.js';

/** What articles are sorted under: each has one desk and any number of tags. */
export type TermKind = 'desk' | 'tag';

/** Desks and tags have the same columns, so one set of queries serves both. */
function tableOf({ tables }: Store, kind: TermKind): Store['tables']['tags'] {
  return kind === 'desk' ? (tables.desks as unknown as Store['tables']['tags']) : tables.tags;
}

function termOf(row: Store['tables']['tags']['$inferSelect']): ManagedTerm {
  const { id: _key, ...managed } = managedOf({ ...row, id: row.key });
  return { key: row.key, name: row.name, liveStories: row.liveStories, ...managed };
}

function ofBothKinds<Query>(query: (kind: TermKind) => Query): Record<TermKind, Query> {
  return { desk: query('desk'), tag: query('tag') };
}

const selectByKeys = ofBothKinds((kind) =>
  prepared((store, { keys }: { keys: string[] }) => {
    const table = tableOf(store, kind);
    return store.db.select().from(table).where(inArray(table.key, keys));
  }),
);

/** Those of the keys that are known, by key. */
export async function findTerms(
  store: Store,
  kind: TermKind,
  keys: readonly string[],
): Promise<Map<string, ManagedTerm>> {
  if (keys.length === 0) return new Map();
  const rows = await store.all(selectByKeys[kind](store, { keys: [...keys] }));
  return new Map(rows.map((row) => [row.key, termOf(row)]));
}

/** Terms by key, from `a` on. */
export async function listTerms(
  store: Store,
  kind: TermKind,
  limit: number,
  seek: Seek | undefined,
): Promise<ManagedTerm[]> {
  const table = tableOf(store, kind);
  const { order, bound } = keyOrder(table.key, seek);
  const rows = await store.all(store.db.select().from(table).where(bound).orderBy(order).limit(limit));
  return inListOrder(rows, seek).map(termOf);
}

/** Adds a term with its first revision and change. */
export function insertTerm(
  store: Store,
  kind: TermKind,
  key: string,
  name: string,
  actor: Actor,
  at: string,
): Statement[] {
  return [
    { query: store.db.insert(tableOf(store, kind)).values({ key, name, ...creationStamp(actor, at) }), rows: 1 },
    ...revisionStatements(store, actor, at, [
      { kind, id: key, version: 1, action: 'create', fields: [], content: { name } },
    ]),
    ...changeStatements(store, actor, at, [{ kind, id: key, version: 1, action: 'create' }]),
  ];
}

/** Gives a term another name, from the version that was read. */
export function renameTerm(
  store: Store,
  kind: TermKind,
  { key, version }: ManagedTerm,
  name: string,
  actor: Actor,
  at: string,
): Statement[] {
  const table = tableOf(store, kind);
  const next = version + 1;
  return [
    {
      query: store.db
        .update(table)
        .set({ name, ...updateStamp(actor, at), version: next })
        .where(and(eq(table.key, key), eq(table.version, version))),
      rows: 1,
    },
    ...revisionStatements(store, actor, at, [
      { kind, id: key, version: next, action: 'rename', fields: ['/name'], content: { name } },
    ]),
    ...changeStatements(store, actor, at, [{ kind, id: key, version: next, action: 'rename' }]),
  ];
}

/** Makes the terms that are new, each named after its key: `vladimir-putin` → `Vladimir Putin`. */
export async function newTermStatements(
  store: Store,
  kind: TermKind,
  keys: readonly string[],
  actor: Actor,
  at: string,
): Promise<Statement[]> {
  const known = await findTerms(store, kind, keys);
  return [...new Set(keys)]
    .filter((key) => !known.has(key))
    .flatMap((key) => insertTerm(store, kind, key, nameFromKey(key), actor, at));
}

const selectAtVersions = ofBothKinds((kind) =>
  prepared((store, { read }: { read: Pick<ManagedTerm, 'key' | 'version'>[] }) => {
    const table = tableOf(store, kind);
    return store.db
      .select({ key: table.key })
      .from(table)
      .where(or(...read.map(({ key, version }) => and(eq(table.key, key), eq(table.version, version)))));
  }),
);

/** Holds a commit to terms having the names that a decision has read. */
export function guardTerms(store: Store, kind: TermKind, terms: Iterable<ManagedTerm>): Statement[] {
  const read = [...terms].map(({ key, version }) => ({ key, version }));
  return read.length === 0 ? [] : [{ query: selectAtVersions[kind](store, { read }), rows: read.length }];
}

const addToStories = ofBothKinds((kind) =>
  prepared((store, { keys, by }: { keys: string[]; by: number }) => {
    const table = tableOf(store, kind);
    return store.db
      .update(table)
      .set({ liveStories: sql`${table.liveStories} + ${by}` })
      .where(inArray(table.key, keys));
  }),
);

/** Counts a story more, or less, with the terms. */
export function countStories(store: Store, kind: TermKind, keys: readonly string[], by: 1 | -1): Statement[] {
  return keys.length === 0 ? [] : [{ query: addToStories[kind](store, { keys: [...keys], by }), rows: keys.length }];
}

export function nameFromKey(key: string): string {
  return key
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
