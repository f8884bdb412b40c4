import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { filesBelow, rowsByTable } from '../support/backups.js';
import { createResource, editStory } from '../support/editing.js';
import { cleared, erase } from '../support/erasing.js';
import { run, temporaryFolder } from '../support/processes.js';
import { createStory, image, liveStory, publishStory, shortStory } from '../support/stories.js';
import { filesOf, tracesOf } from '../support/traces.js';
import { exportFrom, importInto, linesOf } from '../support/transfers.js';

const folder = temporaryFolder();
const place = (name: string) => join(folder, name);
/** Where things come from, and where they go: both with stories of their own. */
let source: TestApp;
let target: TestApp;
let original: string;
let follower: string;
let shownImage: string;
beforeAll(async () => {
  [source, target] = await Promise.all([startApp(), startApp()]);
  shownImage = (await createResource(source, 'images', { ...image, caption: 'Seldomword' })).id;
  original = (await liveStory(source, shortStory({ slug: 'original' }))).id;
  follower = (await liveStory(source, shortStory({ slug: 'follower', related: [original] }))).id;
  await liveStory(source, shortStory({ slug: 'taken' }));
  const blocks = [
    { type: 'image', imageId: shownImage },
    { type: 'paragraph', text: 'Words.' },
  ];
  await liveStory(source, shortStory({ slug: 'with-image', sections: [{ heading: null, blocks }] }));
  await createStory(source, shortStory({ slug: 'a-draft' }));
  await liveStory(target, shortStory({ slug: 'own' }));
  await createStory(target, shortStory({ slug: 'taken' }));
  expect(await exportFrom(dirname(source.path), place('all'))).toMatchObject({ code: 0 });
}, 120_000);
afterAll(() => Promise.all([source.close(), target.close()]));

/** A copy of the target's database as it is, in a place of its own. */
function copyOfTarget(name: string): string {
  mkdirSync(place(name));
  const file = new Database(target.path, { readonly: true });
  file.prepare('VACUUM INTO ?').run(join(place(name), 'copydesk.db'));
  file.close();
  return place(name);
}

/** Changes an export as somebody would who writes one: with the manifest that fits. */
function rewrite(name: string, file: string, change: (text: string) => string): string {
  cpSync(place('all'), place(name), { recursive: true });
  const path = join(place(name), `${file}.ndjson`);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  const bytes = readFileSync(path);
  const manifest = JSON.parse(readFileSync(join(place(name), 'manifest.json'), 'utf8'));
  const entry = manifest.files.find((one: { path: string }) => one.path === `${file}.ndjson`);
  Object.assign(entry, { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
  writeFileSync(join(place(name), 'manifest.json'), JSON.stringify(manifest));
  return place(name);
}

const rows = (dataDir: string) => rowsByTable(join(dataDir, 'copydesk.db'));

describe('npm run import into a system with stories', () => {
  it('brings, beside a running server, what is not there, leaves what is, and tells line by line what it refused', async () => {
    const before = (await target.anybody.get('/v1/articles/own').expect(200)).text;
    const token = (await target.anybody.get('/v1/sync').expect(200)).body.page.next;
    const brought = await importInto(dirname(target.path), place('all'), '--report', place('report'));
    const taken =
      linesOf(place('all'), 'articles').findIndex(({ row }) => (row as { slug: string }).slug === 'taken') + 1;
    expect(brought.code).toBe(1);
    expect(brought.stderr).toMatch(
      new RegExp(`^copydesk: articles\\.ndjson:${taken}: \\S+ its slug taken is or was that of article \\S+\\n$`),
    );
    expect(brought.stdout).toContain('articles: 4 created, 0 the same, 1 refused\n');
    expect(brought.stdout).toContain('desks: 0 created, 1 the same, 0 refused\n');
    const report = readFileSync(place('report'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(report.filter(({ outcome }) => outcome === 'refused')).toEqual([
      {
        file: 'articles.ndjson',
        line: taken,
        id: expect.any(String),
        outcome: 'refused',
        why: expect.stringContaining('its slug taken'),
      },
    ]);

    expect((await target.anybody.get('/v1/articles/own').expect(200)).text).toBe(before);
    const there = await source.anybody.get('/v1/articles/follower').expect(200);
    const here = await target.anybody.get('/v1/articles/follower').expect(200);
    expect([here.text, here.headers.etag]).toEqual([there.text, there.headers.etag]);
    const { body } = await target.anybody.get(`/v1/sync?token=${token}&limit=100`).expect(200);
    const told = body.data.map(({ story }: { story: { slug: string } }) => story.slug);
    expect(told.sort()).toEqual(['follower', 'original', 'with-image']);
    const log = await target.as.viewer.get(`/v1/manage/changes?article=${follower}`).expect(200);
    expect(log.body.data.map(({ action }: { action: string }) => action)).toEqual(['import']);
    await editStory(target, follower, { headline: 'Edited here' });
    await publishStory(target, follower);
  }, 120_000);

  it('changes nothing when it is run again, and refuses what was edited meanwhile', async () => {
    const copy = copyOfTarget('again');
    expect((await importInto(copy, place('all'))).stdout).toContain('articles: 0 created, 3 the same, 2 refused\n');
    const before = rows(copy);
    const again = await importInto(copy, place('all'));
    expect(again.stderr).toMatch(/is here with other content \(version \d; the export has \d\), which stays/);
    expect(rows(copy)).toEqual(before);
    const examined = await run('src/cli/doctor.ts', [], { DATA_DIR: copy });
    expect([examined.code, examined.stdout]).toEqual([0, expect.not.stringContaining('WRONG')]);
  }, 120_000);

  it('writes nothing in a dry run, and tells the same', async () => {
    const copy = copyOfTarget('dry');
    const bytes = readFileSync(join(copy, 'copydesk.db'));
    const { code, stdout } = await importInto(copy, place('all'), '--dry-run');
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining('articles: 0 would be created, 3 the same, 2 refused\n'),
    ]);
    expect(readFileSync(join(copy, 'copydesk.db')).equals(bytes)).toBe(true);
    const empty = await importInto(place('not-there'), place('all'), '--dry-run');
    expect(empty).toMatchObject({ code: 0, stdout: expect.stringContaining('articles: 5 would be created') });
    expect(existsSync(place('not-there'))).toBe(false);
  }, 120_000);

  it('compiles anew what is shown otherwise here: the name of a desk, a link that others have', async () => {
    const away = await startApp();
    const { id } = await liveStory(away, shortStory({ slug: 'points', related: [] }));
    await away.as.publisher.patch('/v1/manage/desks/world', { name: 'The World' }).set('if-match', '"1"').expect(200);
    await exportFrom(dirname(away.path), place('one-of-world'), '--article', id);
    const { code, stdout, stderr } = await importInto(dirname(target.path), place('one-of-world'));
    expect([code, stderr]).toEqual([1, expect.stringContaining('desks.ndjson:1: world is here with another name')]);
    expect(stdout).toContain('compiled anew: 1 live stories\n');
    const { body } = await target.anybody.get('/v1/articles/points').expect(200);
    expect(body.data.desk).toEqual({ key: 'world', name: 'World' });
    await away.close();
  }, 120_000);

  it('takes what lists find stories by as it is now from an export of before, where all of it bore the time of the update', async () => {
    const told = JSON.stringify(linesOf(place('all'), 'articles'));
    expect(told).toContain('"contentUpdatedAt":null}');
    const at = rewrite('of-before', 'articles', (text) =>
      text.replaceAll(/"publishedAt":("[^"]+"),"contentUpdatedAt":null\}/g, '"publishedAt":$1,"contentUpdatedAt":$1}'),
    );
    expect(JSON.stringify(linesOf(at, 'articles'))).not.toContain('"contentUpdatedAt":null}');
    expect(await importInto(place('from-before'), at)).toMatchObject({ code: 0 });
    const facets = rows(place('from-before')).get('facets');
    expect(facets?.length).toBeGreaterThan(20);
    expect(facets).toEqual(rows(dirname(source.path)).get('facets'));
  }, 120_000);
});

describe('npm run import of what is wrong', () => {
  it.each<[string, (at: string) => void, RegExp]>([
    ['one byte', (at) => flip(join(at, 'articles.ndjson')), /articles\.ndjson is not what was exported/],
    ['a file that is not there', (at) => rmSync(join(at, 'tags.ndjson')), /tags\.ndjson is missing/],
    ['no manifest', (at) => rmSync(join(at, 'manifest.json')), /is no export/],
    ['half a manifest', (at) => writeFileSync(join(at, 'manifest.json'), '{"format"'), /manifest\.json is damaged/],
    ['a manifest that leads elsewhere', (at) => lead(at, 'media/../../x'), /manifest\.json is damaged.*files\/0\/path/],
    [
      'a newer format',
      (at) => swap(at, '"version": 1', '"version": 2'),
      /manifest\.json is damaged, or of a newer version/,
    ],
  ])('refuses a damaged export before anything is written: %s', async (_what, damage, line) => {
    const at = place(`damaged-${Math.random()}`);
    cpSync(place('all'), at, { recursive: true });
    damage(at);
    const { code, stdout, stderr } = await importInto(place('untouched'), at);
    expect([code, stdout, stderr.trimEnd().split('\n')]).toEqual([1, '', [expect.stringMatching(line)]]);
    expect(existsSync(place('untouched'))).toBe(false);
  });

  it('refuses a line by itself, with its number, and brings the others whole', async () => {
    const lines = linesOf(place('all'), 'articles').map((line) => JSON.stringify(line));
    const [first = '', second = '', third = '', ...rest] = lines;
    const wrong = [
      '{"row":',
      first.replace('"version":', '"verzion":'),
      second.replace('"desk":"world"', '"desk":"nowhere"'),
      third.replace(/"stage":"\w+"/, '"stage":"unheard-of"'),
    ];
    const at = rewrite('wrong-lines', 'articles', () => `${[...wrong, ...rest, rest[0]].join('\n')}\n`);
    const { code, stderr, stdout } = await importInto(place('of-wrong-lines'), at);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^copydesk: articles\.ndjson:1: is no JSON$/),
      expect.stringMatching(/:2: its row has verzion, which this version does not know$/),
      expect.stringMatching(/:3: \S+ needs desk nowhere, which is not here$/),
      expect.stringMatching(/:4: \S+ cannot be kept: CHECK constraint failed: articles_stage$/),
    ]);
    expect(stdout).toContain('articles: 2 created, 1 the same, 4 refused\n');
    expect(rows(place('of-wrong-lines')).get('articles')).toHaveLength(2);
    const examined = await run('src/cli/doctor.ts', [], { DATA_DIR: place('of-wrong-lines') });
    expect([examined.code, examined.stdout]).toEqual([0, expect.not.stringContaining('WRONG')]);
  }, 120_000);

  it.each([
    ['no folder', []],
    ['two folders', ['a', 'b']],
    ['what it does not know', ['a', '--force']],
    ['a dry run that would erase', ['a', '--dry-run', '--erasures', 'b']],
  ])('asks for what is missing or too much: %s', async (_what, args) => {
    const { code, stderr } = await importInto(place('none'), ...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/\nusage: npm run import -- FOLDER/)]);
  });

  it.each(['export', 'import'])('tells its use: %s', async (name) => {
    const { code, stdout } = await run(`src/cli/${name}.ts`, ['--help'], {});
    expect([code, stdout]).toEqual([0, expect.stringMatching(new RegExp(`^usage: npm run ${name} -- FOLDER`))]);
  });
});

describe('npm run import of what was erased since', () => {
  it('brings nothing of it where it was erased, nor any story that names it', async () => {
    await importInto(dirname(target.path), place('all'));
    expect(tracesOf(['Seldomword'], filesOf(target.path))).not.toEqual([]);
    await cleared(target, await erase(target, 'image', shownImage, { uses: 'remove' }));
    const { stdout, stderr } = await importInto(dirname(target.path), place('all'));
    expect(stderr).toMatch(new RegExp(`images\\.ndjson:\\d+: ${shownImage} was erased here\\n`));
    expect(stdout).toContain('images: 0 created, ');
    expect(tracesOf(['Seldomword'], filesOf(target.path))).toEqual([]);
  }, 120_000);

  it('brings nothing of it to another place that is told of it', async () => {
    const list = place('erasures');
    expect(await run('src/cli/erasures.ts', ['export', list], { DATA_DIR: dirname(target.path) })).toMatchObject({
      code: 0,
    });
    const brought = await importInto(place('told'), place('all'), '--erasures', list);
    expect(brought.code).toBe(1);
    expect(brought.stderr).toMatch(
      new RegExp(`articles\\.ndjson:\\d+: \\S+ names ${shownImage}, which was erased here`),
    );
    expect(brought.stdout).toContain('articles: 4 created, 0 the same, 1 refused\n');
    const files = filesBelow(place('told')).map((path) => join(place('told'), path));
    expect(tracesOf(['Seldomword'], files)).toEqual([]);
  }, 120_000);
});

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function swap(at: string, from: string, to: string): void {
  const path = join(at, 'manifest.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
}

function lead(at: string, path: string): void {
  swap(at, '"path": "erasures.ndjson"', `"path": "${path}"`);
}
