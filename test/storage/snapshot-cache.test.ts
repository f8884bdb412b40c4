import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { SnapshotCache } from '../../src/storage/snapshot-cache.js';

let cache: SnapshotCache;
beforeEach(() => {
  cache = new SnapshotCache(1000);
});

const head = (n: number) => ({ articleId: `id-${n}`, slug: `slug-${n}`, etag: `"${n}"`, lastModified: '' });
const set = (n: number, body: string, slug = `slug-${n}`) => cache.set({ ...head(n), slug }, Buffer.from(body));
const read = (n: number) => cache.find(`id-${n}`)?.read();
const text = (n: number) => read(n)?.bytes.toString();
/** Which of some stories are there. */
const kept = (...all: number[]) => all.filter((n) => cache.find(`slug-${n}`));

describe('the snapshot cache', () => {
  it('finds a story by slug and by id, and reads its bytes', () => {
    set(1, 'one');
    set(2, 'two');
    expect([cache.find('slug-1'), cache.find('id-2')]).toMatchObject([head(1), head(2)]);
    expect([text(1), text(2)]).toEqual(['one', 'two']);
  });

  it('forgets, also a former slug', () => {
    set(1, 'one');
    set(1, 'new', 'renamed');
    expect([cache.find('slug-1'), cache.find('renamed')?.slug, text(1)]).toEqual([undefined, 'renamed', 'new']);
    cache.forget('id-1');
    expect([cache.find('renamed'), read(1)]).toEqual([undefined, undefined]);
  });

  it('leaves out what is larger than it', () => {
    set(1, 'one');
    set(2, 'b'.repeat(1001));
    set(2, 'b'.repeat(1001));
    expect([cache.find('slug-2'), text(1)]).toEqual([undefined, 'one']);
  });

  it('takes in what is asked for again once it is full, in place of the oldest, and of no more than that', () => {
    for (let n = 1; n <= 3; n++) set(n, `${n}`.repeat(300));
    set(4, '4'.repeat(300));
    expect(kept(1, 2, 3, 4)).toEqual([1, 2, 3]);
    set(4, '4'.repeat(300));
    expect(kept(1, 2, 3, 4)).toEqual([2, 3, 4]);
    set(5, '5'.repeat(200));
    set(5, '5'.repeat(200));
    expect(kept(2, 3, 4, 5)).toEqual([3, 4, 5]);
    for (const n of [3, 4]) expect(text(n)).toBe(`${n}`.repeat(300));
    expect(text(5)).toBe('5'.repeat(200));
  });

  it('is left as it is by who asks for everything once, however much that is', () => {
    for (let n = 1; n <= 4; n++) set(n, `${n}`.repeat(250));
    for (let n = 5; n < 1000; n++) set(n, `${n}`.repeat(50));
    expect(kept(1, 2, 3, 4)).toEqual([1, 2, 3, 4]);
  });

  it('takes in what has changed at once, however full it is', () => {
    for (let n = 1; n <= 4; n++) set(n, `${n}`.repeat(250));
    cache.forget('id-4');
    set(4, 'new');
    expect([kept(1, 2, 3, 4), text(4)]).toEqual([[2, 3, 4], 'new']);
  });

  it('gives each story its own bytes, whatever came in, changed and went, in whatever order', () => {
    const size = fc.integer({ min: 1, max: 400 });
    const step = fc.record({
      n: fc.integer({ min: 1, max: 8 }),
      size,
      what: fc.constantFrom('set', 'forget', 'clear'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const live = new Map<number, string>();
        cache.clear();
        for (const [i, { n, size: length, what }] of steps.entries()) {
          const body = `${n} ${i} `.padEnd(length, '.');
          if (what === 'clear' && i % 10 > 0) continue;
          if (what === 'clear') cache.clear();
          else cache.forget(`id-${n}`);
          if (what === 'set') {
            set(n, body);
            live.set(n, body);
          }
          for (const of of kept(1, 2, 3, 4, 5, 6, 7, 8)) expect(text(of)).toBe(live.get(of));
        }
      }),
    );
  });

  it('has bytes of its own, which are of stories that are larger than its pieces as well', () => {
    const body = Buffer.from('é'.repeat(300));
    cache.set(head(1), body);
    body.fill(0);
    expect(text(1)).toBe('é'.repeat(300));
  });

  it('leaves what is being sent as it is, however much comes in meanwhile, and then gives its memory back', async () => {
    set(1, 'a'.repeat(600));
    const sent = read(1);
    for (let i = 0; i < 2; i++) set(2, 'b'.repeat(600));
    await turn();
    expect([kept(1, 2), sent?.bytes.toString()]).toEqual([[2], 'a'.repeat(600)]);
    sent?.release();
    expect(sent?.bytes).toHaveLength(0);
    expect(text(2)).toBe('b'.repeat(600));
  });

  it('has what was found read in the same turn, and never gives other bytes later', async () => {
    set(1, 'a'.repeat(600));
    const found = cache.find('slug-1');
    for (let i = 0; i < 2; i++) set(2, 'b'.repeat(600));
    const lease = found?.read();
    expect(lease?.bytes.toString()).toBe('a'.repeat(600));
    lease?.release();
    await turn();
    expect(() => found?.read()).toThrow('too long ago');
  });

  it('takes no more memory than it may, also for small stories', () => {
    for (let n = 1; n < 200; n++) for (let i = 0; i < 2; i++) set(n, `${n}`.padEnd(20, '.'));
    const all = kept(...Array.from({ length: 200 }, (_, n) => n));
    expect(all.length).toBeGreaterThan(30);
    expect(all.length * 20).toBeLessThanOrEqual(1000);
    for (const n of all) expect(text(n)).toBe(`${n}`.padEnd(20, '.'));
  });

  it('does not grow by stories that change over and over', async () => {
    const large = new SnapshotCache(100_000_000);
    const before = process.memoryUsage().arrayBuffers;
    const body = Buffer.alloc(1_000_000, 'a');
    for (let i = 0; i < 60; i++) {
      large.set(head(1), body);
      await turn();
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(25_000_000);
    expect(large.find('slug-1')?.read().bytes.equals(body)).toBe(true);
  });

  it('keeps nothing where it may take no memory', () => {
    const none = new SnapshotCache(0);
    for (let i = 0; i < 2; i++) none.set(head(1), Buffer.from('one'));
    expect(none.find('slug-1')).toBeUndefined();
  });
});
