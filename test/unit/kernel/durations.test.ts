import { describe, expect, it } from 'vitest';
import { durationMs } from '../../../src/kernel/durations.js';

describe('durationMs', () => {
  it.each([
    ['PT0S', 0],
    ['PT90S', 90_000],
    ['PT1H30M', 5_400_000],
    ['PT36H', 129_600_000],
    ['P7D', 604_800_000],
    ['P1DT1S', 86_401_000],
  ])('reads %s', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each(['', 'P', 'PT', 'P1DT', '1D', 'P1W', 'P1M', 'P1Y', 'PT1.5H', 'PT1M1H', '-PT1H', 'pt1h', 'PT1H '])(
    'knows no length of %j',
    (text) => {
      expect(durationMs(text)).toBeUndefined();
    },
  );
});
