// What an article's row says of its publication, and the list of its publications.
import { and, eq, isNull } from 'drizzle-orm';
import type { Correction } from '../../blocks/story.js';
import type { ArticleRecord } from '../../content/articles/repository.js';
import type { ArticleContent } from '../../content/history.js';
import { updateStamp } from '../../content/managed.js';
import type { Actor } from '../../kernel/actor.js';
import { prepared } from '../../storage/prepared.js';
import type { Statement, Store } from '../../storage/store.js';
import type { PublicationTimes } from '../compile.js';

/** What of a story is about to go to readers. */
export interface Release {
  content: ArticleContent;
  /** A version whose content that is. */
  version: number;
  /** When a version still waits to be published by a schedule. */
  scheduledFor: string | null;
  /** What readers are told of the change. */
  correction?: Correction | undefined;
}

interface LiveColumns extends PublicationTimes, ReturnType<typeof updateStamp> {
  id: string;
  readVersion: number;
  nextVersion: number;
  liveVersion: number;
  scheduledFor: string | null;
}

const updateLive = prepared(({ db, tables: { articles } }, { id, readVersion, nextVersion, ...columns }: LiveColumns) =>
  db
    .update(articles)
    .set({ ...columns, state: 'live', withdrawnAt: null, version: nextVersion, scheduleFailure: null })
    .where(and(eq(articles.id, id), eq(articles.version, readVersion), isNull(articles.deletedAt))),
);

export function markLive(
  store: Store,
  { summary: { id, version } }: ArticleRecord,
  { version: liveVersion, scheduledFor }: Release,
  times: PublicationTimes,
  actor: Actor,
  at: string,
): Statement {
  const versions = { readVersion: version, nextVersion: version + 1, liveVersion };
  return { query: updateLive(store, { id, ...times, ...updateStamp(actor, at), ...versions, scheduledFor }), rows: 1 };
}

/** Notes that readers are told of a correction; the version that they see stays. */
export function markCorrected(
  { db, tables: { articles } }: Store,
  { summary: { id, version } }: ArticleRecord,
  actor: Actor,
  at: string,
): Statement {
  const values = { ...updateStamp(actor, at), contentUpdatedAt: at, version: version + 1 };
  return {
    query: db
      .update(articles)
      .set(values)
      .where(and(eq(articles.id, id), eq(articles.version, version), eq(articles.state, 'live'))),
    rows: 1,
  };
}

export function markWithdrawn(
  { db, tables: { articles } }: Store,
  { summary: { id, version } }: ArticleRecord,
  scheduledFor: string | null,
  actor: Actor,
  at: string,
): Statement {
  const values = {
    ...updateStamp(actor, at),
    state: 'withdrawn' as const,
    withdrawnAt: at,
    version: version + 1,
    scheduledFor,
    scheduleFailure: null,
  };
  return {
    query: db
      .update(articles)
      .set(values)
      .where(and(eq(articles.id, id), eq(articles.version, version))),
    rows: 1,
  };
}

/** What an article's row says of its publication that readers do not see. */
type WaitingColumns = Pick<
  Store['tables']['articles']['$inferInsert'],
  'scheduledFor' | 'scheduleFailure' | 'embargoedUntil' | 'embargoReason'
>;

/** Changes what is planned for an article's publication, from the version that was read. Its content stays. */
export function updatePublication(
  { db, tables: { articles } }: Store,
  { summary: { id, version } }: ArticleRecord,
  values: WaitingColumns,
  actor: Actor,
  at: string,
): Statement {
  return {
    query: db
      .update(articles)
      .set({ ...values, ...updateStamp(actor, at), version: version + 1 })
      .where(and(eq(articles.id, id), eq(articles.version, version), isNull(articles.deletedAt))),
    rows: 1,
  };
}

type PublicationRow = Required<Store['tables']['publications']['$inferInsert']>;

const insertRow = prepared(({ db, tables: { publications } }, row: PublicationRow) =>
  db.insert(publications).values(row),
);

/** Writes down that a story went to readers, or was taken from them, by the version that follows the record's. */
export function insertPublication(
  store: Store,
  { summary: { id, version } }: ArticleRecord,
  action: 'publish' | 'withdraw',
  contentVersion: number,
  { firstPublishedAt, publishedAt, contentUpdatedAt }: PublicationTimes,
  actor: Actor,
  at: string,
): Statement {
  const by = { byKey: actor.key, byActor: actor.person };
  const times = { firstPublishedAt, publishedAt, contentUpdatedAt };
  const row = { articleId: id, version: version + 1, contentVersion, action, at, ...by, ...times };
  return { query: insertRow(store, row), rows: 1 };
}
