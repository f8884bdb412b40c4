// How the file of a database is opened.
import { beforeEach, describe, expect, it } from 'vitest';
import { openReader, openWriter } from '../../src/storage/sqlite/database.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
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
    const { file } = openReader(path);
    expect(() => file.exec("INSERT INTO slugs VALUES ('a', 'a', 0)")).toThrow(/readonly/);
    file.close();
  });
});

describe('opening a database', () => {
  it('refuses one whose references are broken, and names them', () => {
    const { file } = openWriter(path);
    file.pragma('foreign_keys = OFF');
    file.exec("INSERT INTO article_tags VALUES ('no-article', 'no-tag')");
    file.close();
    expect(() => openSqlite({ path, cacheBytesMax: 0 })).toThrow(/2 broken references: article_tags row 1/);
  });
});
