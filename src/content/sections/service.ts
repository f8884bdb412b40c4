import type { Actor } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { notFound, unprocessable } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import { changedPointers, jsonEqual } from '../../kernel/json.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import { readAtOneVersion } from '../articles/reading.js';
import {
  type ArticleRecord,
  findArticle,
  guardVersion,
  raiseArticleVersion,
  updateArticle,
} from '../articles/repository.js';
import { Drafting, requireSize } from '../drafting.js';
import { changeStatements, findRevisionContent, revisionStatements, type SectionContent } from '../history.js';
import { creationStamp, managedOf, readOnlyViolations, refuseIfAny, requireMatch } from '../managed.js';
import { anchorFor, contentOf, planSection } from './plan.js';
import {
  deleteSection,
  findArticleVersionOf,
  findSectionWithArticle,
  insertSection,
  listSections,
  type SectionRecord,
  sectionRevision,
  sectionUseStatements,
  updateSection,
} from './repository.js';
import {
  type ManagedSection,
  type SectionAnswer,
  type SectionCreation,
  type SectionPatch,
  sectionReadOnlyNames,
} from './schemas.js';

export type SectionService = ReturnType<typeof sectionService>;

/**
 * The rules of sections. A section has its own version, and a write to it needs only that, so that two editors can work on two
 * sections of one article; every write raises the article's version as well.
 */
export function sectionService(store: Store, clock: Clock) {
  /** @throws `not_found` */
  async function getArticle(idOrSlug: string): Promise<ArticleRecord> {
    const article = await findArticle(store, idOrSlug);
    if (!article || article.isDeleted) throw notFound('article', idOrSlug);
    return article;
  }

  async function getRecord(id: string): Promise<{ record: SectionRecord; article: ArticleRecord }> {
    const found = await findSectionWithArticle(store, id);
    if (!found) throw notFound('section', id);
    if (found.article.isDeleted) throw notFound('article', found.record.section.articleId);
    return found;
  }

  /** @throws `not_found` */
  async function get(id: string): Promise<SectionAnswer> {
    const { record, article } = await getRecord(id);
    return { ...record.section, articleVersion: article.summary.version };
  }

  /**
   * The sections of an article, in its order, as they were at one moment.
   * @throws `not_found`, `unavailable` when somebody writes to it all the time
   */
  function list(articleIdOrSlug: string): Promise<SectionAnswer[]> {
    return readAtOneVersion(getArticle, articleIdOrSlug, async ({ summary, sectionIds }) => {
      const records = await listSections(store, summary.id, sectionIds);
      return records.map(({ section }) => ({ ...section, articleVersion: summary.version }));
    });
  }

  /**
   * Adds a section: last, or behind `after`, or first when that is null.
   * @throws `not_found`, `stale_version` (of the article, when If-Match is sent), `unprocessable`
   */
  async function create(
    articleIdOrSlug: string,
    body: SectionCreation,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<SectionAnswer> {
    const section = await decideAndCommit(store, async () => {
      const id = newId();
      const article = await getArticle(articleIdOrSlug);
      const existing = await listSections(store, article.summary.id, article.sectionIds);
      if (ifMatch !== undefined) await requireMatch(ifMatch, article.summary.version, async () => []);
      const at = instant(clock);
      const drafting = new Drafting(article.fields.language);
      const blocks = drafting.blocks(body.blocks ?? [], ['blocks']);
      requireSize([...existing.map(({ section }) => section), { blocks }]);
      const heading = body.heading ?? null;
      const content = { id, anchor: anchorFor(heading, undefined, anchorsOf(existing)), heading, blocks };
      const order = placed(
        article.sectionIds,
        id,
        body.after === undefined ? (article.sectionIds.at(-1) ?? null) : body.after,
      );
      const statements = [
        ...(await drafting.settle(store, actor, at)),
        ...orderStatements(article, order, 'section.create', actor, at),
        insertSection(store, article.summary.id, content, actor, at),
        ...traceStatements(article.summary.id, content, 1, 'create', [], actor, at),
      ];
      const section = { ...managedOf({ id, ...creationStamp(actor, at) }), articleId: article.summary.id, ...content };
      return { statements, result: section };
    });
    return withArticleVersion(section);
  }

  /**
   * Changes a section's heading or blocks by a JSON Merge Patch (RFC 7396).
   * @throws `not_found`, `stale_version`, `invalid`, `unprocessable`
   */
  async function patch(
    id: string,
    body: SectionPatch,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<SectionAnswer> {
    const written = await decideAndCommit(store, async () => {
      const { record, article } = await getRecord(id);
      const { section } = record;
      await requireSectionMatch(record, ifMatch);
      refuseIfAny(readOnlyViolations(body, section, ['id', ...sectionReadOnlyNames]));
      const at = instant(clock);
      const siblings = await listSections(store, section.articleId, article.sectionIds);
      const others = siblings.filter((sibling) => sibling.section.id !== id);
      const drafting = new Drafting(article.fields.language, section.blocks);
      const blocks = body.blocks === undefined ? section.blocks : drafting.blocks(body.blocks ?? [], ['blocks']);
      requireSize([...others.map(({ section }) => section), { blocks }]);
      const heading = body.heading === undefined ? section.heading : body.heading;
      const planned = planSection(
        { id, anchor: anchorFor(heading, record, anchorsOf(others)), heading, blocks },
        record,
      );
      const references = await drafting.settle(store, actor, at);
      if (planned.fields.length === 0) return { statements: [], result: section };
      const statements = [
        ...references,
        updateSection(store, section.version, planned.content, actor, at),
        raiseArticleVersion(store, section.articleId, actor, at),
        ...traceStatements(
          section.articleId,
          planned.content,
          section.version + 1,
          'update',
          planned.fields,
          actor,
          at,
        ),
      ];
      const stamp = { version: section.version + 1, updatedAt: at, updatedBy: { key: actor.key, actor: actor.person } };
      return { statements, result: { ...section, ...planned.content, ...stamp } };
    });
    return withArticleVersion(written);
  }

  /** Takes a section out of its article. @throws `not_found`, `stale_version` */
  async function remove(id: string, ifMatch: string | undefined, actor: Actor): Promise<void> {
    await decideAndCommit(store, async () => {
      const { record, article } = await getRecord(id);
      await requireSectionMatch(record, ifMatch);
      const at = instant(clock);
      const { section } = record;
      const order = article.sectionIds.filter((other) => other !== id);
      const statements = [
        ...orderStatements(article, order, 'section.delete', actor, at),
        deleteSection(store, id, section.version, actor, at),
        ...traceStatements(
          section.articleId,
          { ...contentOf(section), blocks: [] },
          section.version + 1,
          'delete',
          [],
          actor,
          at,
        ),
      ];
      return { statements, result: undefined };
    });
  }

  /**
   * Moves a section behind another, or first when `after` is null. The order is the article's, so the section's version stays.
   * @throws `not_found`, `stale_version`, `unprocessable`
   */
  async function move(
    id: string,
    after: string | null,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<SectionAnswer> {
    return decideAndCommit(store, async () => {
      const { record, article } = await getRecord(id);
      await requireSectionMatch(record, ifMatch);
      const order = placed(
        article.sectionIds.filter((other) => other !== id),
        id,
        after,
      );
      const isInPlace = jsonEqual(order, article.sectionIds);
      const statements = isInPlace
        ? [guardVersion(store, article)]
        : orderStatements(article, order, 'section.move', actor, instant(clock));
      const articleVersion = article.summary.version + (isInPlace ? 0 : 1);
      return { statements, result: { ...record.section, articleVersion } };
    });
  }

  async function requireSectionMatch({ section }: SectionRecord, ifMatch: string | undefined): Promise<void> {
    await requireMatch(ifMatch, section.version, async (version) => {
      const { id: _id, ...content } = contentOf(section);
      return changedPointers(await findRevisionContent(store, 'section', section.id, version), content);
    });
  }

  function orderStatements(
    article: ArticleRecord,
    sectionIds: string[],
    action: string,
    actor: Actor,
    at: string,
  ): Statement[] {
    const { id, version } = article.summary;
    const next = version + 1;
    return [
      updateArticle(store, article, { sectionIds, changesContent: true }, actor, at),
      ...revisionStatements(store, actor, at, [
        {
          kind: 'article',
          id,
          version: next,
          article: { id, version: next },
          action,
          fields: ['/sections'],
          content: { ...article.fields, sectionIds },
        },
      ]),
      ...changeStatements(store, actor, at, [{ kind: 'article', id, version: next, action, articleId: id }]),
    ];
  }

  /** What a write to a section leaves behind: its uses, its revision, its change. */
  function traceStatements(
    articleId: string,
    content: SectionContent,
    version: number,
    action: string,
    fields: string[],
    actor: Actor,
    at: string,
  ): Statement[] {
    return [
      ...sectionUseStatements(store, articleId, content.id, action === 'delete' ? [] : content.blocks),
      ...revisionStatements(store, actor, at, [sectionRevision(articleId, content, version, action, fields)]),
      ...changeStatements(store, actor, at, [{ kind: 'section', id: content.id, version, action, articleId }]),
    ];
  }

  /** Adds the article's version of this very write: a later one would hide another's change from a caller that goes on from it. */
  async function withArticleVersion(section: ManagedSection): Promise<SectionAnswer> {
    return { ...section, articleVersion: await findArticleVersionOf(store, section.id, section.version) };
  }

  return { get, getArticle, list, create, patch, remove, move };
}

function anchorsOf(records: readonly SectionRecord[]): Set<string> {
  return new Set(records.map(({ section }) => section.anchor));
}

/** The order with `id` behind `after`, or first. @throws `unprocessable` when `after` is not in it */
function placed(order: readonly string[], id: string, after: string | null): string[] {
  if (after === null) return [id, ...order];
  const at = order.indexOf(after);
  if (at === -1) {
    throw unprocessable('The place to stand is not in this article.', [
      { pointer: '/after', code: 'unknown_reference', message: `there is no other section ${after} in this article` },
    ]);
  }
  return [...order.slice(0, at + 1), id, ...order.slice(at + 1)];
}
