import { describe, expect, it } from 'vitest';
import { Slots } from '../../../src/media/decoding.js';

/** Work that ends when it is told to. */
function pending() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { work: () => promise, end: () => resolve('done') };
}
const refusal = { code: 'unavailable' };

describe('slots', () => {
  it('let so many work at once, and the others in the order in which they came', async () => {
    const slots = new Slots(2, 10, 10_000);
    const begun: number[] = [];
    const works = [0, 1, 2, 3].map(() => pending());
    const running = works.map(({ work }, i) =>
      slots.run(() => {
        begun.push(i);
        return work();
      }),
    );
    await Promise.resolve();
    expect(begun).toEqual([0, 1]);
    works[1]?.end();
    await running[1];
    expect(begun).toEqual([0, 1, 2]);
    for (const { end } of works) end();
    expect(await Promise.all(running)).toEqual(['done', 'done', 'done', 'done']);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('refuse who would be one too many to wait, and who has waited too long; the others go on', async () => {
    const slots = new Slots(1, 1, 20);
    const first = pending();
    const running = slots.run(first.work);
    const waiting = slots.run(async () => 'late');
    await expect(slots.run(async () => 'never')).rejects.toMatchObject(refusal);
    await expect(waiting).rejects.toMatchObject(refusal);
    first.end();
    expect(await running).toBe('done');
    expect(await slots.run(async () => 'after')).toBe('after');
  });

  it('are given back by work that fails', async () => {
    const slots = new Slots(1, 1, 1000);
    await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await slots.run(async () => 'after')).toBe('after');
  });
});
