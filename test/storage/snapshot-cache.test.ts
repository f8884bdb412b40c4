import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SnapshotCache } from '../../src/storage/snapshot-cache.js';

const fallback = (articleId: string) => Buffer.from(`fallback of ${articleId}`);
let folder: string;
let cache: SnapshotCache;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-cache-'));
  cache = new SnapshotCache(join(folder, 'cache'), 1000, fallback);
});
afterEach(() => {
  cache.close();
  rmSync(folder, { recursive: true });
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

  it('leaves no file behind', () => {
    expect(existsSync(join(folder, 'cache'))).toBe(false);
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

  it('does not grow while the disk has little room, and uses what it has', () => {
    cache.close();
    cache = new SnapshotCache(join(folder, 'cache'), 2 ** 50, fallback);
    set(1, 'a'.repeat(10_000));
    expect(text(1)).toBe('a'.repeat(10_000));
    const large = Math.floor((statfsSync(folder).bavail * statfsSync(folder).bsize) / 2);
    expect(() => cache.set(head(2), { length: large } as Buffer)).not.toThrow();
    expect(kept(1, 2)).toEqual([1]);
    expect(text(1)).toBe('a'.repeat(10_000));
  });

  it('never lends memory that is still lent', () => {
    set(1, 'one');
    set(2, 'two');
    const first = read(1);
    const second = read(2);
    expect([first?.bytes.toString(), second?.bytes.toString()]).toEqual(['one', 'two']);
    first?.release();
    const third = read(2);
    expect([second?.bytes.toString(), third?.bytes.toString()]).toEqual(['two', 'two']);
  });

  it('never gives other bytes in place of those that were found, however full it has become', () => {
    set(1, 'a'.repeat(600));
    const found = cache.find('slug-1');
    for (let i = 0; i < 2; i++) set(2, 'b'.repeat(600));
    expect([kept(1, 2), found?.read().bytes.toString()]).toEqual([[2], 'fallback of id-1']);
  });

  it('gives what is kept elsewhere when its file fails', () => {
    const failing = new SnapshotCache(join(folder, 'failing'), 1000, fallback);
    failing.set(head(1), Buffer.from('one'));
    const found = failing.find('slug-1');
    failing.close();
    expect(found?.read().bytes.toString()).toBe('fallback of id-1');
  });

  it('reads what is larger than a pooled buffer', () => {
    const large = new SnapshotCache(join(folder, 'large'), 1_000_000, fallback);
    large.set(head(1), Buffer.from('é'.repeat(100_000)));
    expect(large.find('id-1')?.read().bytes.toString()).toBe('é'.repeat(100_000));
    large.close();
  });
});
