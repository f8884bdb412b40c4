import type { SignAddresses } from '../../blocks/renditions.js';
import type { Article } from '../../blocks/story.js';
import { findArticle, guardArticles } from '../../content/articles/repository.js';
import type { Publication } from '../../content/articles/schemas.js';
import type { ArticleService } from '../../content/articles/service.js';
import { changeStatements, findArticleContentAt } from '../../content/history.js';
import type { Actor } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { durationMs } from '../../kernel/durations.js';
import { DomainError, invalid, notFound, unprocessable } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Store } from '../../storage/store.js';
import type { PublicationTimes } from '../compile.js';
import { compileArticle } from '../live-stories.js';
import { Resources } from '../resources.js';
import { withoutDangling } from './dangling.js';
import {
  findPreviewLink,
  findPreviewLinkByHash,
  insertPreviewLink,
  listPreviewLinks,
  revokePreviewLink,
} from './repository.js';
import { hoursMax, type Preview, type PreviewLink, type PreviewLinkDraft } from './schemas.js';
import { hashToken, newToken } from './token.js';

const hourMs = 3_600_000;

export type PreviewService = ReturnType<typeof previewService>;

/** Links that show an article before it is published to whoever has them. Their tokens are told once and never stored. */
export function previewService(store: Store, clock: Clock, articles: ArticleService, sign: SignAddresses) {
  /**
   * Makes a link to the working copy, or to one version of it.
   * @throws `not_found`, `invalid` for an expiry that is past or too late, `unprocessable` for a version that there is not
   */
  async function create(
    idOrSlug: string,
    draft: PreviewLinkDraft,
    actor: Actor,
  ): Promise<{ link: PreviewLink; token: string; slug: string; language: string }> {
    const token = newToken();
    return decideAndCommit(store, async () => {
      const { summary } = await articles.getRecord(idOrSlug);
      const createdAt = instant(clock);
      const expiresAt = expiryOf(draft, createdAt);
      const version = draft.version ?? null;
      if (version !== null && version > summary.version) {
        const message = `the article is at version ${summary.version}`;
        throw unprocessable('There is no such version.', [{ pointer: '/version', code: 'unknown_version', message }]);
      }
      const made = { id: newId(), articleId: summary.id, version, createdAt, expiresAt };
      const createdBy = { key: actor.key, actor: actor.person };
      const link: PreviewLink = { ...made, state: 'open', createdBy, revokedAt: null };
      return {
        statements: [
          ...guardArticles(store, new Set([summary.id])),
          insertPreviewLink(store, made, hashToken(token), actor),
          ...traceStatements(summary, 'create-preview', actor, createdAt),
        ],
        result: { link, token, slug: summary.slug, language: summary.language },
      };
    });
  }

  /** A page of the links to an article, the last made first. @throws `not_found`, `invalid` for a cursor of another list */
  async function list(idOrSlug: string, request: PageRequest): Promise<Page<PreviewLink>> {
    const { id } = (await articles.getRecord(idOrSlug)).summary;
    return readPage(
      request,
      cursorScope('manage/preview-links', { id }),
      ['text'],
      (link) => [link.id],
      (limit, seek) => listPreviewLinks(store, id, instant(clock), limit, seek),
    );
  }

  /** Makes a link show nothing from now on. A revoked one stays so. @throws `not_found` */
  async function revoke(idOrSlug: string, linkId: string, actor: Actor): Promise<void> {
    await decideAndCommit(store, async () => {
      const { summary } = await articles.getRecord(idOrSlug);
      const at = instant(clock);
      const link = await findPreviewLink(store, summary.id, linkId, at);
      if (!link) throw notFound('preview link', linkId);
      if (link.state === 'revoked') return { statements: [], result: undefined };
      const trace = traceStatements(summary, 'revoke-preview', actor, at);
      return { statements: [revokePreviewLink(store, linkId, at), ...trace], result: undefined };
    });
  }

  /**
   * What a link shows: the article as readers would get it, were it published now, by the compiler that makes what they get.
   * @throws `not_found`, in the same words whether the token is unknown, expired or revoked, or the article deleted
   */
  async function show(token: string): Promise<Preview> {
    const at = instant(clock);
    const link = await findPreviewLinkByHash(store, hashToken(token), at);
    const record = link?.state === 'open' ? await findArticle(store, link.articleId) : undefined;
    if (!link || !record || record.isDeleted) throw nothingHere();
    const { id, publication } = record.summary;
    const version = link.version ?? record.summary.version;
    // Of a version rather than of the rows, so that header and sections belong together.
    const kept = await findArticleContentAt(store, id, version);
    if (!kept) throw nothingHere();
    const resources = await Resources.load(store, kept);
    const { content, missing } = withoutDangling(
      kept,
      (kind, resource) => resources.find(kind, resource) !== undefined,
    );
    const { story } = await compileArticle(store, id, content, timesAt(publication, at), resources);
    const { data } = JSON.parse(story.body.toString('utf8')) as { data: Article };
    return { data: await sign(data), preview: { version, expiresAt: link.expiresAt, missing } };
  }

  /** Who shows an article to outsiders is for the log to tell. */
  function traceStatements({ id, version }: { id: string; version: number }, action: string, actor: Actor, at: string) {
    return changeStatements(store, actor, at, [{ kind: 'article', id, version, action, articleId: id }]);
  }

  return { create, list, revoke, show };
}

function nothingHere(): DomainError {
  return new DomainError('not_found', 'There is no such preview, or it has ended.');
}

/** The times that publishing now would give. */
function timesAt({ firstPublishedAt, publishedAt }: Publication, at: string): PublicationTimes {
  const published = publishedAt ?? at;
  return { firstPublishedAt: firstPublishedAt ?? published, publishedAt: published, contentUpdatedAt: at };
}

/** @throws `invalid` when it is said twice, is past, or later than a link may last */
function expiryOf({ expiresIn, expiresAt }: PreviewLinkDraft, now: string): string {
  const wrong = (pointer: string, code: string, message: string) => invalid([{ pointer, code, message }]);
  if (expiresIn && expiresAt) throw wrong('/expiresAt', 'conflicting', 'says it twice; leave out this or expiresIn');
  const ms = expiresIn ? durationMs(expiresIn) : 24 * hourMs;
  if (ms === undefined) throw wrong('/expiresIn', 'inexact', 'must be in days, hours, minutes or seconds');
  const end = expiresAt ? Date.parse(expiresAt) : Date.parse(now) + ms;
  const pointer = expiresAt ? '/expiresAt' : '/expiresIn';
  if (end <= Date.parse(now)) throw wrong(pointer, 'too_small', 'must end after now');
  if (end > Date.parse(now) + hoursMax * hourMs) throw wrong(pointer, 'too_big', 'must end within 30 days');
  return new Date(end).toISOString();
}
