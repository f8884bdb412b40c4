// What the product does as a share of the floor, round by round in turn.
import type { LoadJob } from './load.js';
import { ask, makeLoad, type Peer, type Usage } from './peers.js';

export interface Reading {
  name: string;
  goal: number;
  path: string;
  floorPath?: string;
  pick: LoadJob['pick'];
  headers?: Record<string, string>;
}

export interface Rounds {
  stories: number;
  seconds: number;
  rounds: number;
}

export function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

async function loadOnce(
  peer: Peer,
  path: string,
  { pick, headers = {} }: Reading,
  { stories, seconds }: Rounds,
): Promise<{ rps: number; cpuUs: number; rssBytes: number }> {
  const before = await ask<Usage>(peer.process, {});
  const { requests, seconds: took } = await makeLoad({ address: peer.address, path, pick, stories, headers, seconds });
  const after = await ask<Usage>(peer.process, {});
  return { rps: requests / took, cpuUs: (after.cpuUs - before.cpuUs) / requests, rssBytes: after.rssBytes };
}

/** @param say is told the figures as a row of a table */
export async function measureAgainstFloor(
  reading: Reading,
  product: Peer,
  floor: Peer,
  all: Rounds,
  say: (row: string) => void,
) {
  const figures = {
    product: [] as { rps: number; cpuUs: number; rssBytes: number }[],
    floor: [] as { rps: number; cpuUs: number }[],
  };
  // The first round only warms up: code is compiled, and the caches are as full as they get.
  for (let round = 0; round <= all.rounds; round++) {
    const ofProduct = await loadOnce(product, reading.path, reading, all);
    const ofFloor = await loadOnce(floor, reading.floorPath ?? reading.path, reading, all);
    if (round === 0) continue;
    figures.product.push(ofProduct);
    figures.floor.push(ofFloor);
  }
  const rps = median(figures.product.map((figure) => figure.rps));
  const floorRps = median(figures.floor.map((figure) => figure.rps));
  const cpuUs = median(figures.product.map((figure) => figure.cpuUs));
  const floorCpuUs = median(figures.floor.map((figure) => figure.cpuUs));
  const two = (n: number) => Math.round(n * 100) / 100;
  const rssMB = Math.round(Math.max(...figures.product.map((figure) => figure.rssBytes)) / 1e6);
  const result = {
    goal: reading.goal,
    rps: Math.round(rps),
    floorRps: Math.round(floorRps),
    shareOfRps: two(rps / floorRps),
    cpuUs: two(cpuUs),
    floorCpuUs: two(floorCpuUs),
    shareOfCpu: two(floorCpuUs / cpuUs),
    rssMB,
  };
  say(
    `| ${reading.name} | ${result.rps} | ${result.floorRps} | ${result.shareOfRps} | ${result.shareOfCpu} | ≥ ${result.goal} | ${rssMB} MB |`,
  );
  return result;
}
