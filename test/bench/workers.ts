// The server as `npm start` starts it, with more processes than one: what they answer together.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const server = fileURLToPath(new URL('../../src/server.ts', import.meta.url));
/** Clock ticks of the kernel's accounting, a second (sysconf(_SC_CLK_TCK), which Linux has fixed for all programs). */
const ticksPerSecond = 100;

export interface WorkersFigures {
  rps: number;
  p99Ms: number;
  /** Processor time of all processes together, for a request. */
  cpuUs: number;
}

/**
 * @param place where its database is, as settings
 * @param makeLoad loads a server for some seconds: the first time to warm it up, then three times that are measured
 */
export async function measureWorkers(
  place: Record<string, string>,
  workers: number,
  makeLoad: (address: string) => Promise<{ requests: number; seconds: number; p99Ms: number }>,
): Promise<WorkersFigures> {
  const { address, cpuUs, stop } = await startWorkers(place, workers);
  await makeLoad(address);
  const before = cpuUs();
  const loads = [];
  for (let round = 0; round < 3; round++) loads.push(await makeLoad(address));
  const used = cpuUs() - before;
  await stop();
  const requests = loads.reduce((sum, load) => sum + load.requests, 0);
  const took = loads.reduce((sum, load) => sum + load.seconds, 0);
  const p99Ms = Math.max(...loads.map((load) => load.p99Ms));
  return { rps: Math.round(requests / took), p99Ms, cpuUs: Math.round(used / requests) };
}

/** Starts them on an existing database, and waits until each has said that it listens. */
async function startWorkers(place: Record<string, string>, workers: number) {
  const child = spawn(process.execPath, ['--max-semi-space-size=8', '--import', './src/typescript.mjs', server], {
    env: { ...process.env, ...place, PORT: '0', WORKERS: String(workers) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const addresses: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    child.stdout.on('data', (text) => {
      for (const [, address = ''] of String(text).matchAll(/listening at (http:[^"\s]+)/g)) addresses.push(address);
      if (addresses.length >= workers) resolve();
    });
  });
  const pid = child.pid ?? 0;
  return {
    address: addresses[0] ?? '',
    cpuUs: () => [pid, ...childrenOf(pid)].reduce((sum, one) => sum + cpuUsOf(one), 0),
    async stop(): Promise<void> {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

/** Of proc(5): the 14th and 15th field, of which the name before them may have spaces. */
function cpuUsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6;
}
