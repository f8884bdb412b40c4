import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examine } from '../../src/doctor/service.js';
import { sqliteDatabase, sqliteFiles } from '../../src/storage/sqlite/database-files.js';
import { startApp, type TestApp } from '../support/app.js';
import { rowsByTable, upload } from '../support/backups.js';
import { changeResource, editStory } from '../support/editing.js';
import { run, temporaryFolder } from '../support/processes.js';
import { sqliteRaw } from '../support/sqlite-raw.js';
import { createStory, liveStory, minskStory, shortStory } from '../support/stories.js';
import { requireTrueIndex } from '../support/true-index.js';

let app: TestApp;
let sound: string;
let id: string;
let imageId: string;
let otherId: string;
let draftId: string;

beforeAll(async () => {
  app = await startApp();
  const story = await liveStory(app, minskStory());
  id = story.id;
  imageId = String(story.sections.flatMap(({ blocks }) => blocks).find(({ type }) => type === 'image')?.imageId);
  const blocks = [
    { type: 'image', imageId },
    { type: 'paragraph', text: 'It is so.' },
  ];
  otherId = (await liveStory(app, shortStory({ related: [id], sections: [{ blocks }] }))).id;
  draftId = (await createStory(app, shortStory({ related: [id] }))).id;
  const planned = await app.as.publisher
    .post(`/v1/manage/articles/${draftId}/schedule`, { action: 'publish', at: '2026-06-01T00:00:00Z' })
    .set('if-match', '"1"');
  expect(planned.status).toBe(201);
  sound = join(temporaryFolder(), 'sound.db');
  await sqliteFiles.copy(app.path, sound, () => undefined);
});
afterAll(() => app.close());

const doctor = (DATA_DIR: string) => run('src/cli/doctor.ts', [], { DATA_DIR });
const recompile = (DATA_DIR: string) => run('src/cli/recompile.ts', [], { DATA_DIR });

/** A database of its own, damaged as no statement of the product does. */
function damaged(sql: string): string {
  const dataDir = temporaryFolder();
  cpSync(sound, join(dataDir, 'copydesk.db'));
  change(dataDir, sql);
  return dataDir;
}

function change(dataDir: string, sql: string): void {
  const file = new Database(join(dataDir, 'copydesk.db'));
  file.pragma('foreign_keys = OFF');
  file.unsafeMode();
  file.exec(sql);
  file.close();
}

/** The lines about what is wrong, which must be all that is. */
async function faultsOf(dataDir: string): Promise<string[]> {
  const { code, stdout, stderr } = await doctor(dataDir);
  expect([code, stderr]).toEqual([1, '']);
  return stdout
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('ok'));
}

describe('npm run doctor', () => {
  it('finds nothing wrong beside a running server, part by part, and changes nothing', async () => {
    upload(dirname(app.path), 'a picture');
    const before = rowsByTable(app.path);
    const { code, stdout, stderr } = await doctor(dirname(app.path));
    expect([code, stderr]).toEqual([0, '']);
    const parts = ['schema', 'pages and indexes', 'references', 'full-text index', 'uploaded files'];
    const stories = ['what readers get', 'full-text search', 'where things are used'];
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/ \(.*/, ''))).toEqual(
      [...parts, ...stories].map((part) => `ok    ${part}`),
    );
    expect(stdout).toContain('what readers get (2 live stories)');
    expect(stdout).toContain('where things are used (3 articles, ');
    // When a key was last used is noted behind the answers.
    expect(rowsByTable(app.path)).toEqual(before);
  });

  it('takes nothing for a fault that editors do meanwhile, before whichever of its reads', async () => {
    let edits = 0;
    const edit = async () => {
      edits += 1;
      await changeResource(app, 'images', imageId, { caption: `Caption ${edits}` });
      await editStory(app, draftId, { related: edits % 2 === 0 ? [id] : [otherId] });
    };
    const database = sqliteDatabase(app.path);
    const watched = {
      ...database,
      async openFrozen() {
        const frozen = await database.openFrozen();
        const all: typeof frozen.all = async (query) => {
          await edit();
          return frozen.all(query);
        };
        return { ...frozen, all };
      },
    };
    const faults: string[] = [];
    for await (const examination of examine(watched, join(dirname(app.path), 'media'), () => undefined))
      faults.push(...examination.faults);
    expect(faults).toEqual([]);
    expect(edits).toBeGreaterThan(20);
  });

  it.each<[string, () => string, (found: string[]) => void]>([
    [
      'bytes that are not what was published',
      () => `UPDATE snapshots SET body = CAST(replace(body, 'Minsk', 'Pinsk') AS BLOB) WHERE article_id = '${id}'`,
      (found) =>
        expect(found).toEqual([
          'WRONG what readers get (2 live stories)',
          `  story ${id} is not what its live revision and the library make of it now`,
          `  story ${id} has an entity tag of other bytes`,
          '  mend it by npm run recompile',
        ]),
    ],
    [
      'stories that show an image otherwise than it is',
      () => `UPDATE images SET caption = 'Unseen' WHERE id = '${imageId}'`,
      (found) => {
        for (const story of [id, otherId])
          expect(found).toContain(`  story ${story} is not what its live revision and the library make of it now`);
        expect(found).toContain(`  story ${id} readers get image ${imageId} otherwise than it is`);
      },
    ],
    [
      'a resource that readers get otherwise',
      () => `UPDATE library_snapshots SET body = replace(body, '"id"', ' "id"') WHERE resource_id = '${imageId}'`,
      (found) => expect(found).toContain(`  story ${otherId} readers get image ${imageId} otherwise than it is`),
    ],
    [
      'what lists find a story by',
      () => `UPDATE facets SET facet = 'tag:other' WHERE article_id = '${id}' AND facet = 'all'`,
      (found) => expect(found).toContain(`  story ${id} is found in lists by something else than it is`),
    ],
    [
      'what a live story is noted to show',
      () => `DELETE FROM where_used WHERE scope = 'live' AND kind = 'image' AND user_id = '${otherId}'`,
      (found) => expect(found).toContain(`  story ${otherId} shows otherwise than is noted: image/${imageId}`),
    ],
    [
      'how many stories a desk has',
      () => "UPDATE desks SET live_stories = 7 WHERE key = 'world'",
      (found) => expect(found).toContain('  desk world tells 7 live stories, and has 2'),
    ],
    [
      'what is kept of stories that are not live',
      () => `INSERT INTO where_used VALUES ('live', 'article', '${draftId}', '', 'image', '${imageId}')`,
      (found) => expect(found).toContain(`  story ${draftId} is not live, and noted to show something`),
    ],
  ])('tells what is wrong with what readers get, and recompile mends it: %s', async (_what, sql, look) => {
    const dataDir = damaged(sql());
    const found = await faultsOf(dataDir);
    look(found);
    expect(found.filter((line) => line.startsWith('WRONG'))).toEqual(['WRONG what readers get (2 live stories)']);
    expect(await recompile(dataDir)).toMatchObject({ code: 0, stderr: '' });
    expect(await doctor(dataDir)).toMatchObject({ code: 0 });
    await requireTrueIndex(sqliteRaw(join(dataDir, 'copydesk.db')));
  });

  it.each([
    ['a torn index', 'UPDATE story_index_data SET block = zeroblob(40) WHERE id > 10', 'full-text index'],
    ['rows without words', 'DELETE FROM story_index; DELETE FROM quote_index', 'full-text index'],
    ['a story that is missing', 'DELETE FROM story_documents', 'full-text search'],
    ['a quote that is missing', 'DELETE FROM quote_documents', 'full-text search'],
    ['other words', "UPDATE story_texts SET texts = '{}'", 'full-text search'],
  ])('tells what is wrong with the index, and reindex mends it: %s', async (_what, sql, part) => {
    const dataDir = damaged(sql);
    const found = await faultsOf(dataDir);
    expect(found.filter((line) => line.startsWith('WRONG')).map((line) => line.replace(/ \(.*/, ''))).toContain(
      `WRONG ${part}`,
    );
    expect(found).toContain('  mend it by npm run reindex');
    expect(await run('src/cli/reindex.ts', [], { DATA_DIR: dataDir })).toMatchObject({ code: 0 });
    expect(await doctor(dataDir)).toMatchObject({ code: 0 });
  });

  it.each<[string, () => string, string, () => RegExp]>([
    [
      'a reference that leads nowhere',
      () => "INSERT INTO article_tags VALUES ('gone', 'gone')",
      'references',
      () => /row \d+ of article_tags points at nothing in articles/,
    ],
    [
      'what a draft uses',
      () => `DELETE FROM where_used WHERE scope = 'working' AND user_id = '${draftId}' AND kind = 'article'`,
      'where things are used',
      () => new RegExp(`article ${draftId} \\(working\\) uses otherwise than is noted: article ${id}`),
    ],
    [
      'what a version that waits uses',
      () => `DELETE FROM where_used WHERE scope = 'scheduled' AND user_id = '${draftId}' AND kind = 'article'`,
      'where things are used',
      () => new RegExp(`article ${draftId} \\(scheduled\\) uses otherwise than is noted: article ${id}`),
    ],
    [
      'an index of a table',
      () =>
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'slugs_of_article') WHERE name = 'sections_of_article'",
      'pages and indexes',
      () => /\S/,
    ],
    [
      'a schema of tomorrow',
      () => "INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('of tomorrow', 1)",
      'schema',
      () => /it is of a newer version of Copydesk/,
    ],
    [
      'a schema of yesterday',
      () => 'DELETE FROM __drizzle_migrations WHERE rowid = (SELECT max(rowid) FROM __drizzle_migrations)',
      'schema',
      () => /it is of an older version of Copydesk/,
    ],
  ])('tells what else is wrong: %s', async (_what, sql, part, line) => {
    const found = await faultsOf(damaged(sql()));
    expect(found[0]).toMatch(new RegExp(`^WRONG ${part} \\(`));
    expect(found.join('\n')).toMatch(line());
    expect(found.at(-1)).toMatch(/^ {2}mend it by /);
  });

  it('takes nothing for a fault that a propagation has yet to reach, and what it has passed for one', async () => {
    const [first, second] = [id, otherId].sort();
    const dataDir = damaged(`UPDATE images SET caption = 'Unseen' WHERE id = '${imageId}';
      INSERT INTO propagations (id, kind, resource_id, started_at, total, done, cursor)
      VALUES ('p', 'image', '${imageId}', '2026-01-15T09:00:00.000Z', 2, 0, '')`);
    const { code, stdout } = await doctor(dataDir);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`  on its way: story ${first} is not what its live`)]);
    change(dataDir, `UPDATE propagations SET done = 1, cursor = '${first}'`);
    const found = (await faultsOf(dataDir)).filter((line) => line.includes('is not what its live'));
    expect(found.map((line) => line.slice(0, line.indexOf(' is not')))).toEqual([
      `  story ${first}`,
      `  on its way: story ${second}`,
    ]);
  });

  it('tells of an uploaded file that is damaged', async () => {
    const dataDir = damaged('SELECT 1');
    upload(dataDir, 'sound');
    const path = upload(dataDir, 'not what it was', 'b'.repeat(64));
    const found = await faultsOf(dataDir);
    expect(found).toEqual([
      'WRONG uploaded files (2 files)',
      `  ${path.replace('media/', '')} is not what its name says`,
      '  mend it by that file from a backup',
    ]);
  });

  it('tells of what is no database', async () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, 'copydesk.db'), 'something else, and long enough to be looked at'.repeat(100));
    expect((await faultsOf(dataDir))[1]).toBe('  file is not a database');
  });

  it('makes nothing where there is no database', async () => {
    const dataDir = join(temporaryFolder(), 'none');
    mkdirSync(dataDir);
    const { code, stderr } = await doctor(dataDir);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^copydesk: There is no database at .*\n$/)]);
    expect(await run('src/cli/doctor.ts', ['all'], {})).toMatchObject({ code: 2 });
  });
});
