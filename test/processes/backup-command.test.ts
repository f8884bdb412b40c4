import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBackup } from '../../src/backups/making.js';
import { systemClock } from '../../src/kernel/clock.js';
import { erasureLines } from '../../src/publishing/erasures/replaying.js';
import { sqliteFiles as databaseFiles } from '../../src/storage/sqlite/database-files.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { startApp, type TestApp } from '../support/app.js';
import { backup, filesBelow, restore, rowsByTable, upload } from '../support/backups.js';
import { copyStory } from '../support/copies.js';
import { canHaveOwnDisk, onOwnDisk } from '../support/own-disk.js';
import { RunningServer, run, send, temporaryFolder } from '../support/processes.js';
import { createStory, liveStory, minskStory, shortStory } from '../support/stories.js';

const folder = temporaryFolder();
const place = (name: string) => join(folder, name);
let app: TestApp;
let dataDir: string;
beforeAll(async () => {
  app = await startApp();
  dataDir = dirname(app.path);
  await liveStory(app, minskStory());
  await createStory(app);
  await databaseFiles.copy(app.path, place('sound.db'), () => undefined);
});
afterAll(() => app.close());

describe('npm run backup', () => {
  it('backs up every row of every table and every uploaded file, beside a running server', async () => {
    const picture = upload(dataDir, 'a picture');
    upload(dataDir, 'half a pic', '.on-its-way');
    mkdirSync(join(dataDir, 'media/renditions'));
    writeFileSync(join(dataDir, 'media/renditions/320.webp'), 'made again when it is wanted');
    const made = await backup(dataDir, place('whole'));
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toMatch(/^backed up: \S+ \(1 uploaded files, \d+\.\d MB\)\n$/);
    expect(filesBelow(place('whole'))).toEqual(['copydesk.db', 'erasures.ndjson', 'manifest.json', picture]);

    const restored = await restore(place('restored'), place('whole'), '--no-erasures');
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(filesBelow(place('restored'))).toEqual(['copydesk.db', picture]);
    expect(readFileSync(join(place('restored'), picture), 'utf8')).toBe('a picture');
    const [was, is] = [rowsByTable(app.path), rowsByTable(join(place('restored'), 'copydesk.db'))];
    expect([...is.keys()]).toEqual([...was.keys()]);
    for (const [table, rows] of was) expect(is.get(table), table).toEqual(rows);
    expect(was.get('articles')).toHaveLength(2);
  });

  it('makes a folder in DATA_DIR when it is told none', async () => {
    const { code, stdout } = await backup(dataDir);
    const [, made = ''] = /^backed up: (\S+)/.exec(stdout) ?? [];
    expect([code, dirname(made)]).toEqual([0, join(dataDir, 'backups')]);
    expect(existsSync(join(made, 'manifest.json'))).toBe(true);
  });

  it('takes a damaged picture along, and says so', async () => {
    const source = place('damaged-picture');
    cpSync(dataDir, source, { recursive: true });
    const name = 'a'.repeat(64);
    upload(source, 'not what it was', name);
    const { code, stderr } = await backup(source, place('with-damaged-picture'));
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^copydesk: media\/\S+ is not what its name says.*\n$/)]);
    expect(stderr).toContain(name);
    expect(await restore(place('with-damage'), place('with-damaged-picture'), '--no-erasures')).toMatchObject({
      code: 0,
    });
  });

  it('does not change the schema of an older database', async () => {
    const source = place('older');
    mkdirSync(source);
    const file = new Database(join(source, 'copydesk.db'));
    file.exec(
      'CREATE TABLE erasures (id TEXT, at TEXT, by_key TEXT, by_actor TEXT, kind TEXT, resource_id TEXT, reason TEXT)',
    );
    file.close();
    expect(await backup(source, place('of-older'))).toMatchObject({ code: 0 });
    expect(await restore(place('restored-older'), place('of-older'), '--no-erasures')).toMatchObject({ code: 0 });
    for (const at of [source, place('restored-older')])
      expect([...rowsByTable(join(at, 'copydesk.db')).keys()]).toEqual(['erasures']);
  });
});

/** A database with all that the server's has, in a DATA_DIR of its own. */
function copyOfDatabase(): string {
  const source = temporaryFolder();
  cpSync(place('sound.db'), join(source, 'copydesk.db'));
  return source;
}

describe('npm run backup, when it cannot', () => {
  it.each<[string, () => [string, string[]], number, RegExp]>([
    ['when something is at the place', () => [dataDir, [dataDir]], 1, /^copydesk: \S+ is there already\. .*\n$/],
    [
      'when there is no database',
      () => [place('nowhere'), [place('x')]],
      1,
      /^copydesk: There is no database at .*\n$/,
    ],
    ['when the place cannot be made', () => [dataDir, [join(app.path, 'x')]], 1, /^copydesk: .*\n$/],
    ['for an option that there is not', () => [dataDir, ['--all']], 2, /^Name one folder at most\.\nusage: /],
    ['for two folders', () => [dataDir, ['a', 'b']], 2, /^Name one folder at most\.\nusage: /],
  ])('says so in one line %s, and leaves nothing', async (_when, given, code, line) => {
    const before = readdirSync(folder);
    const [from, args] = given();
    expect(await backup(from, ...args)).toEqual({ code, stdout: '', stderr: expect.stringMatching(line) });
    expect(readdirSync(folder)).toEqual(before);
    expect(existsSync(place('nowhere'))).toBe(false);
  });

  it('refuses to back up a damaged database, and leaves nothing', async () => {
    const source = copyOfDatabase();
    const file = new Database(join(source, 'copydesk.db'));
    file.exec("PRAGMA foreign_keys = OFF; INSERT INTO article_tags VALUES ('gone', 'gone')");
    file.close();
    const { code, stderr } = await backup(source, place('of-broken'));
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^copydesk: \S+ is damaged \(row \d+ of article_tags .*\n$/),
    ]);
    expect(readdirSync(folder).filter((name) => name.includes('of-broken'))).toEqual([]);
  });

  it('has nothing of that name until it is whole, and leaves nothing when it is ended half way', async () => {
    const ending = new AbortController();
    let half = '';
    const request = {
      dataDir,
      folder: place('ended'),
      signal: ending.signal,
      onProgress: {
        database() {
          expect(existsSync(place('ended'))).toBe(false);
          half = readdirSync(folder).find((name) => name.startsWith('.ended')) ?? '';
          ending.abort(new Error('Enough.'));
        },
        media: () => undefined,
      },
    };
    const backing = { databases: databaseFiles, clock: systemClock, erasuresOf: erasureLines };
    // The database is done by then, so what is looked at next is the media.
    upload(dataDir, 'one more picture');
    await expect(makeBackup(backing, request)).rejects.toThrow('Enough.');
    expect(half).toMatch(/^\.ended-\w+\.unfinished$/);
    expect(readdirSync(folder).filter((name) => name.includes('ended'))).toEqual([]);
  });

  it('tells its use', async () => {
    const { code, stdout } = await run('src/cli/backup.ts', ['--help'], {});
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^usage: npm run backup/)]);
  });
});

describe.runIf(canHaveOwnDisk)('npm run backup on a full disk', () => {
  it.each([
    ['the database', '1m', ''],
    ['the uploaded files', '6m', 'x'.repeat(8_000_000)],
  ])('says so in one line, and leaves nothing: no room for %s', (_what, size, picture) => {
    const source = copyOfDatabase();
    if (picture !== '') upload(source, picture);
    const disk = temporaryFolder();
    const script = `mount -t tmpfs -o size=${size} none "$1" && node --import tsx src/cli/backup.ts "$1/backup"; code=$?; ls -A "$1"; exit $code`;
    const { status, stdout, stderr } = onOwnDisk(script, [disk], source);
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^copydesk: There is no room left at \S+\/backup\. .*\n$/),
    });
  });
});

describe('npm run backup while a server writes', () => {
  it('is of one moment: it has every write that was answered before, and no half of one that came after', async () => {
    const source = place('written');
    const made = await run('src/cli/keys.ts', ['create', '--role', 'publisher', '--name', 'w'], { DATA_DIR: source });
    const key = made.stdout.trim().split('\n').at(-1) ?? '';
    let server = await RunningServer.start({ DATA_DIR: source, NODE_ENV: 'production' });
    const write = async () =>
      (await send(app.app, server, 'post', '/v1/manage/articles', { key, body: shortStory() }).expect(201)).body.data
        .id;
    const first = await write();
    const publishing = { key, ifMatch: '"1"', body: {} };
    await send(app.app, server, 'post', `/v1/manage/articles/${first}/publish`, publishing).expect(200);
    await server.kill();
    const store = openSqlite({ path: join(source, 'copydesk.db'), cacheBytesMax: 0 });
    await copyStory(store, first, 3000);
    await store.close();
    server = await RunningServer.start({ DATA_DIR: source, NODE_ENV: 'production' });

    const acknowledged = [await write()];
    let isWanted = true;
    const writing = (async () => {
      while (isWanted) acknowledged.push(await write());
    })();
    const before = acknowledged.length;
    expect(await backup(source, place('of-written'))).toMatchObject({ code: 0 });
    isWanted = false;
    await writing;
    expect(acknowledged.length).toBeGreaterThan(before + 3);
    await server.kill();

    expect(await restore(place('rewritten'), place('of-written'), '--no-erasures')).toMatchObject({ code: 0 });
    const is = rowsByTable(join(place('rewritten'), 'copydesk.db'));
    const was = rowsByTable(join(source, 'copydesk.db'));
    const ids = (is.get('articles') ?? []).map((row) => JSON.parse(row).id as string);
    expect(acknowledged.slice(0, before).filter((id) => !ids.includes(id))).toEqual([]);
    expect(ids.length).toBeLessThan(3001 + acknowledged.length);
    // Nothing but new stories was written meanwhile, so that what is of the moment is still there, and what belongs to a story is whole.
    for (const table of [
      'articles',
      'sections',
      'revisions',
      'changes',
      'where_used',
      'slugs',
      'images',
      'snapshots',
    ]) {
      const known = new Set(was.get(table));
      expect(
        (is.get(table) ?? []).filter((row) => !known.has(row)),
        table,
      ).toEqual([]);
    }
    const sequences = (is.get('changes') ?? []).map((row) => JSON.parse(row).seq as number).sort((a, b) => a - b);
    expect(sequences).toEqual(sequences.map((_, i) => (sequences[0] ?? 0) + i));
    const written = new Set(acknowledged);
    const sections = (is.get('sections') ?? []).filter((row) => written.has(JSON.parse(row).article_id));
    expect(sections).toHaveLength(3 * ids.filter((id) => written.has(id)).length);
  }, 180_000);
});
