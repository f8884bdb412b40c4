import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
const set = (n: number, body: string, slug = `slug-${n}`) => cache.set({ ...head(n), slug }, body);
const read = (n: number) => cache.find(`id-${n}`)?.read();
const text = (n: number) => read(n)?.bytes.toString();

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

  it('begins anew when it is full, and leaves out what is larger than it', () => {
    set(1, 'a'.repeat(600));
    set(2, 'b'.repeat(600));
    expect([cache.find('slug-1'), text(2)?.length]).toEqual([undefined, 600]);
    set(3, 'c'.repeat(2000));
    expect(cache.find('slug-3')).toBeUndefined();
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
    set(2, 'b'.repeat(600));
    expect(found?.read().bytes.toString()).toBe('fallback of id-1');
  });

  it('gives what is kept elsewhere when its file fails', () => {
    const failing = new SnapshotCache(join(folder, 'failing'), 1000, fallback);
    failing.set(head(1), 'one');
    const found = failing.find('slug-1');
    failing.close();
    expect(found?.read().bytes.toString()).toBe('fallback of id-1');
  });

  it('reads what is larger than a pooled buffer', () => {
    const large = new SnapshotCache(join(folder, 'large'), 1_000_000, fallback);
    large.set(head(1), 'é'.repeat(100_000));
    expect(large.find('id-1')?.read().bytes.toString()).toBe('é'.repeat(100_000));
    large.close();
  });
});
