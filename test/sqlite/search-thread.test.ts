import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseQuery } from '../../src/kernel/search/query.js';
import { type FoundStories, matchesMax, rankedMax, type StorySearch } from '../../src/storage/search.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { putStory } from '../../src/storage/sqlite/search/index-rows.js';
import { SearchThread } from '../../src/storage/sqlite/search/thread.js';

const count = matchesMax + 2000;
const at = (i: number) => new Date(Date.parse('2022-01-01') + i * 60_000).toISOString();
let folder: string;
let path: string;
let thread: SearchThread;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-search-'));
  path = join(folder, 'copydesk.db');
  await openSqlite({ path, cacheBytesMax: 0 }).close();
  const file = new Database(path);
  file.pragma('foreign_keys = OFF');
  const texts = { headline: '', deck: '', body: 'common words', quotes: '', captions: '', tags: '', bylines: '' };
  file.transaction(() => {
    for (let i = 0; i < count; i++) {
      const [desk, publishedAt] = [`desk:d${i % 70}`, at(i)];
      const story = { articleId: `id-${String(i).padStart(6, '0')}`, publishedAt, contentUpdatedAt: publishedAt };
      const words = i % 1000 === 0 ? { ...texts, headline: 'rare' } : texts;
      for (const { query } of putStory({ ...story, facets: ['all', desk], counted: [desk], texts: words })) {
        const { sql, params } = query.toSQL();
        prepared(file, sql).run(...params);
      }
    }
  })();
  file.close();
}, 120_000);
afterEach(() => thread.close());
afterAll(() => rmSync(folder, { recursive: true }));

const statements = new Map<string, Database.Statement>();
function prepared(file: Database.Database, sql: string): Database.Statement {
  const known = statements.get(sql) ?? file.prepare(sql);
  statements.set(sql, known);
  return known;
}

const startThread = (limits = { waitingMax: 4, timeMs: 20_000 }) => {
  thread = new SearchThread(path, limits);
};
const question = (q: string, more: Partial<StorySearch> = {}) => ({
  kind: 'stories' as const,
  search: {
    query: parseQuery(q),
    wanted: [],
    unwanted: [],
    publishedAt: { from: undefined, before: undefined },
    contentUpdatedAt: { from: undefined, before: undefined },
    order: 'relevance' as const,
    isAscending: false,
    seek: undefined,
    limit: 3,
    counts: [],
    ...more,
  },
});
const never = new AbortController().signal;
const ask = (q: string, signal = never, more: Partial<StorySearch> = {}) =>
  thread.ask(question(q, more), signal) as Promise<FoundStories>;

describe('a search for a word that very many stories have', () => {
  it('looks at no more than it may, the last of them, and says so', async () => {
    startThread();
    const common = await ask('common', never, { counts: ['desk'] });
    expect(common.total).toEqual({ count: matchesMax, exact: false });
    expect(common.rows.map(({ id }) => id)).toEqual(['id-101999', 'id-101998', 'id-101997']);
    const { values, complete } = common.facets.desk ?? { values: [] };
    expect([values.length, complete]).toEqual([50, false]);
    const rare = await ask('rare');
    expect(rare.total).toEqual({ count: 102, exact: true });
    const oldest = await ask('common', never, { order: 'publishedAt', isAscending: true });
    expect(oldest.rows[0]?.id).toBe('id-002000');
  });

  it('has those that are not ranked behind those that are, the last published first, whichever way it is read', async () => {
    startThread();
    const first = count - rankedMax;
    const ids = (...places: number[]) => places.map((n) => `id-${String(first + n).padStart(6, '0')}`);
    const soon = { publishedAt: { from: undefined, before: at(first + 3) }, limit: 5 };
    const page = await ask('common', never, soon);
    expect(page.rows.map(({ id }) => id)).toEqual(ids(2, 1, 0, -1, -2));
    const relevance = page.rows.map(({ position }) => Number(position[0]));
    expect(relevance.map((one) => one > 0)).toEqual([true, true, true, false, false]);
    expect(page.total).toEqual({ count: matchesMax - rankedMax + 3, exact: false });
    const beyond = (i: number, direction: 'next' | 'previous') =>
      ask('common', never, { ...soon, limit: 3, seek: { direction, position: page.rows[i]?.position ?? [] } });
    const told = async (...asked: Parameters<typeof beyond>) => (await beyond(...asked)).rows.map(({ id }) => id);
    expect(await told(0, 'next')).toEqual(ids(1, 0, -1));
    expect(await told(3, 'next')).toEqual(ids(-2, -3, -4));
    expect(await told(4, 'previous')).toEqual(ids(1, 0, -1));
    expect(await told(2, 'previous')).toEqual(ids(2, 1));
  });

  it('counts those that are not ranked as well, by their facets and within the dates', async () => {
    startThread();
    const dates = { from: at(count - rankedMax - 70), before: at(count - rankedMax + 70) };
    const { total, facets } = await ask('common', never, { publishedAt: dates, counts: ['desk', 'language'] });
    expect(total).toEqual({ count: 140, exact: false });
    expect(facets.desk?.values.map((value) => value.count)).toEqual(Array.from({ length: 50 }, () => 2));
    const rare = {
      query: parseQuery('common -rare'),
      contentUpdatedAt: { from: at(count - 30_000), before: undefined },
    };
    expect((await ask('', never, rare)).total).toEqual({ count: 30_000 - 30, exact: false });
  });

  it('has the processor only when nobody else wants it', async () => {
    startThread();
    await ask('rare');
    const niceness = () =>
      readdirSync('/proc/self/task').map((task) => {
        const stat = readFileSync(`/proc/self/task/${task}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[17]);
      });
    // Threads of other tests may be about to end.
    await expect.poll(() => niceness().filter((nice) => nice === 5)).toHaveLength(1);
  });

  it('is ended when nobody waits for it, so that the next is answered soon', async () => {
    startThread();
    await ask('rare');
    const timed = async (work: () => Promise<unknown>) => {
      const before = performance.now();
      await work();
      return performance.now() - before;
    };
    const wholeMs = () => timed(() => ask('common words', never, { counts: ['desk'] }));
    const wholeBefore = await wholeMs();
    const left = 10;
    const took = await timed(async () => {
      for (let i = 0; i < left; i++) {
        const leaving = new AbortController();
        const search = ask('common words', leaving.signal, { counts: ['desk'] });
        await new Promise((resolve) => setImmediate(resolve));
        leaving.abort();
        await expect(search).rejects.toThrow(/abort/i);
        expect((await ask('rare')).total.count).toBe(102);
      }
    });
    // The machine may have got busier, or less busy, meanwhile.
    expect(took).toBeLessThan((Math.max(wholeBefore, await wholeMs()) * left) / 2);
  });

  it('is ended when its time is over', async () => {
    startThread({ waitingMax: 4, timeMs: 2 });
    await expect(ask('common')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('searches that wait', () => {
  it('are as many as may, leave their place when nobody waits for them, and are answered in turn', async () => {
    startThread({ waitingMax: 2, timeMs: 20_000 });
    let release = () => {};
    const held = thread.hold(() => new Promise((resolve) => (release = resolve)));
    const leaving = new AbortController();
    const [first, second] = [ask('rare'), ask('rare -x', leaving.signal)];
    await expect(ask('rare -y')).rejects.toMatchObject({ code: 'unavailable' });
    leaving.abort();
    await expect(second).rejects.toThrow(/abort/i);
    const third = ask('rare -z');
    release();
    await held;
    expect((await first).total).toEqual((await third).total);
  });

  it('do not begin while something works on the file, which waits for the one at work', async () => {
    startThread();
    const order: string[] = [];
    const at = ask('common').then(() => order.push('search'));
    const held = thread.hold(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push('work');
    });
    const behind = ask('rare').then(() => order.push('behind'));
    await Promise.all([at, held, behind]);
    expect(order).toEqual(['search', 'work', 'behind']);
  });

  it('are refused when the store is closed, also the one at work', async () => {
    startThread();
    const all = Promise.allSettled([ask('common'), ask('rare'), ask('rare -x')]);
    await thread.close();
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});

describe('a search', () => {
  it('sees every commit before it, and none half', async () => {
    startThread();
    expect((await ask('fresh')).total.count).toBe(0);
    const file = new Database(path);
    file.pragma('foreign_keys = OFF');
    const texts = { headline: 'Fresh', deck: '', body: '', quotes: '', captions: '', tags: '', bylines: '' };
    const times = { publishedAt: '2022-01-01', contentUpdatedAt: '2022-01-01' };
    for (let i = 0; i < 20; i++) {
      file.transaction(() => {
        for (const { query } of putStory({ articleId: `new-${i}`, ...times, facets: [], counted: [], texts })) {
          const { sql, params } = query.toSQL();
          file.prepare(sql).run(...params);
        }
      })();
      expect((await ask('fresh')).total.count).toBe(i + 1);
    }
    file.close();
  });

  it('that fails tells so, and the next is answered', async () => {
    startThread();
    const broken = { words: ['"'], isPrefix: false };
    await expect(ask('', never, { query: { all: [broken], none: [] } })).rejects.toThrow(/fts5|syntax|unterminated/);
    expect((await ask('rare')).total.count).toBe(102);
  });
});
