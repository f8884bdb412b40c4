// Databases as earlier versions left them, with rows in every table.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { type Connection, openWriter } from '../../src/storage/sqlite/database.js';

const migrations = join(import.meta.dirname, '../../migrations/sqlite');
export const at = '2022-12-19T17:05:00.000Z';

/** Makes a database as the first `count` migrations left it, with those beside it. */
export function openAt(path: string, count: number): Connection {
  const some = join(dirname(path), 'migrations');
  cpSync(migrations, some, { recursive: true });
  const journal = join(some, 'meta/_journal.json');
  const { entries, ...rest } = JSON.parse(readFileSync(journal, 'utf8'));
  writeFileSync(journal, JSON.stringify({ ...rest, entries: entries.slice(0, count) }));
  const connection = openWriter(path);
  migrate(connection.db, { migrationsFolder: some });
  return connection;
}

export function insert({ file }: Connection, table: string, row: Record<string, unknown>): void {
  const names = Object.keys(row);
  file
    .prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
    .run(Object.values(row));
}

export const stamp = { version: 1, created_at: at, updated_at: at };
export const article = {
  ...stamp,
  slug: 's',
  language: 'en',
  headline: 'H',
  desk: 'world',
  tags: '["belarus"]',
  bylines: '[]',
  sources: '[]',
  related: '[]',
  stage: 'draft',
  section_ids: '["s1"]',
  content_version: 1,
  state: 'live',
  first_published_at: at,
  published_at: at,
  content_updated_at: at,
  live_version: 1,
};
export const summary = JSON.stringify({
  desk: { key: 'world', name: 'World' },
  tags: [{ key: 'belarus', name: 'Belarus' }],
});

/** The blocks of the story with this number. */
export const blocksOf = (n: number) =>
  `[{"id":"b1","type":"image","imageId":"i${n}"},{"id":"b2","type":"paragraph","text":"An \\"image\\""}]`;

/** Rows of the schema of migration 0001 in every table: as many stories as are wanted, with what each uses. */
export function fillFirst(connection: Connection, stories = 1): void {
  insert(connection, 'desks', { key: 'world', name: 'The world' });
  insert(connection, 'tags', { key: 'belarus', name: 'Belarus' });
  for (let n = 1; n <= stories; n++) fillStory(connection, n);
}

function fillStory(connection: Connection, n: number): void {
  const put = (table: string, row: Record<string, unknown>) => insert(connection, table, row);
  const [slug, blocks] = [n === 1 ? 's' : `s-${n}`, blocksOf(n)];
  put('images', { id: `i${n}`, ...stamp, decorative: 0, alt: 'A' });
  put('quotes', { id: `q${n}`, ...stamp, text: 'T', language: 'en' });
  put('embeds', { id: `e${n}`, ...stamp, kind: 'video', provider: 'P', title: 'T', thumbnail_image_id: `i${n}` });
  put('articles', { id: `a${n}`, ...article, slug, section_ids: `["s${n}"]` });
  put('sections', { id: `s${n}`, ...stamp, article_id: `a${n}`, anchor: 'a', anchor_fixed: 1, blocks });
  put('article_tags', { article_id: `a${n}`, tag: 'belarus' });
  put('slugs', { slug, article_id: `a${n}`, published: 1 });
  const use = { kind: 'image', resource_id: `i${n}` };
  put('where_used', { scope: 'live', user_kind: 'article', user_id: `a${n}`, section_id: '', ...use });
  const shown = { published_at: at, etag: '"x"', made_at: at, summary, body: Buffer.from('{}') };
  put('snapshots', { article_id: `a${n}`, slug, language: 'en', headline: 'H', ...shown });
  put('library_snapshots', { kind: 'image', resource_id: `i${n}`, etag: '"x"', made_at: at, body: '{}' });
  const revision = { version: 1, at, action: 'create', fields: '[]' };
  const ofArticle = { article_id: `a${n}`, article_version: 1 };
  put('revisions', { ...revision, kind: 'image', resource_id: `i${n}`, content: '{"alt":"A"}' });
  const content = `{"heading":"H","anchor":"a","blocks":${blocks}}`;
  put('revisions', { ...revision, ...ofArticle, kind: 'section', resource_id: `s${n}`, content });
  const published = { ...revision, ...ofArticle, by_actor: 'jane', action: 'publish' };
  put('revisions', { ...published, kind: 'article', resource_id: `a${n}` });
  put('changes', { at, action: 'create', kind: 'image', resource_id: `i${n}`, version: 1, public: 0 });
  put('api_keys', { id: `k${n}`, name: 'K', role: 'admin', secret_hash: 'x', created_at: at });
}
