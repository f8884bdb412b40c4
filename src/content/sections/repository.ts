import { and, eq, isNull, sql } from 'drizzle-orm';
import type { ManagedBlock } from '../../blocks/index.js';
import type { Actor } from '../../kernel/actor.js';
import type { Statement, Store } from '../../storage/store.js';
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

export async function findSection(
  { db, tables: { sections }, all }: Store,
  id: string,
): Promise<SectionRecord | undefined> {
  const [row] = await all(
    db
      .select()
      .from(sections)
      .where(and(eq(sections.id, id), isNull(sections.deletedAt)))
      .limit(1),
  );
  return row && recordOf(row);
}

/** The sections of an article, in its order. */
export async function listSections(
  { db, tables: { sections }, all }: Store,
  articleId: string,
  order: readonly string[],
): Promise<SectionRecord[]> {
  const rows = await all(
    db
      .select()
      .from(sections)
      .where(and(eq(sections.articleId, articleId), isNull(sections.deletedAt))),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return order.flatMap((id) => {
    const row = byId.get(id);
    return row ? [recordOf(row)] : [];
  });
}

/** The article's version that a version of a section was written with. */
export async function findArticleVersionOf(
  { db, tables: { revisions }, all }: Store,
  id: string,
  version: number,
): Promise<number> {
  const [row] = await all(
    db
      .select({ articleVersion: revisions.articleVersion })
      .from(revisions)
      .where(and(eq(revisions.kind, 'section'), eq(revisions.resourceId, id), eq(revisions.version, version)))
      .limit(1),
  );
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

export function updateSection(
  { db, tables: { sections } }: Store,
  version: number,
  content: SectionContent,
  actor: Actor,
  at: string,
): Statement {
  const { id, ...columns } = content;
  return {
    query: db
      .update(sections)
      .set({ ...columns, ...updateStamp(actor, at), version: version + 1 })
      .where(and(eq(sections.id, id), eq(sections.version, version), isNull(sections.deletedAt))),
    rows: 1,
  };
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

/** The revision of a section. Its article's version is read where it is written, after the article's own row was. */
export function sectionRevision(
  { tables: { articles } }: Store,
  articleId: string,
  { id, ...content }: SectionContent,
  version: number,
  action: string,
  fields: string[],
): RevisionEntry {
  const articleVersion = sql`(SELECT ${articles.version} FROM ${articles} WHERE ${articles.id} = ${articleId})`;
  return { kind: 'section', id, version, article: { id: articleId, version: articleVersion }, action, fields, content };
}
