// How the file of a database is opened.
import { beforeEach, describe, expect, it } from 'vitest';
import { openWriter } from '../../src/storage/sqlite/database.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { openForReading } from '../../src/storage/sqlite/reading.js';
import { temporaryFolder } from '../support/processes.js';

let path: string;
beforeEach(async () => {
  path = `${temporaryFolder()}/copydesk.db`;
  await openSqlite({ path, cacheBytesMax: 0 }).close();
});

describe('connections', () => {
  it('write durably: WAL, every commit synced, foreign keys on', () => {
    const { file } = openWriter(path);
    const pragma = (name: string) => file.pragma(name, { simple: true });
    expect({
      journal: pragma('journal_mode'),
      synchronous: pragma('synchronous'),
      foreignKeys: pragma('foreign_keys'),
      trusted: pragma('trusted_schema'),
      busy: pragma('busy_timeout'),
    }).toEqual({
      journal: 'wal',
      synchronous: 2,
      foreignKeys: 1,
      trusted: 0,
      busy: 5000,
    });
    file.close();
  });

  it('read without being able to write', () => {
    const file = openForReading(path);
    expect(() => file.exec("INSERT INTO slugs VALUES ('a', 'a', 0)")).toThrow(/readonly/);
    file.close();
  });

  it('write nothing but commits', async () => {
    const store = openSqlite({ path, cacheBytesMax: 0 });
    const { db, tables } = store;
    const query = db.insert(tables.slugs).values({ slug: 'a', articleId: 'a', published: false }).returning();
    await expect(store.all(query)).rejects.toThrow(/only a commit writes/);
    await store.close();
  });
});

describe('opening a database', () => {
  it('refuses one whose references a migration has left broken, and names them, until they are mended', async () => {
    const { file } = openWriter(path);
    file.pragma('foreign_keys = OFF');
    file.exec("INSERT INTO article_tags VALUES ('no-article', 'no-tag')");
    // As the program leaves it that ends between a migration and the look at what it did.
    file.pragma('user_version = 0');
    const open = () => openSqlite({ path, cacheBytesMax: 0 });
    for (let i = 0; i < 2; i++) expect(open).toThrow(/2 broken references: article_tags row 1/);
    file.exec('DELETE FROM article_tags');
    file.close();
    await open().close();
  });

  it('looks at all references once for each schema, not at every start', async () => {
    const { file } = openWriter(path);
    file.pragma('foreign_keys = OFF');
    file.exec("INSERT INTO article_tags VALUES ('no-article', 'no-tag')");
    file.close();
    await openSqlite({ path, cacheBytesMax: 0 }).close();
  });
});
