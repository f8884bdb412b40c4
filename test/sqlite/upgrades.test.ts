// A database as each released schema left it, with rows in every table, must open with nothing lost.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, openWriter } from '../../src/storage/sqlite/database.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { article, at, blocksOf, fillFirst, insert, openAt, stamp, summary } from '../support/old-databases.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-upgrade-'));
  path = join(folder, 'copydesk.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('an upgrade', () => {
  it('from the first schema keeps every row, and gives desks and tags a version', () => {
    const before = openAt(path, 2);
    fillFirst(before);
    const tables = before.file
      .prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '__*'",
      )
      .pluck()
      .all()
      .map(String);
    const rowsOf = ({ file }: Connection, table: string) =>
      file.prepare(`SELECT * FROM ${table}`).all() as Record<string, unknown>[];
    const rows = new Map(tables.map((table) => [table, rowsOf(before, table)]));
    expect([...rows.values()].every((some) => some.length > 0)).toBe(true);
    before.file.close();

    const store = openSqlite({ path, cacheBytesMax: 0 });
    const after = openWriter(path);
    for (const [table, some] of rows) {
      expect(rowsOf(after, table), table).toEqual(
        expect.arrayContaining(some.map(({ blocks: _, content: __, ...row }) => expect.objectContaining(row))),
      );
    }
    expect(rowsOf(after, 'desks')).toMatchObject([{ key: 'world', name: 'The world', version: 1 }]);
    expect(rowsOf(after, 'revisions').filter(({ kind }) => kind === 'desk')).toMatchObject([
      { resource_id: 'world', version: 1, content: '{"name":"The world"}' },
    ]);
    const shown = rowsOf(after, 'where_used').filter(({ kind }) => kind === 'desk' || kind === 'tag');
    expect(shown.map(({ scope, user_id, kind, resource_id }) => [scope, user_id, kind, resource_id])).toEqual([
      ['live', 'a1', 'desk', 'world'],
      ['live', 'a1', 'tag', 'belarus'],
    ]);
    const [section] = rowsOf(after, 'sections');
    const cropped = [{ id: 'b1', type: 'image', imageId: 'i1', crop: null }, JSON.parse(blocksOf(1))[1]];
    expect(JSON.parse(String(section?.blocks))).toEqual(cropped);
    const [revision] = rowsOf(after, 'revisions').filter(({ kind }) => kind === 'section');
    expect(JSON.parse(String(revision?.content))).toEqual({ heading: 'H', anchor: 'a', blocks: cropped });
    const times = { first_published_at: at, published_at: at, content_updated_at: at, content_version: 1 };
    const publication = {
      article_id: 'a1',
      version: 1,
      action: 'publish',
      at,
      by_key: null,
      by_actor: 'jane',
      ...times,
    };
    expect(rowsOf(after, 'publications')).toEqual([publication]);
    expect(rowsOf(after, 'public_log')).toEqual([
      { seq: 1, at, event: 'published', article_id: 'a1', mark: expect.stringMatching(/^[0-9a-f]{8}$/) },
    ]);
    expect(rowsOf(after, 'snapshots')).toMatchObject([{ article_id: 'a1', public_seq: 1 }]);
    const unset = { embargoed_until: null, embargo_reason: null, scheduled_for: null, schedule_failure: null };
    expect(rowsOf(after, 'articles')).toMatchObject([unset]);
    expect(() => after.file.exec("UPDATE publications SET action = 'withdraw'")).toThrow(/append-only/);
    expect(() => after.file.exec("UPDATE revisions SET content = '{}'")).toThrow(/append-only/);
    after.file.close();
    return store.close();
  });

  it('finds which live stories are translations, as readers see it', () => {
    const before = openAt(path, 4);
    const put = (table: string, row: Record<string, unknown>) => insert(before, table, row);
    put('desks', { key: 'world', name: 'World', ...stamp });
    const contents = { live: { translationOf: 'a1' }, none: { translationOf: null } };
    /** An article with its contents at versions 1 and 3, of which the first is live. */
    const putArticle = (id: string, live: keyof typeof contents, next: keyof typeof contents, isWithdrawn = false) => {
      const state = isWithdrawn ? { state: 'withdrawn', withdrawn_at: at } : {};
      put('articles', { id, ...article, slug: id, version: 3, ...state });
      for (const [version, which] of [
        [1, live],
        [3, next],
      ] as const) {
        const content = JSON.stringify(contents[which]);
        const revision = { kind: 'article', resource_id: id, article_id: id, at, action: 'update', fields: '[]' };
        put('revisions', { ...revision, version, article_version: version, content });
      }
      const bytes = isWithdrawn ? { withdrawn_at: at } : { summary, body: Buffer.from('{}') };
      const head = { article_id: id, slug: id, language: 'en', headline: 'H', published_at: at };
      put('snapshots', { ...head, etag: '"x"', made_at: at, ...bytes });
    };
    putArticle('a1', 'none', 'none');
    putArticle('was', 'live', 'none');
    putArticle('will-be', 'none', 'live');
    putArticle('withdrawn', 'live', 'live', true);
    before.file.close();

    const store = openSqlite({ path, cacheBytesMax: 0 });
    const after = openWriter(path);
    expect(after.file.prepare('SELECT * FROM facets').all()).toEqual([
      { article_id: 'was', facet: 'translation-of:a1', published_at: at, content_updated_at: null },
    ]);
    const told = after.file.prepare('SELECT event, article_id AS id FROM public_log ORDER BY seq').all();
    expect(told).toEqual(
      ['a1', 'was', 'will-be', 'withdrawn'].map((id) => ({ event: id === 'withdrawn' ? id : 'published', id })),
    );
    after.file.close();
    return store.close();
  });

  it('counts whom live stories quote, and has stories and quotes taken into the index', () => {
    const before = openAt(path, 7);
    const put = (table: string, row: Record<string, unknown>) => insert(before, table, row);
    put('desks', { key: 'world', name: 'World', ...stamp });
    for (const id of ['a1', 'a2', 'gone']) {
      const isGone = id === 'gone';
      const state = isGone ? { state: 'withdrawn', withdrawn_at: at } : {};
      put('articles', { id, ...article, slug: id, ...state });
      const bytes = isGone ? { withdrawn_at: at } : { summary, body: Buffer.from('{}') };
      const head = { article_id: id, slug: id, language: 'en', headline: 'H', published_at: at, format: 3 };
      put('snapshots', { ...head, etag: '"x"', made_at: at, ...bytes });
      if (isGone) continue;
      for (const facet of ['all', 'speaker:ann other', ...(id === 'a1' ? ['speaker:b'] : [])])
        put('facets', { article_id: id, facet, published_at: at, content_updated_at: at });
    }
    for (const kind of ['quote', 'image'])
      put('library_snapshots', { kind, resource_id: kind, etag: '"x"', made_at: at, body: '{}' });
    before.file.close();

    const store = openSqlite({ path, cacheBytesMax: 0 });
    const { file } = openWriter(path);
    expect(file.prepare('SELECT * FROM speakers ORDER BY key').all()).toEqual([
      { key: 'ann other', story_count: 2 },
      { key: 'b', story_count: 1 },
    ]);
    // What is of no known form is compiled anew by the server, and written anew where the tag is another.
    expect(file.prepare('SELECT article_id, format FROM snapshots ORDER BY 1').raw().all()).toEqual([
      ['a1', -1],
      ['a2', -1],
      ['gone', 3],
    ]);
    expect(file.prepare('SELECT kind, etag FROM library_snapshots ORDER BY 1').raw().all()).toEqual([
      ['image', '"x"'],
      ['quote', ''],
    ]);
    file.close();
    return store.close();
  });

  it('leaves the time of the update with what lists by update are read by, and goes on counting whom stories quote', () => {
    const before = openAt(path, 11);
    const put = (table: string, row: Record<string, unknown>) => insert(before, table, row);
    put('desks', { key: 'world', name: 'World', ...stamp });
    put('articles', { id: 'a1', ...article });
    put('public_log', { seq: 1, at, event: 'published', article_id: 'a1', mark: 'm' });
    const head = { article_id: 'a1', slug: 's', language: 'en', headline: 'H', published_at: at, format: 4 };
    put('snapshots', { ...head, public_seq: 1, etag: '"x"', made_at: at, summary, body: Buffer.from('{}') });
    const timed = ['all', 'desk:world', 'language:en', 'tag:gas'];
    const others = [
      'contains:image',
      'desk:world language:en',
      'desk:world tag:gas',
      'speaker:desk: a b',
      'tag:gas language:en',
    ];
    for (const facet of [...timed, ...others])
      put('facets', { article_id: 'a1', facet, published_at: at, content_updated_at: at });
    before.file.close();

    const store = openSqlite({ path, cacheBytesMax: 0 });
    const { file } = openWriter(path);
    const rows = file.prepare('SELECT * FROM facets ORDER BY facet').all();
    expect(rows).toEqual(
      [...timed, ...others].sort().map((facet) => {
        const content_updated_at = timed.includes(facet) ? at : null;
        return { article_id: 'a1', facet, published_at: at, content_updated_at };
      }),
    );
    const speakers = () => file.prepare('SELECT * FROM speakers').raw().all();
    expect(speakers()).toEqual([['desk: a b', 1]]);
    file.exec("DELETE FROM facets WHERE facet GLOB 'speaker:*'");
    expect(speakers()).toEqual([]);
    file.exec(`INSERT INTO facets VALUES ('a1', 'speaker:b', '${at}', NULL)`);
    expect(speakers()).toEqual([['b', 1]]);
    file.close();
    return store.close();
  });
});
