import { eq, inArray } from 'drizzle-orm';
import type { Actor } from '../../kernel/actor.js';
import type { Statement, Store } from '../../storage/store.js';
import { changeStatements, revisionStatements } from '../history.js';
import { creationStamp } from '../managed.js';

/** What articles are sorted under: each has one desk and any number of tags. */
export type TermKind = 'desk' | 'tag';

/** Desks and tags have the same columns, so one set of queries serves both. */
function tableOf({ tables }: Store, kind: TermKind): Store['tables']['tags'] {
  return kind === 'desk' ? (tables.desks as unknown as Store['tables']['tags']) : tables.tags;
}

/** Names by key, of those keys that are known. */
export async function findNames(store: Store, kind: TermKind, keys: readonly string[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const table = tableOf(store, kind);
  const rows = await store.all(
    store.db
      .select({ key: table.key, name: table.name })
      .from(table)
      .where(keys.length === 1 ? eq(table.key, keys[0] ?? '') : inArray(table.key, [...keys])),
  );
  return new Map(rows.map(({ key, name }) => [key, name]));
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

/** Makes the terms that are new, each named after its key: `vladimir-putin` → `Vladimir Putin`. */
export async function newTermStatements(
  store: Store,
  kind: TermKind,
  keys: readonly string[],
  actor: Actor,
  at: string,
): Promise<Statement[]> {
  const known = await findNames(store, kind, keys);
  return [...new Set(keys)]
    .filter((key) => !known.has(key))
    .flatMap((key) => insertTerm(store, kind, key, nameFromKey(key), actor, at));
}

function nameFromKey(key: string): string {
  return key
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
