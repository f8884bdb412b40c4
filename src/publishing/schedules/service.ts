import type { ArticleRecord } from '../../content/articles/repository.js';
import type { ArticleService } from '../../content/articles/service.js';
import { findArticleContentAt } from '../../content/history.js';
import {
  creationStamp,
  managedOf,
  nextStamp,
  readOnlyViolations,
  refuseIfAny,
  requireMatch,
} from '../../content/managed.js';
import type { Actor } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { DomainError, notFound } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import { jsonEqual } from '../../kernel/json.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import { getMatching } from '../matching.js';
import { loadFit } from '../preflight/fit.js';
import type { Finding } from '../preflight/index.js';
import { updatePublication } from '../publications/repository.js';
import { fixAnchors } from '../repository.js';
import { usesOf } from '../resources.js';
import { traceStatements } from '../trace.js';
import { merged, requireCurrent, wrongTimes } from './plan.js';
import {
  findPending,
  findSchedule,
  holdStatements,
  insertSchedule,
  listSchedules,
  listSchedulesOf,
  type Plan,
  settleStatements,
  updateSchedule,
} from './repository.js';
import {
  type Schedule,
  type ScheduleFilters,
  type SchedulePatch,
  type ScheduleRequest,
  scheduleReadOnlyNames,
} from './schemas.js';

/** A schedule as a plan left it. */
interface Planned {
  schedule: Schedule;
  /** What preflight found in the version that should be looked at all the same. */
  warnings: Finding[];
}

/** What a version that waits needs, and what should be looked at in it. */
interface Held {
  statements: Statement[];
  warnings: Finding[];
}

const nothingHeld: Held = { statements: [], warnings: [] };

export type ScheduleService = ReturnType<typeof scheduleService>;

/**
 * Plans publications and withdrawals. Each plan is a write to its article's publication, so it raises the article's version,
 * and the version that was named is the one before.
 */
export function scheduleService(store: Store, clock: Clock, articles: ArticleService) {
  /** @throws `not_found` */
  async function get(id: string): Promise<Schedule> {
    const found = await findSchedule(store, id);
    if (!found) throw notFound('schedule', id);
    return found;
  }

  /** A page, the soonest first. @throws `invalid` for a cursor of another list */
  function list({ limit, cursor, ...filters }: PageRequest & ScheduleFilters): Promise<Page<Schedule>> {
    return readPage(
      { limit, cursor },
      cursorScope('manage/schedules', filters),
      ['text', 'text'],
      ({ at, id }) => [at, id],
      (limit, seek) => listSchedules(store, filters, limit, seek),
    );
  }

  /** A page of an article's, the last made first. @throws `not_found`, `invalid` for a cursor of another list */
  async function listOf(idOrSlug: string, request: PageRequest): Promise<Page<Schedule>> {
    const { id } = (await articles.getRecord(idOrSlug)).summary;
    return readPage(
      request,
      cursorScope('manage/articles/schedules', { id }),
      ['text'],
      (schedule) => [schedule.id],
      (limit, seek) => listSchedulesOf(store, id, limit, seek),
    );
  }

  /**
   * Plans to publish the version that If-Match names, or to withdraw the story. What would keep the version from being published,
   * as far as it is known now, refuses it.
   * @throws `not_found`, `invalid` (times), `stale_version`, `conflict` (one waits already, nothing to withdraw), `preflight_failed`
   */
  async function create(
    idOrSlug: string,
    { action, at, publishedAt, minor, correction }: ScheduleRequest,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<Planned> {
    return decideAndCommit<Planned>(store, async () => {
      const id = newId();
      const now = instant(clock);
      const options = { at, publishedAt: publishedAt ?? null, minor: minor ?? false, correction: correction ?? null };
      refuseIfAny(wrongTimes(action, options, now));
      const { record } = await getMatching(store, articles, idOrSlug, ifMatch);
      await requireRoom(record, action, at);
      const { id: articleId, version } = record.summary;
      const plan = { ...options, articleVersion: version };
      const held = action === 'publish' ? await hold(record, version, at) : nothingHeld;
      const planned = action === 'publish' ? { scheduledFor: at } : {};
      const statements = [
        ...held.statements,
        updatePublication(store, record, { ...planned, scheduleFailure: null }, actor, now),
        insertSchedule(store, { id, articleId, action, ...plan }, actor, now),
        ...traceStatements(store, record, { action: 'schedule' }, actor, now),
      ];
      const schedule = asCreated(record, { id, action, ...plan }, actor, now);
      return { statements, result: { schedule, warnings: held.warnings } };
    });
  }

  /** @throws `conflict` when such a schedule waits already, or the story will not be live to be withdrawn */
  async function requireRoom({ summary }: ArticleRecord, action: Schedule['action'], at: string): Promise<void> {
    const { id, publication } = summary;
    const pending = await findPending(store, id, action);
    if (pending) {
      const what = action === 'publish' ? 'published' : 'withdrawn';
      throw new DomainError(
        'conflict',
        `The article waits to be ${what} at ${pending.at} already. Change or cancel schedule ${pending.id}.`,
      );
    }
    if (action === 'publish' || publication.state === 'live') return;
    if (publication.scheduledFor !== null && publication.scheduledFor < at) return;
    throw new DomainError(
      'conflict',
      'The article is not live, nor waits to be before then, so it cannot be withdrawn.',
    );
  }

  /** Holds a version to the rules of preflight as of an instant to come, and what it uses to staying there until then. */
  async function hold(record: ArticleRecord, articleVersion: number, at: string): Promise<Held> {
    const { id } = record.summary;
    // As it is read when it fires, rather than from the working copy, which another may be changing at this moment.
    const content = await findArticleContentAt(store, id, articleVersion);
    if (!content) throw notFound('version of the article', String(articleVersion));
    const { resources, warnings, guards } = await loadFit(store, record, content, at);
    const statements = [
      ...guards,
      ...resources.guards(store),
      ...holdStatements(store, id, [...usesOf(content), ...resources.uses()]),
      // So that the sections have the same anchors then, whatever becomes of their headings.
      fixAnchors(store, id),
    ];
    return { statements, warnings };
  }

  /**
   * Changes when a schedule fires and what it asks for, or lets it publish the article's current version instead.
   * @throws `not_found`, `stale_version`, `invalid` (read-only, times), `conflict` (settled), `preflight_failed`, `unprocessable`
   * (articleVersion is not the current one)
   */
  async function patch(id: string, body: SchedulePatch, ifMatch: string | undefined, actor: Actor): Promise<Planned> {
    return decideAndCommit<Planned>(store, async () => {
      const now = instant(clock);
      const { schedule, record } = await getPlanned(id, ifMatch);
      refuseIfAny(readOnlyViolations(body, schedule, scheduleReadOnlyNames));
      const { action, articleVersion, at, publishedAt, minor, correction } = schedule;
      const before: Plan = { articleVersion, at, publishedAt, minor, correction };
      const plan = merged(before, body);
      if (jsonEqual(plan, before)) return { statements: [], result: { schedule, warnings: [] } };
      refuseIfAny(wrongTimes(action, plan, now));
      requirePending(schedule);
      if (action === 'publish') requireCurrent(record.summary.version, before, plan);
      const held = action === 'publish' ? await hold(record, plan.articleVersion, plan.at) : nothingHeld;
      const planned = action === 'publish' ? { scheduledFor: plan.at } : {};
      const statements = [
        ...held.statements,
        updateSchedule(store, schedule, plan, actor, now),
        updatePublication(store, record, planned, actor, now),
        ...traceStatements(store, record, { action: 'schedule.change' }, actor, now),
      ];
      const written = { ...beside(schedule, record), ...plan, ...nextStamp(schedule, actor, now) };
      return { statements, result: { schedule: written, warnings: held.warnings } };
    });
  }

  /** Takes a schedule back; it stays to be read. @throws `not_found`, `stale_version`, `conflict` (settled) */
  async function cancel(id: string, ifMatch: string | undefined, actor: Actor): Promise<Schedule> {
    return decideAndCommit(store, async () => {
      const now = instant(clock);
      const { schedule, record } = await getPlanned(id, ifMatch);
      requirePending(schedule);
      const planned = schedule.action === 'publish' ? { scheduledFor: null } : {};
      const statements = [
        ...settleStatements(store, schedule, { state: 'cancelled' }, actor, now),
        updatePublication(store, record, planned, actor, now),
        ...traceStatements(store, record, { action: 'schedule.cancel' }, actor, now),
      ];
      const ended = { state: 'cancelled', settledAt: now } as const;
      return { statements, result: { ...beside(schedule, record), ...ended, ...nextStamp(schedule, actor, now) } };
    });
  }

  async function getPlanned(
    id: string,
    ifMatch: string | undefined,
  ): Promise<{ schedule: Schedule; record: ArticleRecord }> {
    const schedule = await get(id);
    const record = await articles.getRecord(schedule.articleId);
    await requireMatch(ifMatch, schedule.version, async () => []);
    return { schedule, record };
  }

  return { get, list, listOf, create, patch, cancel };
}

function requirePending({ state }: Schedule): void {
  if (state !== 'pending') throw new DomainError('conflict', `The schedule is ${state}, so it stays as it is.`);
}

/** A schedule as the commit that makes it leaves it: read again behind that, it might be another's version. */
function asCreated(
  { summary: { id: articleId, slug, headline, version } }: ArticleRecord,
  { id, ...plan }: Plan & Pick<Schedule, 'id' | 'action'>,
  actor: Actor,
  now: string,
): Schedule {
  const article = { slug, headline, version: version + 1 };
  const waiting = { state: 'pending', failure: null, settledAt: null } as const;
  return { ...managedOf({ id, ...creationStamp(actor, now) }), articleId, article, ...plan, ...waiting };
}

/** A schedule beside its article as a write to the schedule leaves that, told by what the write is held to. */
function beside(schedule: Schedule, { summary: { slug, headline, version } }: ArticleRecord): Schedule {
  return { ...schedule, article: { slug, headline, version: version + 1 } };
}
