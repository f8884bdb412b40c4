import { type Actor, mayActAs } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { DomainError, notFound, type Violation } from '../../kernel/errors.js';
import { changedPointers, jsonEqual } from '../../kernel/json.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import { type ArticleRecord, findArticle, slugStatements } from '../articles/repository.js';
import type { ArticleFields, ManagedArticle } from '../articles/schemas.js';
import type { ArticleService } from '../articles/service.js';
import { listCorrections } from '../corrections/repository.js';
import { findErased } from '../erasures/repository.js';
import { contentKept, detachFromSection } from '../erasures/returning.js';
import { type ArticleContent, changeStatements, revisionStatements } from '../history.js';
import { nextStamp } from '../managed.js';
import { contentOf, type PlannedSection, planSection } from '../sections/plan.js';
import { sectionUseStatements } from '../sections/repository.js';
import type { ManagedSection } from '../sections/schemas.js';
import { translationRules } from '../translations/rules.js';
import { guardUnused } from '../usages/repository.js';
import { findUses } from '../usages/service.js';
import { usesOfFields, workingUseStatements } from '../where-used.js';
import { type Hindrances, missingReferences, referencesOfArticle, requireNoHindrance } from './references.js';
import {
  deleteArticle,
  dropWorkingUses,
  freeUnseenSlugs,
  guardNoPendingSchedule,
  hasPendingSchedule,
  listDeletions,
  undeleteArticle,
} from './repository.js';
import type { Removal, UndeleteRequest } from './schemas.js';

/**
 * Deletes articles and brings them back. A deleted one keeps its row, sections and revisions, uses nothing, and is found by
 * nobody; what readers were told of it (410 for a withdrawn story) stays.
 */
export function articleRemoval(store: Store, clock: Clock, articles: ArticleService): Removal<ManagedArticle> {
  async function authorizeRemoval(idOrSlug: string, actor: Actor): Promise<void> {
    requireRight(await articles.getRecord(idOrSlug), actor);
  }

  async function authorizeUndeletion(id: string, actor: Actor): Promise<void> {
    requireRight(await getEvenDeleted(id), actor);
  }

  /** The article with this id, deleted or not, but not erased. A deleted one has no slug to find it by. @throws `not_found` */
  async function getEvenDeleted(id: string): Promise<ArticleRecord> {
    const record = await findArticle(store, id);
    const isGone = record?.isDeleted === true && (await findErased(store, [{ kind: 'article', id }])).length > 0;
    if (!record || isGone) throw notFound('article', id);
    return record;
  }

  async function remove(idOrSlug: string, ifMatch: string | undefined, actor: Actor): Promise<number> {
    return decideAndCommit(store, async () => {
      const record = await articles.getRecord(idOrSlug);
      requireRight(record, actor);
      await articles.getMatchingSections(record, ifMatch);
      await requireRemovable(record);
      const at = instant(clock);
      const { id, version } = record.summary;
      const statements = [
        guardUnused(store, 'article', id),
        guardNoPendingSchedule(store, id),
        deleteArticle(store, record, actor, at),
        freeUnseenSlugs(store, id),
        dropWorkingUses(store, id),
        ...traceStatements(record, record.fields, 'delete', actor, at),
      ];
      return { statements, result: version + 1 };
    });
  }

  /** @throws `conflict` telling everything that stands in the way */
  async function requireRemovable({ summary: { id, publication } }: ArticleRecord): Promise<void> {
    const uses = await findUses(store, 'article', id);
    const errors: Violation[] = [];
    if (publication.state === 'live') errors.push({ code: 'live', message: 'is live; withdraw it first' });
    if (await hasPendingSchedule(store, id))
      errors.push({ code: 'scheduled', message: 'has a schedule that is pending; cancel it first' });
    if (uses) errors.push(uses.violation);
    if (errors.length === 0) return;
    throw new DomainError('conflict', 'The article cannot be deleted as it is; see errors.', {
      errors,
      members: uses?.members ?? {},
    });
  }

  async function undelete(
    id: string,
    { slug: wanted }: UndeleteRequest,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<ManagedArticle> {
    return decideAndCommit(store, async () => {
      const record = await getEvenDeleted(id);
      requireRight(record, actor);
      const sections = await articles.getMatchingSections(record, ifMatch);
      if (!record.isDeleted) throw new DomainError('conflict', 'The article is not deleted.');
      const at = instant(clock);
      const { id: articleId } = record.summary;
      const was = { fields: record.fields, sections: sections.map(({ section }) => contentOf(section)) };
      const kept = await contentKept(store, was);
      const fields = { ...kept.content.fields, slug: wanted ?? record.fields.slug };
      await articles.requireFreeSlug(fields.slug, articleId);
      const content = { fields, sections: kept.content.sections };
      const planned = content.sections.map((section, i) => planSection(section, sections[i]));
      const hindrances = await findHindrances(articleId, content, at);
      requireNoHindrance(hindrances);
      const statements = [
        ...kept.guards,
        ...hindrances.guards,
        undeleteArticle(store, record, { fields, changesContent: !jsonEqual(was, content) }, actor, at),
        ...slugStatements(store, articleId, fields.slug),
        ...workingUseStatements(store, articleId, '', usesOfFields(fields)),
        ...planned.flatMap((section) =>
          section.fields.length > 0
            ? detachFromSection(store, articleId, section, actor, at)
            : sectionUseStatements(store, articleId, section.content.id, section.content.blocks),
        ),
        ...traceStatements(record, fields, 'undelete', actor, at),
      ];
      const written = { ...record.summary, ...fields, ...nextStamp(record.summary, actor, at) };
      const corrections = await listCorrections(store, articleId);
      const brought = planned.flatMap((section) => broughtBack(section, actor, at));
      return { statements, result: { ...written, corrections, sections: brought } };
    });
  }

  /** What it points at may be deleted by now, or be a translation itself. */
  async function findHindrances(id: string, content: ArticleContent, at: string): Promise<Hindrances> {
    const deletedAt = (await listDeletions(store, 'article', [id])).get(id) ?? at;
    const missing = await missingReferences(store, referencesOfArticle(content), deletedAt);
    const { translationOf } = content.fields;
    if (translationOf === null) return missing;
    const { violations, guards } = await translationRules(store, id, translationOf);
    const placed = violations.map((violation) => ({ pointer: '/translationOf', ...violation }));
    return { violations: [...missing.violations, ...placed], guards: [...missing.guards, ...guards] };
  }

  function traceStatements(
    { summary: { id, version }, fields: before, sectionIds }: ArticleRecord,
    fields: ArticleFields,
    action: 'delete' | 'undelete',
    actor: Actor,
    at: string,
  ): Statement[] {
    const next = version + 1;
    const changed = changedPointers(before, fields);
    const article = { id, version: next };
    const content = { ...fields, sectionIds };
    return [
      ...revisionStatements(store, actor, at, [
        { kind: 'article', id, version: next, article, action, fields: changed, content },
      ]),
      ...changeStatements(store, actor, at, [{ kind: 'article', id, version: next, action, articleId: id }]),
    ];
  }

  return { authorizeRemoval, remove, authorizeUndeletion, undelete };
}

/** A section as an undeleted article has it. */
function broughtBack({ content, was, fields }: PlannedSection, actor: Actor, at: string): ManagedSection[] {
  if (!was) return [];
  return [fields.length === 0 ? was.section : { ...was.section, ...content, ...nextStamp(was.section, actor, at) }];
}

/** What readers have seen is a publisher's to delete and to bring back. @throws `forbidden` */
function requireRight({ summary: { publication } }: ArticleRecord, actor: Actor): void {
  if (publication.firstPublishedAt === null || mayActAs(actor, 'publisher')) return;
  throw new DomainError(
    'forbidden',
    'Readers have seen this story; deleting it or bringing it back needs a publisher’s key.',
  );
}
