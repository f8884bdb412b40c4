// Many stories like one that is there, with all that goes with each: made by copying rows, which takes no time to speak of.
import { eq, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { v7 } from 'uuid';
import { allBlocks, type ManagedBlock } from '../../src/blocks/index.js';
import { entityTag } from '../../src/kernel/entity-tag.js';
import type { Statement, Store } from '../../src/storage/store.js';

type Row = Record<string, unknown>;

interface Copy {
  id: string;
  slug: string;
}

/** So many copies go into one commit. */
const perCommit = 30;
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Where a story's rows are: each table, and the column that names the story. */
function placesOf({ tables }: Store): [SQLiteTable, SQLiteColumn][] {
  return [
    [tables.articles, tables.articles.id],
    [tables.sections, tables.sections.articleId],
    [tables.slugs, tables.slugs.articleId],
    [tables.articleTags, tables.articleTags.articleId],
    [tables.revisions, tables.revisions.articleId],
    [tables.changes, tables.changes.articleId],
    [tables.publications, tables.publications.articleId],
    [tables.whereUsed, tables.whereUsed.userId],
    [tables.snapshots, tables.snapshots.articleId],
    [tables.facets, tables.facets.articleId],
  ];
}

/**
 * Copies a live story, under other ids and slugs, in a database that nobody else writes to meanwhile.
 * @returns the ids and slugs of the copies
 */
export async function copyStory(store: Store, articleId: string, count: number): Promise<Copy[]> {
  const { db, tables } = store;
  const template: [SQLiteTable, Row[]][] = [];
  for (const [table, column] of placesOf(store)) {
    const rows = await store.all(db.select().from(table).where(eq(column, articleId)));
    if (rows.length > 0) template.push([table, rows]);
  }
  const [article] = await store.all(db.select().from(tables.articles).where(eq(tables.articles.id, articleId)));
  if (!article) throw new Error(`there is no article ${articleId}`);
  const own = ownIds(
    await store.all(db.select().from(tables.sections).where(eq(tables.sections.articleId, articleId))),
  );
  const copies = Array.from({ length: count }, (_, i) => ({ id: v7(), slug: `${article.slug}-copy-${i}` }));
  for (let i = 0; i < count; i += perCommit) {
    const some = copies.slice(i, i + perCommit);
    const textOf = some.map((copy) => translation(article, own, copy));
    const told = some.map(({ id }) => ({
      at: article.updatedAt,
      event: 'published' as const,
      articleId: id,
      mark: id.slice(-8),
    }));
    await store.commit([
      { query: db.insert(tables.publicLog).values(told) },
      ...template.map(([table, rows]) => ({
        query: db.insert(table).values(textOf.flatMap((text) => rows.map((row) => copied(store, table, row, text)))),
      })),
      ...counted(store, article, some.length),
    ]);
  }
  return copies;
}

/** How a text of the story reads in a copy of it. */
function translation({ id, slug }: Copy, own: readonly string[], copy: Copy): (text: string) => string {
  const ids = new Map([[id, copy.id], ...own.map((one): [string, string] => [one, v7()])]);
  const former = new RegExp(`(?<!-)${slug}(?!-)`, 'g');
  return (text) => text.replaceAll(uuid, (one) => ids.get(one) ?? one).replaceAll(former, copy.slug);
}

/** The ids of a story's sections and of all their blocks. */
function ownIds(sections: readonly { id: string; blocks: unknown }[]): string[] {
  return sections.flatMap(({ id, blocks }) => [id, ...allBlocks(blocks as ManagedBlock[]).map((block) => block.id)]);
}

function copied(
  { tables }: Store,
  table: SQLiteTable,
  { seq: _seq, ...row }: Row,
  text: (value: string) => string,
): Row {
  const { body, ...rest } = row;
  const copy: Row = JSON.parse(text(JSON.stringify(rest)));
  if (table !== tables.snapshots) return copy;
  const bytes = Buffer.from(text(String(body)));
  const publicSeq = sql`(SELECT max(${tables.publicLog.seq}) FROM ${tables.publicLog} WHERE ${tables.publicLog.articleId} = ${copy.articleId})`;
  return { ...copy, body: bytes, etag: entityTag(bytes), publicSeq };
}

/** That many more live stories have the story's desk and its tags. */
function counted({ db, tables }: Store, { desk, tags }: { desk: string; tags: string[] }, count: number): Statement[] {
  return ([[tables.desks, desk], ...tags.map((tag) => [tables.tags, tag] as const)] as const).map(([table, key]) => ({
    query: db
      .update(table)
      .set({ liveStories: sql`${table.liveStories} + ${count}` })
      .where(eq(table.key, key)),
    rows: 1,
  }));
}
