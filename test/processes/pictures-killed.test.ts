// Real processes that are killed in the middle of their work with pictures, or given much of it.
import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { colours, jpeg, noise, renditionAt } from '../support/pictures.js';
import { RunningServer, run, temporaryFolder } from '../support/processes.js';

interface Running {
  server: RunningServer;
  key: string;
}

/** A server without stories, and an admin's key: the one that there is, or a new one. */
async function start(DATA_DIR: string, known?: string): Promise<Running> {
  const settings = { DATA_DIR, NODE_ENV: 'production', LOG_LEVEL: 'warn' };
  const create = () => run('src/cli/keys.ts', ['create', '--role', 'admin', '--name', 'test'], settings);
  const key = known ?? (await create()).stdout.trim().split('\n').at(-1) ?? '';
  return { server: await RunningServer.start(settings), key };
}

async function call({ server, key }: Running, method: string, path: string, body?: string | FormData, headers = {}) {
  const sent = { authorization: `Bearer ${key}`, ...headers };
  return fetch(server.address + path, { method, headers: sent, ...(body !== undefined && { body }) });
}

const json = { 'content-type': 'application/json' };

async function uploaded(running: Running, file: Buffer): Promise<{ id: string; sha256: string }> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(file)]), 'a.jpg');
  form.append('facts', JSON.stringify({ alt: 'A picture.', creditLine: 'A' }));
  const answer = await call(running, 'POST', '/v1/manage/images', form);
  expect(answer.status).toBe(201);
  const { data } = (await answer.json()) as { data: { id: string; file: { sha256: string } } };
  return { id: data.id, sha256: data.file.sha256 };
}

/** Makes an image live, and tells where any of its renditions is. */
async function publish(running: Running, imageId: string): Promise<{ template: string }> {
  const blocks = [{ type: 'image', imageId }];
  const draft = { headline: 'Shown', language: 'en', desk: 'world', sections: [{ blocks }] };
  const made = await call(running, 'POST', '/v1/manage/articles', JSON.stringify(draft), json);
  const { data } = (await made.json()) as { data: { id: string } };
  const path = `/v1/manage/articles/${data.id}/publish`;
  expect((await call(running, 'POST', path, '{}', { ...json, 'if-match': '"1"' })).status).toBe(200);
  const shown = await call(running, 'GET', `/v1/images/${imageId}`);
  return ((await shown.json()) as { data: { renditions: { template: string } } }).data.renditions;
}

function filesIn(...path: string[]): string[] {
  try {
    const entries = readdirSync(join(...path), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  } catch {
    return [];
  }
}

const noisy = (width: number, height: number) => noise(width, height, 40).jpeg({ quality: 90 }).toBuffer();

describe('a server that is killed', () => {
  it('while a picture arrives leaves nothing of it', async () => {
    const folder = temporaryFolder();
    const first = await start(folder);
    const file = await noisy(1200, 900);
    const { hostname, port } = new URL(first.server.address);
    const headers = {
      authorization: `Bearer ${first.key}`,
      'if-match': '"1"',
      'content-type': 'image/jpeg',
      'content-length': file.length,
    };
    const image = (await (await call(first, 'POST', '/v1/manage/images', '{"alt":"A."}', json)).json()) as {
      data: { id: string };
    };
    const slow = httpRequest({
      method: 'PUT',
      hostname,
      port,
      path: `/v1/manage/images/${image.data.id}/file`,
      headers,
    });
    slow.on('error', () => undefined);
    slow.write(file.subarray(0, file.length / 2));
    await expect.poll(() => filesIn(folder, 'media/incoming').length).toBe(1);
    await first.server.kill();
    slow.destroy();
    // What was left behind goes when no upload can be that old any more.
    for (const left of filesIn(folder, 'media/incoming')) utimesSync(left, 1, 1);
    const second = await start(folder, first.key);
    const read = await (await call(second, 'GET', `/v1/manage/images/${image.data.id}`)).json();
    expect(read).toMatchObject({ data: { version: 1, file: null } });
    expect([filesIn(folder, 'media/files'), filesIn(folder, 'media/incoming')]).toEqual([[], []]);
    await second.server.kill();
  });

  it('has every picture that it said it has, and never shows half a rendition', async () => {
    const folder = temporaryFolder();
    let running = await start(folder);
    const told: { id: string; sha256: string }[] = [];
    for (let round = 0; round < 2; round++) {
      const files = await Promise.all([1, 2, 3].map((n) => noisy(700 + 10 * n, 500 + round)));
      const { template } = await publish(running, (await uploaded(running, await noisy(1300, 900))).id);
      const widths = [160, 320, 640, 960, 1280];
      const pending = [
        ...files.map(async (file) => told.push(await uploaded(running, file))),
        ...widths.map((width) => call(running, 'GET', renditionAt({ template }, 'full', width, 'webp'))),
      ];
      void Promise.allSettled(pending);
      await pause(30 + 60 * round);
      await running.server.kill();
      await Promise.allSettled(pending);
      running = await start(folder, running.key);
      for (const { id, sha256 } of told) {
        const { data } = (await (await call(running, 'GET', `/v1/manage/images/${id}`)).json()) as {
          data: { file: { sha256: string } };
        };
        expect(data.file.sha256).toBe(sha256);
        expect(filesIn(folder, 'media/files').some((path) => path.endsWith(sha256))).toBe(true);
      }
      const kept = filesIn(folder, 'media/renditions').filter((path) => !path.split('/').at(-1)?.startsWith('.'));
      for (const path of kept) await sharp(path, { failOn: 'warning' }).raw().toBuffer();
      for (const width of widths) {
        const answer = await call(running, 'GET', renditionAt({ template }, 'full', width, 'webp'));
        const picture = Buffer.from(await answer.arrayBuffer());
        expect([answer.status, (await sharp(picture).metadata()).width]).toEqual([200, width]);
      }
    }
    await running.server.kill();
  }, 120_000);
});

describe('a server that has much to do with pictures', () => {
  it('keeps its memory through 2,000 requests of all kinds, and refuses none for good', async () => {
    const running = await start(temporaryFolder());
    const memory = () =>
      Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${running.server.pid}/status`, 'utf8'))?.[1]) / 1024;
    const { template } = await publish(running, (await uploaded(running, await noisy(1400, 1000))).id);
    const small = await jpeg(120, 80);
    const broken = (await noisy(120, 80)).subarray(0, 2000);
    const shapes = ['full', '1x1', '16x9', '4x5'];
    const formats = ['webp', 'jpg', 'png'];
    const kinds: ((i: number) => Promise<number>)[] = [
      async (i) =>
        (await uploaded(
          running,
          await sharp(small)
            .tint({ r: i % 256, g: colours.red[1], b: 9 })
            .jpeg()
            .toBuffer(),
        )) && 200,
      async (i) =>
        statusOf(renditionAt({ template }, shapes[i % 4] ?? '', [160, 320, 640][i % 3] ?? 160, formats[i % 3] ?? '')),
      async (i) => statusOf(renditionAt({ template }, 'full', 161 + (i % 100), 'jpg')),
      async () => statusOf(renditionAt({ template }, 'full', 640, 'webp')),
      async () => statusOf('/v1/articles'),
      async () => {
        const form = new FormData();
        form.append('file', new Blob([new Uint8Array(broken)]), 'a.jpg');
        return (await call(running, 'POST', '/v1/manage/images', form)).status;
      },
    ];
    async function statusOf(path: string): Promise<number> {
      const answer = await fetch(running.server.address + path);
      await answer.arrayBuffer();
      return answer.status;
    }
    const expected = [200, 200, 404, 200, 200, 422];
    const wrong: unknown[] = [];
    let next = 0;
    const work = async (until: number) => {
      while (next < until) {
        const i = next++;
        // Uploads are dear: one in twenty of each kind.
        const kind = i % 20 === 0 ? 0 : i % 20 === 1 ? 5 : 1 + (i % 4);
        const status = await kinds[kind]?.(i);
        if (status !== expected[kind]) wrong.push([kind, status]);
      }
    };
    const workers = (until: number) => Promise.all(Array.from({ length: 16 }, () => work(until)));
    await workers(600);
    const warm = memory();
    await workers(2000);
    expect(wrong).toEqual([]);
    expect(memory() - warm).toBeLessThan(100);
    expect(memory()).toBeLessThan(500);
    await running.server.kill();
  }, 120_000);
});
