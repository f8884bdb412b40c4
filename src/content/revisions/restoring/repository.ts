import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { ManagedBlock } from '../../../blocks/index.js';
import type { Actor } from '../../../kernel/actor.js';
import type { Statement, Store } from '../../../storage/store.js';
import type { SectionContent } from '../../history.js';
import { type Managed, managedOf, updateStamp } from '../../managed.js';

/** A section as it is now, or was when it was deleted. */
export interface FormerSection extends SectionContent {
  version: number;
  /** Who made it and wrote it last. */
  managed: Managed;
  isDeleted: boolean;
  /** Readers have seen the anchor, so it stays. */
  isAnchorFixed: boolean;
}

/** Every section that an article has or had, by id. */
export async function findFormerSections(
  { db, tables: { sections }, all }: Store,
  articleId: string,
): Promise<Map<string, FormerSection>> {
  const rows = await all(db.select().from(sections).where(eq(sections.articleId, articleId)));
  return new Map(
    rows.map((row) => {
      const { id, anchor, heading, version } = row;
      const former = { id, anchor, heading, blocks: row.blocks as ManagedBlock[], version, managed: managedOf(row) };
      return [id, { ...former, isDeleted: row.deletedAt !== null, isAnchorFixed: row.anchorFixed }];
    }),
  );
}

/** Takes sections out of the way for as long as a commit takes, since anchors may go from one to another. */
export function setAside({ db, tables: { sections } }: Store, ids: readonly string[], at: string): Statement[] {
  if (ids.length === 0) return [];
  const query = db
    .update(sections)
    .set({ deletedAt: at })
    .where(and(inArray(sections.id, [...ids]), isNull(sections.deletedAt)));
  return [{ query }];
}

/** Gives a section, deleted or not, the content that it had, from the version that was read. */
export function bringBack(
  { db, tables: { sections } }: Store,
  version: number,
  { id, ...columns }: SectionContent,
  actor: Actor,
  at: string,
): Statement {
  return {
    query: db
      .update(sections)
      .set({ ...columns, ...updateStamp(actor, at), version: version + 1, deletedAt: null })
      .where(and(eq(sections.id, id), eq(sections.version, version))),
    rows: 1,
  };
}
