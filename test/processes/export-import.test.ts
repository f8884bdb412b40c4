import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { startApp, type TestApp } from '../support/app.js';
import { filesBelow } from '../support/backups.js';
import type { Clients } from '../support/editing.js';
import { run, temporaryFolder } from '../support/processes.js';
import { startBeside } from '../support/second-server.js';
import {
  addressesOf,
  answersOf,
  contentsOf,
  erasedWord,
  exportFrom,
  fillNewsroom,
  importInto,
  linesOf,
  managedOf,
  type Newsroom,
  pictureBytes,
} from '../support/transfers.js';

const settings = { PUBLIC_URL: 'https://news.example' };
const folder = temporaryFolder();
const place = (name: string) => join(folder, name);
let app: TestApp;
let newsroom: Newsroom;
beforeAll(async () => {
  app = await startApp({ environment: settings });
  newsroom = await fillNewsroom(app);
}, 180_000);
afterAll(() => app.close());

/** Asks a server on an imported database, whose keys have come along. */
async function asked<Answer>(dataDir: string, ask: (clients: Clients) => Promise<Answer>): Promise<Answer> {
  const path = join(dataDir, 'copydesk.db');
  const openBeside = async () => openSqlite({ path, cacheBytesMax: 0 });
  const server = await startBeside({ ...app, path, openBeside }, settings);
  try {
    return await ask(server);
  } finally {
    await server.close();
  }
}

describe('npm run export, and npm run import of everything', () => {
  it('brings an empty place to the same, byte by byte, for readers, editors and a further export', async () => {
    const made = await exportFrom(dirname(app.path), place('all'));
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toMatch(/^exported: \S+ \(10 stories, \d uploaded files, \d+\.\d MB\)\n$/);
    const brought = await importInto(place('home'), place('all'));
    expect(brought).toMatchObject({ code: 0, stderr: '' });
    expect(brought.stdout).toContain('articles: 10 created, 0 the same, 0 refused\n');
    expect(await exportFrom(place('home'), place('again'))).toMatchObject({ code: 0 });
    expect(contentsOf(place('again'))).toEqual(contentsOf(place('all')));

    const addresses = await addressesOf(app);
    expect(addresses.length).toBeGreaterThan(70);
    const [readers, editors] = [await answersOf(app, addresses), await managedOf(app, newsroom)];
    expect([...readers.values()].filter((answer) => answer.startsWith('5'))).toEqual([]);
    const picture = await pictureBytes(app, newsroom.pictureAddress);
    expect(picture).toMatch(/^200 /);
    await asked(place('home'), async (clients) => {
      expect(await answersOf(clients, addresses)).toEqual(readers);
      expect(await pictureBytes(clients, newsroom.pictureAddress)).toBe(picture);
      expect(await managedOf(clients, newsroom)).toEqual(editors);
    });
    const examined = await run('src/cli/doctor.ts', [], { DATA_DIR: place('home') });
    expect(examined.stdout).not.toContain('WRONG');
    expect(examined.code).toBe(0);
  }, 300_000);

  it('changes nothing the second time, and lets editors go on', async () => {
    const again = await importInto(place('home'), place('all'));
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout.match(/ (\d+) created/g)?.every((text) => text === ' 0 created')).toBe(true);
    expect(again.stdout).toContain('logs: 0 entries added\n');
    expect(await exportFrom(place('home'), place('third'))).toMatchObject({ code: 0 });
    expect(contentsOf(place('third'))).toEqual(contentsOf(place('all')));
    await asked(place('home'), async ({ as }) => {
      const path = `/v1/manage/articles/${newsroom.follower}`;
      const read = await as.publisher.get(path).expect(200);
      await as.publisher.post(`${path}/publish`, {}).set('if-match', String(read.headers.etag)).expect(200);
    });
  }, 300_000);

  it('brings stories that readers were told of so long ago that the entry has been swept', async () => {
    const swept = place('swept');
    mkdirSync(swept);
    const file = new Database(app.path, { readonly: true });
    file.prepare('VACUUM INTO ?').run(join(swept, 'copydesk.db'));
    file.close();
    const copy = new Database(join(swept, 'copydesk.db'));
    copy.exec('DELETE FROM public_log WHERE seq < (SELECT max(seq) FROM public_log)');
    copy.close();
    expect(await exportFrom(swept, place('of-swept'))).toMatchObject({ code: 0 });
    expect(linesOf(place('of-swept'), 'public-log')).toHaveLength(1);
    expect(await importInto(place('home-of-swept'), place('of-swept'))).toMatchObject({ code: 0, stderr: '' });
    expect(await exportFrom(place('home-of-swept'), place('of-swept-again'))).toMatchObject({ code: 0 });
    expect(contentsOf(place('of-swept-again'))).toEqual(contentsOf(place('of-swept')));
  }, 120_000);

  it('has nothing of what was erased', async () => {
    const words = [...contentsOf(place('all'))].filter(([, text]) => text.includes(erasedWord)).map(([path]) => path);
    expect(words).toEqual([]);
    expect(linesOf(place('all'), 'erasures').map(({ resourceId }) => resourceId)).toEqual([
      newsroom.erased,
      newsroom.erasedImage,
    ]);
  });
});

describe('npm run export of some stories', () => {
  it('has one story with all that it refers to, and brings an empty place to the same', async () => {
    const made = await exportFrom(dirname(app.path), place('one'), '--article', newsroom.minsk);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toMatch(/^exported in part: \S+ \(1 stories, /);
    expect(['keys', 'webhooks'].flatMap((file) => linesOf(place('one'), file))).toEqual([]);
    expect(await importInto(place('home-of-one'), place('one'))).toMatchObject({ code: 0, stderr: '' });
    expect(await exportFrom(place('home-of-one'), place('one-again'), '--article', newsroom.minsk)).toMatchObject({
      code: 0,
    });
    expect(contentsOf(place('one-again'))).toEqual(contentsOf(place('one')));
    const address = `/v1/articles/${newsroom.minsk}`;
    const readers = await answersOf(app, [address]);
    await asked(place('home-of-one'), async (clients) => {
      expect(await answersOf(clients, [address])).toEqual(readers);
      expect((await clients.anybody.get('/v1/articles')).body.data).toHaveLength(1);
    });
    const examined = await run('src/cli/doctor.ts', [], { DATA_DIR: place('home-of-one') });
    expect([examined.code, examined.stdout]).toEqual([0, expect.not.stringContaining('WRONG')]);
  }, 300_000);

  it('finds it by a slug that it had, and leaves out links to stories that stay', async () => {
    const made = await exportFrom(dirname(app.path), place('linked'), '--article', 'first-slug');
    expect(made.code).toBe(0);
    expect(linesOf(place('linked'), 'articles').map(({ row }) => (row as { id: string }).id)).toEqual([
      newsroom.original,
    ]);
    expect(await importInto(place('home-of-linked'), place('linked'))).toMatchObject({ code: 0 });
    const { body } = await app.anybody.get('/v1/articles/second-slug').expect(200);
    expect(body.data.translations).toHaveLength(1);
    await asked(place('home-of-linked'), async ({ anybody }) => {
      const moved = await anybody.get('/v1/articles/first-slug').expect(308);
      expect(moved.headers.location).toBe('/v1/articles/second-slug');
      const { data } = (await anybody.get('/v1/articles/second-slug').expect(200)).body;
      expect(data).toEqual({ ...body.data, translations: [] });
    });
    const examined = await run('src/cli/doctor.ts', [], { DATA_DIR: place('home-of-linked') });
    expect([examined.code, examined.stdout]).toEqual([0, expect.not.stringContaining('WRONG')]);
  }, 300_000);

  it('says how many stories these point at and stay', async () => {
    const { stdout } = await exportFrom(dirname(app.path), place('follower'), '--article', 'follower');
    expect(stdout).toContain('left out: 1 stories that these point at');
  });

  it('has a desk, or a span of publication', async () => {
    const { body } = await app.anybody.get(`/v1/articles/${newsroom.minsk}`).expect(200);
    const { publishedAt } = body.data;
    const end = new Date(Date.parse(publishedAt) + 1).toISOString();
    const span = ['--desk', 'world', '--from', publishedAt, '--to', end];
    expect(await exportFrom(dirname(app.path), place('span'), ...span)).toMatchObject({ code: 0 });
    expect(linesOf(place('span'), 'articles')).toHaveLength(1);
    expect(await exportFrom(dirname(app.path), place('desk'), '--desk', 'world')).toMatchObject({ code: 0 });
    expect(linesOf(place('desk'), 'articles')).toHaveLength(8);
  }, 120_000);

  it.each<[string, string[], number, RegExp]>([
    ['a story that is not there', ['--article', 'nowhere'], 1, /^copydesk: There is no article nowhere\.\n$/],
    ['a desk without stories', ['--desk', 'nowhere'], 1, /^copydesk: There is no such story\. .*\n$/],
    ['a time that is none', ['--from', 'yesterday'], 2, /^--from is no instant .*\nusage: npm run export/],
    [
      'a span that ends before it begins',
      ['--from', '2026-02-01T00:00:00Z', '--to', '2026-01-01T00:00:00Z'],
      2,
      /^--from has to be before --to\.\nusage: npm run export/,
    ],
    ['one story and a desk', ['--article', 'x', '--desk', 'y'], 2, /^One story is by itself.*\nusage: npm run export/],
  ])('refuses %s, and leaves nothing', async (_what, args, code, line) => {
    const before = filesBelow(folder);
    const refused = await exportFrom(dirname(app.path), place('none'), ...args);
    expect([refused.code, refused.stderr]).toEqual([code, expect.stringMatching(line)]);
    expect(filesBelow(folder)).toEqual(before);
  });
});
