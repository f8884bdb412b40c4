import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { RunningServer, run, send, temporaryFolder } from '../support/processes.js';
import { shortStory } from '../support/stories.js';

const strace = '/usr/bin/strace';

/** Where strace is not installed nothing can be counted; CI installs it. */
const canCount = process.env.CI === 'true' || existsSync(strace);

describe.runIf(canCount)('an acknowledged write', () => {
  const folder = temporaryFolder();
  const calls = join(folder, 'calls.txt');
  let reference: TestApp;
  let server: RunningServer;
  let watcher: ChildProcess;
  let key: string;

  beforeAll(async () => {
    reference = await startApp();
    const made = await run('src/cli/keys.ts', ['create', '--role', 'editor', '--name', 'writer'], {
      DATA_DIR: join(folder, 'data'),
    });
    key = made.stdout.trim().split('\n').at(-1) ?? '';
    server = await RunningServer.start({ DATA_DIR: join(folder, 'data'), NODE_ENV: 'production' });
    watcher = spawn(strace, ['-f', '-e', 'trace=fsync,fdatasync', '-o', calls, '-p', String(server.pid)]);
    await once(watcher.stderr ?? watcher, 'data');
  });
  afterAll(async () => {
    watcher.kill('SIGINT');
    await server.kill();
    await reference.close();
  });

  const syncs = () => readFileSync(calls, 'utf8').match(/\bf(?:data)?sync\(/g)?.length ?? 0;
  const post = (slug: string) =>
    send(reference.app, server, 'post', '/v1/manage/articles', { key, body: shortStory({ slug }) }).expect(201);

  it('is synced to disk before its answer', async () => {
    for (const slug of ['one', 'two', 'three', 'four', 'five']) {
      const before = syncs();
      await post(slug);
      expect(syncs(), slug).toBeGreaterThan(before);
    }
  });

  it('costs a read nothing', async () => {
    // That a key is in use is stored a while behind its first request.
    const file = new Database(join(folder, 'data/copydesk.db'), { readonly: true });
    const keyUse = file.prepare('SELECT last_used_at FROM api_keys').pluck();
    await expect.poll(() => keyUse.get()).toEqual(expect.any(String));
    file.close();
    const before = syncs();
    await send(reference.app, server, 'get', '/v1/manage/articles/one', { key }).expect(200);
    await send(reference.app, server, 'get', '/v1/articles').expect(200);
    expect(syncs()).toBe(before);
  });
});
