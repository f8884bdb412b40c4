// The primary of a newsroom at work is lost, its replica takes its place, and nothing that was acknowledged is lost with it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { DeskWorker, workUntil } from '../support/desk-worker.js';
import { makeSynchronous, promote, startReplicated } from '../support/postgres-replica.js';
import { RunningServer, run, temporaryFolder } from '../support/processes.js';
import { Readers } from '../support/readers.js';
import { chanceOf, rounds } from '../support/rounds.js';

const promotions = rounds({ quick: 1, short: 1, long: 10 });
const workerCount = 6;
const chance = chanceOf('promotions');
/** Only its document is asked. */
let reference: TestApp;

beforeAll(async () => {
  reference = await startApp();
});
afterAll(() => reference.close());

/** Starts two servers for one newsroom, on a pair of databases of their own. */
async function openNewsroom() {
  const databases = await startReplicated('newsroom');
  await makeSynchronous(databases.primary);
  const { eitherUrl: DATABASE_URL, replicaUrl: READ_DATABASE_URL } = databases;
  const settings = { DATA_DIR: temporaryFolder(), NODE_ENV: 'production', DATABASE_URL };
  const made = await run('src/cli/keys.ts', ['create', '--role', 'publisher', '--name', 'desk'], settings);
  const key = made.stdout.trim().split('\n').at(-1) ?? '';
  const start = () => RunningServer.start({ ...settings, DATA_DIR: temporaryFolder(), READ_DATABASE_URL });
  const servers = [await start(), await start()] as const;
  const workers = Array.from({ length: workerCount }, (_, i) => {
    const server = servers[i % 2] ?? servers[0];
    return new DeskWorker({ reference, server: () => server, key }, `worker-${i}`, chanceOf(`promoted ${i}`));
  });
  async function close(): Promise<void> {
    for (const server of servers) await server.kill();
    await databases.stop();
  }
  return { databases, servers, workers, close };
}

const statusOf = async ({ address }: RunningServer, path: string) => (await fetch(`${address}${path}`)).status;

/** What came of a promotion. */
interface Told {
  acknowledged: number;
  served: number;
  downMs: number;
}

async function loseThePrimary(): Promise<Told> {
  const { databases, servers, workers, close } = await openNewsroom();
  const readers = servers.map(
    ({ address }) => new Readers(address, ['/v1/articles?limit=1', '/v1/articles/worker-0-1']),
  );
  const workEach = async (times: number) => {
    for (let i = 0; i < times; i++) await Promise.all(workers.map((worker) => worker.workOnce()));
  };
  await workEach(3);
  const isRefusal = (error: unknown) => /got 503 "Service Unavailable"/.test(String(error));
  let killedAt = 0;
  const kill = () => {
    killedAt = performance.now();
    return databases.primary.kill();
  };
  await workUntil(workers, 1000 + chance() * 1000, kill, isRefusal);
  for (const server of servers) {
    expect(await statusOf(server, '/readyz')).toBe(503);
    expect(await statusOf(server, '/readyz?for=readers')).toBe(200);
  }
  await promote(databases.replica);
  for (const server of servers) await expect.poll(() => statusOf(server, '/readyz')).toBe(200);
  const downMs = performance.now() - killedAt;
  for (const worker of workers) await worker.readBack();
  const before = workers.reduce((sum, worker) => sum + worker.acknowledged, 0);
  expect(before).toBeGreaterThan(workerCount);

  await workEach(5);
  for (const worker of workers) await expect.poll(() => worker.readBack().then(() => 'read')).toBe('read');
  const ended = await Promise.all(readers.map((reader) => reader.end()));
  expect(ended.map(({ refused }) => refused)).toEqual([0, 0]);
  await close();
  return { acknowledged: before, served: ended.reduce((sum, { served }) => sum + served, 0), downMs };
}

describe('two servers on a primary and its synchronous replica', () => {
  it(`lose no acknowledged write and serve readers throughout, in ${promotions} promotions`, async () => {
    const told: Told[] = [];
    for (let i = 0; i < promotions; i++) told.push(await loseThePrimary());
    const sum = (of: (one: Told) => number) => told.reduce((all, one) => all + of(one), 0);
    console.log(
      `${promotions} promotions: ${sum((one) => one.acknowledged)} acknowledged writes, none lost; readers got ${sum((one) => one.served)} answers and no 503; writes were away for ${told.map((one) => Math.round(one.downMs)).join(', ')} ms`,
    );
  }, 3_600_000);
});
