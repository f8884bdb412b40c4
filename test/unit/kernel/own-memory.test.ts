import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LRUCache } from 'lru-cache';
import { describe, expect, it } from 'vitest';
import { inOwnMemory, keptSize } from '../../../src/kernel/own-memory.js';

const MB = 1024 * 1024;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Memory that is in use once what can be collected has been. */
function inUse(): number {
  for (let i = 0; i < 3; i++) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('a cache of bytes that counts what they take', () => {
  it.each([20, 200, 20_000])('keeps to its bound when each has %i', (length) => {
    const kept = new LRUCache<string, Buffer>({ maxSize: 16 * MB, sizeCalculation: keptSize });
    const before = inUse();
    const count = (40 * MB) / (length + 400);
    for (let i = 0; i < count; i++)
      kept.set(`gzip "tag-of-some-answer-${i}"`, inOwnMemory(Buffer.from('x'.repeat(length))));
    expect(inUse() - before).toBeLessThan(18 * MB);
    expect(kept.calculatedSize).toBeGreaterThan(15 * MB);
  });
});
