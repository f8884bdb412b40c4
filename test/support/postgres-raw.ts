// A database of PostgreSQL, as any program that connects to it has it; as its superuser.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { locks } from '../../src/storage/postgres/locks.js';
import { putQuote, putStory } from '../../src/storage/postgres/search/index-rows.js';
import { OneByOne } from './postgres.js';
import { planOf } from './postgres-plans.js';
import type { RawDatabase, Row, Value, Written } from './raw.js';

/** JSON as it was written, and numbers of 64 bits as numbers. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === pg.types.builtins.JSON
      ? String
      : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
};

export function postgresRaw(url: string): RawDatabase {
  const oneByOne = new OneByOne(url, types);
  const on = <Result>(work: (client: pg.Client) => Promise<Result>) => oneByOne.do(work);
  const rowsOf = async (sql: string) => (await on((client) => client.query<Row>(sql))).rows;
  /** Begins something on a connection that stays until it is released. */
  const keep = async (sql: string, params: unknown[] = []): Promise<() => Promise<void>> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await client.query(sql, params);
    return () => client.end();
  };
  return {
    putStory,
    putQuote,
    run: async (sql) => void (await on((client) => client.query(sql))),
    rows: rowsOf,
    fill: (table, rows) => on((client) => fill(client, table, rows)),
    async columns() {
      const rows = await rowsOf(
        `SELECT DISTINCT attname AS name FROM pg_attribute WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)`,
      );
      return rows.map(({ name }) => String(name));
    },
    plansOf: (queries) =>
      on(async (client) => {
        const plans: string[][] = [];
        for (const query of queries) plans.push(await planOf(client, query));
        return plans;
      }),
    tablesWith: (word) => on((client) => tablesWith(client, word)),
    files: () => on(filesOf),
    async keepUncompressed() {
      const changes = await rowsOf(
        `SELECT format('ALTER TABLE %I ALTER %I SET STORAGE EXTERNAL', relname, attname) AS change FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND attstorage = 'x'`,
      );
      // Each by itself: together they would keep tables from a server that already works, and wait for others that it has.
      for (const { change } of changes) await this.run(String(change));
    },
    async sizes() {
      const [row] = await rowsOf(
        `SELECT pg_database_size(current_database()) AS data, (pg_current_wal_insert_lsn() - redo_lsn)::bigint AS log FROM pg_control_checkpoint()`,
      );
      return { dataBytes: Number(row?.data), logBytes: Number(row?.log) };
    },
    keepReading: (table) => keep(`SELECT * FROM ${table}`),
    holdCommits: () => keep('SELECT pg_advisory_xact_lock($1)', [locks.commit]),
    async refuseRows(table, condition) {
      await this.run(`CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trouble'; END $$;
CREATE TRIGGER trouble BEFORE INSERT ON ${table} FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION trouble()`);
      return () => this.run('DROP FUNCTION trouble CASCADE');
    },
    async indexedWords() {
      const words = await rowsOf(
        `SELECT word FROM ts_stat('SELECT words FROM story_index UNION ALL SELECT words FROM quote_index')`,
      );
      return words.map(({ word }) => String(word));
    },
    async mergeIndex() {
      await rowsOf("SELECT gin_clean_pending_list('story_index_words'), gin_clean_pending_list('quote_index_words')");
    },
    // Examples of what columns hold are a part of it.
    gatherStatistics: async () => void (await on((client) => client.query('ANALYZE'))),
    indexFaults: (documents) => on((client) => indexFaults(client, documents)),
  };
}

/** Triggers hold references together; those of the product's own do their work as ever. */
async function fill(client: pg.Client, table: string, rows: readonly Row[]): Promise<void> {
  const { rows: references } = await client.query<{ name: string }>(
    'SELECT tgname AS name FROM pg_trigger WHERE tgisinternal AND tgrelid = $1::regclass',
    [table],
  );
  const names = Object.keys(rows[0] ?? {});
  const switchAll = async (how: 'DISABLE' | 'ENABLE') => {
    for (const { name } of references) await client.query(`ALTER TABLE ${table} ${how} TRIGGER "${name}"`);
  };
  await client.query('BEGIN');
  await switchAll('DISABLE');
  for (let i = 0; i < rows.length; i += 1000) {
    const some = rows.slice(i, i + 1000);
    const values: Value[] = some.flatMap((row) => names.map((name) => row[name] ?? null));
    const places = some.map((_, k) => `(${names.map((_name, n) => `$${k * names.length + n + 1}`).join(', ')})`);
    await client.query(`INSERT INTO ${table} (${names.join(', ')}) VALUES ${places.join(', ')}`, values);
  }
  await switchAll('ENABLE');
  await client.query('COMMIT');
}

async function tablesWith(client: pg.Client, word: string): Promise<string[]> {
  const { rows: columns } = await client.query<{ table: string; name: string; type: string }>(
    `SELECT relname AS table, attname AS name, atttypid::regtype::text AS type FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped`,
  );
  const looks = [...Map.groupBy(columns, ({ table }) => table)].map(([table, own]) => {
    const texts = own.map(({ name, type }) =>
      type === 'bytea' ? `convert_from("${name}", 'UTF8')` : `"${name}"::text`,
    );
    const isInAny = texts.map((text) => `position($1 IN ${text}) > 0`).join(' OR ');
    return `SELECT '${table}' AS table WHERE EXISTS (SELECT 1 FROM "${table}" WHERE ${isInAny})`;
  });
  const { rows } = await client.query<{ table: string }>(looks.join(' UNION ALL '), [word]);
  return rows.map(({ table }) => table);
}

/** Whether an index has the words of each document, as they would be written now, and nothing else. */
async function indexFaults(client: pg.Client, documents: readonly Written[]): Promise<string[]> {
  const faults: string[] = [];
  for (const [kind, key] of [
    ['story', 'article_id'],
    ['quote', 'quote_id'],
  ] as const) {
    const begin = `INSERT INTO ${kind}_index `;
    const writes = documents.flatMap(({ id, statements }) => {
      const [write] = statements.map(({ query }) => query.toSQL()).filter(({ sql }) => sql.startsWith(begin));
      return write ? [{ id, words: String(write.params[0]) }] : [];
    });
    const { rows } = await client.query(
      `SELECT coalesce(wanted.id, d.${key}, i.id::text) AS id, wanted.words AS wanted, i.words::text AS there
FROM ${kind}_index AS i FULL JOIN ${kind}_documents AS d ON d.id = i.id
FULL JOIN unnest($1::text[], $2::text[]) AS wanted (id, words) ON wanted.id = d.${key}
WHERE i.words IS DISTINCT FROM wanted.words::tsvector`,
      [writes.map(({ id }) => id), writes.map(({ words }) => words)],
    );
    faults.push(...rows.map((row) => `${kind}_index: ${JSON.stringify(row)}`));
  }
  return faults;
}

/** The files of this database's tables and indexes, once all that was written is in them. The write-ahead log is no part of it. */
async function filesOf(client: pg.Client): Promise<string[]> {
  await client.query('CHECKPOINT');
  const { rows } = await client.query<{ folder: string }>(
    `SELECT current_setting('data_directory') || '/base/' || oid AS folder FROM pg_database WHERE datname = current_database()`,
  );
  const folder = rows[0]?.folder ?? '';
  // What is not named by a number is made anew from those as it is needed, and has no rows.
  const names = readdirSync(folder).filter((name) => /^\d/.test(name));
  return names.map((name) => join(folder, name));
}
