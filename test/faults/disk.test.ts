// What a disk does when it is full, turns read-only or fails: nothing that was acknowledged is lost, and when it is well again so is the server.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import supertest from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { GuardFailed } from '../../src/storage/store.js';
import { startApp, type TestApp } from '../support/app.js';
import { noise } from '../support/pictures.js';
import { RunningServer, run, send, temporaryFolder } from '../support/processes.js';
import { shortStory } from '../support/stories.js';

const strace = '/usr/bin/strace';
const diskMB = 48;

/** Mounting takes rights that not everybody has, and strace is not everywhere. */
function canBreak(): boolean {
  const place = temporaryFolder();
  try {
    mountAt(place);
    execFileSync('/usr/bin/umount', [place]);
    return existsSync(strace);
  } catch (error) {
    console.warn('No disk is broken, since none can be mounted here:', (error as Error).message);
    return false;
  }
}

let reference: TestApp;
let disk: string;
let server: RunningServer;
let key: string;
const known = new Map<string, string>();
let count = 0;
let picture: Buffer;

beforeAll(async () => {
  reference = await startApp();
  picture = await noise(1200, 800).png().toBuffer();
});
afterAll(() => reference.close());

beforeEach(async () => {
  disk = join(temporaryFolder(), 'disk');
  mkdirSync(disk);
  mountAt(disk);
  const settings = { DATA_DIR: join(disk, 'data'), NODE_ENV: 'production' };
  const made = await run('src/cli/keys.ts', ['create', '--role', 'publisher', '--name', 'writer'], settings);
  key = made.stdout.trim().split('\n').at(-1) ?? '';
  server = await RunningServer.start(settings);
  known.clear();
});
afterEach(async () => {
  await server.kill();
  execFileSync('/usr/bin/umount', ['-l', disk]);
});

const read = (slug: string) => send(reference.app, server, 'get', `/v1/articles/${slug}`).expect(200);

/** Sends a picture of some megabytes. */
const upload = () =>
  supertest(server.address)
    .post('/v1/manage/images')
    .set('authorization', `Bearer ${key}`)
    .attach('file', picture, 'noise.png');

function mountAt(place: string): void {
  execFileSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', `size=${diskMB}m`, 'copydesk-test', place]);
}

/** Posts a story, and remembers it when it was taken. @returns the status */
async function post(): Promise<number> {
  count += 1;
  const slug = `story-${count}`;
  const headline = `Headline ${count}`;
  const blocks = Array.from({ length: 10 }, () => ({ type: 'paragraph', text: 'Words. '.repeat(1000) }));
  const body = shortStory({ slug, headline, sections: [{ heading: null, blocks }] });
  const { status } = await send(reference.app, server, 'post', '/v1/manage/articles', { key, body });
  if (status === 201) known.set(slug, headline);
  return status;
}

/** Every story that was acknowledged is there, no other is, and the file is sound. */
async function requireNothingLost(): Promise<void> {
  const file = new Database(join(disk, 'data/copydesk.db'), { readonly: true });
  const rows = file.prepare<[], [string, string]>('SELECT slug, headline FROM articles ORDER BY slug').raw().all();
  expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(file.pragma('foreign_key_check')).toEqual([]);
  file.close();
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(known));
  for (const slug of [...known.keys()].slice(-3)) {
    const read = await send(reference.app, server, 'get', `/v1/manage/articles/${slug}`, { key }).expect(200);
    expect(read.body.data.headline).toBe(known.get(slug));
  }
}

/** What those who ask for everything are answered; readers can be served all the same. */
async function requireReady(status: number): Promise<void> {
  await send(reference.app, server, 'get', '/readyz').expect(status);
  await send(reference.app, server, 'get', '/readyz?for=readers').expect(200);
}

/** Lets system calls of the server fail until the returned function is called. */
async function failing(injection: string): Promise<() => Promise<void>> {
  const tracer = spawn(strace, ['-f', '-e', injection, '-o', '/dev/null', '-p', String(server.pid)]);
  await once(tracer.stderr, 'data');
  return async () => {
    const ended = once(tracer, 'close');
    tracer.kill('SIGINT');
    await ended;
  };
}

describe.runIf(canBreak())('a disk', () => {
  it('that is full has writes answered 507 and reads as ever, after a start as well; with room again, all goes on', async () => {
    for (let i = 0; i < 5; i++) expect(await post()).toBe(201);
    const published = `story-${count}`;
    await send(reference.app, server, 'post', `/v1/manage/articles/${published}/publish`, {
      key,
      ifMatch: '"1"',
    }).expect(200);
    const filler = join(disk, 'filler');
    execFileSync('sh', ['-c', `head -c ${diskMB}m /dev/zero > ${filler} || true`], { stdio: 'ignore' });
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) statuses.push(await post());
    expect(new Set(statuses)).toContain(507);
    expect(statuses.filter((status) => status !== 507 && status !== 201)).toEqual([]);
    await requireNothingLost();
    await read(published);
    await upload().expect(507);
    expect(
      readdirSync(join(disk, 'data/media'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
    ).toEqual([]);
    await server.kill();
    server = await RunningServer.start({ DATA_DIR: join(disk, 'data'), NODE_ENV: 'production' });
    await read(published);
    await requireNothingLost();
    rmSync(filler);
    for (let i = 0; i < 5; i++) expect(await post()).toBe(201);
    await requireNothingLost();
  });

  it('that turns read-only has writes answered 503 and reads as ever; when it is writable again, all goes on', async () => {
    for (let i = 0; i < 3; i++) expect(await post()).toBe(201);
    const restore = await failing('inject=pwrite64,fdatasync,fsync:error=EROFS');
    for (let i = 0; i < 5; i++) expect(await post()).toBe(503);
    await requireReady(503);
    await requireNothingLost();
    await restore();
    await requireReady(200);
    for (let i = 0; i < 5; i++) expect(await post()).toBe(201);
    await requireNothingLost();
  });

  it('that takes not a byte more is told of at /readyz, before and after somebody has met it', async () => {
    const restore = await failing('inject=pwrite64:error=ENOSPC');
    await requireReady(503);
    expect(await post()).toBe(507);
    await requireReady(503);
    await restore();
    await requireReady(200);
    expect(await post()).toBe(201);
    await requireReady(200);
  });

  it('that is full is told of by whoever met it, soon by others on the file, and by both until something is stored', async () => {
    const path = join(disk, 'own.db');
    const [one, other] = [openSqlite({ path, cacheBytesMax: 0 }), openSqlite({ path, cacheBytesMax: 0 })];
    const statement = (sql: string, rows?: number) => ({
      query: { toSQL: () => ({ sql, params: [] }) },
      ...(rows && { rows }),
    });
    const change = statement('UPDATE __drizzle_migrations SET created_at = created_at + 1');
    await Promise.all([one.check(), other.check()]);
    const filler = join(disk, 'filler');
    execFileSync('sh', ['-c', `head -c ${diskMB}m /dev/zero > ${filler} || true`], { stdio: 'ignore' });
    await expect(one.commit([change])).rejects.toMatchObject({ code: 'storage_full' });
    await expect(one.check()).rejects.toMatchObject({ code: 'storage_full' });
    // What is taken back has come to no disk.
    await expect(one.commit([change, statement('SELECT 1 WHERE 0', 1)])).rejects.toThrow(GuardFailed);
    await expect(one.check()).rejects.toMatchObject({ code: 'storage_full' });
    await other.check();
    const now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(now + 31_000);
    await expect(other.check()).rejects.toMatchObject({ code: 'storage_full' });
    clock.mockRestore();
    rmSync(filler);
    await Promise.all([one.check(), other.check()]);
    await Promise.all([one.close(), other.close()]);
  });

  it('from which nothing can be removed takes a picture, and tells of it as it is', async () => {
    const restore = await failing('inject=unlink,unlinkat:error=EROFS');
    await upload().expect(201);
    await restore();
    await upload().expect(201);
  });

  it.each(['fdatasync,fsync', 'pwrite64', 'fdatasync,fsync,pwrite64'])(
    'that fails in %s never has a write acknowledged that is not there',
    async (calls) => {
      for (let i = 0; i < 3; i++) expect(await post()).toBe(201);
      const restore = await failing(`inject=${calls}:error=EIO:when=1+3`);
      const statuses: number[] = [];
      for (let i = 0; i < 10; i++) statuses.push(await post());
      expect(statuses.filter((status) => status !== 503 && status !== 201)).toEqual([]);
      expect(statuses).toContain(503);
      await restore();
      for (let i = 0; i < 3; i++) expect(await post()).toBe(201);
      await requireNothingLost();
      await server.kill();
      server = await RunningServer.start({ DATA_DIR: join(disk, 'data'), NODE_ENV: 'production' });
      await requireNothingLost();
    },
  );
});
