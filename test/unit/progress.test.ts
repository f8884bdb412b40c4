import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { progressOf } from '../../src/command.js';

let written: string[];
const screen = (isTTY: boolean) => ({ isTTY, write: (text: string) => written.push(text) > 0 });
beforeEach(() => {
  written = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const later = (ms: number, tell: () => void) => {
  vi.advanceTimersByTime(ms);
  tell();
};
const up = '\x1b[1A\r';

describe('progressOf', () => {
  it('draws a bar that fills on one line, with the time that is left, a few times a second', () => {
    const tell = progressOf('lines', screen(true));
    later(100, () => tell(0.01));
    expect(written).toEqual([]);
    later(900, () => tell(0.1));
    later(50, () => tell(0.11));
    later(950, () => tell(0.5));
    later(10, () => tell(1));
    expect(written).toEqual([
      `\rlines: [###${'.'.repeat(27)}] 10 %, 9 s left\x1b[K\n`,
      `${up}lines: [${'#'.repeat(15)}${'.'.repeat(15)}] 50 %, 2 s left\x1b[K\n`,
      `${up}lines: [${'#'.repeat(30)}] 100 %\x1b[K\n`,
    ]);
  });

  it('says minutes when there are many', () => {
    const tell = progressOf('stories', screen(true));
    later(60_000, () => tell(0.2));
    expect(written.join('')).toContain('20 %, 4 min left');
  });

  it('draws another bar when it begins once more, below what was said meanwhile', () => {
    const tell = progressOf('stories', screen(true));
    later(1000, () => tell(0.5));
    later(1000, () => tell(0.1));
    later(1000, () => tell(0.2));
    expect(written.map((text) => text.startsWith(up))).toEqual([false, false]);
    expect(written[1]).toContain('20 %, 4 s left');
  });

  it('says nothing where nobody looks on, nor of what is done at once', () => {
    later(10_000, () => progressOf('lines', screen(false))(0.5));
    const quick = progressOf('lines', screen(true));
    later(10, () => quick(1));
    expect(written).toEqual([]);
  });
});
