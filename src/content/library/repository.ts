import { and, eq, inArray, isNotNull, isNull, or } from 'drizzle-orm';
import type { ResourceFacts, ResourceKind } from '../../blocks/library.js';
import type { Actor } from '../../kernel/actor.js';
import { chunksOf } from '../../kernel/chunks.js';
import { prepared } from '../../storage/prepared.js';
import type { Statement, Store } from '../../storage/store.js';
import { changeStatements, revisionStatements } from '../history.js';
import { imageFileStatement } from '../images/repository.js';
import { creationStamp, type Managed, managedOf, updateStamp } from '../managed.js';
import { libraryKinds } from './kinds.js';

/** A library resource as the Management API sends it. */
export type ManagedResource<K extends ResourceKind> = Managed & ResourceFacts[K];

export interface FoundResource<K extends ResourceKind> {
  resource: ManagedResource<K>;
  facts: ResourceFacts[K];
  isDeleted: boolean;
}

/** The three tables have the same management columns and the facts under their own names, so one set of queries serves all. */
function tableOf(store: Store, kind: ResourceKind) {
  return store.tables[libraryKinds[kind].plural] as Store['tables']['images'];
}

function ofEachKind<Query>(query: (kind: ResourceKind) => Query): Record<ResourceKind, Query> {
  return { image: query('image'), quote: query('quote'), embed: query('embed') };
}

type Row = ReturnType<typeof tableOf>['$inferSelect'];

function found<K extends ResourceKind>(kind: K, row: Row): FoundResource<K> {
  const columns = row as Record<string, unknown>;
  const facts = Object.fromEntries(
    libraryKinds[kind].factNames.map((name) => [name, columns[name]]),
  ) as ResourceFacts[K];
  return { resource: { ...managedOf(row), ...facts }, facts, isDeleted: row.deletedAt !== null };
}

const selectByIds = ofEachKind((kind) =>
  prepared((store, { ids }: { ids: string[] }) => {
    const table = tableOf(store, kind);
    return store.db.select().from(table).where(inArray(table.id, ids));
  }),
);

/** Those of the ids that exist, deleted ones among them. */
export async function findResources<K extends ResourceKind>(
  store: Store,
  kind: K,
  ids: readonly string[],
): Promise<Map<string, FoundResource<K>>> {
  if (ids.length === 0) return new Map();
  const rows = await store.all(selectByIds[kind](store, { ids: [...ids] }));
  return new Map(rows.map((row) => [row.id, found(kind, row)]));
}

/** Adds a resource with its first revision and change. */
export function insertResource<K extends ResourceKind>(
  store: Store,
  kind: K,
  id: string,
  facts: ResourceFacts[K],
  actor: Actor,
  at: string,
): Statement[] {
  const table = tableOf(store, kind);
  const row = { id, ...creationStamp(actor, at), deletedAt: null, ...facts } as Row;
  return [
    { query: store.db.insert(table).values(row), rows: 1 },
    ...revisionStatements(store, actor, at, [{ kind, id, version: 1, action: 'create', fields: [], content: facts }]),
    ...changeStatements(store, actor, at, [{ kind, id, version: 1, action: 'create' }]),
    ...fileStatements(store, id, facts),
    ...imageUseStatements(store, kind, id, facts),
  ];
}

/** Changes a resource from the version that was read, with its revision and change. */
export function updateResource<K extends ResourceKind>(
  store: Store,
  kind: K,
  { id, version }: Managed,
  facts: ResourceFacts[K],
  action: 'update' | 'restore' | 'detach',
  fields: string[],
  actor: Actor,
  at: string,
): Statement[] {
  const table = tableOf(store, kind);
  const values = { ...facts, ...updateStamp(actor, at), version: version + 1 } as Partial<Row>;
  return [
    {
      query: store.db
        .update(table)
        .set(values)
        .where(and(eq(table.id, id), eq(table.version, version), isNull(table.deletedAt))),
      rows: 1,
    },
    ...revisionStatements(store, actor, at, [{ kind, id, version: version + 1, action, fields, content: facts }]),
    ...changeStatements(store, actor, at, [{ kind, id, version: version + 1, action }]),
    ...fileStatements(store, id, facts),
    ...imageUseStatements(store, kind, id, facts),
  ];
}

/** Deletes a resource from the version that was read, with its revision and change. It points at nothing any more. */
export function deleteResource<K extends ResourceKind>(
  store: Store,
  kind: K,
  resource: Managed,
  facts: ResourceFacts[K],
  actor: Actor,
  at: string,
): Statement[] {
  return [
    ...deletionStatements(store, kind, resource, facts, at, 'delete', actor, at),
    ...imageUseStatements(store, kind, resource.id, undefined),
  ];
}

/** Brings a deleted resource back from the version that was read, with the facts it has from then on, its revision and change. */
export function undeleteResource<K extends ResourceKind>(
  store: Store,
  kind: K,
  resource: Managed,
  facts: ResourceFacts[K],
  actor: Actor,
  at: string,
): Statement[] {
  return [
    ...deletionStatements(store, kind, resource, facts, null, 'undelete', actor, at),
    ...imageUseStatements(store, kind, resource.id, facts),
  ];
}

function deletionStatements<K extends ResourceKind>(
  store: Store,
  kind: K,
  { id, version }: Managed,
  content: ResourceFacts[K],
  deletedAt: string | null,
  action: 'delete' | 'undelete',
  actor: Actor,
  at: string,
): Statement[] {
  const table = tableOf(store, kind);
  const isAsRead = action === 'delete' ? isNull(table.deletedAt) : isNotNull(table.deletedAt);
  return [
    {
      query: store.db
        .update(table)
        .set({ ...content, ...updateStamp(actor, at), version: version + 1, deletedAt } as Partial<Row>)
        .where(and(eq(table.id, id), eq(table.version, version), isAsRead)),
      rows: 1,
    },
    ...revisionStatements(store, actor, at, [{ kind, id, version: version + 1, action, fields: [], content }]),
    ...changeStatements(store, actor, at, [{ kind, id, version: version + 1, action }]),
  ];
}

/** Notes the file that a resource has, if it is an image that has one. */
function fileStatements(store: Store, id: string, facts: object): Statement[] {
  const { file } = facts as Partial<ResourceFacts['image']>;
  return file ? [imageFileStatement(store, id, file.sha256)] : [];
}

/** Writes down which images the resource points at; none when it is deleted. */
function imageUseStatements<K extends ResourceKind>(
  { db, tables }: Store,
  kind: K,
  id: string,
  facts: ResourceFacts[K] | undefined,
): Statement[] {
  if (kind !== 'embed') return [];
  const { whereUsed } = tables;
  const references = facts === undefined ? [] : libraryKinds[kind].imageReferences(facts);
  const uses = references.map((reference) => ({
    scope: 'working' as const,
    userKind: 'embed' as const,
    userId: id,
    sectionId: '',
    kind: 'image' as const,
    resourceId: reference.id,
  }));
  const statements: Statement[] = [
    {
      query: db
        .delete(whereUsed)
        .where(and(eq(whereUsed.scope, 'working'), eq(whereUsed.userKind, 'embed'), eq(whereUsed.userId, id))),
    },
  ];
  if (uses.length > 0) statements.push({ query: db.insert(whereUsed).values(uses) });
  return statements;
}

/** Holds a commit to resources that exist and are not deleted. */
export function guardPresent(store: Store, kind: ResourceKind, ids: readonly string[]): Statement[] {
  if (ids.length === 0) return [];
  const table = tableOf(store, kind);
  const query = store.db
    .select({ id: table.id })
    .from(table)
    .where(and(inArray(table.id, [...ids]), isNull(table.deletedAt)));
  return [{ query, rows: ids.length }];
}

/** How many alternatives one query has: engines bound the depth of an expression. */
export const alternativesMax = 200;

const selectAtVersions = ofEachKind((kind) =>
  prepared((store, { read }: { read: { id: string; version: number }[] }) => {
    const table = tableOf(store, kind);
    const atVersion = read.map(({ id, version }) => and(eq(table.id, id), eq(table.version, version)));
    return store.db
      .select({ id: table.id })
      .from(table)
      .where(and(or(...atVersion), isNull(table.deletedAt)));
  }),
);

/** Holds a commit to resources being at the versions that a decision has read. */
export function guardVersions(store: Store, kind: ResourceKind, versions: ReadonlyMap<string, number>): Statement[] {
  const read = [...versions].map(([id, version]) => ({ id, version }));
  return chunksOf(read, alternativesMax).map((some) => ({
    query: selectAtVersions[kind](store, { read: some }),
    rows: some.length,
  }));
}
