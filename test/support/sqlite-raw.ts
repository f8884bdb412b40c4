// A SQLite file, as any program that opens it has it.
import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { compiledOnce } from '../../src/storage/sqlite/prepared-statements.js';
import { putQuote, putStory } from '../../src/storage/sqlite/search/index-rows.js';
import type { Asked, RawDatabase, Row, Value } from './raw.js';
import { filesOf } from './traces.js';

const fullText = ['story_index', 'quote_index'];

export function sqliteRaw(path: string): RawDatabase {
  /** Does something on a connection of its own. */
  const on = async <Result>(work: (file: Database.Database) => Result): Promise<Result> => {
    const file = new Database(path);
    try {
      return work(file);
    } finally {
      file.close();
    }
  };
  return {
    putStory,
    putQuote,
    run: (sql) => on((file) => void file.exec(sql)),
    rows: (sql) => on((file) => file.prepare(sql).all() as Row[]),
    fill: (table, rows) => on((file) => fill(file, table, rows)),
    columns: () =>
      on((file) =>
        file
          .prepare('SELECT DISTINCT c.name FROM sqlite_master t, pragma_table_info(t.name) c')
          .pluck()
          .all()
          .map(String),
      ),
    plansOf: (queries) => on((file) => queries.map((query) => planOf(file, query))),
    tablesWith: (word) => on((file) => tablesWith(file, word)),
    files: async () => filesOf(path),
    keepUncompressed: async () => undefined,
    sizes: async () => ({ dataBytes: statSync(path).size, logBytes: statSync(`${path}-wal`).size }),
    keepReading: async (table) => {
      const file = new Database(path, { readonly: true });
      file.exec(`BEGIN; SELECT * FROM ${table}`);
      return async () => void file.exec('COMMIT').close();
    },
    holdCommits: async () => {
      const file = new Database(path);
      file.exec('BEGIN IMMEDIATE');
      return async () => void file.exec('ROLLBACK').close();
    },
    async refuseRows(table, condition) {
      await this.run(
        `CREATE TRIGGER trouble BEFORE INSERT ON ${table} WHEN ${condition} BEGIN SELECT RAISE(ABORT, 'trouble'); END`,
      );
      return () => this.run('DROP TRIGGER trouble');
    },
    indexedWords: () => on((file) => fullText.flatMap((index) => wordsOf(file, index))),
    mergeIndex: () =>
      on((file) => {
        for (const index of fullText) file.exec(`INSERT INTO ${index} (${index}) VALUES ('optimize')`);
      }),
    // It does so only when it is told to, and nothing of the product does.
    gatherStatistics: async () => undefined,
    indexFaults: () => on((file) => fullText.flatMap((index) => indexFaults(file, index))),
  };
}

function fill(file: Database.Database, table: string, rows: readonly Row[]): void {
  file.pragma('foreign_keys = OFF');
  const names = Object.keys(rows[0] ?? {});
  const insert = file.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`);
  const stored = (value: Value | undefined) => (typeof value === 'boolean' ? Number(value) : value);
  file.transaction(() => {
    for (const row of rows) insert.run(names.map((name) => stored(row[name])));
  })();
}

function tablesWith(file: Database.Database, word: string): string[] {
  const names = file.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all().map(String);
  return names.filter((name) => {
    const columns = (file.pragma(`table_info(${name})`) as { name: string }[]).map((column) => `"${column.name}"`);
    const isInAny = columns.map((column) => `instr(CAST(${column} AS TEXT), @word) > 0`).join(' OR ');
    return file.prepare(`SELECT 1 FROM "${name}" WHERE ${isInAny} LIMIT 1`).get({ word }) !== undefined;
  });
}

/** The words of an index, as FTS5 tells them. */
function wordsOf(file: Database.Database, index: string): string[] {
  file.exec(`CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, ${index}, row)`);
  const words = file.prepare('SELECT term FROM temp.words').pluck().all().map(String);
  file.exec('DROP TABLE temp.words');
  return words;
}

/** Whether an index is sound, and has a row for each document that was written into it. */
function indexFaults(file: Database.Database, index: string): string[] {
  try {
    file.exec(`INSERT INTO ${index} (${index}) VALUES ('integrity-check')`);
  } catch (error) {
    return [`${index}: ${(error as Error).message}`];
  }
  const documents = index.replace('index', 'documents');
  const ids = (sql: string) => file.prepare(sql).pluck().all().join();
  const [there, wanted] = [
    ids(`SELECT id FROM ${index}_docsize ORDER BY id`),
    ids(`SELECT id FROM ${documents} WHERE hash <> '' ORDER BY id`),
  ];
  return there === wanted ? [] : [`${index} has the rows ${there}, and not ${wanted}`];
}

interface PlannedStep {
  id: number;
  parent: number;
  detail: string;
}

function planOf(file: Database.Database, { sql, params }: Asked): string[] {
  const steps = file.prepare(`EXPLAIN QUERY PLAN ${compiledOnce(sql)}`).all(...params) as PlannedStep[];
  /** Parts of the query whose rows others go through. */
  const parts = new Set(steps.flatMap(({ detail }) => /^(?:CO-ROUTINE|MATERIALIZE) (.+)$/.exec(detail)?.[1] ?? []));
  const isOfPart = ({ detail }: PlannedStep) =>
    parts.has(/^(?:SCAN|SEARCH|BLOOM FILTER ON) (\(.*?\)|\S+)/.exec(detail)?.[1] ?? '');
  return steps.flatMap((step) => {
    if (isOfPart(step)) return [];
    if (!step.detail.startsWith('USE TEMP B-TREE')) return stepOf(step.detail);
    // What stands outermost has no more than the parts within it let through.
    const isOutermost =
      step.parent === 0 && steps.some(({ detail }) => /^(CO-ROUTINE|MATERIALIZE|LIST SUBQUERY) /.test(detail));
    return isOutermost || steps.some((other) => other.parent === step.parent && isOfPart(other))
      ? ['sort few']
      : ['sort'];
  });
}

/** A step that reads a table; none for what only groups others, or has its rows from the query itself. */
function stepOf(detail: string): string[] {
  const [, unindexed] = /^BLOOM FILTER ON (\S+)/.exec(detail) ?? [];
  if (unindexed) return [`index ${unindexed} first`];
  const [, verb, table = '', how = ''] = /^(SEARCH|SCAN) (\S+)(.*)$/.exec(detail) ?? [];
  if (!verb || /^\d/.test(table)) return [];
  if (how.includes('AUTOMATIC')) return [`index ${table} first`];
  // A row of a full-text index that is looked for by its number.
  if (how.startsWith(' VIRTUAL TABLE INDEX 0:=')) return [`search ${table} by its key (id)`];
  const [, name] = / INDEX (\w+)/.exec(how) ?? [];
  const isKey =
    name?.startsWith('sqlite_autoindex_') || how.includes(' PRIMARY KEY') || (verb === 'SEARCH' && how === '');
  const index = isKey ? 'its key' : name;
  if (verb === 'SCAN') return [index ? `read ${table} along ${index}` : `read ${table} whole`];
  return [`search ${table} by ${index} (${columnsOf(/\((.*)\)/.exec(how)?.[1] ?? '')})`];
}

/** `facet=? AND (published_at,article_id)<(?,?)` → `facet, published_at…` */
function columnsOf(conditions: string): string {
  const columns = conditions
    .split(' AND ')
    .map((condition) => condition.replace(/^\(?(\w+)(.*)$/, (_, name, rest) => (rest === '=?' ? name : `${name}…`)));
  return [...new Set(columns)].join(', ').replaceAll('rowid', 'id');
}
