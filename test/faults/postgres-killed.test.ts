// A newsroom at work on PostgreSQL, which syncs to disk; the server is killed again and again, and so is PostgreSQL.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/kernel/clock.js';
import { recompile } from '../../src/publishing/recompiling/service.js';
import { openPostgres } from '../../src/storage/postgres/engine.js';
import { startApp, type TestApp } from '../support/app.js';
import { DeskWorker, workUntil } from '../support/desk-worker.js';
import { onDatabase } from '../support/postgres.js';
import { startPostgres } from '../support/postgres-server.js';
import { RunningServer, run, temporaryFolder } from '../support/processes.js';
import { Readers } from '../support/readers.js';
import { chanceOf, rounds } from '../support/rounds.js';

const kills = rounds({ quick: 2, short: 4, long: 100 });
const workerCount = 6;
const chance = chanceOf('kills of PostgreSQL');
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let settings: Record<string, string> & { DATABASE_URL: string };
/** Only its document is asked. */
let reference: TestApp;
let server: RunningServer;
let workers: DeskWorker[];

beforeAll(async () => {
  reference = await startApp();
  postgres = await startPostgres([]);
  await postgres.server.createDatabase('newsroom');
  const DATABASE_URL = `${postgres.url}/newsroom`;
  settings = { DATA_DIR: temporaryFolder(), NODE_ENV: 'production', DATABASE_URL };
  const made = await run('src/cli/keys.ts', ['create', '--role', 'publisher', '--name', 'desk'], settings);
  const key = made.stdout.trim().split('\n').at(-1) ?? '';
  const place = { reference, server: () => server, key };
  workers = Array.from(
    { length: workerCount },
    (_, i) => new DeskWorker(place, `worker-${i}`, chanceOf(`worker ${i} on PostgreSQL`)),
  );
  server = await RunningServer.start(settings);
});
afterAll(async () => {
  await server.kill();
  await postgres.stop();
  await reference.close();
});

const acknowledged = () => workers.reduce((sum, worker) => sum + worker.acknowledged, 0);

async function readBack(): Promise<void> {
  for (const worker of workers) await worker.readBack();
}

/** What is found by words and what readers get is what a fresh look at everything would make of it. */
async function requireWell(): Promise<void> {
  const store = await openPostgres({ url: settings.DATABASE_URL, cacheBytesMax: 0 });
  expect(await store.search.inspect()).toMatchObject({ isSound: true });
  expect(await recompile(store, systemClock, () => undefined)).toMatchObject({ stale: 0, failed: [] });
  await store.close();
}

describe('on PostgreSQL that syncs to disk', () => {
  it('is what the following is tried with', async () => {
    const shown = await onDatabase(settings.DATABASE_URL, (client) =>
      client.query(
        "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit, current_setting('full_page_writes') AS pages",
      ),
    );
    expect(shown.rows).toEqual([{ fsync: 'on', commit: 'on', pages: 'on' }]);
  });

  it(`loses nothing that was acknowledged in ${kills} kills of the server`, async () => {
    const before = acknowledged();
    for (let kill = 1; kill <= kills; kill++) {
      // What a dying connection says is let through.
      await workUntil(
        workers,
        200 + chance() * 1300,
        () => server.kill(),
        () => true,
      );
      server = await RunningServer.start(settings);
      await readBack();
    }
    await requireWell();
    console.log(`${acknowledged() - before} acknowledged writes, ${kills} kills of the server, none lost`);
    expect(acknowledged() - before).toBeGreaterThan(kills);
  }, 3_600_000);

  it(`loses nothing in ${kills} kills of PostgreSQL, answers meanwhile, and goes on by itself`, async () => {
    const before = acknowledged();
    const readers = new Readers(server.address, ['/v1/articles?limit=1', '/v1/articles/worker-0-1', '/v1/tags']);
    for (let kill = 1; kill <= kills; kill++) {
      const isRefusal = (error: unknown) => /got 503 "Service Unavailable"/.test(String(error));
      await workUntil(workers, 500 + chance() * 1000, () => postgres.server.kill(), isRefusal);
      await pause(300 + chance() * 1000);
      await postgres.server.start();
      await expect.poll(async () => (await fetch(`${server.address}/readyz`)).status).toBe(200);
      await readBack();
    }
    const { served, refused, slowestMs } = await readers.end();
    await requireWell();
    console.log(
      `${acknowledged() - before} acknowledged writes, ${kills} kills of PostgreSQL, none lost; readers got ${served} answers and ${refused} times 503, the slowest after ${Math.round(slowestMs)} ms`,
    );
    expect(acknowledged() - before).toBeGreaterThan(kills);
    expect(Math.min(served, refused)).toBeGreaterThan(0);
    expect(slowestMs).toBeLessThan(15_000);
  }, 3_600_000);
});
