import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { recurring } from '../../../src/kernel/recurring.js';

const never = (error: unknown) => {
  throw error;
};

describe('recurring work', () => {
  it('is done at once, at each interval, and never twice at the same time', async () => {
    let [runs, atWork, most] = [0, 0, 0];
    const work = recurring(5, async () => {
      runs += 1;
      most = Math.max(most, ++atWork);
      await pause(12);
      atWork -= 1;
    });
    work.start(never);
    expect(runs).toBe(1);
    await expect.poll(() => runs).toBeGreaterThan(3);
    await work.stop();
    expect([most, atWork]).toEqual([1, 0]);
  });

  it('is done once more when it is woken while it runs, however often', async () => {
    let runs = 0;
    const work = recurring(1_000_000, async () => {
      runs += 1;
      await pause(10);
    });
    work.wake();
    expect(runs).toBe(0);
    work.start(never);
    for (let i = 0; i < 5; i++) work.wake();
    await expect.poll(() => runs).toBe(2);
    await pause(30);
    expect(runs).toBe(2);
    await work.stop();
  });

  it('tells what fails and goes on at the next interval; stopped, it ends what runs and begins nothing', async () => {
    const told: unknown[] = [];
    let runs = 0;
    const work = recurring(5, async () => {
      runs += 1;
      await pause(1);
      if (runs === 1) throw new Error('no luck');
    });
    work.start((error) => told.push(error));
    await expect.poll(() => runs).toBeGreaterThan(2);
    const stopping = work.stop();
    expect(work.isStopped).toBe(true);
    work.wake();
    await stopping;
    const before = runs;
    await pause(20);
    expect([runs, told]).toEqual([before, [new Error('no luck')]]);
  });
});
