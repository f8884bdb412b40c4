import { describe, expect, it } from 'vitest';
import { askedMs, attemptsMax, delayAfter } from '../../../src/webhooks/dispatching/patience.js';

const hourMs = 3_600_000;
const delays = (random: number) =>
  Array.from({ length: attemptsMax - 1 }, (_, i) => delayAfter(i + 1, 0, () => random) ?? 0);
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

describe('the delays between attempts', () => {
  it('are nine that grow, of three days in all and by chance a fifth less', () => {
    const longest = delays(1);
    expect(longest).toHaveLength(9);
    expect(longest).toEqual(longest.toSorted((a, b) => a - b));
    expect(sum(longest) / hourMs).toBeGreaterThan(71);
    expect(sum(longest) / hourMs).toBeLessThanOrEqual(72);
    expect(sum(delays(0))).toBeCloseTo(0.8 * sum(longest), -3);
    expect(delayAfter(attemptsMax, 0)).toBeUndefined();
  });

  it('are longer where a receiver asks for it, by a day at most', () => {
    expect(delayAfter(1, hourMs)).toBe(hourMs);
    expect(delayAfter(1, 100 * hourMs)).toBe(24 * hourMs);
    expect(delayAfter(9, hourMs, () => 1)).toBe(34 * hourMs);
  });
});

describe('how long a receiver asks to be left alone', () => {
  const now = '2026-11-26T12:00:00.000Z';

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Thu, 26 Nov 2026 13:00:00 GMT', hourMs],
    ['Thu, 26 Nov 2026 11:00:00 GMT', 0],
    ['soon', 0],
    ['-5', 0],
    ['1e9', 0],
    ['2026-11-26T13:00:00Z', 0],
    [undefined, 0],
  ])('is by %s %d ms', (retryAfter, ms) => {
    expect(askedMs(retryAfter, now)).toBe(ms);
  });
});
