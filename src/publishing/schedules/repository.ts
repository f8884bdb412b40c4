import { and, asc, desc, eq, gt, gte, lt, ne, type SQL, sql } from 'drizzle-orm';
import { creationStamp, managedOf, updateStamp } from '../../content/managed.js';
import type { Use } from '../../content/where-used.js';
import type { Actor } from '../../kernel/actor.js';
import type { Seek } from '../../kernel/cursors.js';
import { inListOrder } from '../../storage/keyset.js';
import { prepared } from '../../storage/prepared.js';
import type { Statement, Store } from '../../storage/store.js';
import type { Failure, Schedule, ScheduleFilters, ScheduleOptions } from './schemas.js';

interface Row {
  row: Store['tables']['schedules']['$inferSelect'];
  article: Schedule['article'];
}

function scheduleOf({ row, article }: Row): Schedule {
  const { articleId, action, articleVersion, at, request, state, failure, settledAt } = row;
  // An erasure leaves nothing of what was asked for.
  const options = { publishedAt: null, minor: false, correction: null, ...(request as Partial<ScheduleOptions>) };
  return {
    ...managedOf(row),
    articleId,
    article,
    action,
    articleVersion,
    at,
    ...options,
    state,
    failure: failure as Failure | null,
    settledAt,
  };
}

/** A query of schedules with their articles. */
function select({ db, tables: { schedules, articles } }: Store) {
  const { slug, headline, version } = articles;
  return db
    .select({ row: schedules, article: { slug, headline, version } })
    .from(schedules)
    .innerJoin(articles, eq(articles.id, schedules.articleId));
}

const selectById = prepared((store, { id }: { id: string }) =>
  select(store).where(eq(store.tables.schedules.id, id)).limit(1),
);

export async function findSchedule(store: Store, id: string): Promise<Schedule | undefined> {
  const [found] = await store.all(selectById(store, { id }));
  return found && scheduleOf(found);
}

/** The literal lets engines take the index of those that wait. */
function isPending({ tables: { schedules } }: Store): SQL {
  return sql`${schedules.state} = 'pending'`;
}

/** The schedule that waits to do this to an article. */
export async function findPending(
  store: Store,
  articleId: string,
  action: Schedule['action'],
): Promise<Schedule | undefined> {
  const { schedules } = store.tables;
  const isIt = and(eq(schedules.articleId, articleId), eq(schedules.action, action), isPending(store));
  const [found] = await store.all(select(store).where(isIt).limit(1));
  return found && scheduleOf(found);
}

/** Where a schedule stands among those that wait, and whose it is. */
export interface Waiting {
  id: string;
  articleId: string;
  at: string;
}

/** Schedules that wait, the soonest first, beyond one of them. */
export async function listWaiting(store: Store, limit: number, beyond?: Waiting): Promise<Waiting[]> {
  const { id, articleId, at } = store.tables.schedules;
  const isBeyond = beyond && sql`(${at}, ${id}) > (${beyond.at}, ${beyond.id})`;
  return store.all(
    store.db
      .select({ id, articleId, at })
      .from(store.tables.schedules)
      .where(and(isPending(store), isBeyond))
      .orderBy(asc(at), asc(id))
      .limit(limit),
  );
}

/** Schedules, the soonest first. */
export async function listSchedules(
  store: Store,
  { state, action, from, to }: ScheduleFilters,
  limit: number,
  seek: Seek | undefined,
): Promise<Schedule[]> {
  const { schedules } = store.tables;
  const isBackwards = seek?.direction === 'previous';
  const [at, id] = seek?.position ?? [];
  const compared = isBackwards ? sql.raw('<') : sql.raw('>');
  const bound = seek && sql`(${schedules.at}, ${schedules.id}) ${compared} (${at}, ${id})`;
  const inState = state === 'pending' ? isPending(store) : state && eq(schedules.state, state);
  const isWanted = and(
    inState,
    action && eq(schedules.action, action),
    from === undefined ? undefined : gte(schedules.at, from),
    to === undefined ? undefined : lt(schedules.at, to),
  );
  const order = isBackwards ? [desc(schedules.at), desc(schedules.id)] : [asc(schedules.at), asc(schedules.id)];
  const rows = await store.all(
    select(store)
      .where(and(isWanted, bound))
      .orderBy(...order)
      .limit(limit),
  );
  return inListOrder(rows, seek).map(scheduleOf);
}

/** Schedules of an article, the last made first. */
export async function listSchedulesOf(
  store: Store,
  articleId: string,
  limit: number,
  seek: Seek | undefined,
): Promise<Schedule[]> {
  const { schedules } = store.tables;
  const isBackwards = seek?.direction === 'previous';
  const position = String(seek?.position[0] ?? '');
  const bound = seek && (isBackwards ? gt(schedules.id, position) : lt(schedules.id, position));
  const rows = await store.all(
    select(store)
      .where(and(eq(schedules.articleId, articleId), bound))
      .orderBy(isBackwards ? asc(schedules.id) : desc(schedules.id))
      .limit(limit),
  );
  return inListOrder(rows, seek).map(scheduleOf);
}

/** What of a schedule is the publisher's to say. */
export type Plan = Pick<Schedule, 'articleVersion' | 'at' | keyof ScheduleOptions>;

function columnsOf({ articleVersion, at, publishedAt, minor, correction }: Plan) {
  return { articleVersion, at, request: { publishedAt, minor, correction } };
}

export function insertSchedule(
  { db, tables: { schedules } }: Store,
  { id, articleId, action, ...plan }: Plan & Pick<Schedule, 'id' | 'articleId' | 'action'>,
  actor: Actor,
  now: string,
): Statement {
  const row = { id, articleId, action, ...columnsOf(plan), ...creationStamp(actor, now), state: 'pending' as const };
  return { query: db.insert(schedules).values(row), rows: 1 };
}

/** Changes a schedule that waits, from the version that was read. */
export function updateSchedule(store: Store, { id, version }: Schedule, plan: Plan, actor: Actor, now: string) {
  const { schedules } = store.tables;
  const values = { ...columnsOf(plan), ...updateStamp(actor, now), version: version + 1 };
  const isRead = and(eq(schedules.id, id), eq(schedules.version, version), isPending(store));
  return { query: store.db.update(schedules).set(values).where(isRead), rows: 1 };
}

/** How a schedule came to its end. */
export interface Settlement {
  state: 'done' | 'failed' | 'cancelled';
  failure?: Failure;
}

interface SettledColumns extends ReturnType<typeof updateStamp> {
  id: string;
  readVersion: number;
  nextVersion: number;
  state: Settlement['state'];
  failure: Failure | null;
  settledAt: string;
}

const updateSettled = prepared((store, { id, readVersion, nextVersion, ...columns }: SettledColumns) => {
  const { schedules } = store.tables;
  return store.db
    .update(schedules)
    .set({ ...columns, version: nextVersion })
    .where(and(eq(schedules.id, id), eq(schedules.version, readVersion), isPending(store)));
});

/** Ends a schedule that waits, from the version that was read, and lets go of what it held. */
export function settleStatements(
  store: Store,
  { id, articleId, action, version }: Schedule,
  { state, failure }: Settlement,
  actor: Actor,
  now: string,
): Statement[] {
  const columns = { state, failure: failure ?? null, settledAt: now, ...updateStamp(actor, now) };
  const query = updateSettled(store, { id, readVersion: version, nextVersion: version + 1, ...columns });
  return [{ query, rows: 1 }, ...(action === 'publish' ? releaseStatements(store, articleId) : [])];
}

/** Cancels the publication of an article that waits, whichever it is. */
export function cancelPublication(store: Store, articleId: string, actor: Actor, now: string): Statement[] {
  const { schedules } = store.tables;
  const values = {
    state: 'cancelled' as const,
    settledAt: now,
    ...updateStamp(actor, now),
    version: sql`${schedules.version} + 1`,
  };
  const isIt = and(eq(schedules.articleId, articleId), eq(schedules.action, 'publish'), isPending(store));
  return [
    { query: store.db.update(schedules).set(values).where(isIt), rows: 1 },
    ...releaseStatements(store, articleId),
  ];
}

const deleteHeld = prepared(({ db, tables: { whereUsed } }, { articleId }: { articleId: string }) =>
  db
    .delete(whereUsed)
    .where(and(eq(whereUsed.scope, 'scheduled'), eq(whereUsed.userKind, 'article'), eq(whereUsed.userId, articleId))),
);
const deleteUnseenSlugs = prepared(({ db, tables: { slugs, articles } }, { articleId }: { articleId: string }) => {
  const working = db.select({ slug: articles.slug }).from(articles).where(eq(articles.id, articleId));
  return db
    .delete(slugs)
    .where(and(eq(slugs.articleId, articleId), eq(slugs.published, false), ne(slugs.slug, sql`(${working})`)));
});

/** Lets go of what a publication that waits has held: resources that it uses, and a slug that the working copy has given up. */
function releaseStatements(store: Store, articleId: string): Statement[] {
  return [{ query: deleteHeld(store, { articleId }) }, { query: deleteUnseenSlugs(store, { articleId }) }];
}

/** Writes down what a version that waits uses, so that none of it is deleted meanwhile. */
export function holdStatements(store: Store, articleId: string, uses: readonly Use[]): Statement[] {
  const { db, tables } = store;
  const unique = new Map(uses.map((use) => [`${use.kind}/${use.id}`, use]));
  const rows = [...unique.values()].map(({ kind, id }) => ({
    scope: 'scheduled' as const,
    userKind: 'article' as const,
    userId: articleId,
    sectionId: '',
    kind,
    resourceId: id,
  }));
  return [
    { query: deleteHeld(store, { articleId }) },
    ...(rows.length > 0 ? [{ query: db.insert(tables.whereUsed).values(rows), rows: rows.length }] : []),
  ];
}
