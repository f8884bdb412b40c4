import { and, eq, gte, inArray, isNull, like, lt, notExists, or, sql } from 'drizzle-orm';
import type { Actor } from '../../kernel/actor.js';
import { isId } from '../../kernel/ids.js';
import { prepared } from '../../storage/prepared.js';
import type { Statement, Store } from '../../storage/store.js';
import { creationStamp, managedOf, updateStamp } from '../managed.js';
import { type ArticleFields, articleShape, type ManagedArticleSummary, type Publication } from './schemas.js';

const fieldNames = Object.keys(articleShape) as (keyof ArticleFields)[];

/** An article's working copy without its sections, and what else its row knows. */
export interface ArticleRecord {
  summary: ManagedArticleSummary;
  fields: ArticleFields;
  sectionIds: string[];
  contentVersion: number;
  /** No publication before it, and why. */
  embargo: { until: string; reason: string } | null;
  isDeleted: boolean;
}

type Row = Store['tables']['articles']['$inferSelect'];

export function articleOf(row: Row): ArticleRecord {
  const columns = row as Record<string, unknown>;
  const fields = Object.fromEntries(fieldNames.map((name) => [name, columns[name]])) as unknown as ArticleFields;
  return {
    summary: { ...managedOf(row), ...fields, publication: publicationOf(row) },
    fields,
    sectionIds: row.sectionIds,
    contentVersion: row.contentVersion,
    embargo: embargoOf(row),
    isDeleted: row.deletedAt !== null,
  };
}

function publicationOf(row: Row): Publication {
  const { firstPublishedAt, publishedAt, contentUpdatedAt, withdrawnAt, liveVersion } = row;
  const { scheduledFor, scheduleFailure, embargoedUntil, embargoReason } = row;
  return {
    state: row.state !== 'live' && scheduledFor !== null ? 'scheduled' : row.state,
    firstPublishedAt,
    publishedAt,
    contentUpdatedAt,
    withdrawnAt,
    liveVersion,
    hasUnpublishedChanges: row.state === 'live' && row.contentVersion > (liveVersion ?? 0),
    scheduledFor,
    scheduleFailure,
    embargoedUntil,
    embargoReason,
  };
}

function embargoOf({ embargoedUntil: until, embargoReason: reason }: Row): ArticleRecord['embargo'] {
  return until === null || reason === null ? null : { until, reason };
}

const selectById = prepared(({ db, tables: { articles } }, { id }: { id: string }) =>
  db.select().from(articles).where(eq(articles.id, id)).limit(1),
);
const selectBySlug = prepared(({ db, tables: { articles } }, { slug }: { slug: string }) =>
  db
    .select()
    .from(articles)
    .where(and(eq(articles.slug, slug), isNull(articles.deletedAt)))
    .limit(1),
);

/** The article with this id, deleted or not, or with this working slug. */
export async function findArticle(store: Store, idOrSlug: string): Promise<ArticleRecord | undefined> {
  const query = isId(idOrSlug) ? selectById(store, { id: idOrSlug }) : selectBySlug(store, { slug: idOrSlug });
  const [row] = await store.all(query);
  return row && articleOf(row);
}

/** Whether there is any article, deleted ones included. */
export async function hasArticles({ db, tables: { articles }, all }: Store): Promise<boolean> {
  return (await all(db.select({ id: articles.id }).from(articles).limit(1))).length > 0;
}

const selectPresent = prepared(({ db, tables: { articles } }, { ids }: { ids: string[] }) =>
  db
    .select({ id: articles.id })
    .from(articles)
    .where(and(inArray(articles.id, ids), isNull(articles.deletedAt))),
);

/** Those of the ids that are articles and not deleted. */
export async function findArticleIds(store: Store, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await store.all(selectPresent(store, { ids: [...ids] }));
  return new Set(rows.map((row) => row.id));
}

/** Holds a commit to articles that exist and are not deleted. */
export function guardArticles(store: Store, ids: ReadonlySet<string>): Statement[] {
  if (ids.size === 0) return [];
  return [{ query: selectPresent(store, { ids: [...ids] }), rows: ids.size }];
}

const selectAtVersion = prepared(
  ({ db, tables: { articles } }, { id, version }: Pick<ArticleRecord['summary'], 'id' | 'version'>) =>
    db
      .select({ id: articles.id })
      .from(articles)
      .where(and(eq(articles.id, id), eq(articles.version, version), isNull(articles.deletedAt))),
);

/**
 * Holds a decision that writes nothing to the article being as it was read. It has been read part by part, and its answer must not
 * have a part that another has written since under the version of before; nor may the answer, where it is kept, outlive an erasure.
 */
export function guardVersion(store: Store, { summary: { id, version } }: ArticleRecord): Statement {
  return { query: selectAtVersion(store, { id, version }), rows: 1 };
}

/** Working copies without their sections, by id. */
export async function findSummaries(
  { db, tables: { articles }, all }: Store,
  ids: readonly string[],
): Promise<Map<string, ManagedArticleSummary>> {
  if (ids.length === 0) return new Map();
  const rows = await all(
    db
      .select()
      .from(articles)
      .where(inArray(articles.id, [...ids])),
  );
  return new Map(rows.map((row) => [row.id, articleOf(row).summary]));
}

export function insertArticle(
  { db, tables }: Store,
  id: string,
  fields: ArticleFields,
  sectionIds: string[],
  actor: Actor,
  at: string,
): Statement {
  const row = {
    id,
    ...creationStamp(actor, at),
    ...fields,
    sectionIds,
    contentVersion: 1,
    state: 'unpublished' as const,
  };
  return { query: db.insert(tables.articles).values(row), rows: 1 };
}

export interface ArticleUpdate {
  fields?: ArticleFields;
  sectionIds?: string[];
  /** Whether what would be published changes. */
  changesContent: boolean;
}

/** Changes an article's row from the version that was read. */
export function updateArticle(
  { db, tables: { articles } }: Store,
  record: ArticleRecord,
  update: ArticleUpdate,
  actor: Actor,
  at: string,
): Statement {
  const { id, version } = record.summary;
  const values = {
    ...update.fields,
    ...(update.sectionIds && { sectionIds: update.sectionIds }),
    ...updateStamp(actor, at),
    version: version + 1,
    contentVersion: update.changesContent ? version + 1 : record.contentVersion,
  };
  return {
    query: db
      .update(articles)
      .set(values)
      .where(and(eq(articles.id, id), eq(articles.version, version), isNull(articles.deletedAt))),
    rows: 1,
  };
}

const raiseVersion = prepared(
  ({ db, tables: { articles } }, { id, ...stamp }: { id: string } & ReturnType<typeof updateStamp>) =>
    db
      .update(articles)
      .set({ ...stamp, version: sql`${articles.version} + 1`, contentVersion: sql`${articles.version} + 1` })
      .where(and(eq(articles.id, id), isNull(articles.deletedAt))),
);

/** Raises an article's version for a write to one of its sections, whatever version it is at. */
export function raiseArticleVersion(store: Store, id: string, actor: Actor, at: string): Statement {
  return { query: raiseVersion(store, { id, ...updateStamp(actor, at) }), rows: 1 };
}

/** Notes which tags the article has. */
export function articleTagStatements(
  { db, tables: { articleTags } }: Store,
  articleId: string,
  keys: readonly string[],
): Statement[] {
  const rows = [...new Set(keys)].map((tag) => ({ articleId, tag }));
  return [
    { query: db.delete(articleTags).where(eq(articleTags.articleId, articleId)) },
    ...(rows.length > 0 ? [{ query: db.insert(articleTags).values(rows) }] : []),
  ];
}

const selectSlugOwner = prepared(({ db, tables: { slugs } }, { slug }: { slug: string }) =>
  db.select({ articleId: slugs.articleId }).from(slugs).where(eq(slugs.slug, slug)).limit(1),
);

/** Which article has a slug, now or in its history. */
export async function findSlugOwner(store: Store, slug: string): Promise<string | undefined> {
  const [row] = await store.all(selectSlugOwner(store, { slug }));
  return row?.articleId;
}

/** The taken slugs that are `base` or begin with `base-`. */
export async function listTakenSlugs({ db, tables: { slugs }, all }: Store, base: string): Promise<Set<string>> {
  const numbered = and(gte(slugs.slug, `${base}-`), lt(slugs.slug, `${base}.`), like(slugs.slug, `${base}-%`));
  const rows = await all(
    db
      .select({ slug: slugs.slug })
      .from(slugs)
      .where(or(eq(slugs.slug, base), numbered)),
  );
  return new Set(rows.map((row) => row.slug));
}

/** Takes a slug for an article, and frees the one it had unless readers have seen it, or will by a schedule. */
export function slugStatements(
  { db, tables: { slugs, schedules } }: Store,
  articleId: string,
  slug: string,
  previous?: string,
): Statement[] {
  const statements: Statement[] = [];
  if (previous !== undefined) {
    const isMine = and(eq(slugs.slug, previous), eq(slugs.articleId, articleId), eq(slugs.published, false));
    const waiting = db
      .select({ id: schedules.id })
      .from(schedules)
      .where(and(eq(schedules.articleId, articleId), eq(schedules.action, 'publish'), eq(schedules.state, 'pending')));
    statements.push({ query: db.delete(slugs).where(and(isMine, notExists(waiting))) });
  }
  statements.push(
    { query: db.insert(slugs).values({ slug, articleId, published: false }).onConflictDoNothing() },
    {
      query: db
        .select({ slug: slugs.slug })
        .from(slugs)
        .where(and(eq(slugs.slug, slug), eq(slugs.articleId, articleId))),
      rows: 1,
    },
  );
  return statements;
}
