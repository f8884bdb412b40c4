import type { Correction } from '../blocks/story.js';
import type { ArticleRecord } from '../content/articles/repository.js';
import type { ManagedArticle } from '../content/articles/schemas.js';
import type { ArticleService } from '../content/articles/service.js';
import { insertCorrection } from '../content/corrections/repository.js';
import { type ArticleContent, changeStatements, revisionStatements } from '../content/history.js';
import type { Actor } from '../kernel/actor.js';
import { type Clock, instant } from '../kernel/clock.js';
import { DomainError, invalid } from '../kernel/errors.js';
import { newId } from '../kernel/ids.js';
import { decideAndCommit } from '../storage/decide.js';
import type { Statement, Store } from '../storage/store.js';
import type { PublicationTimes } from './compile.js';
import { findLinkChange, type LinkChange } from './links.js';
import { companionStatements, compileArticle } from './live-stories.js';
import {
  dropUnusedLibrarySnapshots,
  facetStatements,
  listLiveUses,
  liveUseStatements,
  storyCountStatements,
} from './live-uses/repository.js';
import { getMatching } from './matching.js';
import { examine, isFit, requireFit, warningsAmong } from './preflight/examine.js';
import type { Finding } from './preflight/index.js';
import type { PropagationService } from './propagation/service.js';
import {
  emptySnapshot,
  findSnapshotHeads,
  fixAnchors,
  guardSnapshot,
  insertPublication,
  markLive,
  markWithdrawn,
  publishSlug,
  putSnapshot,
  timesOf,
} from './repository.js';
import { Resources } from './resources.js';
import type { PublishRequest } from './schemas.js';
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
    const { id, warnings } = await decideAndCommit(store, async () => {
      const { record, content } = await getMatching(store, articles, idOrSlug, ifMatch);
      const { id } = record.summary;
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
      if (!correction && isUnchanged(record, times)) return { statements: [], result: { id, warnings } };
      // What was read while another saved is no version of the story; then it is the caller's that is stale.
      if (!isFit(findings)) await getMatching(store, articles, idOrSlug, ifMatch);
      requireFit(findings);
      const statements = await publishStatements(record, content, resources, times, correction, actor, at);
      return { statements: [...guards, ...statements], result: { id, warnings } };
    });
    propagation.wake();
    return { article: await articles.get(id), warnings };
  }

  /**
   * Takes a live story down; readers get 410. A withdrawn one stays as it is.
   * @throws `not_found`, `stale_version`, `conflict` when it was never live
   */
  async function withdraw(idOrSlug: string, ifMatch: string | undefined, actor: Actor): Promise<ManagedArticle> {
    const id = await decideAndCommit(store, async () => {
      const { record } = await getMatching(store, articles, idOrSlug, ifMatch);
      const { id, publication } = record.summary;
      if (publication.state === 'unpublished')
        throw new DomainError('conflict', 'The article is not live, so it cannot be withdrawn.');
      const times = timesOf(publication);
      if (publication.state === 'withdrawn' || !times) return { statements: [], result: id };
      const at = instant(clock);
      const formerUses = await listLiveUses(store, id);
      const formerOriginal = await findLiveOriginal(store, id);
      const shown = (await findSnapshotHeads(store, [id])).get(id);
      const statements = [
        markWithdrawn(store, record, actor, at),
        emptySnapshot(store, id, shown?.etag ?? '', at),
        ...liveUseStatements(store, id, formerUses, [], at),
        ...storyCountStatements(store, formerUses, []),
        ...facetStatements(store, id, []),
        ...dropUnusedLibrarySnapshots(store, formerUses),
        ...traceStatements(record, 'withdraw', times, actor, at),
        ...(await relinked({ articleId: id, link: undefined, original: null, formerOriginal }, actor, at)),
      ];
      return { statements, result: id };
    });
    propagation.wake();
    return articles.get(id);
  }

  async function publishStatements(
    record: ArticleRecord,
    content: ArticleContent,
    resources: Resources,
    times: PublicationTimes,
    correction: Correction | undefined,
    actor: Actor,
    at: string,
  ): Promise<Statement[]> {
    const { id, slug } = record.summary;
    const compilation = await compileArticle(store, id, content, times, resources, { correction });
    const former = (await findSnapshotHeads(store, [id])).get(id);
    const original = content.fields.translationOf;
    const change = await findLinkChange(store, id, former, { story: compilation.story, original }, correction);
    return [
      ...compilation.guards,
      markLive(store, record, times, actor, at),
      fixAnchors(store, id),
      publishSlug(store, id, slug),
      ...(former?.isLive ? [guardSnapshot(store, id, former.etag)] : []),
      putSnapshot(store, id, compilation.story, at),
      ...(await companionStatements(store, id, content, compilation, former, at)),
      ...(correction ? [insertCorrection(store, id, correction, actor)] : []),
      ...traceStatements(record, 'publish', times, actor, at, correction ? ['/corrections'] : []),
      ...(change ? await relinked(change, actor, at) : []),
    ];
  }

  /** Brings the live stories that link to one up to date with its link, which is about to change. */
  async function relinked(link: LinkChange, actor: Actor, at: string): Promise<Statement[]> {
    return (await propagation.propagate('article', link.articleId, { link }, actor, at)).statements;
  }

  function traceStatements(
    record: ArticleRecord,
    action: 'publish' | 'withdraw',
    times: PublicationTimes,
    actor: Actor,
    at: string,
    otherFields: string[] = [],
  ): Statement[] {
    const { id, version } = record.summary;
    const next = version + 1;
    return [
      insertPublication(store, record, action, times, actor, at),
      ...revisionStatements(store, actor, at, [
        {
          kind: 'article',
          id,
          version: next,
          article: { id, version: next },
          action,
          fields: ['/publication', ...otherFields],
          content: null,
        },
      ]),
      ...changeStatements(store, actor, at, [
        { kind: 'article', id, version: next, action, articleId: id, isPublic: true },
      ]),
    ];
  }

  return { publish, withdraw };
}

/** @throws `invalid` for an instant to come, or a correction that is said to be minor */
function publicationTimes(
  { summary: { publication } }: ArticleRecord,
  { publishedAt, minor, correction }: PublishRequest,
  at: string,
): PublicationTimes {
  if (correction && minor) {
    throw invalid([
      { pointer: '/minor', code: 'not_minor', message: 'cannot be true with a correction, which readers are told of' },
    ]);
  }
  if (publishedAt && publishedAt > at) {
    throw invalid([
      {
        pointer: '/publishedAt',
        code: 'in_the_future',
        message: 'must be past; a story is published now or was before',
      },
    ]);
  }
  const published = publishedAt ?? publication.publishedAt ?? at;
  const isFirst = publication.firstPublishedAt === null;
  const updated = isFirst && !correction ? published : at;
  return {
    firstPublishedAt: publication.firstPublishedAt ?? published,
    publishedAt: published,
    contentUpdatedAt: minor && publication.contentUpdatedAt !== null ? publication.contentUpdatedAt : updated,
  };
}

function isUnchanged({ summary: { publication } }: ArticleRecord, times: PublicationTimes): boolean {
  return (
    publication.state === 'live' && !publication.hasUnpublishedChanges && publication.publishedAt === times.publishedAt
  );
}
