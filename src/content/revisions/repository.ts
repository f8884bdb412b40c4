import { and, asc, between, desc, eq, gt, inArray, isNotNull, lt, lte, max, type SQL } from 'drizzle-orm';
import type { Seek } from '../../kernel/cursors.js';
import { inListOrder } from '../../storage/keyset.js';
import type { Store } from '../../storage/store.js';
import type { RevisedKind } from '../history.js';
import type { ResourceRevision, RevisionHead } from './schemas.js';

/** One of the rows that a version of an article is kept in: of the article itself, or of one of its sections. */
export interface RevisionRow extends RevisionHead {
  kind: RevisedKind;
  id: string;
  articleVersion: number;
  fields: string[];
}

type Table = Store['tables']['revisions'];

/** The columns of a revision but its content, which is long. */
function headOf(revisions: Table) {
  return {
    kind: revisions.kind,
    id: revisions.resourceId,
    version: revisions.version,
    articleVersion: revisions.articleVersion,
    at: revisions.at,
    byKey: revisions.byKey,
    byActor: revisions.byActor,
    action: revisions.action,
    reason: revisions.reason,
    fields: revisions.fields,
  };
}

function rowOf({
  byKey,
  byActor,
  articleVersion,
  ...row
}: Pick<Table['$inferSelect'], Exclude<keyof ReturnType<typeof headOf>, 'id'>> & { id: string }): RevisionRow {
  return { ...row, by: { key: byKey, actor: byActor }, articleVersion: articleVersion ?? 0 };
}

/** What was written with each of an article's versions from one to another, without the contents; the last first. */
export async function listArticleWrites(
  { db, tables: { revisions }, all }: Store,
  articleId: string,
  from: number,
  to: number,
): Promise<RevisionRow[]> {
  const rows = await all(
    db
      .select(headOf(revisions))
      .from(revisions)
      .where(and(eq(revisions.articleId, articleId), between(revisions.articleVersion, from, to)))
      .orderBy(desc(revisions.articleVersion), asc(revisions.kind), asc(revisions.resourceId)),
  );
  return rows.map(rowOf);
}

export interface RevisionFilters {
  action?: string | undefined;
  actor?: string | undefined;
}

/** The versions of a resource, the last first. */
export async function listRevisions(
  { db, tables: { revisions }, all }: Store,
  kind: RevisedKind,
  id: string,
  { action, actor }: RevisionFilters,
  limit: number,
  seek: Seek | undefined,
): Promise<ResourceRevision[]> {
  const isBackwards = seek?.direction === 'previous';
  const position = Number(seek?.position[0]);
  const bounds: (SQL | undefined)[] = [
    seek && (isBackwards ? gt(revisions.version, position) : lt(revisions.version, position)),
    action === undefined ? undefined : eq(revisions.action, action),
    actor === undefined ? undefined : eq(revisions.byActor, actor),
  ];
  const rows = await all(
    db
      .select(headOf(revisions))
      .from(revisions)
      .where(and(eq(revisions.kind, kind), eq(revisions.resourceId, id), ...bounds))
      .orderBy(isBackwards ? asc(revisions.version) : desc(revisions.version))
      .limit(limit),
  );
  return inListOrder(rows, seek).map(resourceRevisionOf);
}

function resourceRevisionOf(row: Parameters<typeof rowOf>[0]): ResourceRevision {
  const { version, at, by, action, reason, fields } = rowOf(row);
  return { version, at, by, action, reason, fields };
}

/** A version of a resource, and the content that it had then; a version that changed none has that of the one before. */
export async function findRevision(
  { db, tables: { revisions }, all }: Store,
  kind: RevisedKind,
  id: string,
  version: number,
): Promise<{ revision: ResourceRevision; content: unknown } | undefined> {
  const ofResource = and(eq(revisions.kind, kind), eq(revisions.resourceId, id));
  const [row] = await all(
    db
      .select(headOf(revisions))
      .from(revisions)
      .where(and(ofResource, eq(revisions.version, version)))
      .limit(1),
  );
  if (!row) return undefined;
  const [kept] = await all(
    db
      .select({ content: revisions.content })
      .from(revisions)
      .where(and(ofResource, lte(revisions.version, version), isNotNull(revisions.content)))
      .orderBy(desc(revisions.version))
      .limit(1),
  );
  return { revision: resourceRevisionOf(row), content: kept?.content ?? undefined };
}

/** The contents that resources had at an instant, by id; those that were not there yet are left out. */
export async function listContentsAsOf(
  { db, tables: { revisions }, all }: Store,
  kind: RevisedKind,
  ids: readonly string[],
  at: string,
): Promise<Map<string, { version: number; content: unknown }>> {
  if (ids.length === 0) return new Map();
  const latest = db
    .select({ resourceId: revisions.resourceId, version: max(revisions.version).as('latest') })
    .from(revisions)
    .where(
      and(
        eq(revisions.kind, kind),
        inArray(revisions.resourceId, [...ids]),
        lte(revisions.at, at),
        isNotNull(revisions.content),
      ),
    )
    .groupBy(revisions.resourceId)
    .as('latest_of_resource');
  const rows = await all(
    db
      .select({ id: revisions.resourceId, version: revisions.version, content: revisions.content })
      .from(revisions)
      .innerJoin(latest, and(eq(revisions.resourceId, latest.resourceId), eq(revisions.version, latest.version)))
      .where(eq(revisions.kind, kind)),
  );
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}

/** The version that each of the sections had with a version of its article. */
export async function listSectionVersions(
  { db, tables: { revisions }, all }: Store,
  articleId: string,
  articleVersion: number,
): Promise<Map<string, number>> {
  const rows = await all(
    db
      .select({ id: revisions.resourceId, version: max(revisions.version) })
      .from(revisions)
      .where(
        and(
          eq(revisions.articleId, articleId),
          eq(revisions.kind, 'section'),
          lte(revisions.articleVersion, articleVersion),
        ),
      )
      .groupBy(revisions.resourceId),
  );
  return new Map(rows.map(({ id, version }) => [id, version ?? 0]));
}
