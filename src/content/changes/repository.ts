import { and, asc, desc, eq, gte, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { Seek, Stopped } from '../../kernel/cursors.js';
import { examinedMax, inListOrder } from '../../storage/keyset.js';
import type { Store } from '../../storage/store.js';
import type { Change, ChangeFilters } from './schemas.js';

interface Row {
  change: Store['tables']['changes']['$inferSelect'];
  reason: string | null;
}

function changeOf({ change, reason }: Row): Change {
  const { seq: sequence, at, byKey, byActor, action, kind, resourceId, version, articleId } = change;
  const by = { key: byKey, actor: byActor };
  return { sequence, at, by, action, reason, kind, resourceId, version, articleId, isPublic: change.public };
}

/** Whether a list is in the order of time. The log's own order is that of its sequence, which a moved clock may contradict. */
export function isByTime({ from, to }: ChangeFilters): boolean {
  return from !== undefined || to !== undefined;
}

interface ChangePlan {
  /** What one index answers, in the order of the list. */
  range: SQL | undefined;
  /** What is looked up in each entry that the index gives; none when it answers all. */
  rest: SQL | undefined;
}

/** Times are answered by their own index; else the index of what is rarest among what was asked for. */
function planOf({ tables: { changes } }: Store, filters: ChangeFilters): ChangePlan {
  const { kind, resource, article, action, actor, key, from, to } = filters;
  const ofKind = kind === undefined ? undefined : eq(changes.kind, kind);
  const equalities = [
    resource === undefined ? undefined : and(ofKind, eq(changes.resourceId, resource)),
    article === undefined ? undefined : eq(changes.articleId, article),
    actor === undefined ? undefined : eq(changes.byActor, actor),
    key === undefined ? undefined : eq(changes.byKey, key),
    action === undefined ? undefined : eq(changes.action, action),
  ].filter((equality) => equality !== undefined);
  const unanswered = resource === undefined ? ofKind : undefined;
  if (isByTime(filters)) {
    const since = from === undefined ? undefined : gte(changes.at, from);
    const before = to === undefined ? undefined : lt(changes.at, to);
    return { range: and(since, before), rest: and(...equalities, unanswered) };
  }
  const [driver, ...others] = equalities;
  return { range: driver, rest: and(...others, unanswered) };
}

/** Where the list goes on, and in which direction. */
function orderOf({ tables: { changes } }: Store, filters: ChangeFilters, seek: Seek | undefined) {
  const isUpwards = seek?.direction === 'previous';
  const direction = isUpwards ? asc : desc;
  const columns = isByTime(filters) ? [changes.at, changes.seq] : [changes.seq];
  const position = sql.join(
    (seek?.position ?? []).map((value) => sql`${value}`),
    sql`, `,
  );
  const beyond = sql`(${sql.join(columns, sql`, `)}) ${sql.raw(isUpwards ? '>' : '<')} (${position})`;
  return { beyond: seek && beyond, order: columns.map((column) => direction(column)) };
}

/** The query of a page of entries, each with the reason that its revision keeps. */
export function changesQuery(store: Store, filters: ChangeFilters, limit: number, seek: Seek | undefined) {
  const { changes, revisions } = store.tables;
  const { range, rest } = planOf(store, filters);
  const { beyond, order } = orderOf(store, filters, seek);
  const isItsRevision = and(
    sql`${revisions.kind} = ${changes.kind}`,
    eq(revisions.resourceId, changes.resourceId),
    eq(revisions.version, changes.version),
    eq(revisions.action, changes.action),
  );
  const examined = store.db
    .select({ seq: changes.seq })
    .from(changes)
    .where(and(range, beyond))
    .orderBy(...order)
    .limit(rest ? examinedMax : limit);
  return store.db
    .select({ change: changes, reason: revisions.reason })
    .from(changes)
    .leftJoin(revisions, isItsRevision)
    .where(and(inArray(changes.seq, examined), rest))
    .orderBy(...order)
    .limit(limit);
}

/** Entries, the last first; with filters that no index answers, those among the ones that may be looked at for a page. */
export async function listChanges(
  store: Store,
  filters: ChangeFilters,
  limit: number,
  seek: Seek | undefined,
): Promise<Change[] | Stopped<Change>> {
  const rows = inListOrder(await store.all(changesQuery(store, filters, limit, seek)), seek).map(changeOf);
  const { range, rest } = planOf(store, filters);
  if (!rest || rows.length === limit) return rows;
  const { changes } = store.tables;
  const { beyond, order } = orderOf(store, filters, seek);
  const [last] = await store.all(
    store.db
      .select({ at: changes.at, seq: changes.seq })
      .from(changes)
      .where(and(range, beyond))
      .orderBy(...order)
      .limit(1)
      .offset(examinedMax - 1),
  );
  return last ? { rows, stoppedAt: isByTime(filters) ? [last.at, last.seq] : [last.seq] } : rows;
}
