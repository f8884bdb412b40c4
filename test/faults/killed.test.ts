// A newsroom at work, and the server is killed again and again: while it saves, publishes, plans, imports, takes pictures and tells others.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { DeskWorker, workUntil } from '../support/desk-worker.js';
import { Importer } from '../support/importer.js';
import { Photographer } from '../support/photographer.js';
import { Planner } from '../support/planner.js';
import { RunningServer, run, temporaryFolder } from '../support/processes.js';
import { Receiver } from '../support/receiver.js';
import { chanceOf, rounds } from '../support/rounds.js';
import { requireAllTold } from '../support/told.js';
import { sendingSettings } from '../support/webhooks.js';

const kills = rounds({ quick: 3, short: 8, long: 200 });
/** What the command for it looks at takes seconds, so it is not asked after every kill. */
const killsPerExamination = 20;
const deskCount = 4;
const settings = { DATA_DIR: temporaryFolder(), NODE_ENV: 'production', ...sendingSettings(1000) };

let reference: TestApp;
let receiver: Receiver;
let server: RunningServer;

beforeAll(async () => {
  reference = await startApp();
  receiver = await Receiver.start();
});
afterAll(async () => {
  await receiver.stop();
  await reference.close();
});

async function lastLineOf(script: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(script, args, settings);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.trim().split('\n').at(-1) ?? '';
}

async function requireWell(): Promise<void> {
  const { code, stdout, stderr } = await run('src/cli/doctor.ts', [], settings);
  expect(`${stdout}${stderr}`).not.toContain('WRONG');
  expect(code).toBe(0);
}

it(`loses nothing that was acknowledged in ${kills} kills, and is well after each`, async () => {
  const key = await lastLineOf('src/cli/keys.ts', 'create', '--role', 'publisher', '--name', 'desk');
  await lastLineOf('src/cli/webhooks.ts', 'create', '--url', receiver.url);
  const place = { reference, server: () => server, key };
  const desk = Array.from(
    { length: deskCount },
    (_, i) => new DeskWorker(place, `worker-${i}`, chanceOf(`worker ${i}`)),
  );
  const planner = new Planner(place, 'planned', chanceOf('planner'));
  const photographer = new Photographer(place, chanceOf('photographer'));
  const workers = [...desk, planner, photographer, new Importer(place, 'importer')];
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
    await Promise.all(workers.map((worker) => worker.readBack()));
  }
  await planner.readAll();
  await photographer.readAll();
  const { messages, repeated } = await requireAllTold(receiver, join(settings.DATA_DIR, 'copydesk.db'));
  await requireWell();
  const acknowledged = workers.reduce((sum, worker) => sum + worker.acknowledged, 0);
  console.log(
    `${acknowledged} acknowledged writes, ${photographer.acknowledged} of them pictures, ${kills} kills, none lost; ${planner.fired} schedules fired once; ${messages} webhook messages told, ${repeated} of them again`,
  );
  expect(acknowledged).toBeGreaterThan(kills);
  expect(Math.min(planner.fired, photographer.acknowledged, messages)).toBeGreaterThan(0);
}, 3_600_000);
