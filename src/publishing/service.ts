import { asItWas, asWritten } from '../content/articles/answers.js';
import { type ArticleRecord, guardVersion } from '../content/articles/repository.js';
import type { ManagedArticle } from '../content/articles/schemas.js';
import type { ArticleService } from '../content/articles/service.js';
import { insertCorrection } from '../content/corrections/repository.js';
import type { Actor } from '../kernel/actor.js';
import { type Clock, instant } from '../kernel/clock.js';
import { DomainError } from '../kernel/errors.js';
import { newId } from '../kernel/ids.js';
import { decideAndCommit } from '../storage/decide.js';
import type { Statement, Store } from '../storage/store.js';
import type { PublicationTimes } from './compile.js';
import { dropFacets } from './facets/repository.js';
import { findLinkChange, type LinkChange } from './links.js';
import { companionStatements, compileArticle } from './live-stories.js';
import {
  dropUnusedLibrarySnapshots,
  listLiveUses,
  liveUseStatements,
  storyCountStatements,
} from './live-uses/repository.js';
import { getMatching } from './matching.js';
import { examine, isFit, requireFit, warningsAmong } from './preflight/examine.js';
import type { Finding } from './preflight/index.js';
import type { PropagationService } from './propagation/service.js';
import {
  insertPublication,
  markLive,
  markWithdrawn,
  type Release,
  updatePublication,
} from './publications/repository.js';
import {
  emptySnapshot,
  findSnapshotHeads,
  fixAnchors,
  publishSlug,
  putSnapshot,
  replaceSnapshot,
  timesOf,
} from './repository.js';
import { Resources } from './resources.js';
import { cancelPublication } from './schedules/repository.js';
import type { PublishRequest } from './schemas.js';
import { publicationTimes } from './times.js';
import { traceChange, traceStatements } from './trace.js';
import { findLiveOriginal } from './translations/repository.js';

/** A story as its publication left it. */
export interface PublishOutcome {
  article: ManagedArticle;
  warnings: Finding[];
}

export type PublishingService = ReturnType<typeof publishingService>;

/** Takes stories to readers and away from them. */
export function publishingService(
  store: Store,
  clock: Clock,
  articles: ArticleService,
  propagation: PropagationService,
) {
  /**
   * Makes the working copy what readers get. An unchanged one is left as it is, and nothing is written, unless readers are to be
   * told of a correction. What should be looked at all the same is told as warnings.
   * @throws `not_found`, `stale_version`, `invalid` (a publishedAt to come, a minor correction), `preflight_failed` with every
   * failing place
   */
  async function publish(
    idOrSlug: string,
    request: PublishRequest,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<PublishOutcome> {
    const outcome = await decideAndCommit(store, async () => {
      const { record, content, sections } = await getMatching(store, articles, idOrSlug, ifMatch);
      const { id, version, publication } = record.summary;
      const at = instant(clock);
      const times = publicationTimes(record, request, at);
      const correction = request.correction ? { id: newId(), ...request.correction, at } : undefined;
      const resources = await Resources.load(store, content);
      const { findings, guards } = await examine(
        store,
        { articleId: id, content, embargo: record.embargo },
        resources,
        at,
      );
      const warnings = warningsAmong(findings);
      const was = await asItWas(store, record, sections);
      if (!correction && isUnchanged(record, times))
        return { statements: [guardVersion(store, record)], result: { article: was, warnings } };
      // What was read while another saved is no version of the story; then it is the caller's that is stale.
      if (!isFit(findings)) await getMatching(store, articles, idOrSlug, ifMatch);
      requireFit(findings);
      const release = { content, version: version + 1, scheduledFor: publication.scheduledFor, correction };
      const statements = await publicationStatements(record, release, resources, times, actor, at);
      const live = { state: 'live', withdrawnAt: null, liveVersion: version + 1, scheduleFailure: null } as const;
      const article = asWritten(was, record, { publication: { ...times, ...live }, correction }, actor, at);
      return { statements: [...guards, ...statements, fixAnchors(store, id)], result: { article, warnings } };
    });
    propagation.wake();
    return outcome;
  }

  /**
   * Takes a live story down; readers get 410. A withdrawn one stays as it is. A publication that waits is cancelled, so that
   * nothing brings the story back by itself.
   * @throws `not_found`, `stale_version`, `conflict` when it was never live
   */
  async function withdraw(idOrSlug: string, ifMatch: string | undefined, actor: Actor): Promise<ManagedArticle> {
    const article = await decideAndCommit(store, async () => {
      const { record, sections } = await getMatching(store, articles, idOrSlug, ifMatch);
      const { id, publication } = record.summary;
      const times = timesOf(publication);
      if (!times) throw new DomainError('conflict', 'The article is not live, so it cannot be withdrawn.');
      const at = instant(clock);
      const was = await asItWas(store, record, sections);
      const cancelled = publication.scheduledFor === null ? [] : cancelPublication(store, id, actor, at);
      if (publication.state === 'live') {
        const noted = cancelled.length > 0 ? traceChange(store, record, { action: 'schedule.cancel' }, actor, at) : [];
        const withdrawn = await withdrawalStatements(record, times, null, actor, at);
        const gone = { state: 'withdrawn', withdrawnAt: at, scheduledFor: null, scheduleFailure: null } as const;
        const result = asWritten(was, record, { publication: gone }, actor, at);
        return { statements: [...cancelled, ...noted, ...withdrawn], result };
      }
      if (cancelled.length === 0) return { statements: [guardVersion(store, record)], result: was };
      const statements = [
        ...cancelled,
        updatePublication(store, record, { scheduledFor: null }, actor, at),
        ...traceStatements(store, record, { action: 'schedule.cancel' }, actor, at),
      ];
      const waiting = { state: 'withdrawn', scheduledFor: null } as const;
      return { statements, result: asWritten(was, record, { publication: waiting }, actor, at) };
    });
    propagation.wake();
    return article;
  }

  /**
   * The statements that take a live story down.
   * @param scheduledFor when a version still waits to be published
   */
  async function withdrawalStatements(
    record: ArticleRecord,
    times: PublicationTimes,
    scheduledFor: string | null,
    actor: Actor,
    at: string,
  ): Promise<Statement[]> {
    const { id, version, publication } = record.summary;
    const formerUses = await listLiveUses(store, id);
    const formerOriginal = await findLiveOriginal(store, id);
    const shown = (await findSnapshotHeads(store, [id])).get(id);
    return [
      markWithdrawn(store, record, scheduledFor, actor, at),
      ...emptySnapshot(store, id, shown?.etag ?? '', at),
      ...liveUseStatements(store, id, formerUses, [], false, at),
      ...storyCountStatements(store, formerUses, []),
      dropFacets(store, id),
      ...dropUnusedLibrarySnapshots(store, formerUses),
      insertPublication(store, record, 'withdraw', publication.liveVersion ?? version, times, actor, at),
      ...traceStatements(store, record, { action: 'withdraw', isPublic: true }, actor, at),
      ...(await relinked({ articleId: id, link: undefined, original: null, formerOriginal }, actor, at)),
    ];
  }

  /**
   * The statements that take a content of a story to readers, once it is known to be fit.
   * @throws `unprocessable` when a live story that links to it would break a rule of preflight
   */
  async function publicationStatements(
    record: ArticleRecord,
    release: Release,
    resources: Resources,
    times: PublicationTimes,
    actor: Actor,
    at: string,
  ): Promise<Statement[]> {
    const { id } = record.summary;
    const { content, version, correction } = release;
    const compilation = await compileArticle(store, id, content, times, resources, { correction });
    const former = (await findSnapshotHeads(store, [id])).get(id);
    const original = content.fields.translationOf;
    const change = await findLinkChange(store, id, former, { story: compilation.story, original }, correction);
    const fields = correction ? ['/publication', '/corrections'] : ['/publication'];
    return [
      ...compilation.guards,
      markLive(store, record, release, times, actor, at),
      publishSlug(store, id, content.fields.slug),
      ...(former?.isLive
        ? replaceSnapshot(store, id, former.etag, compilation.story, correction ? 'corrected' : 'updated', at)
        : putSnapshot(store, id, compilation.story, at)),
      ...(await companionStatements(store, id, content, compilation, former, at)),
      ...(correction ? [insertCorrection(store, id, correction, actor)] : []),
      insertPublication(store, record, 'publish', version, times, actor, at),
      ...traceStatements(store, record, { action: 'publish', isPublic: true, fields }, actor, at),
      ...(change ? await relinked(change, actor, at) : []),
    ];
  }

  /** Brings the live stories that link to one up to date with its link, which is about to change. */
  async function relinked(link: LinkChange, actor: Actor, at: string): Promise<Statement[]> {
    return (await propagation.propagate('article', link.articleId, { link }, actor, at)).statements;
  }

  return { publish, withdraw, publicationStatements, withdrawalStatements, wake: propagation.wake };
}

function isUnchanged({ summary: { publication } }: ArticleRecord, times: PublicationTimes): boolean {
  return (
    publication.state === 'live' && !publication.hasUnpublishedChanges && publication.publishedAt === times.publishedAt
  );
}
