// What bounds a search on PostgreSQL: how much it looks at, how long it takes, who waits for it and how many may.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseQuery } from '../../src/kernel/search/query.js';
import { matchesMax, rankedMax, type StorySearch } from '../../src/storage/search.js';
import type { Store } from '../../src/storage/store.js';
import { newDatabase, type TestDatabase } from '../support/engine.js';
import { onDatabase } from '../support/postgres.js';
import { temporaryFolder } from '../support/processes.js';

const count = matchesMax + 2000;
let database: TestDatabase;
let store: Store;

/** Stories a minute apart, all with a common word, every thousandth with a rare one; no more of them than a search looks at. */
const fill = `SET session_replication_role = replica;
CREATE TEMPORARY TABLE made AS SELECT i, 'id-' || lpad(i::text, 6, '0') AS id,
  to_char(timestamp '2022-01-01' + i * interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at FROM generate_series(0, ${count - 1}) AS i;
INSERT INTO snapshots (article_id, slug, language, headline, published_at, etag, made_at, summary, body, public_seq)
  SELECT id, id, 'en', '', at, '', at, '{}', '{}', i FROM made;
INSERT INTO story_documents (id, article_id, published_at, content_updated_at, counted, hash)
  OVERRIDING SYSTEM VALUE SELECT i + 1, id, at, at, 'desk:d' || i % 70, 'x' FROM made;
INSERT INTO story_texts (id, texts)
  OVERRIDING SYSTEM VALUE SELECT i + 1, '{"headline":"","deck":"","body":"common words","quotes":"","captions":"","tags":"","bylines":""}' FROM made;
INSERT INTO story_index (id, words)
  SELECT i + 1, (CASE WHEN i % 1000 = 0 THEN '''rare'':2A ' ELSE '' END || '''common'':4D ''words'':5D')::tsvector FROM made;`;

beforeAll(async () => {
  database = await newDatabase(temporaryFolder());
  await database.raw.run(fill);
  store = await database.open({ searchLimits: { waitingMax: 32, timeMs: 20_000 } });
}, 120_000);
afterAll(async () => {
  await store.close();
  await database.discard();
});

const never = new AbortController().signal;
const searchFor = (q: string, more: Partial<StorySearch> = {}): StorySearch => ({
  query: parseQuery(q),
  wanted: [],
  unwanted: [],
  publishedAt: { from: undefined, before: undefined },
  contentUpdatedAt: { from: undefined, before: undefined },
  order: 'relevance',
  isAscending: false,
  seek: undefined,
  limit: 3,
  counts: [],
  ...more,
});
const ask = (q: string, signal = never, more: Partial<StorySearch> = {}) =>
  store.search.findStories(searchFor(q, more), signal);

const at = (i: number) => new Date(Date.parse('2022-01-01') + i * 60_000).toISOString();

describe('a search for a word that very many stories have', () => {
  it('has those that are not ranked behind those that are, the last published first, and counts them', async () => {
    const first = count - rankedMax;
    const ids = (...places: number[]) => places.map((n) => `id-${String(first + n).padStart(6, '0')}`);
    const soon = { publishedAt: { from: undefined, before: at(first + 3) }, limit: 5 };
    const page = await ask('common', never, soon);
    expect(page.rows.map(({ id }) => id)).toEqual(ids(2, 1, 0, -1, -2));
    const relevance = page.rows.map(({ position }) => Number(position[0]));
    expect(relevance.map((one) => one > 0)).toEqual([true, true, true, false, false]);
    expect(page.total).toEqual({ count: matchesMax - rankedMax + 3, exact: false });
    const seek = { direction: 'previous' as const, position: page.rows[4]?.position ?? [] };
    const before = await ask('common', never, { ...soon, limit: 3, seek });
    expect(before.rows.map(({ id }) => id)).toEqual(ids(1, 0, -1));
  });

  it('looks at no more than it may, the last of them, and says so', async () => {
    const common = await ask('common', never, { counts: ['desk'] });
    expect(common.total).toEqual({ count: matchesMax, exact: false });
    expect(common.rows.map(({ id }) => id)).toEqual(['id-101999', 'id-101998', 'id-101997']);
    const { values, complete } = common.facets.desk ?? { values: [] };
    expect([values.length, complete]).toEqual([50, false]);
    expect((await ask('rare')).total).toEqual({ count: 102, exact: true });
    const oldest = await ask('common', never, { order: 'publishedAt', isAscending: true });
    expect(oldest.rows[0]?.id).toBe('id-002000');
  });
});

describe('a search that comes to no end', () => {
  /** Has the index locked by somebody meanwhile. */
  const whileLocked = (work: () => Promise<void>) =>
    onDatabase(String(database.url), async (client) => {
      await client.query('BEGIN');
      await client.query('LOCK TABLE story_index');
      await work();
    });
  const atWork = async () =>
    (
      await database.raw.rows(
        "SELECT pid FROM pg_stat_activity WHERE query LIKE 'WITH matching%' AND state = 'active' AND datname = current_database()",
      )
    ).length;

  it('is ended on the server when nobody waits for it any more, and the next is answered', async () => {
    await whileLocked(async () => {
      const leaving = new AbortController();
      const search = ask('common', leaving.signal);
      await expect.poll(atWork).toBe(1);
      leaving.abort();
      await expect(search).rejects.toThrow(/abort/i);
      await expect.poll(atWork).toBe(0);
    });
    expect((await ask('rare')).total.count).toBe(102);
  });

  it('is ended when its time is over', async () => {
    const hasty = await database.open({ searchLimits: { waitingMax: 32, timeMs: 100 } });
    const search = () => hasty.search.findStories(searchFor('rare'), never);
    await whileLocked(() => expect(search()).rejects.toMatchObject({ code: 'unavailable' }));
    expect(await atWork()).toBe(0);
    await hasty.close();
  });
});

describe('searches that wait', () => {
  it('are as many as may; the others are told to come again', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => ask('rare')));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(new Set(refused.map(({ reason }) => reason.code))).toEqual(new Set(['unavailable']));
    // Two are at work, which may have had to wait for their connection as well.
    expect([16, 18]).toContain(refused.length);
    expect((await ask('rare')).total.count).toBe(102);
  });
});
