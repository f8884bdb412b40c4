// Both engines are held to the same tests. What is of one engine alone is named, with the reason.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import onPostgres from '../postgres/vitest.config.js';
import { compareRuns, ofOneEngine, type Run } from '../support/both-engines.js';
import onSqlite from '../vitest.config.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const filesIn = (folder: string) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `${folder}/${file}`);
const foldersOf = ({ test }: { test?: { include?: string[] } }) =>
  /\{(.*)\}/.exec(test?.include?.join() ?? '')?.[1]?.split(',') ?? [];

/** A run of tests that have passed, by file. */
const runOf = (files: Record<string, string[]>): Run => ({
  testResults: Object.entries(files).map(([file, names]) => ({
    name: `${root}${file}`,
    assertionResults: names.map((fullName) => ({ fullName, status: fullName.startsWith('(') ? 'skipped' : 'passed' })),
  })),
});
const compare = (sqlite: Record<string, string[]>, postgres: Record<string, string[]>) =>
  compareRuns(runOf(sqlite), runOf(postgres), root);

describe('the tests', () => {
  it('run on both engines, folder by folder, but for those of one engine', () => {
    const shared = foldersOf(onSqlite).filter((folder) => folder !== 'sqlite');
    expect(shared).toEqual(expect.arrayContaining(['api', 'storage', 'contract']));
    expect(foldersOf(onPostgres).toSorted()).toEqual([...shared, 'postgres'].toSorted());
  });

  it('of one engine are named, each file with the reason', () => {
    const files = ['test/sqlite', 'test/postgres'].flatMap(filesIn);
    expect(Object.keys(ofOneEngine).toSorted()).toEqual(files.toSorted());
  });

  it('ask nowhere else which engine they run on, and leave nothing out', () => {
    const asking = /\bpostgresUrl\b|TEST_POSTGRES_URL|\.(runIf|skipIf|skip|only|todo)\(/;
    const files = foldersOf(onSqlite).flatMap((folder) => filesIn(`test/${folder}`));
    expect(files.length).toBeGreaterThan(100);
    expect(
      files.filter(
        (file) => file !== 'test/contract/engines.test.ts' && asking.test(readFileSync(`${root}${file}`, 'utf8')),
      ),
    ).toEqual([]);
  });
});

describe('comparing a run on SQLite with one on PostgreSQL', () => {
  const shared = { 'test/api/a.test.ts': ['one', 'two', 'two'], 'test/unit/b.test.ts': ['three'] };
  const [ofSqlite] = Object.keys(ofOneEngine);

  it('counts what has run on both, and what is of one alone', () => {
    const { both, alone, missing } = compare({ ...shared, [`${ofSqlite}`]: ['four'] }, shared);
    expect([both, [...alone], missing]).toEqual([4, [[ofSqlite, 1]], []]);
  });

  it.each([
    ['was left out', { ...shared, 'test/api/a.test.ts': ['one', '(two', 'two'] }],
    ['is in no file', { 'test/api/a.test.ts': shared['test/api/a.test.ts'] }],
    ['has another name', { ...shared, 'test/unit/b.test.ts': ['3'] }],
  ])('names a test that %s', (_what, postgres) => {
    expect(compare(shared, postgres).missing).not.toEqual([]);
    expect(compare(postgres, shared).missing).not.toEqual([]);
  });
});
