// How long readers of stories wait while others search, each after the other's answer. No two searches ask the same, so that none is
// answered from memory.
import { commonWord, rareWord } from './corpus.js';

/** Readers at a steady pace that one core serves easily, so that it is the searches that are seen and not a queue of readers. */
export const readsPerSecond = 2000;
const searchers = 4;

export interface SearchFigures {
  /** Of reads of stories. */
  readsP50Ms: number;
  readsP99Ms: number;
  searchesPerSecond: number;
  searchP50Ms: number;
}

export interface ReadLatency {
  p50Ms: number;
  p99Ms: number;
}

/** @param read reads stories for some seconds, and tells how long that took */
export async function measureSearches(
  address: string,
  read: () => Promise<ReadLatency>,
): Promise<Record<'none' | 'common' | 'rare', SearchFigures>> {
  await read();
  return {
    none: await measureWith(address, undefined, read),
    common: await measureWith(address, commonWord, read),
    rare: await measureWith(address, rareWord, read),
  };
}

async function measureWith(
  address: string,
  word: string | undefined,
  read: () => Promise<ReadLatency>,
): Promise<SearchFigures> {
  let isReading = true;
  const times: number[] = [];
  const search = async (who: number) => {
    for (let n = 0; isReading; n++) {
      const before = performance.now();
      const answer = await fetch(`${address}/v1/articles?q=${word}+-nowhere${who}x${n}x${before}&facets=desk,tag`);
      if (!answer.ok) throw new Error(`a search was answered ${answer.status}`);
      await answer.arrayBuffer();
      times.push(performance.now() - before);
    }
  };
  const began = performance.now();
  const searching = word === undefined ? [] : Array.from({ length: searchers }, (_, who) => search(who));
  const { p50Ms, p99Ms } = await read();
  const seconds = (performance.now() - began) / 1000;
  isReading = false;
  await Promise.all(searching);
  const sorted = times.toSorted((a, b) => a - b);
  return {
    readsP50Ms: p50Ms,
    readsP99Ms: p99Ms,
    searchesPerSecond: Math.round(sorted.length / seconds),
    searchP50Ms: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
  };
}
