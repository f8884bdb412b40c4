import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GuardFailed, type Store, UniqueViolation } from '../../src/storage/store.js';
import { newDatabase, type TestDatabase } from '../support/engine.js';

let folder: string;
let database: TestDatabase;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-store-'));
  database = await newDatabase(folder);
  store = await database.open();
});
afterEach(async () => {
  await store.close();
  await database.discard();
  rmSync(folder, { recursive: true });
});

const now = '2026-01-15T09:00:00.000Z';
const desk = (key: string) => ({
  query: store.db.insert(store.tables.desks).values({ key, name: key, version: 1, createdAt: now, updatedAt: now }),
  rows: 1,
});
const desks = async () => (await store.all(store.db.select().from(store.tables.desks))).map(({ key }) => key);

describe('commit', () => {
  it('writes all statements', async () => {
    await store.commit([desk('a'), desk('b')]);
    expect(await desks()).toEqual(['a', 'b']);
  });

  it('writes none when a guard fails, whether of a read or of a write', async () => {
    const { db, tables } = store;
    const absent = { query: db.select().from(tables.desks).where(eq(tables.desks.key, 'nope')), rows: 1 };
    await expect(store.commit([desk('a'), absent])).rejects.toBeInstanceOf(GuardFailed);
    const untouched = {
      query: db.update(tables.desks).set({ name: 'x' }).where(eq(tables.desks.key, 'nope')),
      rows: 1,
    };
    await expect(store.commit([desk('a'), untouched])).rejects.toBeInstanceOf(GuardFailed);
    expect(await desks()).toEqual([]);
  });

  it('tells a taken key, and keeps those that share its transaction apart', async () => {
    await store.commit([desk('a')]);
    const outcomes = await Promise.allSettled([
      store.commit([desk('b')]),
      store.commit([desk('c'), desk('a')]),
      store.commit([desk('d')]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((outcomes[1] as PromiseRejectedResult).reason).toBeInstanceOf(UniqueViolation);
    expect((outcomes[1] as PromiseRejectedResult).reason.table).toBe('desks');
    expect(await desks()).toEqual(['a', 'b', 'd']);
  });

  it('keeps nothing of one that fails behind its own writes, beside others or alone', async () => {
    await store.commit([desk('a')]);
    const { db, tables } = store;
    const rename = (key: string, name: string, rows: number) => ({
      query: db.update(tables.desks).set({ name }).where(eq(tables.desks.key, key)),
      rows,
    });
    const failing = () => store.commit([rename('a', 'Lost', 1), rename('a', 'Lost as well', 2)]);
    const others = [store.commit([desk('b')]), failing(), store.commit([rename('b', 'Kept', 1)])];
    const outcomes = [...(await Promise.allSettled(others)), ...(await Promise.allSettled([failing()]))];
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    const names = (await store.all(db.select().from(tables.desks))).map(({ key, name }) => [key, name]);
    expect(names).toEqual([
      ['a', 'a'],
      ['b', 'Kept'],
    ]);
  });

  it('finishes what waits when the store is closed', async () => {
    const other = await database.open();
    const committed = other.commit([desk('late')]);
    await other.close();
    await committed;
    expect(await desks()).toEqual(['late']);
  });
});

describe('what must never be', () => {
  /** A unique index says so, in either engine's words. */
  const twice = /UNIQUE|duplicate key/;
  const at = "'2026-01-01T00:00:00.000Z'";
  const change = `INSERT INTO changes (at, action, kind, resource_id, version, public) VALUES (${at}, 'create', 'image', 'x', 1, false)`;
  const revision = `INSERT INTO revisions (kind, resource_id, version, at, action, fields) VALUES ('image', 'x', 1, ${at}, 'create', '[]')`;
  const article = (id: string, slug: string, state = "'unpublished'") =>
    `INSERT INTO articles (id, version, created_at, updated_at, slug, language, desk, tags, bylines, sources, related, stage, section_ids, content_version, state) VALUES ('${id}', 1, ${at}, ${at}, '${slug}', 'en', 'world', '[]', '[]', '[]', '[]', 'draft', '[]', 1, ${state})`;

  const world = "INSERT INTO desks (key, name, version, created_at, updated_at) VALUES ('world', 'World', 1, '', '')";
  const publication = `${world}; ${article('a', 'a')}; INSERT INTO publications VALUES ('a', 2, 'publish', ${at}, NULL, NULL, ${at}, ${at}, ${at}, 1)`;
  const correction = `${world}; ${article('a', 'a')}; INSERT INTO corrections VALUES ('c', 'a', 'correction', 'T', ${at}, NULL, NULL)`;
  const schedule = (id: string) =>
    `INSERT INTO schedules (id, article_id, action, article_version, at, request, version, state, created_at, updated_at) VALUES ('${id}', 'a', 'publish', 1, ${at}, '{}', 1, 'pending', ${at}, ${at})`;
  const told = `INSERT INTO public_log (at, event, article_id, mark) VALUES (${at}, 'published', 'a', '')`;
  const snapshot = (seq: number) =>
    `INSERT INTO snapshots (article_id, slug, language, headline, published_at, etag, made_at, summary, body, public_seq) VALUES ('a', 'a', 'en', '', ${at}, 'x', ${at}, '{}', '{}', ${seq})`;
  const live = `${world}; ${article('a', 'a')}; ${told}; ${snapshot(1)}`;
  const erasure = `INSERT INTO erasures VALUES ('e', ${at}, NULL, NULL, 'image', 'x', 'A court said so.', false)`;

  it.each([
    ['a change rewritten', `${change}; UPDATE changes SET action = 'x'`, /append-only/],
    ['a change deleted', `${change}; DELETE FROM changes`, /append-only/],
    ['a revision rewritten', `${revision}; UPDATE revisions SET content = '{}'`, /append-only/],
    [
      'a revision given to another, even by an erasure',
      `${revision}; ${erasure}; UPDATE revisions SET by_actor = 'x'`,
      /append-only/,
    ],
    ['the public log rewritten', `${told}; UPDATE public_log SET event = 'updated'`, /append-only/],
    ['the last entry of the public log deleted', `${told}; DELETE FROM public_log`, /stays/],
    ['a story that goes to readers untold', `${world}; ${article('a', 'a')}; ${snapshot(1)}`, /untold/],
    [
      'a story that goes to readers where another was told of',
      `${world}; ${article('b', 'b')}; ${article('a', 'a')}; ${told.replace("'a'", "'b'")}; ${snapshot(1)}`,
      /untold/,
    ],
    ['other bytes of it, untold', `${live}; UPDATE snapshots SET etag = 'y'`, /untold/],
    [
      'its withdrawal, untold',
      `${live}; UPDATE snapshots SET withdrawn_at = 'x', body = NULL, summary = NULL`,
      /untold/,
    ],
    ['an erasure undone', `${erasure}; DELETE FROM erasures`, /append-only/],
    ['a revision deleted', `${revision}; DELETE FROM revisions`, /append-only/],
    ['a revision twice', `${revision}; ${revision}`, twice],
    ['a publication rewritten', `${publication}; UPDATE publications SET at = 'x'`, /append-only/],
    ['a correction withdrawn', `${correction}; DELETE FROM corrections`, /append-only/],
    ['a correction reworded', `${correction}; UPDATE corrections SET text = 'x'`, /append-only/],
    [
      'two schedules of one kind waiting for one article',
      `${world}; ${article('a', 'a')}; ${schedule('x')}; ${schedule('y')}`,
      twice,
    ],
    [
      'an embargo without a reason',
      `${world}; ${article('a', 'a')}; UPDATE articles SET embargoed_until = 'x'`,
      /articles_embargo/,
    ],
    ['an article of no desk', article('a', 'a'), /foreign key/i],
    ['two articles with one slug', `${world}; ${article('a', 'a')}; ${article('b', 'a')}`, twice],
    ['a live article without a live version', `${world}; ${article('a', 'a', "'live'")}`, /articles_publication/],
    ['a state that is none', `${world}; ${article('a', 'a', "'lost'")}`, /articles_(state|publication)/],
    [
      'a published slug freed',
      `${world}; ${article('a', 'a')}; INSERT INTO slugs VALUES ('a', 'a', true); DELETE FROM slugs`,
      /stays/,
    ],
    [
      'a published slug given away',
      `${world}; ${article('a', 'a')}; INSERT INTO slugs VALUES ('a', 'a', true); UPDATE slugs SET published = false`,
      /stays/,
    ],
    [
      'a scope that is none',
      "INSERT INTO where_used VALUES ('soon', 'article', 'a', '', 'image', 'x')",
      /where_used_scope/,
    ],
    [
      'a role that is none',
      `INSERT INTO api_keys (id, name, role, secret_hash, created_at) VALUES ('a', 'a', 'owner', 'x', ${at})`,
      /api_keys_role/,
    ],
  ])('is refused by the database: %s', async (_what, sql, message) => {
    // On a connection of its own, as a mistake or another program might.
    await expect(database.raw.run(sql)).rejects.toThrow(message);
  });
});
