import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxOf, heightAt, shapes, type View, viewOfText, viewText, widthsOf } from '../../../src/blocks/renditions.js';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const point = fc.record({ x: share, y: share });
const crop = fc
  .record({ x: share, y: share, width: share, height: share })
  .map(({ x, y, width, height }) => ({ x, y, width: Math.min(width, 1 - x), height: Math.min(height, 1 - y) }));
const view: fc.Arbitrary<View> = fc.record({ crop: fc.option(crop), focalPoint: fc.option(point) });
const side = fc.integer({ min: 1, max: 9000 });

describe('a view', () => {
  it('is told by its address, and by no other', () => {
    fc.assert(
      fc.property(view, (one) => {
        const text = viewText(one);
        const read = viewOfText(text);
        expect(read && viewText(read)).toBe(text);
      }),
    );
    for (const other of ['c0-0-01-1', 'f1', 'c1-2-3', 'f1-2_c0-0-1-1', '_f1-2', 'c0-0-1-1f1-2', 'x'])
      expect([other, viewOfText(other)]).toEqual([other, undefined]);
  });
});

describe('the part of a picture that a shape shows', () => {
  it('lies within the crop, has the shape as nearly as pixels can, and the focal point whenever that is in the crop', () => {
    fc.assert(
      fc.property(
        side,
        side,
        view,
        fc.option(point),
        fc.constantFrom(...shapes),
        (width, height, seen, focal, shape) => {
          const file = { width, height };
          const region = boxOf(file, seen, focal, 'full');
          const box = boxOf(file, seen, focal, shape);
          expect(box.left).toBeGreaterThanOrEqual(region.left);
          expect(box.top).toBeGreaterThanOrEqual(region.top);
          expect(box.left + box.width).toBeLessThanOrEqual(region.left + region.width);
          expect(box.top + box.height).toBeLessThanOrEqual(region.top + region.height);
          expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(1);
          // It is as large as it can be: it touches two opposite edges.
          expect(box.width === region.width || box.height === region.height).toBe(true);
          const kept = seen.focalPoint ?? focal;
          if (!kept) return;
          const [x, y] = [kept.x * width, kept.y * height];
          const isWithin = (at: number, from: number, size: number) => at >= from - 1 && at <= from + size + 1;
          if (!isWithin(x, region.left + 1, region.width - 2) || !isWithin(y, region.top + 1, region.height - 2))
            return;
          expect(isWithin(x, box.left, box.width) && isWithin(y, box.top, box.height)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the widths of a picture', () => {
  it('rise, end with its own or the widest there is, and are never larger than it', () => {
    fc.assert(
      fc.property(side, side, (width, height) => {
        const widths = widthsOf(width);
        expect(widths).toEqual([...new Set(widths)].sort((a, b) => a - b));
        expect(widths.at(-1)).toBe(Math.min(width, 2560));
        for (const step of widths) expect(heightAt(step, { width, height })).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});
