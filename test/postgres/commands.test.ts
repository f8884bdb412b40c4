// The commands of the operator, as they are started, on PostgreSQL.
import { randomUUID } from 'node:crypto';
import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examine } from '../../src/doctor/service.js';
import { postgresDatabase } from '../../src/storage/postgres/whole-database.js';
import { startApp, type TestApp } from '../support/app.js';
import { filesBelow, upload } from '../support/backups.js';
import { newDatabase, postgresUrl, type TestDatabase } from '../support/engine.js';
import { onDatabase } from '../support/postgres.js';
import { RunningServer, run, send, temporaryFolder } from '../support/processes.js';
import { shortStory } from '../support/stories.js';

const DATA_DIR = temporaryFolder();
/** The example story, seeded by the command; nobody has it open, so that it can be copied. */
let sound: TestDatabase;
let copies: string[] = [];
/** Whose document answers are held to. */
let app: TestApp;

beforeAll(async () => {
  app = await startApp();
  sound = await newDatabase(DATA_DIR);
  const seeded = await command(String(sound.url), 'seed');
  expect(seeded).toMatchObject({ code: 0, stderr: '' });
  expect(seeded.stdout).toMatch(/^loaded: \S+ \(/);
});

afterAll(async () => {
  await app.close();
  for (const name of copies) await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
  await sound.discard();
  copies = [];
});

const onServer = (sql: string) => onDatabase(`${postgresUrl}/postgres`, (client) => client.query(sql));
const command = (DATABASE_URL: string, name: string, ...args: string[]) =>
  run(`src/cli/${name}.ts`, args, { DATA_DIR, DATABASE_URL });

/** A database of its own, changed as no statement of the product does. */
async function changed(...statements: string[]): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${new URL(String(sound.url)).pathname.slice(1)}`);
  copies.push(name);
  const url = `${postgresUrl}/${name}`;
  await onDatabase(url, async (client) => {
    await client.query('SET session_replication_role = replica');
    for (const sql of statements) await client.query(sql);
  });
  return url;
}

async function rows(url: string, sql: string): Promise<Record<string, unknown>[]> {
  return (await onDatabase(url, (client) => client.query(sql))).rows;
}

/** What is wrong with a database: what part, each fault, what mends it. Looked at as the command does, which takes longer to start. */
async function faultsOf(url: string): Promise<string[]> {
  const found: string[] = [];
  for await (const one of examine(postgresDatabase(url), join(DATA_DIR, 'media'), () => undefined))
    if (one.faults.length > 0) found.push(`${one.part} (${one.looked})`, ...one.faults, one.cure);
  return found;
}

describe('npm run doctor on PostgreSQL', () => {
  it('finds nothing wrong, part by part, and says what it looked at', async () => {
    const { code, stdout, stderr } = await command(String(sound.url), 'doctor');
    expect([code, stderr]).toEqual([0, '']);
    const parts = ['schema', 'pages and indexes', 'references', 'full-text index', 'uploaded files'];
    const stories = ['what readers get', 'full-text search', 'where things are used'];
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/ \(.*/, ''))).toEqual(
      [...parts, ...stories].map((part) => `ok    ${part}`),
    );
    expect(stdout).toMatch(/what readers get \([1-9]\d* live stories\)/);
    expect(stdout).toContain('CREATE EXTENSION amcheck');
    expect(stdout).not.toContain('postgres:postgres');
  });

  it('has every page looked at where amcheck is, and tells of an index that is not true', async () => {
    const url = await changed('CREATE EXTENSION amcheck');
    expect(await faultsOf(url)).toEqual([]);
    // Rows that its index does not know: as a change of the order of texts leaves behind.
    await onDatabase(url, async (client) => {
      await client.query("UPDATE pg_index SET indisready = false WHERE indexrelid = 'slugs_of_article'::regclass");
      await client.query("INSERT INTO slugs SELECT 'unknown-to-it', article_id, false FROM slugs LIMIT 1");
      await client.query("UPDATE pg_index SET indisready = true WHERE indexrelid = 'slugs_of_article'::regclass");
    });
    const { code, stdout, stderr } = await command(url, 'doctor');
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(
      /^WRONG pages and indexes \(every page of \d{2,} tables and indexes, by amcheck\)\n {2}slugs_of_article: heap tuple .* lacks matching index tuple .*\n {2}mend it by a backup of PostgreSQL/m,
    );
  });

  it.each<[string, string, string, RegExp]>([
    [
      'a reference that leads nowhere',
      "INSERT INTO article_tags VALUES ('gone', 'gone')",
      'references',
      /row \(\d+,\d+\) of article_tags points at nothing in articles/,
    ],
    [
      'triggers that are switched off',
      'ALTER TABLE changes DISABLE TRIGGER USER',
      'references',
      /2 triggers of changes are switched off: ALTER TABLE changes ENABLE TRIGGER ALL/,
    ],
    [
      'a constraint that holds for new rows only',
      'ALTER TABLE desks DROP CONSTRAINT desks_version; ALTER TABLE desks ADD CONSTRAINT desks_version CHECK (version >= 1) NOT VALID',
      'references',
      /desks_version of desks holds for new rows only/,
    ],
    [
      'an index that was never finished',
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'articles_slug'::regclass",
      'pages and indexes',
      /articles_slug is not whole: REINDEX INDEX articles_slug/,
    ],
    [
      'what a working copy uses',
      "DELETE FROM where_used WHERE scope = 'working' AND kind = 'image'",
      'where things are used',
      /article \S+ \(working\) uses otherwise than is noted: image /,
    ],
    [
      'a schema of tomorrow',
      "INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('of tomorrow', 1)",
      'schema',
      /it is of a newer version of Copydesk/,
    ],
  ])('tells what is wrong: %s', async (_what, sql, part, line) => {
    const found = await faultsOf(await changed(sql));
    expect(found[0]).toMatch(new RegExp(`^${part} \\(`));
    expect(found.join('\n')).toMatch(line);
  });

  it('tells of an uploaded file that is damaged', async () => {
    const path = upload(DATA_DIR, 'not what it was', 'b'.repeat(64));
    expect(await faultsOf(String(sound.url))).toEqual([
      expect.stringMatching(/^uploaded files \(/),
      `${path.replace('media/', '')} is not what its name says`,
      'that file from a backup',
    ]);
    rmSync(join(DATA_DIR, path));
  });
});

describe('npm run recompile and reindex on PostgreSQL', () => {
  it.each([
    [
      'bytes that are not what was published',
      "UPDATE snapshots SET body = convert_to(replace(convert_from(body, 'UTF8'), 'Minsk', 'Pinsk'), 'UTF8')",
    ],
    ['a picture that readers get otherwise', "UPDATE images SET caption = 'Unseen'"],
    ['what lists find it by', "DELETE FROM facets WHERE facet = 'all'"],
    ['how many stories a desk has', 'UPDATE desks SET live_stories = 7'],
  ])('recompile mends %s', async (_what, sql) => {
    const url = await changed(sql);
    expect((await faultsOf(url))[0]).toMatch(/^what readers get/);
    const { code, stdout, stderr } = await command(url, 'recompile');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^recompiled: \d of \d+ live stories were stale\n$/);
    expect(await faultsOf(url)).toEqual([]);
  });

  it.each([
    ['an index without words', 'DELETE FROM story_index; DELETE FROM quote_index', 'full-text index', true],
    ['words of nothing', "INSERT INTO story_index VALUES (7000, 'word:1')", 'full-text index', true],
    ['a story that is missing', 'DELETE FROM story_documents; DELETE FROM story_index', 'full-text search', false],
    ['other words', `UPDATE story_texts SET texts = '{"headline":"Other"}'`, 'full-text search', false],
  ])('reindex mends %s', async (_what, sql, part, wasDamaged) => {
    const url = await changed(sql);
    const found = await faultsOf(url);
    expect(found.join('\n')).toContain(`${part} (`);
    expect(found).toContain('npm run reindex');
    const { code, stdout } = await command(url, 'reindex');
    expect([code, stdout.startsWith('The index was damaged')]).toEqual([0, wasDamaged]);
    expect(stdout).toMatch(/indexed: [1-9]\d* stories, [1-9]\d* quotes\n$/);
    expect(await faultsOf(url)).toEqual([]);
  });
});

describe('the other commands on PostgreSQL', () => {
  it('work beside a running server: keys, webhooks, seed, erasures, sweep', async () => {
    const url = await changed();
    const server = await RunningServer.start({ DATA_DIR, DATABASE_URL: url, NODE_ENV: 'production' });
    const made = await command(url, 'keys', 'create', '--role', 'admin', '--name', 'Jane Doe');
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const key = made.stdout.trimEnd().split('\n').at(-1) ?? '';
    await send(app.app, server, 'get', '/v1/manage/keys', { key }).expect(200);
    expect((await command(url, 'keys', 'list')).stdout).toContain('Jane Doe');

    const hook = await command(url, 'webhooks', 'create', '--url', 'https://hooks.example/1');
    expect([hook.code, hook.stdout.trimEnd().split('\n').at(-1)]).toEqual([0, expect.stringMatching(/^whsec_/)]);
    expect((await command(url, 'webhooks', 'list')).stdout).toContain('https://hooks.example/1');

    const file = join(temporaryFolder(), 'story.json');
    writeFileSync(file, JSON.stringify(shortStory({ slug: 'by-the-command' })));
    expect(await command(url, 'seed', file)).toMatchObject({ code: 0, stdout: `loaded: by-the-command (${file})\n` });
    const live = await send(app.app, server, 'get', '/v1/articles/by-the-command').expect(200);

    const { id } = live.body.data;
    const read = await send(app.app, server, 'get', `/v1/manage/articles/${id}`, { key }).expect(200);
    const body = { kind: 'article', id, reason: 'Order of the Example Court' };
    await send(app.app, server, 'post', '/v1/manage/erasures', { key, body, ifMatch: String(read.headers.etag) });
    const listed = await command(url, 'erasures', 'export');
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(listed.stdout)).toMatchObject({ kind: 'article', resourceId: id });

    // The same, of the example story, in a database that comes from before that.
    const restored = await changed();
    const [story] = await rows(restored, 'SELECT id FROM articles');
    const list = join(temporaryFolder(), 'erasures.ndjson');
    writeFileSync(list, listed.stdout.replace(id, String(story?.id)));
    const replayed = await command(restored, 'erasures', 'replay', list);
    expect(replayed).toMatchObject({ code: 0, stdout: 'erased again: 1 of 1\n', stderr: '' });
    expect(await rows(restored, 'SELECT headline FROM articles')).toEqual([{ headline: null }]);
    expect(await faultsOf(restored)).toEqual([]);

    const orphan = upload(DATA_DIR, 'of no image');
    // One that has just come may be about to be an image's.
    utimesSync(join(DATA_DIR, orphan), 0, 0);
    const swept = await command(url, 'sweep', '--verify');
    expect([swept.code, swept.stdout]).toEqual([0, expect.stringContaining('removed 1 that no image shows\n')]);
    expect(filesBelow(DATA_DIR)).not.toContain(orphan);

    expect(await command(url, 'keys', 'revoke', key.split('_')[1] ?? '')).toMatchObject({ code: 0 });
    await send(app.app, server, 'get', '/v1/manage/keys', { key }).expect(401);
    server.terminate();
    expect(await server.exitCode).toBe(0);
  }, 120_000);

  it('make drafts of stories from elsewhere', async () => {
    const url = await changed();
    const file = join(temporaryFolder(), 'story.md');
    writeFileSync(file, '# Told elsewhere\n\nAnd told well.\n');
    const imported = await command(url, 'import-story', '--language', 'en', '--desk', 'world', file);
    expect([imported.code, imported.stdout]).toEqual([0, expect.stringMatching(/^imported: told-elsewhere /)]);
    expect(await rows(url, "SELECT headline FROM articles WHERE slug = 'told-elsewhere'")).toEqual([
      { headline: 'Told elsewhere' },
    ]);
  });

  it.each([
    ['backup', []],
    ['restore', [join(DATA_DIR, 'backup'), '--no-erasures']],
  ])('%s says in one line what is the way instead, and makes nothing', async (name, args) => {
    const before = filesBelow(DATA_DIR);
    const { code, stdout, stderr } = await command(String(sound.url), name, ...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^copydesk: DATABASE_URL names a PostgreSQL database: back it up by pg_dump .*\n$/);
    expect(stderr).toContain(join(DATA_DIR, 'media'));
    expect(filesBelow(DATA_DIR)).toEqual(before);
  });
});
