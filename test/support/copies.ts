// Many stories like one that is there, with all that goes with each: made by copying rows, which takes no time to speak of.
import Database from 'better-sqlite3';
import { v7 } from 'uuid';
import { allBlocks, type ManagedBlock } from '../../src/blocks/index.js';
import { entityTag } from '../../src/kernel/entity-tag.js';

type Value = string | number | bigint | Buffer | null;
type Row = Record<string, Value>;

/** Where a story's rows are: each table, and the column that names the story. */
const tables: [string, string][] = [
  ['articles', 'id'],
  ['sections', 'article_id'],
  ['slugs', 'article_id'],
  ['article_tags', 'article_id'],
  ['revisions', 'article_id'],
  ['changes', 'article_id'],
  ['publications', 'article_id'],
  ['where_used', 'user_id'],
  ['snapshots', 'article_id'],
  ['facets', 'article_id'],
];
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/**
 * Copies a live story, under other ids and slugs, in a database that nobody else writes to meanwhile.
 * @returns the ids and slugs of the copies
 */
export function copyStory(path: string, articleId: string, count: number): { id: string; slug: string }[] {
  const file = new Database(path);
  file.pragma('foreign_keys = ON');
  const rowsOf = ([table, column]: [string, string]) =>
    file.prepare(`SELECT * FROM ${table} WHERE ${column} = ?`).all(articleId) as Row[];
  const template = tables.map((table) => [table[0], rowsOf(table)] as const).filter(([, rows]) => rows.length > 0);
  const [article] = template[0]?.[1] ?? [];
  const slug = String(article?.slug);
  const own = [articleId, ...ownIds(template.find(([table]) => table === 'sections')?.[1] ?? [])];
  const inserts = new Map(template.map(([table, rows]) => [table, insertInto(file, table, rows[0] ?? {})]));
  const told = insertInto(file, 'public_log', { at: '', event: '', article_id: '', mark: '' });
  let publicSeq = Number(file.prepare('SELECT max(seq) FROM public_log').pluck().get());
  const copies = Array.from({ length: count }, (_, i) => ({ id: v7(), slug: `${slug}-copy-${i}` }));
  file.transaction(() => {
    for (const copy of copies) {
      told({ at: String(article?.updated_at), event: 'published', article_id: copy.id, mark: copy.id.slice(-8) });
      publicSeq += 1;
      const ids = new Map(own.map((id) => [id, id === articleId ? copy.id : v7()]));
      const text = (value: string) =>
        value.replaceAll(uuid, (id) => ids.get(id) ?? id).replaceAll(new RegExp(`(?<!-)${slug}(?!-)`, 'g'), copy.slug);
      for (const [table, rows] of template)
        for (const row of rows) inserts.get(table)?.({ ...copied(row, text), public_seq: publicSeq });
    }
    for (const [table, key] of [
      ['desks', String(article?.desk)],
      ...(JSON.parse(String(article?.tags)) as string[]).map((tag) => ['tags', tag] as const),
    ] as const)
      file.prepare(`UPDATE ${table} SET live_stories = live_stories + ? WHERE key = ?`).run(count, key);
  })();
  file.pragma('wal_checkpoint(TRUNCATE)');
  file.close();
  return copies;
}

/** The ids of a story's sections and of all their blocks. */
function ownIds(sections: readonly Row[]): string[] {
  return sections.flatMap(({ id, blocks }) => [
    String(id),
    ...allBlocks(JSON.parse(String(blocks)) as ManagedBlock[]).map((block) => block.id),
  ]);
}

function copied(row: Row, text: (value: string) => string): Row {
  const copy = Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (Buffer.isBuffer(value)) return [name, Buffer.from(text(value.toString()))];
      return [name, typeof value === 'string' ? text(value) : value];
    }),
  );
  if ('seq' in copy) copy.seq = null;
  if (Buffer.isBuffer(copy.body)) copy.etag = entityTag(copy.body);
  return copy;
}

function insertInto(file: Database.Database, table: string, row: Row): (row: Row) => void {
  const names = Object.keys(row);
  const statement = file.prepare(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  );
  return (values) => void statement.run(names.map((name) => values[name]));
}
