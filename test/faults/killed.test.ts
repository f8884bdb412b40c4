// A newsroom at work, and the server is killed again and again.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { DeskWorker, workUntil } from '../support/desk-worker.js';
import { RunningServer, run, temporaryFolder } from '../support/processes.js';
import { chanceOf, rounds } from '../support/rounds.js';

const kills = rounds({ quick: 3, short: 8, long: 200 });
/** What the command for it looks at takes seconds, so it is not asked after every kill. */
const killsPerExamination = 20;
const workerCount = 6;
const settings = { DATA_DIR: temporaryFolder(), NODE_ENV: 'production' };

let reference: TestApp;
let server: RunningServer;

beforeAll(async () => {
  reference = await startApp();
});
afterAll(() => reference.close());

async function requireWell(): Promise<void> {
  const { code, stdout, stderr } = await run('src/cli/doctor.ts', [], settings);
  expect(`${stdout}${stderr}`).not.toContain('WRONG');
  expect(code).toBe(0);
}

it(`loses nothing that was acknowledged in ${kills} kills, and is well after each`, async () => {
  const made = await run('src/cli/keys.ts', ['create', '--role', 'publisher', '--name', 'desk'], settings);
  const key = made.stdout.trim().split('\n').at(-1) ?? '';
  const place = { reference, server: () => server, key };
  const workers = Array.from(
    { length: workerCount },
    (_, i) => new DeskWorker(place, `worker-${i}`, chanceOf(`worker ${i}`)),
  );
  const chance = chanceOf('kills');
  server = await RunningServer.start(settings);
  for (let kill = 1; kill <= kills; kill++) {
    // What a dying connection says is let through.
    await workUntil(
      workers,
      200 + chance() * 1300,
      () => server.kill(),
      () => true,
    );
    if (kill % killsPerExamination === 0) await requireWell();
    server = await RunningServer.start(settings);
    for (const worker of workers) await worker.readBack();
  }
  await requireWell();
  const acknowledged = workers.reduce((sum, worker) => sum + worker.acknowledged, 0);
  console.log(`${acknowledged} acknowledged writes, ${kills} kills, none lost`);
  expect(acknowledged).toBeGreaterThan(kills);
}, 3_600_000);
