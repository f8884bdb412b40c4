// A newsroom and its readers at work for half an hour: what the server keeps in memory does not go on growing.
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { BusyDay } from '../support/busy-day.js';
import { heapInUse, inspectable } from '../support/heap.js';
import { residentBytes } from '../support/memory.js';
import { RunningServer, run, temporaryFolder } from '../support/processes.js';
import { chanceOf, rounds } from '../support/rounds.js';

interface Length {
  /** How often the heap is looked at, and how many times. */
  everyMs: number;
  looks: number;
  /** How many looks belong to the beginning, in which caches fill; more where so much has not been asked for by then. */
  warmUp: number;
  warmUpRequests: number;
  /** Between two requests of one client, once caches are full: until then each asks again at once. */
  pauseMs: number;
  /** By how much the heap may have grown since the beginning. */
  growthMax: number;
}
// In so short a time caches are still filling: 0.1 is what that comes to.
const brief = { everyMs: 5000, looks: 18, warmUp: 6, warmUpRequests: 5000, pauseMs: 0, growthMax: 0.2 };
const length = rounds<Length>({
  quick: brief,
  short: brief,
  long: { everyMs: 60_000, looks: 30, warmUp: 5, warmUpRequests: 60_000, pauseMs: 60, growthMax: 0.05 },
});
/** How many looks the beginning and the end are the mean of. */
const looksPerMean = 3;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const inMB = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

it('the heap does not go on growing while everything is in use', async () => {
  const settings = {
    DATA_DIR: temporaryFolder(),
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    METRICS_PORT: '0',
    TRUST_PROXY: 'true',
    RATE_LIMIT_KEY: '1000000',
    RATE_LIMIT_ADDRESS: '1000000',
    RATE_LIMIT_FAILED_KEYS: '60',
    ...inspectable,
  };
  const made = await run('src/cli/keys.ts', ['create', '--role', 'admin', '--name', 'desk'], settings);
  const server = await RunningServer.start(settings);
  const day = new BusyDay(server, made.stdout.trim().split('\n').at(-1) ?? '', chanceOf('busy day'));
  await day.begin();

  const heaps: number[] = [];
  /** Looks up to the end of the beginning. */
  let begun = Number.POSITIVE_INFINITY;
  let isOver = false;
  const keepOn = async (act: () => Promise<void>) => {
    while (!isOver) {
      await act();
      if (heaps.length >= begun) await wait(length.pauseMs);
    }
  };
  const clients = Promise.all([keepOn(() => day.read()), keepOn(() => day.read()), keepOn(() => day.work())]);
  clients.catch(() => undefined);
  for (let look = 1; look <= begun + length.looks - length.warmUp; look++) {
    // Whatever goes wrong for a client ends the test.
    await Promise.race([clients, wait(length.everyMs)]);
    const heap = await heapInUse(server);
    heaps.push(heap);
    if (look >= length.warmUp && day.requests >= length.warmUpRequests) begun = Math.min(begun, look);
    const seconds = (look * length.everyMs) / 1000;
    console.log(
      `${seconds} s: heap ${inMB(heap)}, resident ${inMB(residentBytes(server.pid))}, ${day.requests} requests`,
    );
  }
  isOver = true;
  await clients;
  const before = mean(heaps.slice(begun - 1, begun - 1 + looksPerMean));
  const after = mean(heaps.slice(-looksPerMean));
  console.log(
    `heap ${inMB(before)} after the beginning, ${inMB(after)} at the end: ${((after / before - 1) * 100).toFixed(1)} %`,
  );
  expect(after / before - 1).toBeLessThan(length.growthMax);
  server.terminate();
  expect(await server.exitCode).toBe(0);
}, 3_600_000);
