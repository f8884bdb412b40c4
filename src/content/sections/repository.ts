import { and, eq, isNull } from 'drizzle-orm';
import type { ManagedBlock } from '../../blocks/index.js';
import type { Actor } from '../../kernel/actor.js';
import { prepared } from '../../storage/prepared.js';
import type { Statement, Store } from '../../storage/store.js';
import { type ArticleRecord, articleOf } from '../articles/repository.js';
import type { RevisionEntry, SectionContent } from '../history.js';
import { creationStamp, managedOf, updateStamp } from '../managed.js';
import { usesOfBlocks, workingUseStatements } from '../where-used.js';
import type { ManagedSection } from './schemas.js';

export interface SectionRecord {
  section: ManagedSection;
  /** Readers have seen the anchor, so it stays. */
  isAnchorFixed: boolean;
}

type Row = Store['tables']['sections']['$inferSelect'];

function recordOf(row: Row): SectionRecord {
  const { articleId, heading, anchor } = row;
  const section = { ...managedOf(row), articleId, anchor, heading, blocks: row.blocks as ManagedBlock[] };
  return { section, isAnchorFixed: row.anchorFixed };
}

const selectWithArticle = prepared(({ db, tables: { sections, articles } }, { id }: { id: string }) =>
  db
    .select({ section: sections, article: articles })
    .from(sections)
    .innerJoin(articles, eq(articles.id, sections.articleId))
    .where(and(eq(sections.id, id), isNull(sections.deletedAt)))
    .limit(1),
);

/**
 * A section with its article, deleted or not. It is one query, so that both are of the same moment: beside an older section, the
 * article's version would let its reader go on from a change that was never read.
 */
export async function findSectionWithArticle(
  store: Store,
  id: string,
): Promise<{ record: SectionRecord; article: ArticleRecord } | undefined> {
  const [found] = await store.all(selectWithArticle(store, { id }));
  return found && { record: recordOf(found.section), article: articleOf(found.article) };
}

const selectOfArticle = prepared(({ db, tables: { sections } }, { articleId }: { articleId: string }) =>
  db
    .select()
    .from(sections)
    .where(and(eq(sections.articleId, articleId), isNull(sections.deletedAt))),
);

/** The sections of an article, in its order. */
export async function listSections(
  store: Store,
  articleId: string,
  order: readonly string[],
): Promise<SectionRecord[]> {
  const rows = await store.all(selectOfArticle(store, { articleId }));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return order.flatMap((id) => {
    const row = byId.get(id);
    return row ? [recordOf(row)] : [];
  });
}

const selectArticleVersion = prepared(
  ({ db, tables: { revisions } }, { id, version }: { id: string; version: number }) =>
    db
      .select({ articleVersion: revisions.articleVersion })
      .from(revisions)
      .where(and(eq(revisions.kind, 'section'), eq(revisions.resourceId, id), eq(revisions.version, version)))
      .limit(1),
);

/** The article's version that a version of a section was written with. */
export async function findArticleVersionOf(store: Store, id: string, version: number): Promise<number> {
  const [row] = await store.all(selectArticleVersion(store, { id, version }));
  return row?.articleVersion ?? 0;
}

export function insertSection(
  { db, tables }: Store,
  articleId: string,
  content: SectionContent,
  actor: Actor,
  at: string,
): Statement {
  const row = { ...content, ...creationStamp(actor, at), deletedAt: null, articleId, anchorFixed: false };
  return { query: db.insert(tables.sections).values(row), rows: 1 };
}

type ChangedRow = Omit<SectionContent, 'id'> & ReturnType<typeof updateStamp> & { version: number };

/** The row stands in a list, for its blocks to be one value. */
const updateRow = prepared(
  ({ db, tables: { sections } }, { id, version, rows }: { id: string; version: number; rows: [ChangedRow] }) =>
    db
      .update(sections)
      .set(rows[0])
      .where(and(eq(sections.id, id), eq(sections.version, version), isNull(sections.deletedAt))),
);

export function updateSection(
  store: Store,
  version: number,
  { id, ...columns }: SectionContent,
  actor: Actor,
  at: string,
): Statement {
  const row = { ...columns, ...updateStamp(actor, at), version: version + 1 };
  return { query: updateRow(store, { id, version, rows: [row] }), rows: 1 };
}

export function deleteSection(
  { db, tables: { sections } }: Store,
  id: string,
  version: number,
  actor: Actor,
  at: string,
): Statement {
  return {
    query: db
      .update(sections)
      .set({ ...updateStamp(actor, at), version: version + 1, deletedAt: at })
      .where(and(eq(sections.id, id), eq(sections.version, version), isNull(sections.deletedAt))),
    rows: 1,
  };
}

/** What a section's blocks use, in place of what they used before. */
export function sectionUseStatements(
  store: Store,
  articleId: string,
  sectionId: string,
  blocks: readonly ManagedBlock[],
): Statement[] {
  return workingUseStatements(store, articleId, sectionId, usesOfBlocks(blocks));
}

/** The revision of a section, with the version that its article has once the article's own row is written. */
export function sectionRevision(
  articleId: string,
  { id, ...content }: SectionContent,
  version: number,
  action: string,
  fields: string[],
): RevisionEntry {
  return { kind: 'section', id, version, article: { id: articleId }, action, fields, content };
}
