import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, like } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { purgeAction, type Store } from '../../src/storage/store.js';
import { newDatabase, seenElsewhere, type TestDatabase } from '../support/engine.js';
import { purged } from '../support/purges.js';
import { tracesOf } from '../support/traces.js';

const at = '2026-01-15T09:00:00.000Z';
const word = 'Zq7canäry';
let folder: string;
let database: TestDatabase;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-purge-'));
  database = await newDatabase(folder);
  store = await database.open();
  await database.raw.keepUncompressed();
});
afterEach(async () => {
  await store.close();
  await database.discard();
  rmSync(folder, { recursive: true });
});

const traces = async () => tracesOf([word], await database.raw.files());
const desk = (key: string, name: string) => ({
  query: store.db.insert(store.tables.desks).values({ key, name, version: 1, createdAt: at, updatedAt: at }),
});
const rename = (key: string, name: string) => ({
  query: store.db.update(store.tables.desks).set({ name }).where(eq(store.tables.desks.key, key)),
});

/** Fills pages and shuffles what is on them, so that the engine splits them, moves rows between them and leaves copies behind. */
async function fillAndShuffle(): Promise<void> {
  const rows = 1500;
  // The same numbers every time: which pages are split is decided by them.
  let seed = 7;
  const upTo = (max: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % max;
  };
  const key = (i: number) => `desk-${(i * 7919) % rows}`;
  const name = (i: number, length: number) => `${i % 10 === 0 ? word : 'plain'}${'w'.repeat(length)}`;
  for (let i = 0; i < rows; i += 100)
    await store.commit(Array.from({ length: 100 }, (_, j) => desk(key(i + j), name(i + j, upTo(3000)))));
  for (let i = 0; i < 3 * rows; i += 100) {
    const some = Array.from({ length: 100 }, () => upTo(rows));
    await store.commit(some.map((n) => rename(key(n), name(n, upTo(4000)))));
  }
}

const deleteAll = () =>
  store.commit([{ query: store.db.delete(store.tables.desks).where(like(store.tables.desks.name, `${word}%`)) }]);

describe('purge', () => {
  it('leaves no byte of what was deleted or overwritten in the files of the database', async () => {
    await fillAndShuffle();
    await deleteAll();
    expect(await traces()).not.toEqual([]);
    await purged(store);
    expect(await traces()).toEqual([]);
    expect(await store.all(store.db.select().from(store.tables.desks))).toHaveLength(1350);
  });

  it('lets reads be answered while it works, and commits wait for it', async () => {
    await store.commit([desk('before', 'Before')]);
    const desks = () => store.all(store.db.select().from(store.tables.desks));
    let isPurging = true;
    const purging = purged(store).finally(() => {
      isPurging = false;
    });
    const committed = store.commit([desk('meanwhile', 'Meanwhile')]);
    let reads = 0;
    while (isPurging) {
      expect((await desks()).length).toBeGreaterThan(0);
      await store.check();
      reads += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await Promise.all([purging, committed]);
    expect(reads).toBeGreaterThan(3);
    expect(await desks()).toHaveLength(2);
  });

  it('refuses while a reader elsewhere keeps what was, and succeeds afterwards', async () => {
    await store.commit([desk('gone', word)]);
    const release = await database.raw.keepReading('desks');
    await deleteAll();
    await expect(store.purge()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await traces()).not.toEqual([]);
    await store.commit([desk('after', 'After')]);
    await release();
    await purged(store);
    expect(await traces()).toEqual([]);
  });

  it('empties the cache of compiled stories, its own at once and that of others when the log tells', async () => {
    const beside = await database.open();
    await putStory();
    for (const one of [store, beside]) (await one.findSnapshot('a-story'))?.read().release();
    await store.commit([
      { query: store.db.update(store.tables.snapshots).set({ body: Buffer.from('{}'), summary: '{}' }) },
    ]);
    const sent = async (from: Store) => (await from.findSnapshot('a-story'))?.read().bytes.toString();
    expect([await sent(store), await sent(beside)]).toEqual([word, word]);
    await purged(store);
    expect([await sent(store), await sent(beside)]).toEqual(['{}', word]);
    const change = { at, action: purgeAction, kind: 'article' as const, resourceId: 'a', version: 1, public: false };
    await store.commit([{ query: store.db.insert(store.tables.changes).values(change) }]);
    await seenElsewhere();
    await beside.publicSequence();
    expect(await traces()).toEqual([]);
    expect(await sent(beside)).toBe('{}');
    await beside.close();
  });
});

/** A live story whose bytes have the word. */
async function putStory(): Promise<void> {
  const { db, tables } = store;
  const stamp = { version: 1, createdAt: at, updatedAt: at };
  const lists = { tags: [], bylines: [], sources: [], related: [], sectionIds: [] };
  const live = { state: 'live' as const, firstPublishedAt: at, publishedAt: at, contentUpdatedAt: at, liveVersion: 1 };
  const article = {
    id: 'a',
    slug: 'a-story',
    language: 'en',
    desk: 'world',
    stage: 'draft' as const,
    contentVersion: 1,
  };
  const snapshot = { articleId: 'a', slug: 'a-story', language: 'en', headline: '', publishedAt: at, etag: '"1"' };
  await store.commit([
    desk('world', 'World'),
    { query: db.insert(tables.articles).values({ ...article, ...stamp, ...lists, ...live }) },
    { query: db.insert(tables.publicLog).values({ seq: 1, at, event: 'published', articleId: 'a', mark: '' }) },
    {
      query: db
        .insert(tables.snapshots)
        .values({ ...snapshot, madeAt: at, summary: '{}', body: Buffer.from(word), publicSeq: 1 }),
    },
  ]);
}
