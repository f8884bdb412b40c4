// Many live stories, made by publishing the example story once and copying what that leaves, under other ids and slugs.
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { v7 } from 'uuid';
import { systemClock } from '../../src/kernel/clock.js';
import { seedFiles, seedStories } from '../../src/seeding.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { servicesIn } from '../support/services.js';

type Row = Record<string, string | number | Buffer | null>;

export function slugOf(i: number): string {
  return `putin-lukashenko-minsk-december-2022-copy-${i}`;
}

/** Fills the database at `path` with the example story and `count` copies of it. */
export async function makeCorpus(path: string, count: number): Promise<void> {
  const store = openSqlite({ path, cacheBytesMax: 0 });
  await seedStories(servicesIn(dirname(path), store, systemClock), await seedFiles());
  await store.close();
  const file = new Database(path);
  const article = file.prepare('SELECT * FROM articles').get() as Row;
  const snapshot = file.prepare('SELECT * FROM snapshots').get() as Row;
  const revision = file.prepare("SELECT * FROM revisions WHERE kind = 'article' ORDER BY version LIMIT 1").get() as Row;
  const facets = file.prepare('SELECT * FROM facets WHERE article_id = ?').all(article.id) as Row[];
  const insert = (table: string, row: Row) => {
    const names = Object.keys(row);
    file
      .prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
      .run(Object.values(row));
  };
  file.transaction(() => {
    for (let i = 0; i < count; i++) {
      const id = v7();
      const slug = slugOf(i);
      const at = new Date(Date.parse('2023-01-01T00:00:00Z') + i * 60_000).toISOString();
      const copied = (text: string) => text.replaceAll(String(article.id), id).replaceAll(String(article.slug), slug);
      insert('articles', { ...article, id, slug, published_at: at, first_published_at: at, section_ids: '[]' });
      insert('slugs', { slug, article_id: id, published: 1 });
      insert('revisions', { ...revision, resource_id: id, article_id: id });
      insert('snapshots', {
        ...snapshot,
        article_id: id,
        slug,
        published_at: at,
        etag: `"${v7()}"`,
        body: Buffer.from(copied(String(snapshot.body))),
        summary: copied(String(snapshot.summary)),
      });
      for (const facet of facets)
        insert('facets', { ...facet, article_id: id, published_at: at, content_updated_at: at });
    }
  })();
  file.pragma('wal_checkpoint(TRUNCATE)');
  file.close();
}
