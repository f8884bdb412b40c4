import { describe, expect, it } from 'vitest';
import { openWriter } from '../../src/storage/sqlite/database.js';
import { PreparedStatements } from '../../src/storage/sqlite/prepared-statements.js';

describe('statements that are kept', () => {
  const { file } = openWriter(':memory:');
  file.exec(
    "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c BLOB); INSERT INTO t VALUES (1, 'a?', x'3f'), (2, '2', NULL)",
  );
  const statements = new PreparedStatements(file);

  it('take values of every type as they are, and leave question marks of texts alone', () => {
    const take = statements.prepare("SELECT ? AS a, ? AS b, ? AS c, ? AS d, 'a?' || ? AS e, 'it''s ?' AS f");
    const bytes = Buffer.from('?');
    expect(take.get(1.5, '2', bytes, null, '?')).toEqual({ a: 1.5, b: '2', c: bytes, d: null, e: 'a??', f: "it's ?" });
  });

  it('compare, order and bound as they were asked to', () => {
    const find = statements.prepare(
      'SELECT a FROM t WHERE b IN (?, ?) AND (a, b) > (?, ?) ORDER BY a DESC LIMIT ? OFFSET ?',
    );
    expect(find.all('a?', '2', 0, '', 1, 0)).toEqual([{ a: 2 }]);
    expect(find.all('a?', '2', 0, '', 2, 1)).toEqual([{ a: 1 }]);
    expect(find.all('a?', '2', 1, 'a?', 2, 0)).toEqual([{ a: 2 }]);
    expect(statements.prepare('SELECT a FROM t WHERE a = ?').all('1')).toEqual([{ a: 1 }]);
  });

  it('are the same for the same text', () => {
    expect(statements.prepare('SELECT ?')).toBe(statements.prepare('SELECT ?'));
  });
});
