// The processes of a run: what is measured, what it is measured by, and what makes the load.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadJob } from './load.js';

export interface Peer {
  process: ChildProcess;
  address: string;
  key: string;
}
export interface Usage {
  cpuUs: number;
  rssBytes: number;
}

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Starts one of the files beside this one, as `npm start` starts the product, and waits for its first message. */
export async function startPeer(file: string, args: string[], environment: Record<string, string>): Promise<Peer> {
  const child = fork(here(file), args, {
    execArgv: ['--max-semi-space-size=8', '--import', './src/typescript.mjs'],
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ address, key = '' }] = (await once(child, 'message')) as [{ address: string; key?: string }];
  return { process: child, address, key };
}

export async function ask<Answer>(child: ChildProcess, message: object): Promise<Answer> {
  child.send(message);
  const [answer] = (await once(child, 'message')) as [Answer];
  return answer;
}

export interface Loaded {
  requests: number;
  seconds: number;
  failures: number;
  p50Ms: number;
  p99Ms: number;
}

/** Makes load from another process. @throws when a request fails */
export async function makeLoad(job: LoadJob): Promise<Loaded> {
  const load = fork(here('load.ts'), [], { execArgv: ['--import', 'tsx'] });
  const loaded = await ask<Loaded>(load, job);
  load.disconnect();
  if (loaded.failures > 0) throw new Error(`${loaded.failures} requests of ${job.path} failed`);
  return loaded;
}
