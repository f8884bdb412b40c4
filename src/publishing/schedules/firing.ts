// What a schedule does once it is due.
import { isSameForReaders } from '../../content/articles/for-readers.js';
import { type ArticleRecord, findArticle } from '../../content/articles/repository.js';
import { changeStatements, findArticleContentAt } from '../../content/history.js';
import type { Actor } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { DomainError, type ErrorCode } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import { loadFit } from '../preflight/fit.js';
import { updatePublication } from '../publications/repository.js';
import { timesOf } from '../repository.js';
import type { PublishingService } from '../service.js';
import { publicationTimes } from '../times.js';
import { traceStatements } from '../trace.js';
import { findSchedule, settleStatements } from './repository.js';
import type { Failure, Schedule } from './schemas.js';

/** A schedule that can never do its work. */
class CannotFire extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Refusals of a publication that are told to who planned it. Any other trouble is the server's, and passes. */
const refusals = new Set<ErrorCode>(['preflight_failed', 'unprocessable']);

export type Fire = ReturnType<typeof firing>;

export function firing(store: Store, clock: Clock, publishing: PublishingService) {
  /**
   * Does what a schedule says, if it is due and still waits: in one commit with its end, so that of two processes only one does
   * it. What refuses the publication ends the schedule as well, and is kept.
   * @throws what keeps the store from working; the schedule still waits then
   */
  return async function fire(id: string): Promise<void> {
    await decideAndCommit(store, async () => {
      const schedule = await findSchedule(store, id);
      const now = instant(clock);
      const nothing = { statements: [], result: undefined };
      if (schedule?.state !== 'pending' || schedule.at > now) return nothing;
      const record = await findArticle(store, schedule.articleId);
      if (!record) return nothing;
      const { key, actor: person } = schedule.updatedBy;
      const actor: Actor = { key, person, role: 'publisher' };
      return { statements: await outcome(schedule, record, actor, now), result: undefined };
    });
    publishing.wake();
  };

  async function outcome(schedule: Schedule, record: ArticleRecord, actor: Actor, now: string): Promise<Statement[]> {
    try {
      if (record.isDeleted) throw new CannotFire('deleted', 'The article is deleted.');
      const done = await (schedule.action === 'publish' ? published : withdrawn)(schedule, record, actor, now);
      return [...done, ...settleStatements(store, schedule, { state: 'done' }, actor, now)];
    } catch (error) {
      return failed(schedule, record, failureOf(error), actor, now);
    }
  }

  /** Takes the version that was named to readers, unless they have it already and are to be told nothing. */
  async function published(schedule: Schedule, record: ArticleRecord, actor: Actor, now: string): Promise<Statement[]> {
    const { id, publication } = record.summary;
    const { articleVersion, publishedAt } = schedule;
    const content = await findArticleContentAt(store, id, articleVersion);
    if (!content) throw new CannotFire('deleted', `Version ${articleVersion} of the article is gone.`);
    const { liveVersion } = publication;
    const shown = liveVersion === null ? undefined : await findArticleContentAt(store, id, liveVersion);
    const isShown = shown !== undefined && isSameForReaders(content, shown);
    if (liveVersion !== null && liveVersion > articleVersion && !isShown) {
      const message = `Version ${liveVersion} has been published since; version ${articleVersion} would set readers back.`;
      throw new CannotFire('superseded', message);
    }
    const isDated = publishedAt === null || publishedAt === publication.publishedAt;
    const correction = schedule.correction ? { id: newId(), ...schedule.correction, at: now } : undefined;
    if (publication.state === 'live' && isShown && isDated && !correction)
      return untouched(record, { scheduledFor: null, scheduleFailure: null }, actor, now);
    const version = Math.max(articleVersion, liveVersion ?? 0);
    const times = publicationTimes(record, schedule, now);
    const { resources, guards } = await loadFit(store, record, content, now);
    const release = { content, version, scheduledFor: null, correction };
    return [...guards, ...(await publishing.publicationStatements(record, release, resources, times, actor, now))];
  }

  /** Takes the story down, unless it is down already. */
  async function withdrawn(_: Schedule, record: ArticleRecord, actor: Actor, now: string): Promise<Statement[]> {
    const { publication } = record.summary;
    const times = timesOf(publication);
    if (!times) throw new CannotFire('not_live', 'The story was never live, so it cannot be withdrawn.');
    if (publication.state !== 'live') return untouched(record, { scheduleFailure: null }, actor, now);
    return publishing.withdrawalStatements(record, times, publication.scheduledFor, actor, now);
  }

  /** Readers have what was planned already. */
  function untouched(
    record: ArticleRecord,
    planned: Parameters<typeof updatePublication>[2],
    actor: Actor,
    now: string,
  ): Statement[] {
    return [
      updatePublication(store, record, planned, actor, now),
      ...traceStatements(store, record, { action: 'schedule.done' }, actor, now),
    ];
  }

  function failed(schedule: Schedule, record: ArticleRecord, failure: Failure, actor: Actor, now: string): Statement[] {
    const settled = settleStatements(store, schedule, { state: 'failed', failure }, actor, now);
    const { id: scheduleId, articleId, action } = schedule;
    const { version } = record.summary;
    // A deleted article stays as it is; only the log tells.
    const entry = { kind: 'article' as const, id: articleId, version, action: 'schedule.fail', articleId };
    if (record.isDeleted) return [...settled, ...changeStatements(store, actor, now, [entry])];
    const scheduleFailure = { scheduleId, action, at: now, code: failure.code, reason: reasonOf(failure) };
    const planned = action === 'publish' ? { scheduledFor: null, scheduleFailure } : { scheduleFailure };
    return [
      ...settled,
      updatePublication(store, record, planned, actor, now),
      ...traceStatements(store, record, { action: 'schedule.fail' }, actor, now),
    ];
  }
}

/** @throws the error itself when it is none that a publisher could mend */
function failureOf(error: unknown): Failure {
  if (error instanceof CannotFire) return { code: error.code, detail: error.message, errors: [] };
  if (!(error instanceof DomainError && refusals.has(error.code))) throw error;
  const errors = (error.errors ?? []).map(({ pointer, code, message, help }) => ({
    pointer: pointer ?? null,
    code,
    message,
    help: help ?? null,
  }));
  return { code: error.code, detail: error.message, errors };
}

/** How many of a failure's places its article tells; the schedule has all of them. */
const toldPlacesMax = 3;

function reasonOf({ detail, errors }: Failure): string {
  if (errors.length === 0) return detail;
  const told = errors.slice(0, toldPlacesMax).map(({ pointer, message }) => `${pointer ?? ''} ${message}`.trim());
  const rest = errors.length - told.length;
  return `Not fit to be published: ${told.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`;
}
