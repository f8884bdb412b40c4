import type { Actor } from '../../../kernel/actor.js';
import { type Clock, instant } from '../../../kernel/clock.js';
import { changedPointers, jsonEqual } from '../../../kernel/json.js';
import { decideAndCommit } from '../../../storage/decide.js';
import type { Statement, Store } from '../../../storage/store.js';
import { asItWas, asWritten } from '../../articles/answers.js';
import { internalFields, isSameForReaders } from '../../articles/for-readers.js';
import {
  type ArticleRecord,
  articleTagStatements,
  findSlugOwner,
  guardVersion,
  slugStatements,
  updateArticle,
} from '../../articles/repository.js';
import type { ManagedArticle } from '../../articles/schemas.js';
import type { ArticleService } from '../../articles/service.js';
import { type ArticleContent, changeStatements, revisionStatements, type SectionContent } from '../../history.js';
import { nextStamp } from '../../managed.js';
import { contentOf } from '../../sections/plan.js';
import { deleteSection, sectionRevision, sectionUseStatements } from '../../sections/repository.js';
import type { ManagedSection } from '../../sections/schemas.js';
import { newTermStatements } from '../../taxonomy/repository.js';
import { translationRules } from '../../translations/rules.js';
import { usesOfFields, workingUseStatements } from '../../where-used.js';
import type { Warning } from '../schemas.js';
import type { RevisionService } from '../service.js';
import { anchorsFor } from './anchors.js';
import { referenceWarnings, withoutErased } from './references.js';
import { bringBack, type FormerSection, findFormerSections, setAside } from './repository.js';

export type RestoringService = ReturnType<typeof restoringService>;

/** What a restored article comes to: what differs from the version asked for is told. */
export interface Restored {
  article: ManagedArticle;
  warnings: Warning[];
}

/** A section to be written: as it comes back, and as it is now. */
interface Returning {
  content: SectionContent;
  now: FormerSection;
  fields: string[];
}

/** Brings articles back to what they were. */
export function restoringService(store: Store, clock: Clock, articles: ArticleService, revisions: RevisionService) {
  /**
   * Makes the working copy what it was at a version, as a new version: its fields, and its sections and blocks with the ids they
   * had. References to what is deleted are kept, those to what was erased are left out. A slug that another article has, and
   * anchors that readers know, are not taken back. When nothing differs, nothing is written.
   * @throws `not_found`, `gone` (erased), `stale_version`
   */
  async function restore(
    idOrSlug: string,
    version: number,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<Restored> {
    return decideAndCommit(store, async () => {
      const { record, sections } = await articles.getMatching(idOrSlug, ifMatch);
      const { id } = record.summary;
      const erased = await withoutErased(store, await revisions.getContent(id, version));
      const was = erased.content;
      const now = await findFormerSections(store, id);
      const { next, warnings, guards } = await returned(id, record, was, now);
      const references = await referenceWarnings(store, next);
      const current = { fields: record.fields, sections: sections.map(({ section }) => contentOf(section)) };
      const all = [...warnings, ...erased.warnings, ...references.warnings];
      const read = await asItWas(store, record, sections);
      if (jsonEqual(current, next))
        return { statements: [guardVersion(store, record)], result: { article: read, warnings: all } };
      const at = instant(clock);
      const { statements, contentVersion } = await statementsFor(record, current, next, now, actor, at);
      const returning = next.sections.flatMap((section) => returnedSection(id, section, now, read.sections, actor, at));
      const outcome = { fields: next.fields, sections: returning, contentVersion };
      const article = asWritten(read, record, outcome, actor, at);
      return {
        statements: [...erased.guards, ...guards, ...references.guards, ...statements],
        result: { article, warnings: all },
      };
    });
  }

  /** What the working copy can become of what it was. */
  async function returned(
    id: string,
    record: ArticleRecord,
    was: ArticleContent,
    now: ReadonlyMap<string, FormerSection>,
  ): Promise<{ next: ArticleContent; warnings: Warning[]; guards: Statement[] }> {
    const warnings: Warning[] = [];
    const owner = await findSlugOwner(store, was.fields.slug);
    const isFree = owner === undefined || owner === id;
    const { slug } = isFree ? was.fields : record.fields;
    if (!isFree) {
      const message = `${was.fields.slug} is or was the slug of article ${owner}, so ${slug} stays`;
      warnings.push({ pointer: '/slug', code: 'slug_taken', message });
    }
    const original = await originalOf(id, record, was, warnings);
    const anchors = anchorsFor(was.sections, now);
    const sections = was.sections.map((section, i) => {
      const anchor = anchors.get(section.id) ?? section.anchor;
      if (anchor !== section.anchor) {
        const message = `was ${section.anchor}, and is ${anchor} since readers know it by that, or another section has it`;
        warnings.push({ pointer: `/sections/${i}/anchor`, code: 'anchor_kept', message });
      }
      return { ...section, anchor };
    });
    const fields = { ...was.fields, slug, translationOf: original.id };
    return { next: { fields, sections }, warnings, guards: original.guards };
  }

  /** What the article can be a translation of: of what it was, unless that would break up a group of translations. */
  async function originalOf(
    id: string,
    { fields }: ArticleRecord,
    was: ArticleContent,
    warnings: Warning[],
  ): Promise<{ id: string | null; guards: Statement[] }> {
    const { translationOf } = was.fields;
    if (translationOf === null || translationOf === fields.translationOf) return { id: translationOf, guards: [] };
    const { violations, guards } = await translationRules(store, id, translationOf);
    const [violation] = violations;
    if (!violation) return { id: translationOf, guards };
    warnings.push({ pointer: '/translationOf', code: 'original_kept', message: violation.message });
    return { id: fields.translationOf, guards: [] };
  }

  async function statementsFor(
    record: ArticleRecord,
    current: ArticleContent,
    next: ArticleContent,
    now: ReadonlyMap<string, FormerSection>,
    actor: Actor,
    at: string,
  ): Promise<{ statements: Statement[]; contentVersion: number }> {
    const { id, version } = record.summary;
    const { fields } = next;
    const sectionIds = next.sections.map((section) => section.id);
    const returning = next.sections.flatMap((content) => returningOf(content, now.get(content.id)));
    const removed = current.sections.filter((section) => !sectionIds.includes(section.id));
    const pointers = [
      ...changedPointers(current.fields, fields),
      ...(jsonEqual(record.sectionIds, sectionIds) ? [] : ['/sections']),
    ];
    const article = { id, version: version + 1 };
    const content = { ...fields, sectionIds };
    const changesSections = returning.length + removed.length > 0;
    const contentVersion = await contentVersionOf(record, next, pointers, changesSections);
    const changesContent = contentVersion > version;
    const statements = [
      ...(await newTermStatements(store, 'desk', [fields.desk], actor, at)),
      ...(await newTermStatements(store, 'tag', fields.tags, actor, at)),
      updateArticle(store, { ...record, contentVersion }, { fields, sectionIds, changesContent }, actor, at),
      ...(fields.slug === record.fields.slug ? [] : slugStatements(store, id, fields.slug, record.fields.slug)),
      ...articleTagStatements(store, id, fields.tags),
      ...workingUseStatements(store, id, '', usesOfFields(fields)),
      ...revisionStatements(store, actor, at, [
        { kind: 'article', ...article, article, action: 'restore', fields: pointers, content },
      ]),
      ...removed.flatMap((section) => removalStatements(id, section, now, actor, at)),
      ...setAside(
        store,
        returning.map(({ content: section }) => section.id),
        at,
      ),
      ...returning.flatMap((section) => returnStatements(id, section, actor, at)),
      ...changeStatements(store, actor, at, [{ kind: 'article', ...article, action: 'restore', articleId: id }]),
    ];
    return { statements, contentVersion };
  }

  /** The version that has what would be published. What is again as readers have it leaves nothing to publish. */
  async function contentVersionOf(
    record: ArticleRecord,
    next: ArticleContent,
    pointers: readonly string[],
    changesSections: boolean,
  ): Promise<number> {
    const { id, version, publication } = record.summary;
    const { state, liveVersion } = publication;
    const live = state === 'live' && liveVersion !== null ? await revisions.getContent(id, liveVersion) : undefined;
    if (live && liveVersion !== null && isSameForReaders((await withoutErased(store, live)).content, next))
      return liveVersion;
    const changesContent =
      changesSections || pointers.some((pointer) => !internalFields.has(pointer.split('/')[1] ?? ''));
    return changesContent ? version + 1 : record.contentVersion;
  }

  function returnStatements(
    articleId: string,
    { content, now, fields }: Returning,
    actor: Actor,
    at: string,
  ): Statement[] {
    const action = now.isDeleted ? 'restore' : 'update';
    return [
      bringBack(store, now.version, content, actor, at),
      ...sectionUseStatements(store, articleId, content.id, content.blocks),
      ...revisionStatements(store, actor, at, [sectionRevision(articleId, content, now.version + 1, action, fields)]),
    ];
  }

  function removalStatements(
    articleId: string,
    section: SectionContent,
    now: ReadonlyMap<string, FormerSection>,
    actor: Actor,
    at: string,
  ): Statement[] {
    const version = now.get(section.id)?.version ?? 0;
    return [
      deleteSection(store, section.id, version, actor, at),
      ...sectionUseStatements(store, articleId, section.id, []),
      ...revisionStatements(store, actor, at, [sectionRevision(articleId, section, version + 1, 'delete', [])]),
    ];
  }

  return { restore };
}

/** None when the section is there as it was. */
function returningOf(content: SectionContent, now: FormerSection | undefined): Returning[] {
  if (!now) return [];
  const fields = now.isDeleted ? [] : changedPointers(contentOf(now), content);
  return now.isDeleted || fields.length > 0 ? [{ content, now, fields }] : [];
}

/** A section as the restored article has it; none when nothing of it is kept. */
function returnedSection(
  articleId: string,
  content: SectionContent,
  now: ReadonlyMap<string, FormerSection>,
  current: readonly ManagedSection[],
  actor: Actor,
  at: string,
): ManagedSection[] {
  const former = now.get(content.id);
  if (returningOf(content, former).length === 0) return current.filter(({ id }) => id === content.id);
  return former ? [{ ...former.managed, articleId, ...content, ...nextStamp(former.managed, actor, at) }] : [];
}
