// Everything goes from one engine to the other and back, by the commands.
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { getTableColumns } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaOf } from '../../src/opening.js';
import { postgresDatabase } from '../../src/storage/postgres/whole-database.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import type { Store } from '../../src/storage/store.js';
import { makeExport } from '../../src/transfer/exporting/making.js';
import { derivedTables, leftTables, type TableName } from '../../src/transfer/things.js';
import { startApp, type TestApp, TestClock } from '../support/app.js';
import type { Clients } from '../support/editing.js';
import { editStory } from '../support/editing.js';
import { newDatabase, type TestDatabase } from '../support/engine.js';
import { onDatabase } from '../support/postgres.js';
import { run, startCommand, temporaryFolder } from '../support/processes.js';
import { startBeside } from '../support/second-server.js';
import { liveStory, shortStory } from '../support/stories.js';
import {
  addressesOf,
  answersOf,
  contentsOf,
  fillNewsroom,
  linesOf,
  managedOf,
  type Newsroom,
  pictureBytes,
} from '../support/transfers.js';

const settings = { PUBLIC_URL: 'https://news.example' };
const folder = temporaryFolder();
const place = (name: string) => join(folder, name);
/** Where everything was written: on PostgreSQL. */
let app: TestApp;
let newsroom: Newsroom;
/** Where it is brought back to. */
let back: TestDatabase;
let made: TestDatabase[] = [];

beforeAll(async () => {
  app = await startApp({ environment: settings });
  newsroom = await fillNewsroom(app);
  back = await empty();
}, 180_000);

afterAll(async () => {
  await app.close();
  for (const database of made) await database.discard();
  made = [];
});

async function empty(): Promise<TestDatabase> {
  const database = await newDatabase(folder);
  made.push(database);
  return database;
}

/** A place: a folder, with its database in it or on the server. */
const placed = (dataDir: string, url?: string) => ({
  DATA_DIR: dataDir,
  ...(url !== undefined && { DATABASE_URL: url }),
});
const home = () => placed(place('home'));
const returned = () => placed(place('back'), back.url);

const exporting = (at: Record<string, string>, ...args: string[]) => run('src/cli/export.ts', args, at);
const importing = (at: Record<string, string>, ...args: string[]) => run('src/cli/import.ts', args, at);
const doctor = (at: Record<string, string>) => run('src/cli/doctor.ts', [], at);

/** Asks a server on what was brought, whose keys have come along. */
async function asked<Answer>(name: string, open: () => Promise<Store>, ask: (clients: Clients) => Promise<Answer>) {
  const server = await startBeside({ ...app, path: join(place(name), 'copydesk.db'), openBeside: open }, settings);
  try {
    return await ask(server);
  } finally {
    await server.close();
  }
}

const openHome = async () => openSqlite({ path: join(place('home'), 'copydesk.db'), cacheBytesMax: 0 });

/** Every row of every table that is carried, and of those that are made anew, without what the place gives by itself. */
async function rowsOf(store: Store): Promise<Map<string, string[]>> {
  const own = new Set([
    'storyDocuments',
    'storyTexts',
    'quoteDocuments',
    'webhookDeliveries',
    ...Object.keys(leftTables),
  ]);
  const found = new Map<string, string[]>();
  for (const name of Object.keys(store.tables) as TableName[]) {
    if (own.has(name)) continue;
    const table = store.tables[name] as Store['tables']['articles'];
    const rows = await store.all(store.db.select().from(table));
    const texts = rows.map((row) => {
      const values = Object.keys(getTableColumns(table)).map((column) => {
        const value = (row as Record<string, unknown>)[column];
        return column === 'lastUsedAt' ? null : Buffer.isBuffer(value) ? value.toString('base64') : value;
      });
      return JSON.stringify(values);
    });
    found.set(name, texts.sort());
  }
  return found;
}

describe('npm run export from PostgreSQL, import into SQLite, and the same back', () => {
  it('brings everything, byte by byte, for further exports', async () => {
    const source = placed(dirname(app.path), app.url);
    const first = await exporting(source, place('all'));
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^exported: \S+ \(10 stories, \d uploaded files, \d+\.\d MB\)\n$/);
    expect(await importing(home(), place('all'))).toMatchObject({ code: 0, stderr: '' });
    expect(await exporting(home(), place('again'))).toMatchObject({ code: 0 });
    expect(contentsOf(place('again'))).toEqual(contentsOf(place('all')));
    const brought = await importing(returned(), place('again'));
    expect(brought).toMatchObject({ code: 0, stderr: '' });
    expect(brought.stdout).toContain('articles: 10 created, 0 the same, 0 refused\n');
    expect(await exporting(returned(), place('third'))).toMatchObject({ code: 0 });
    expect(contentsOf(place('third'))).toEqual(contentsOf(place('all')));
  }, 300_000);

  it('has every kind of thing, with what is secret of it', () => {
    for (const file of ['desks', 'tags', 'images', 'quotes', 'embeds', 'articles', 'keys', 'webhooks', 'erasures'])
      expect({ file, lines: linesOf(place('all'), file).length }).not.toMatchObject({ lines: 0 });
    const [webhook] = linesOf(place('all'), 'webhooks') as { row: { secret: string }; deliveries: unknown[] }[];
    expect(webhook?.row.secret).toMatch(/^whsec_/);
    expect(webhook?.deliveries.length).toBeGreaterThan(0);
    const keys = JSON.stringify(linesOf(place('all'), 'keys'));
    for (const key of Object.values(app.keys)) expect(keys).not.toContain(key.split('_').at(-1));
  });

  it('has the same rows in every table of both engines', async () => {
    const [ours, theirs, again] = [app.store, await openHome(), await back.open()];
    try {
      const rows = await rowsOf(ours);
      expect(await rowsOf(theirs)).toEqual(rows);
      expect(await rowsOf(again)).toEqual(rows);
      expect([...rows.keys()]).toEqual(expect.arrayContaining(derivedTables.slice(0, 1)));
      for (const name of [
        'slugs',
        'schedules',
        'corrections',
        'revisions',
        'changes',
        'publicLog',
        'erasures',
        'previewLinks',
      ])
        expect({ name, rows: rows.get(name)?.length }).not.toMatchObject({ rows: 0 });
    } finally {
      await theirs.close();
      await again.close();
    }
  });

  it('gives readers and editors the same answers, bytes and tags, on all sides', async () => {
    // Two engines weigh words by two formulas, so what is found has another order by relevance.
    const sorted = (address: string) => address.replace('?q=Minsk', '?q=Minsk&sort=-publishedAt');
    const addresses = (await addressesOf(app)).map(sorted);
    expect(addresses.length).toBeGreaterThan(70);
    const [readers, editors] = [await answersOf(app, addresses), await managedOf(app, newsroom)];
    expect([...readers.values()].filter((answer) => answer.startsWith('5'))).toEqual([]);
    const picture = await pictureBytes(app, newsroom.pictureAddress);
    expect(picture).toMatch(/^200 /);
    for (const [name, open] of [
      ['home', openHome],
      ['back', () => back.open()],
    ] as const)
      await asked(name, open, async (clients) => {
        expect(await answersOf(clients, addresses)).toEqual(readers);
        expect(await pictureBytes(clients, newsroom.pictureAddress)).toBe(picture);
        expect(await managedOf(clients, newsroom)).toEqual(editors);
      });
  }, 120_000);

  it('leaves nothing for a doctor to find', async () => {
    for (const at of [placed(dirname(app.path), app.url), home(), returned()]) {
      const { code, stdout } = await doctor(at);
      expect([code, stdout]).toEqual([0, expect.not.stringContaining('WRONG')]);
    }
  });

  it('changes nothing the second time, and lets editors go on behind the numbers that came', async () => {
    const again = await importing(returned(), place('all'));
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout.match(/ (\d+) created/g)?.every((text) => text === ' 0 created')).toBe(true);
    expect(again.stdout).toContain('logs: 0 entries added\n');
    const lastOf = (file: string) => Number(linesOf(place('all'), file).at(-1)?.seq);
    await asked(
      'back',
      () => back.open(),
      async ({ as }) => {
        const path = `/v1/manage/articles/${newsroom.follower}`;
        const read = await as.publisher.get(path).expect(200);
        await as.publisher.post(`${path}/publish`, {}).set('if-match', String(read.headers.etag)).expect(200);
        await as.editor.post('/v1/manage/articles', shortStory({ slug: 'behind' })).expect(201);
      },
    );
    const { rows } = await onDatabase(String(back.url), (client) =>
      client.query(
        'SELECT (SELECT array_agg(seq ORDER BY seq) FROM changes WHERE seq > $1) AS changes, (SELECT array_agg(seq ORDER BY seq) FROM public_log WHERE seq > $2) AS told',
        [lastOf('changes'), lastOf('public-log')],
      ),
    );
    const following = (from: number, seqs: unknown) =>
      expect((seqs as unknown[]).map(Number)).toEqual((seqs as unknown[]).map((_, i) => from + 1 + i));
    following(lastOf('changes'), rows[0]?.changes);
    following(lastOf('public-log'), rows[0]?.told);
  }, 120_000);

  it('goes on where it was killed', async () => {
    const { url } = await empty();
    const at = placed(place('killed'), url);
    const countOf = async () =>
      (await onDatabase(String(url), (client) => client.query('SELECT count(*) FROM articles'))).rows[0]?.count;
    const half = startCommand('src/cli/import.ts', [place('all')], at);
    const changes = 'SELECT count(*) AS count FROM changes';
    while (Number((await onDatabase(String(url), (client) => client.query(changes))).rows[0]?.count) === 0)
      await pause(5);
    await half.kill();
    expect(Number(await countOf())).toBeLessThanOrEqual(10);
    expect(await importing(at, place('all'))).toMatchObject({ code: 0, stderr: '' });
    expect(await exporting(at, place('of-killed'))).toMatchObject({ code: 0 });
    expect(contentsOf(place('of-killed'))).toEqual(contentsOf(place('all')));
  }, 120_000);
});

describe('npm run export from PostgreSQL', () => {
  it('has everything as it is at one moment, whatever editors do meanwhile', async () => {
    const clock = new TestClock();
    const make = async (store: Store, name: string) => {
      const { files } = mediaOf({ dataDir: dirname(app.path), s3: undefined, uploadBytesMax: 1 }, app.store, clock);
      const request = {
        folder: place(name),
        scope: {},
        signal: AbortSignal.timeout(60_000),
        onProgress: () => undefined,
      };
      return makeExport({ store, files, clock }, request);
    };
    const frozen = await postgresDatabase(String(app.url)).openFrozen();
    try {
      await make(frozen, 'before');
      await liveStory(app, shortStory({ slug: 'meanwhile' }));
      await editStory(app, newsroom.draft, { headline: 'Changed meanwhile' });
      await make(frozen, 'still');
      expect(contentsOf(place('still'))).toEqual(contentsOf(place('before')));
      await expect(frozen.commit([])).rejects.toThrow('only read');
      await frozen.renew();
      await make(frozen, 'renewed');
      expect(linesOf(place('renewed'), 'articles')).toHaveLength(linesOf(place('before'), 'articles').length + 1);
    } finally {
      await frozen.close();
    }
  }, 120_000);

  it('says in one line that there is nothing, and that nobody answers', async () => {
    const bare = await bareDatabase();
    expect(await exporting(placed(place('none'), bare), place('of-none'))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^copydesk: There is nothing of Copydesk in the database \S+\. .*\n$/),
    });
    const nowhere = 'postgres://desk:secret@127.0.0.1:1/newsroom';
    const { code, stderr } = await exporting(placed(place('none'), nowhere), place('of-none'));
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^copydesk: Cannot open the database newsroom at .*\n$/)]);
    expect(stderr).not.toContain('secret');
  });
});

/** A database that has never been the product's. */
async function bareDatabase(): Promise<string> {
  const { url } = await empty();
  await onDatabase(String(url), (client) => client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public'));
  return String(url);
}

describe('npm run import into PostgreSQL', () => {
  it('tells what would become of it, and makes nothing, where there is nothing yet', async () => {
    const url = await bareDatabase();
    const dry = await importing(placed(place('dry'), url), place('all'), '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toContain('articles: 10 would be created, 0 the same, 0 refused\n');
    const { rows } = await onDatabase(url, (client) =>
      client.query("SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'"),
    );
    expect(rows).toEqual([{ tables: 0 }]);
  });

  it('brings stories beside those that are there, told as published now', async () => {
    const other = await startApp({ environment: settings });
    try {
      await liveStory(other, shortStory({ slug: 'own' }));
      await liveStory(other, shortStory({ slug: 'second-slug' }));
      const at = placed(dirname(other.path), other.url);
      const dry = await importing(at, place('all'), '--dry-run');
      expect(dry.stdout).toMatch(/articles: \d would be created, 0 the same, 1 refused\n/);
      const brought = await importing(at, place('all'));
      expect(brought.code).toBe(1);
      expect(brought.stderr).toContain('its slug second-slug is or was that of article');
      expect(brought.stdout).toContain('logs: those here go on; what was created is told in them\n');
      await other.anybody.get(`/v1/articles/${newsroom.minsk}`).expect(200);
      await liveStory(other, shortStory({ slug: 'after' }));
      const { code, stdout } = await doctor(at);
      expect([code, stdout]).toEqual([0, expect.not.stringContaining('WRONG')]);
    } finally {
      await other.close();
    }
  }, 120_000);
});
