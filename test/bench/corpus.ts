// Many live stories, made by publishing the example story once and copying what that leaves, under other ids and slugs.
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { v7 } from 'uuid';
import { searchTextsOf } from '../../src/blocks/search-texts.js';
import type { Article } from '../../src/blocks/story.js';
import { systemClock } from '../../src/kernel/clock.js';
import { countedFacetsOf } from '../../src/publishing/facets.js';
import { seedFiles, seedStories } from '../../src/seeding.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { putStory } from '../../src/storage/sqlite/search/index-rows.js';
import { servicesIn } from '../support/services.js';

type Row = Record<string, string | number | Buffer | null>;

export function slugOf(i: number): string {
  return `putin-lukashenko-minsk-december-2022-copy-${i}`;
}

/** A word that every story has, and one that one in a thousand has. */
export const commonWord = 'Minsk';
export const rareWord = 'Zirconium';
const storiesPerRareWord = 1000;
const storiesPerCommit = 1000;

/** Takes copies of a story into the full-text index, as publishing them would. Their words are told apart only once. */
function indexer(
  file: Database.Database,
  { body }: Row,
  facets: string[],
): (id: string, at: string, i: number) => void {
  const { data } = JSON.parse(String(body)) as { data: Article };
  const texts = searchTextsOf(data);
  const rare = { ...texts, body: `${texts.body} ${rareWord}` };
  const [id, at] = ['{id}', '{at}'];
  const rest = { articleId: id, publishedAt: at, contentUpdatedAt: at };
  const story = { ...rest, facets, counted: countedFacetsOf(facets, data.language) };
  const forms = [texts, rare].map((words) =>
    putStory({ ...story, texts: words }).map(({ query }) => {
      const { sql, params } = query.toSQL();
      return { statement: file.prepare(sql), params };
    }),
  );
  return (articleId, publishedAt, i) => {
    const filled = new Map<unknown, string>([
      [id, articleId],
      [at, publishedAt],
    ]);
    for (const { statement, params } of forms[i % storiesPerRareWord === 0 ? 1 : 0] ?? [])
      statement.run(params.map((param) => filled.get(param) ?? param));
  };
}

/** Fills the database at `path` with the example story and `count` copies of it. */
export async function makeCorpus(path: string, count: number): Promise<void> {
  const store = openSqlite({ path, cacheBytesMax: 0 });
  await seedStories(servicesIn(dirname(path), store, systemClock), await seedFiles());
  await store.close();
  const file = new Database(path);
  // Nobody else has the file, and it can be made anew. In the log, and with a small cache, the index takes hours for many stories.
  file.pragma('journal_mode = OFF');
  file.pragma('synchronous = OFF');
  file.pragma('cache_size = -500000');
  const article = file.prepare('SELECT * FROM articles').get() as Row;
  const snapshot = file.prepare('SELECT * FROM snapshots').get() as Row;
  const revision = file.prepare("SELECT * FROM revisions WHERE kind = 'article' ORDER BY version LIMIT 1").get() as Row;
  const facets = file.prepare('SELECT * FROM facets WHERE article_id = ?').all(article.id) as Row[];
  const inserts = new Map<string, Database.Statement>();
  const insert = (table: string, row: Row) => {
    const names = Object.keys(row);
    const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
    const statement = inserts.get(table) ?? file.prepare(sql);
    inserts.set(table, statement);
    statement.run(Object.values(row));
  };
  const index = indexer(
    file,
    snapshot,
    facets.map(({ facet }) => String(facet)),
  );
  const copy = file.transaction((from: number, before: number) => {
    for (let i = from; i < before; i++) {
      const id = v7();
      const slug = slugOf(i);
      const at = new Date(Date.parse('2023-01-01T00:00:00Z') + i * 60_000).toISOString();
      const copied = (text: string) => text.replaceAll(String(article.id), id).replaceAll(String(article.slug), slug);
      insert('articles', { ...article, id, slug, published_at: at, first_published_at: at, section_ids: '[]' });
      insert('slugs', { slug, article_id: id, published: 1 });
      insert('revisions', { ...revision, resource_id: id, article_id: id });
      // The example story itself has the first entry.
      insert('public_log', { seq: i + 2, at, event: 'published', article_id: id, mark: id.slice(-8) });
      insert('snapshots', {
        ...snapshot,
        article_id: id,
        slug,
        published_at: at,
        public_seq: i + 2,
        etag: `"${v7()}"`,
        body: Buffer.from(copied(String(snapshot.body))),
        summary: copied(String(snapshot.summary)),
      });
      for (const facet of facets)
        insert('facets', {
          ...{ ...facet, article_id: id, published_at: at },
          content_updated_at: facet.content_updated_at === null ? null : at,
        });
      index(id, at, i);
    }
  });
  for (let from = 0; from < count; from += storiesPerCommit) copy(from, Math.min(count, from + storiesPerCommit));
  file.pragma('journal_mode = WAL');
  file.close();
}
