import type { Actor } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import type { Page } from '../../kernel/cursors.js';
import { DomainError, invalid, notFound, type Violation } from '../../kernel/errors.js';
import { isId, newId } from '../../kernel/ids.js';
import { changedPointers, jsonEqual, mergePatch } from '../../kernel/json.js';
import { slugify, unusedSlug } from '../../kernel/slugs.js';
import { violationsOf } from '../../kernel/violations.js';
import { type Decision, decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import { listCorrections } from '../corrections/repository.js';
import { Drafting } from '../drafting.js';
import { type ArticleContent, changeStatements, findArticleContentAt, revisionStatements } from '../history.js';
import { readOnlyViolations, refuseIfAny, requireMatch } from '../managed.js';
import { contentOf, type PlannedSection, planSections } from '../sections/plan.js';
import {
  deleteSection,
  insertSection,
  listSections,
  type SectionRecord,
  sectionRevision,
  sectionUseStatements,
  updateSection,
} from '../sections/repository.js';
import { newTermStatements } from '../taxonomy/repository.js';
import { translationRules } from '../translations/rules.js';
import { usesOfFields, workingUseStatements } from '../where-used.js';
import { asCreated, asItWas, asWritten, plannedSection } from './answers.js';
import { internalFields } from './for-readers.js';
import { type ArticleListRequest, listWorkingCopies } from './list/service.js';
import { readAtOneVersion } from './reading.js';
import {
  type ArticleRecord,
  articleTagStatements,
  findArticle,
  findArticleIds,
  findSlugOwner,
  guardArticles,
  guardVersion,
  hasArticles,
  insertArticle,
  listTakenSlugs,
  slugStatements,
  updateArticle,
} from './repository.js';
import {
  type ArticleDraft,
  type ArticleFields,
  type ArticlePatch,
  type ArticleReplacement,
  articleShape,
  fillArticle,
  type ManagedArticle,
  type ManagedArticleSummary,
  PatchedFields,
  readOnlyNames,
} from './schemas.js';

export type ArticleService = ReturnType<typeof articleService>;

/** The rules of articles' working copies. Nothing here is seen by readers before it is published. */
export function articleService(store: Store, clock: Clock) {
  /** @throws `not_found` */
  async function getRecord(idOrSlug: string): Promise<ArticleRecord> {
    const record = await findArticle(store, idOrSlug);
    if (!record || record.isDeleted) throw notFound('article', idOrSlug);
    return record;
  }

  /**
   * The working copy with its sections, as it was at one moment.
   * @throws `not_found`, `unavailable` when somebody writes to it all the time
   */
  async function get(idOrSlug: string): Promise<ManagedArticle> {
    return readAtOneVersion(getRecord, idOrSlug, async (record) =>
      asItWas(store, record, await listSections(store, record.summary.id, record.sectionIds)),
    );
  }

  /** A page of working copies. @throws `invalid` for a cursor of another list */
  function list(request: ArticleListRequest): Promise<Page<ManagedArticleSummary>> {
    return listWorkingCopies(store, request);
  }

  /**
   * Creates a whole story with everything inline: all of it or nothing.
   * @throws `conflict` for a taken slug, `unprocessable` for references to what is not there
   */
  async function create(draft: ArticleDraft, actor: Actor): Promise<ManagedArticle> {
    return decideAndCommit(store, () => creationOf(draft, actor));
  }

  /**
   * Creates a story as `create` does, and keeps with the decision what else its answer tells: a request that is sent again is told
   * that, and not what its own run has made of it.
   */
  async function createTelling<Told>(
    draft: ArticleDraft,
    actor: Actor,
    told: Told,
  ): Promise<{ article: ManagedArticle; told: Told }> {
    return decideAndCommit(store, async () => {
      const { statements, result: article } = await creationOf(draft, actor);
      return { statements, result: { article, told } };
    });
  }

  async function creationOf(draft: ArticleDraft, actor: Actor): Promise<Decision<ManagedArticle>> {
    const id = newId();
    const at = instant(clock);
    const drafting = new Drafting(draft.language);
    const planned = planSections(draft.sections ?? [], [], drafting);
    const fields = fillArticle({
      ...draft,
      slug: draft.slug ?? (await makeSlug(draft.headline ?? '', id)),
    }) as ArticleFields;
    await requireFreeSlug(fields.slug, id);
    const references = await referenceStatements(id, fields, undefined, drafting, actor, at);
    const sectionIds = planned.map(({ content }) => content.id);
    const statements = [
      ...references,
      ...(await termStatements(fields, actor, at)),
      insertArticle(store, id, fields, sectionIds, actor, at),
      ...slugStatements(store, id, fields.slug),
      ...articleTagStatements(store, id, fields.tags),
      ...workingUseStatements(store, id, '', usesOfFields(fields)),
      ...revisionStatements(store, actor, at, [
        {
          kind: 'article',
          id,
          version: 1,
          article: { id, version: 1 },
          action: 'create',
          fields: [],
          content: { ...fields, sectionIds },
        },
      ]),
      ...planned.flatMap((section) => sectionStatements(id, section, actor, at)),
      ...changeStatements(store, actor, at, [{ kind: 'article', id, version: 1, action: 'create', articleId: id }]),
    ];
    return { statements, result: asCreated(id, fields, planned, actor, at) };
  }

  /**
   * Makes the working copy what the body says, sections and all.
   * @throws `not_found`, `stale_version`, `invalid` (read-only), `conflict` (slug), `unprocessable` (references, ids of others)
   */
  async function replace(
    idOrSlug: string,
    body: ArticleReplacement,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<ManagedArticle> {
    return decideAndCommit(store, async () => {
      const { record, sections } = await getMatching(idOrSlug, ifMatch);
      await refuseReadOnly(body, record);
      const at = instant(clock);
      const known = sections.flatMap(({ section }) => section.blocks);
      const drafting = new Drafting(body.language, known, usesOfFields(record.fields));
      const planned = planSections(body.sections ?? [], sections, drafting);
      const fields = fillArticle({ ...body, slug: body.slug ?? record.fields.slug }) as ArticleFields;
      return changeOf(record, sections, { fields, planned }, drafting, 'replace', actor, at);
    });
  }

  /**
   * Changes the fields that a JSON Merge Patch (RFC 7396) names; sections stay.
   * @throws `not_found`, `stale_version`, `invalid`, `conflict` (slug), `unprocessable` (references)
   */
  async function patch(
    idOrSlug: string,
    body: ArticlePatch,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<ManagedArticle> {
    return decideAndCommit(store, async () => {
      const { record, sections } = await getMatching(idOrSlug, ifMatch);
      await refuseReadOnly(body, record);
      const fields = mergedFields(record.fields, body);
      const drafting = new Drafting(fields.language, [], usesOfFields(record.fields));
      return changeOf(record, sections, { fields }, drafting, 'update', actor, instant(clock));
    });
  }

  /** @throws `invalid` when the body has something else in a read-only field than there is */
  async function refuseReadOnly(body: ArticleReplacement | ArticlePatch, { summary }: ArticleRecord): Promise<void> {
    const corrections = body.corrections === undefined ? undefined : await listCorrections(store, summary.id);
    refuseIfAny(readOnlyViolations(body, { ...summary, corrections }, readOnlyNames));
  }

  async function getMatching(
    idOrSlug: string,
    ifMatch: string | undefined,
  ): Promise<{ record: ArticleRecord; sections: SectionRecord[] }> {
    const record = await getRecord(idOrSlug);
    return { record, sections: await getMatchingSections(record, ifMatch) };
  }

  /** The sections of an article, deleted or not, that is at the version which was named. @throws `stale_version` */
  async function getMatchingSections(record: ArticleRecord, ifMatch: string | undefined): Promise<SectionRecord[]> {
    const sections = await listSections(store, record.summary.id, record.sectionIds);
    await requireMatch(ifMatch, record.summary.version, (version) => changedSince(record, sections, version));
    return sections;
  }

  /** Pointers to what has changed in the working copy since a version. */
  async function changedSince(
    record: ArticleRecord,
    sections: readonly SectionRecord[],
    version: number,
  ): Promise<string[]> {
    const before = await findArticleContentAt(store, record.summary.id, version);
    if (!before) return [];
    const after: ArticleContent = {
      fields: record.fields,
      sections: sections.map(({ section }) => contentOf(section)),
    };
    return changedPointers(
      { ...before.fields, sections: before.sections },
      { ...after.fields, sections: after.sections },
    );
  }

  /** What brings a working copy to what is planned, and the article that it comes to; no statements when that changes nothing. */
  async function changeOf(
    record: ArticleRecord,
    existing: readonly SectionRecord[],
    next: { fields: ArticleFields; planned?: PlannedSection[] },
    drafting: Drafting,
    action: string,
    actor: Actor,
    at: string,
  ): Promise<Decision<ManagedArticle>> {
    const { id, version } = record.summary;
    const { fields } = next;
    const was = await asItWas(store, record, existing);
    const planned = next.planned ?? [];
    const sectionIds = next.planned ? planned.map(({ content }) => content.id) : record.sectionIds;
    const kept = new Set(sectionIds);
    const removed = existing.filter(({ section }) => !kept.has(section.id));
    const changed = planned.filter((section) => !section.was || section.fields.length > 0);
    const fieldPointers = changedPointers(record.fields, fields);
    const orderPointers = jsonEqual(record.sectionIds, sectionIds) ? [] : ['/sections'];
    const references = await referenceStatements(id, fields, record.fields, drafting, actor, at);
    if (changed.length + removed.length + fieldPointers.length + orderPointers.length === 0)
      return { statements: [guardVersion(store, record)], result: was };
    const slugChange = fields.slug === record.fields.slug ? [] : await changeSlug(id, fields.slug, record.fields.slug);
    const changesContent =
      changed.length + removed.length + orderPointers.length > 0 ||
      fieldPointers.some((pointer) => !internalFields.has(pointer.split('/')[1] ?? ''));
    const headerPointers = [...fieldPointers, ...orderPointers];
    const header = {
      kind: 'article' as const,
      id,
      version: version + 1,
      article: { id, version: version + 1 },
      action,
      fields: headerPointers,
      content: { ...fields, sectionIds },
    };
    const outcome = {
      fields,
      ...(changesContent && { contentVersion: version + 1 }),
      ...(next.planned && { sections: planned.map((section) => plannedSection(id, section, actor, at)) }),
    };
    const statements = [
      ...references,
      ...(await termStatements(fields, actor, at)),
      updateArticle(store, record, { fields, sectionIds, changesContent }, actor, at),
      ...slugChange,
      ...articleTagStatements(store, id, fields.tags),
      ...workingUseStatements(store, id, '', usesOfFields(fields)),
      ...revisionStatements(store, actor, at, headerPointers.length > 0 ? [header] : []),
      ...removed.flatMap((section) => removalStatements(id, section, actor, at)),
      ...changed.flatMap((section) => sectionStatements(id, section, actor, at)),
      ...changeStatements(store, actor, at, [{ kind: 'article', id, version: version + 1, action, articleId: id }]),
    ];
    return { statements, result: asWritten(was, record, outcome, actor, at) };
  }

  /** Checks what the article and its drafted blocks point at; adds inline resources. @throws `unprocessable` */
  async function referenceStatements(
    id: string,
    fields: ArticleFields,
    former: ArticleFields | undefined,
    drafting: Drafting,
    actor: Actor,
    at: string,
  ): Promise<Statement[]> {
    drafting.refer('image', fields.leadImageId, '/leadImageId');
    const targets: [string, (string | number)[]][] = fields.related.map((related, i) => [related, ['related', i]]);
    if (fields.translationOf !== null) targets.push([fields.translationOf, ['translationOf']]);
    const known = await findArticleIds(store, [...new Set(targets.map(([target]) => target))]);
    for (const [target, path] of targets) {
      if (target === id) drafting.violation(path, 'self_reference', 'is the article itself');
      else if (!known.has(target) && !drafting.refersAlready('article', target))
        drafting.violation(path, 'unknown_reference', `there is no article ${target}`);
    }
    const original = fields.translationOf;
    const isNewOriginal = original !== null && original !== former?.translationOf && known.has(original);
    const { violations, guards } = isNewOriginal
      ? await translationRules(store, id, original)
      : { violations: [], guards: [] };
    for (const { code, message } of violations) drafting.violation(['translationOf'], code, message);
    return [...(await drafting.settle(store, actor, at)), ...guardArticles(store, known), ...guards];
  }

  /** Makes the desk and the tags that are new. */
  async function termStatements({ desk, tags }: ArticleFields, actor: Actor, at: string): Promise<Statement[]> {
    return [
      ...(await newTermStatements(store, 'desk', [desk], actor, at)),
      ...(await newTermStatements(store, 'tag', tags, actor, at)),
    ];
  }

  function sectionStatements(
    articleId: string,
    { content, was, fields }: PlannedSection,
    actor: Actor,
    at: string,
  ): Statement[] {
    const version = was ? was.section.version + 1 : 1;
    return [
      was
        ? updateSection(store, was.section.version, content, actor, at)
        : insertSection(store, articleId, content, actor, at),
      ...sectionUseStatements(store, articleId, content.id, content.blocks),
      ...revisionStatements(store, actor, at, [
        sectionRevision(articleId, content, version, was ? 'update' : 'create', fields),
      ]),
    ];
  }

  function removalStatements(articleId: string, { section }: SectionRecord, actor: Actor, at: string): Statement[] {
    return [
      deleteSection(store, section.id, section.version, actor, at),
      ...sectionUseStatements(store, articleId, section.id, []),
      ...revisionStatements(store, actor, at, [
        sectionRevision(articleId, contentOf(section), section.version + 1, 'delete', []),
      ]),
    ];
  }

  /** A free slug made from the headline, or from the id when there is none, or one that would be taken for an id. */
  async function makeSlug(headline: string, id: string): Promise<string> {
    const made = slugify(headline);
    const base = made === '' || isId(made) ? `story-${id.slice(-12)}` : made;
    const taken = await listTakenSlugs(store, base);
    return unusedSlug(base, (slug) => taken.has(slug));
  }

  /** @throws `conflict` when another article has the slug, or had it */
  async function requireFreeSlug(slug: string, articleId: string): Promise<void> {
    const owner = await findSlugOwner(store, slug);
    if (owner === undefined || owner === articleId) return;
    const errors: Violation[] = [
      { pointer: '/slug', code: 'slug_taken', message: `is or was the slug of article ${owner}` },
    ];
    throw new DomainError('conflict', 'Another article has this slug, or had it.', { errors });
  }

  async function changeSlug(articleId: string, slug: string, previous: string): Promise<Statement[]> {
    await requireFreeSlug(slug, articleId);
    return slugStatements(store, articleId, slug, previous);
  }

  /** Whether no article was ever made. */
  async function isEmpty(): Promise<boolean> {
    return !(await hasArticles(store));
  }

  return {
    get,
    getRecord,
    getMatching,
    getMatchingSections,
    requireFreeSlug,
    isEmpty,
    list,
    create,
    createTelling,
    replace,
    patch,
  };
}

/** @throws `invalid` when the patch leads to fields that are wrong together */
function mergedFields(current: ArticleFields, body: ArticlePatch): ArticleFields {
  const names = Object.keys(articleShape) as (keyof ArticleFields)[];
  const patch = Object.fromEntries(names.map((name) => [name, body[name]]));
  const parsed = PatchedFields.safeParse(mergePatch(current, patch));
  if (!parsed.success) {
    throw invalid(violationsOf(parsed.error));
  }
  return fillArticle(parsed.data) as ArticleFields;
}
