import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { backup, filesBelow, restore, upload } from '../support/backups.js';
import type { Members } from '../support/editing.js';
import { askErasure, cleared, erase } from '../support/erasing.js';
import { RunningServer, run, send, temporaryFolder } from '../support/processes.js';
import { liveStory, shortStory } from '../support/stories.js';
import { filesOf, tracesOf } from '../support/traces.js';

const folder = temporaryFolder();
const place = (name: string) => join(folder, name);
let app: TestApp;
let dataDir: string;
let picture: string;
let storyId: string;
beforeAll(async () => {
  app = await startApp();
  dataDir = join(app.path, '..');
  picture = upload(dataDir, 'a picture');
  storyId = (await liveStory(app, shortStory({ slug: 'kept' }))).id;
  expect(await backup(dataDir, place('backup'))).toMatchObject({ code: 0 });
});
afterAll(() => app.close());

/** A copy of the backup that a test may damage. */
function copyOfBackup(name: string): string {
  cpSync(place('backup'), place(name), { recursive: true });
  return place(name);
}

describe('npm run restore', () => {
  it('brings back what a server then serves', async () => {
    expect(await restore(place('served'), place('backup'), '--no-erasures')).toMatchObject({ code: 0, stderr: '' });
    const server = await RunningServer.start({ DATA_DIR: place('served'), NODE_ENV: 'production' });
    const story = await send(app.app, server, 'get', `/v1/articles/${storyId}`).expect(200);
    const original = await app.anybody.get(`/v1/articles/${storyId}`).expect(200);
    expect(story.body).toEqual(original.body);
    const refused = await restore(place('served'), place('backup'), '--no-erasures');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/^copydesk: A server runs on \S+\. .*\n$/),
    ]);
    await send(app.app, server, 'get', `/v1/articles/${storyId}`).expect(200);
    await server.kill();
  });

  it('takes a folder that has no data, such as one that backups are in', async () => {
    mkdirSync(place('roomy'));
    cpSync(place('backup'), join(place('roomy'), 'backups/1'), { recursive: true });
    expect(await restore(place('roomy'), join(place('roomy'), 'backups/1'), '--no-erasures')).toMatchObject({
      code: 0,
    });
    expect(readdirSync(place('roomy')).sort()).toEqual(['backups', 'copydesk.db', 'media']);
  });

  it.each<[string, (into: string) => void]>([
    ['a database', (into) => writeFileSync(join(into, 'copydesk.db'), 'something')],
    ['what is left of one', (into) => writeFileSync(join(into, 'copydesk.db-wal'), 'something')],
    ['uploaded files', (into) => void upload(into, 'another picture')],
  ])('refuses a place where there is data: %s', async (_what, put) => {
    const into = temporaryFolder();
    put(into);
    const before = filesBelow(into);
    const { code, stderr } = await restore(into, place('backup'), '--no-erasures');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^copydesk: There is data in \S+ already .*\n$/)]);
    expect(filesBelow(into)).toEqual(before);
  });

  it.each<[string, (at: string) => void, RegExp]>([
    ['one byte of the database', (at) => flip(join(at, 'copydesk.db')), /copydesk\.db is not what was backed up/],
    ['a picture', (at) => writeFileSync(join(at, picture), 'a pictura'), /media\/\S+ is not what was backed up/],
    ['a picture that is not there', (at) => rmSync(join(at, picture)), /media\/\S+ is missing/],
    ['no manifest', (at) => rmSync(join(at, 'manifest.json')), /is no backup/],
    ['half a manifest', (at) => cut(join(at, 'manifest.json')), /manifest\.json is damaged/],
    ['a manifest that leads elsewhere', (at) => lead(at, 'media/../../x'), /manifest\.json is damaged.*files\/0\/path/],
    ['a manifest without a database', (at) => lead(at, 'media/x'), /manifest\.json names no copydesk\.db/],
  ])('refuses a backup that is damaged, and leaves nothing: %s', async (_what, damage, line) => {
    const at = copyOfBackup(`damaged-${Math.random()}`);
    damage(at);
    const into = place(`into-${Math.random()}`);
    const { code, stdout, stderr } = await restore(into, at, '--no-erasures');
    expect([code, stdout, stderr.trimEnd().split('\n')]).toEqual([1, '', [expect.stringMatching(line)]]);
    expect(readdirSync(folder)).not.toContain(into.slice(folder.length + 1));
  });

  it('refuses a backup of a newer version', async () => {
    const source = temporaryFolder();
    cpSync(join(place('backup'), 'copydesk.db'), join(source, 'copydesk.db'));
    const file = new Database(join(source, 'copydesk.db'));
    file.exec("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('of tomorrow', 9999999999999)");
    file.close();
    expect(await backup(source, place('newer'))).toMatchObject({ code: 0 });
    const { code, stderr } = await restore(place('into-newer'), place('newer'), '--no-erasures');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^copydesk: \S+ is of a newer version of Copydesk\. .*\n$/),
    ]);
    expect(readdirSync(folder)).not.toContain('into-newer');
  });

  it.each([
    ['no backup', ['--no-erasures']],
    ['nothing of erasures', ['x']],
    ['both of erasures', ['x', '--erasures', 'y', '--no-erasures']],
    ['what it does not know', ['x', '--force']],
  ])('asks for what is missing or too much: %s', async (_what, args) => {
    const { code, stderr } = await restore(place('none'), ...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/\nusage: npm run restore -- FOLDER --erasures FILE/)]);
  });
});

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function cut(path: string): void {
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.slice(0, text.length / 2));
}

/** Gives the first file of a manifest another path. */
function lead(at: string, path: string): void {
  const manifest = JSON.parse(readFileSync(join(at, 'manifest.json'), 'utf8'));
  manifest.files[0].path = path;
  writeFileSync(join(at, 'manifest.json'), JSON.stringify(manifest));
}

describe('npm run restore with erasures', () => {
  const words = ['Zq7erasedquote', 'Zq7erasedstory', 'zq7erasedslug'];
  const quote = { text: words[0], speaker: { name: 'Somebody' }, language: 'en' };
  let list: string;
  let quoteId: string;
  let shownId: string;
  let erasedId: string;
  let lateId: string;
  const erased: Members[] = [];
  beforeAll(async () => {
    quoteId = (await app.as.editor.post('/v1/manage/quotes', quote).expect(201)).body.data.id;
    const blocks = [
      { type: 'paragraph', text: 'It was said.' },
      { type: 'quote', quoteId },
    ];
    shownId = (await liveStory(app, shortStory({ slug: 'shows-it', sections: [{ blocks }] }))).id;
    erasedId = (await liveStory(app, shortStory({ slug: words[2], headline: words[1] }))).id;
    expect(await backup(dataDir, place('with-words'))).toMatchObject({ code: 0 });
    lateId = (await liveStory(app, shortStory({ slug: 'came-late' }))).id;
    for (const [kind, id] of [
      ['quote', quoteId],
      ['article', erasedId],
      ['article', lateId],
    ] as const)
      erased.push(await erase(app, kind, id, { uses: 'remove' }));
    list = place('erasures.ndjson');
    const exported = await run('src/cli/erasures.ts', ['export', list], { DATA_DIR: dataDir });
    expect(exported).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('leaves no trace of what was erased since, and shows readers nothing of it', async () => {
    const backedUp = join(place('with-words'), 'copydesk.db');
    expect(words.filter((word) => tracesOf([word], [backedUp]).length === 0)).toEqual([]);
    const into = place('erased');
    const { code, stdout, stderr } = await restore(into, place('with-words'), '--erasures', list);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('erased again: 3 of 3\n');
    expect(tracesOf(words, filesOf(join(into, 'copydesk.db')))).toEqual([]);

    const server = await RunningServer.start({ DATA_DIR: into, NODE_ENV: 'production' });
    await send(app.app, server, 'get', `/v1/articles/${erasedId}`).expect(410);
    await send(app.app, server, 'get', `/v1/articles/${words[2]}`).expect(404);
    await send(app.app, server, 'get', `/v1/quotes/${quoteId}`).expect(404);
    const { body } = await send(app.app, server, 'get', `/v1/articles/${shownId}`).expect(200);
    expect(body.data.sections[0].blocks.map(({ type }: { type: string }) => type)).toEqual(['paragraph']);
    await send(app.app, server, 'get', '/v1/articles/kept').expect(200);

    for (const erasure of erased) await cleared(app, erasure);
    const key = app.keys.admin;
    const [was, is] = await Promise.all([
      app.as.admin.get('/v1/manage/erasures').expect(200),
      send(app.app, server, 'get', '/v1/manage/erasures', { key }).expect(200),
    ]);
    const told = ({ body }: typeof was) =>
      body.data.map(({ purgedAt: _, ...erasure }: Record<string, unknown>) => erasure);
    expect(told(is)).toEqual(told(was));
    await server.kill();
    expect(tracesOf(words, filesOf(join(into, 'copydesk.db')))).toEqual([]);
  });

  it('erases nothing twice when the backup is newer than the list', async () => {
    expect(await backup(dataDir, place('after'))).toMatchObject({ code: 0 });
    expect(readFileSync(join(place('after'), 'erasures.ndjson'), 'utf8')).toBe(readFileSync(list, 'utf8'));
    const ofNewer = join(place('after'), 'erasures.ndjson');
    const { code, stdout } = await restore(place('again'), place('after'), '--erasures', ofNewer);
    expect([code, stdout]).toEqual([0, expect.stringContaining('erased again: 0 of 3\n')]);
  });

  it('would have shown it all without them', async () => {
    const into = place('unerased');
    expect(await restore(into, place('with-words'), '--no-erasures')).toMatchObject({ code: 0 });
    expect(tracesOf([words[0] ?? ''], [join(into, 'copydesk.db')])).toHaveLength(1);
  });

  it.each<[string, string | undefined, RegExp]>([
    ['is not there', undefined, /^copydesk: The erasures cannot be read: .*\n$/],
    ['is cut off', '{"id":', /^copydesk: Line 1 of the erasures is wrong: it is cut off\.\n$/],
    ['is something else', '{"id":1}\n', /^copydesk: Line 1 of the erasures is wrong: id .*\n$/],
  ])('refuses a list that %s, and leaves nothing', async (_what, text, line) => {
    const file = join(temporaryFolder(), 'erasures');
    if (text !== undefined) writeFileSync(file, text);
    const { code, stderr } = await restore(place('unlisted'), place('with-words'), '--erasures', file);
    expect([code, stderr]).toEqual([1, expect.stringMatching(line)]);
    expect(readdirSync(folder)).not.toContain('unlisted');
  });
});

describe('npm run erasures', () => {
  it('prints the list, which has no content, and tells its use', async () => {
    const { id } = await liveStory(app, shortStory({ slug: 'to-be-listed', headline: 'Zq7listed' }));
    const asked = await askErasure(app, 'article', id);
    expect(asked.status).toBe(201);
    const { code, stdout } = await run('src/cli/erasures.ts', ['export'], { DATA_DIR: dataDir });
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect([code, last]).toMatchObject([0, { id: asked.body.data.id, kind: 'article', resourceId: id }]);
    expect(stdout).not.toContain('Zq7listed');
    expect(await run('src/cli/erasures.ts', ['import'], {})).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('usage: npm run erasures -- export'),
    });
  });
});
