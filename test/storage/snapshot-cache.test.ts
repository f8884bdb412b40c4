import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SnapshotCache } from '../../src/storage/snapshot-cache.js';

let folder: string;
let cache: SnapshotCache;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-cache-'));
  cache = new SnapshotCache(join(folder, 'cache'), 1000);
});
afterEach(() => {
  cache.close();
  rmSync(folder, { recursive: true });
});

const head = (n: number) => ({ articleId: `id-${n}`, slug: `slug-${n}`, etag: `"${n}"`, lastModified: '' });
const text = (n: number) => cache.read(`id-${n}`)?.bytes.toString();

describe('the snapshot cache', () => {
  it('finds a story by slug and by id, and reads its bytes', () => {
    cache.set(head(1), Buffer.from('one'));
    cache.set(head(2), Buffer.from('two'));
    expect([cache.find('slug-1'), cache.find('id-2')]).toEqual([head(1), head(2)]);
    expect([text(1), text(2)]).toEqual(['one', 'two']);
  });

  it('leaves no file behind', () => {
    expect(existsSync(join(folder, 'cache'))).toBe(false);
  });

  it('forgets, also a former slug', () => {
    cache.set(head(1), Buffer.from('one'));
    cache.set({ ...head(1), slug: 'renamed' }, Buffer.from('new'));
    expect([cache.find('slug-1'), cache.find('renamed')?.slug, text(1)]).toEqual([undefined, 'renamed', 'new']);
    cache.forget('id-1');
    expect([cache.find('renamed'), cache.read('id-1')]).toEqual([undefined, undefined]);
  });

  it('begins anew when it is full, and leaves out what is larger than it', () => {
    cache.set(head(1), Buffer.alloc(600, 'a'));
    cache.set(head(2), Buffer.alloc(600, 'b'));
    expect([cache.find('slug-1'), text(2)?.length]).toEqual([undefined, 600]);
    cache.set(head(3), Buffer.alloc(2000));
    expect(cache.find('slug-3')).toBeUndefined();
  });

  it('never lends memory that is still lent', () => {
    cache.set(head(1), Buffer.from('one'));
    cache.set(head(2), Buffer.from('two'));
    const first = cache.read('id-1');
    const second = cache.read('id-2');
    expect([first?.bytes.toString(), second?.bytes.toString()]).toEqual(['one', 'two']);
    first?.release();
    const third = cache.read('id-2');
    expect([second?.bytes.toString(), third?.bytes.toString()]).toEqual(['two', 'two']);
  });

  it('reads what is larger than a pooled buffer', () => {
    const large = new SnapshotCache(join(folder, 'large'), 1_000_000);
    large.set(head(1), Buffer.alloc(200_000, 'x'));
    expect(large.read('id-1')?.bytes.equals(Buffer.alloc(200_000, 'x'))).toBe(true);
    large.close();
  });
});
