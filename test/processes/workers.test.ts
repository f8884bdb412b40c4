// WORKERS=n with real processes, some of which die.
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import DatabaseFile from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Listening } from '../support/listening.js';
import { RunningServer, run, temporaryFolder } from '../support/processes.js';
import { shortStory } from '../support/stories.js';
import { type Connection, connectToEach, pidsIn } from '../support/workers.js';

const articles = '/v1/manage/articles';
const minsk = '/v1/articles/putin-lukashenko-minsk-december-2022';
const keyPattern = /copydesk_[0-9a-f]{12}_[0-9a-f]{64}_[0-9a-f]{8}/g;
const ready = 'a worker is ready';
const leads = 'a worker does the background work';
const workers = 2;
const settings = () => ({
  DATA_DIR: temporaryFolder(),
  WORKERS: String(workers),
  EVENT_LOOP_DELAY_MAX_MS: '0',
  NODE_ENV: 'development',
});

interface Cluster {
  server: RunningServer;
  folder: string;
  key: string;
  connections: Connection[];
}

async function until(condition: () => boolean, timeoutMs = 30_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`It did not come to this: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function startCluster(): Promise<Cluster> {
  const environment = settings();
  const server = await RunningServer.start(environment);
  const [key = ''] = server.stdout.match(keyPattern) ?? [];
  await until(() => pidsIn(server, ready).length === workers);
  return { server, folder: environment.DATA_DIR, key, connections: await connectToEach(server, key, workers) };
}

async function post(connection: Connection, body: Record<string, unknown> = {}) {
  const { status, body: answer } = await connection.send('POST', articles, shortStory(body));
  expect(status).toBe(201);
  return answer.data;
}

async function publish(connection: Connection, id: string): Promise<string> {
  const { headers } = await connection.send('GET', `${articles}/${id}`);
  const answer = await connection.send('POST', `${articles}/${id}/publish`, {}, headers.etag);
  expect(answer.status).toBe(200);
  return answer.headers.etag ?? '';
}

describe('a server of several workers', () => {
  let cluster: Cluster;
  let first: Connection;
  let second: Connection;
  beforeAll(async () => {
    cluster = await startCluster();
    [first, second] = cluster.connections as [Connection, Connection];
  });
  afterAll(() => cluster.server.kill());

  it('migrates, seeds and prints its address and a key once, and is ready in each', async () => {
    const { server } = cluster;
    expect(server.stdout.match(/Copydesk is at/g)).toHaveLength(1);
    expect(server.stdout.match(keyPattern)).toHaveLength(1);
    expect(new Set(pidsIn(server, ready)).size).toBe(workers);
    expect(pidsIn(server, leads)).toHaveLength(1);
    for (const connection of cluster.connections) {
      expect((await connection.send('GET', '/readyz')).status).toBe(200);
      expect((await connection.send('GET', minsk)).status).toBe(200);
    }
  });

  it('shows at once in each what was written through another', async () => {
    const { id } = await post(first);
    for (let i = 0; i < 60; i++) {
      const [writer, reader] = i % 2 === 0 ? [first, second] : [second, first];
      const { headers } = await writer.send('GET', `${articles}/${id}`);
      const patched = await writer.send('PATCH', `${articles}/${id}`, { headline: `Headline ${i}` }, headers.etag);
      expect(patched.status).toBe(200);
      expect((await reader.send('GET', `${articles}/${id}`)).body.data.headline).toBe(`Headline ${i}`);
      const published = await writer.send('POST', `${articles}/${id}/publish`, {}, patched.headers.etag);
      expect(published.status).toBe(200);
      for (const one of [reader, writer])
        expect((await one.send('GET', `/v1/articles/${id}`)).body.data.headline).toBe(`Headline ${i}`);
    }
  });

  it('lets one of those win who write with the same version through different workers', async () => {
    const { id } = await post(first);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        (i % 2 === 0 ? first : second).send('PATCH', `${articles}/${id}`, { headline: `By ${i}` }, '"1"'),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
  });

  it('tells listeners of each worker what is published through any, in one order', async () => {
    const listenings = await Promise.all(Array.from({ length: 6 }, () => Listening.open(cluster.server.address)));
    const ids: string[] = [];
    for (let i = 0; i < 10; i++) {
      const { id } = await post(i % 2 === 0 ? first : second);
      await publish(i % 2 === 0 ? second : first, id);
      ids.push(id);
    }
    for (const listening of listenings) {
      expect((await listening.first(10)).map(({ event, data }) => `${event} ${data.id}`)).toEqual(
        ids.map((id) => `published ${id}`),
      );
      listening.cut();
    }
    expect(new Set(listenings.map(({ text }) => text.slice(text.indexOf('event:')))).size).toBe(1);
  });

  it('does what a worker began that does not do the background work', async () => {
    for (const connection of cluster.connections) {
      const { id } = await post(connection);
      const erasure = { kind: 'article', id, reason: 'A court said so.' };
      const { body, status } = await connection.send('POST', '/v1/manage/erasures', erasure, '"1"');
      expect(status).toBe(201);
      const state = async () => (await second.send('GET', `/v1/manage/erasures/${body.data.id}`)).body.data.state;
      await expect.poll(state, { timeout: 30_000 }).toBe('done');
    }
  });

  it('ends with 0 when it is asked to, its listeners and clients with it, and leaves one file beside the pictures', async () => {
    const listening = await Listening.open(cluster.server.address);
    cluster.server.terminate();
    expect(await listening.over).toBe('ended');
    expect(await cluster.server.exitCode).toBe(0);
    expect(cluster.server.stderr).toBe('');
    // Workers that close the database at the same moment may each leave its log to the other, and so to the next who closes it.
    const file = new DatabaseFile(join(cluster.folder, 'copydesk.db'));
    expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
    file.close();
    expect(readdirSync(cluster.folder).filter((name) => name !== 'media')).toEqual(['copydesk.db']);
  });
});

describe('a worker that is killed', () => {
  it('is replaced, loses nothing that was acknowledged, and holds the others up for nothing', async () => {
    const { server, key, folder } = await startCluster();
    const posted: string[] = [];
    let isOver = false;
    /** Posts and publishes for as long as it lasts; a lost connection is opened anew, as clients do. */
    const load = async () => {
      while (!isOver) {
        const [connection] = await connectToEach(server, key, 1).catch(() => []);
        try {
          while (connection && !isOver) {
            const { id } = await post(connection);
            await publish(connection, id);
            posted.push(id);
          }
        } catch (error) {
          expect(String(error)).toMatch(/ECONNRESET|socket hang up|EPIPE|aborted/);
        }
        connection?.close();
      }
    };
    const loads = Array.from({ length: 4 }, load);
    const killed: number[] = [];
    for (let round = 1; round <= 4; round++) {
      const before = posted.length;
      await expect.poll(() => posted.length, { timeout: 30_000 }).toBeGreaterThan(before + 5);
      // In turn the one that does the background work, and another.
      const alive = pidsIn(server, ready).filter((pid) => !killed.includes(pid));
      const leader = pidsIn(server, leads).at(-1);
      const victim = (round % 2 === 1 ? leader : alive.find((pid) => pid !== leader)) ?? 0;
      process.kill(victim, 'SIGKILL');
      killed.push(victim);
      await expect.poll(() => pidsIn(server, ready).length, { timeout: 30_000 }).toBe(workers + round);
      expect(killed).not.toContain(pidsIn(server, leads).at(-1));
    }
    isOver = true;
    await Promise.all(loads);
    const [reader] = await connectToEach(server, key, 1);
    for (const id of posted) expect((await reader?.send('GET', `/v1/articles/${id}`))?.status).toBe(200);
    server.terminate();
    expect(await server.exitCode).toBe(0);
    const file = new DatabaseFile(join(folder, 'copydesk.db'));
    expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
    file.close();
  }, 180_000);

  it('leaves its schedules to the next, which fires each once', async () => {
    const { server, key, folder, connections } = await startCluster();
    const [connection] = connections as [Connection];
    const at = new Date(Date.now() + 12_000).toISOString();
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) {
      const { id } = await post(connection);
      const plan = { action: 'publish', at };
      expect((await connection.send('POST', `${articles}/${id}/schedule`, plan, '"1"')).status).toBe(201);
      ids.push(id);
    }
    await new Promise((resolve) => setTimeout(resolve, Date.parse(at) - Date.now() - 200));
    process.kill(pidsIn(server, leads).at(-1) ?? 0, 'SIGKILL');
    const file = new DatabaseFile(join(folder, 'copydesk.db'), { readonly: true });
    const count = file.prepare('SELECT count(*) FROM publications WHERE article_id <> ? AND at >= ?').pluck();
    await expect.poll(() => count.get('', at), { timeout: 30_000 }).toBe(ids.length);
    const [reader] = await connectToEach(server, key, 1);
    for (const id of ids) expect((await reader?.send('GET', `/v1/articles/${id}`))?.status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(count.get('', at)).toBe(ids.length);
    file.close();
    server.terminate();
    expect(await server.exitCode).toBe(0);
  }, 120_000);
});

describe('a start of several workers that cannot succeed', () => {
  it('says why in one line, and ends with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await run('src/server.ts', [], { ...settings(), PORT: String(port) });
    other.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^copydesk: Port \d+ of 127.0.0.1 is taken\.[^\n]+\n$/);
  });

  it('names a wrong number of them', async () => {
    const { code, stderr } = await run('src/server.ts', [], { ...settings(), WORKERS: '0' });
    expect([code, stderr]).toEqual([1, 'copydesk: WORKERS must be a whole number from 1 to 256 (it is "0")\n']);
  });
});
