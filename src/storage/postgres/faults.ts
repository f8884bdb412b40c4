// What is wrong with a database, as far as a server can tell that believes itself to be well.
import type pg from 'pg';
import type { DatabaseFaults } from '../database-files.js';

/** Of more faults of a kind than these, only so many are told. */
const faultsMax = 100;

/**
 * Looks at all that can be looked at by SQL. PostgreSQL holds rows to their references and itself to its pages, but not where
 * somebody has switched that off, as those who copy rows by hand do, nor on a disk that lies.
 */
export async function findFaults(client: pg.Client): Promise<DatabaseFaults> {
  const pages = await lookAtPages(client);
  return {
    pages: [...(await listBrokenIndexes(client)), ...pages.faults].slice(0, faultsMax),
    pagesLooked: pages.looked,
    references: [...(await listSwitchedOff(client)), ...(await listLeadingNowhere(client))].slice(0, faultsMax),
    fullText: await listWithoutWords(client),
  };
}

/** Has every page and index entry looked at, where the extension for that is installed and this user may use it. */
async function lookAtPages(client: pg.Client): Promise<{ faults: string[]; looked: string }> {
  const faults: string[] = [];
  const bad = await client.query(
    'SELECT checksum_failures AS count FROM pg_stat_database WHERE datname = current_database() AND checksum_failures > 0',
  );
  for (const { count } of bad.rows) faults.push(`the server has met ${count} pages whose checksum is wrong`);
  const { rows: rights } = await client.query(
    `SELECT has_function_privilege(to_regprocedure('bt_index_check(regclass, boolean)'), 'EXECUTE')
AND has_function_privilege(to_regprocedure('verify_heapam(regclass, boolean, boolean, text, bigint, bigint)'), 'EXECUTE') AS usable`,
  );
  if (rights[0]?.usable !== true)
    return { faults, looked: 'checksums that failed; CREATE EXTENSION amcheck, and every page is looked at' };
  const { rows } = await client.query<{ name: string; index: string | null }>(
    `SELECT relation.oid::regclass AS name, NULL AS index FROM pg_class AS relation
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
UNION ALL SELECT relation.oid::regclass, relation.oid::regclass FROM pg_class AS relation JOIN pg_am AS method ON method.oid = relam
WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace AND amname = 'btree' ORDER BY 1`,
  );
  for (const { name, index } of rows)
    faults.push(...(await (index === null ? faultsOfTable(client, name) : faultsOfIndex(client, index))));
  return { faults, looked: `every page of ${rows.length} tables and indexes, by amcheck` };
}

async function faultsOfTable(client: pg.Client, name: string): Promise<string[]> {
  const { rows } = await client.query<{ blkno: number; msg: string }>(
    `SELECT blkno, msg FROM verify_heapam($1::regclass) LIMIT ${faultsMax}`,
    [name],
  );
  return rows.map(({ blkno, msg }) => `page ${blkno} of ${name}: ${msg}`);
}

/** It tells of the first fault by failing. */
async function faultsOfIndex(client: pg.Client, name: string): Promise<string[]> {
  try {
    await client.query('SELECT bt_index_check($1::regclass, true)', [name]);
    return [];
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== 'XX002' && code !== 'XX001') throw error;
    return [`${name}: ${message}`];
  }
}

/** Indexes that were never finished: they hold nothing to anything. */
async function listBrokenIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT indexrelid::regclass AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE relnamespace = 'public'::regnamespace AND NOT (indisvalid AND indisready) ORDER BY 1`,
  );
  return rows.map(({ name }) => `${name} is not whole: REINDEX INDEX ${name}`);
}

/** What holds rows together, and is not at work. */
async function listSwitchedOff(client: pg.Client): Promise<string[]> {
  const { rows: triggers } = await client.query<{ name: string; count: number }>(
    `SELECT tgrelid::regclass AS name, count(*) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace = 'public'::regnamespace AND tgenabled NOT IN ('O', 'A') GROUP BY 1 ORDER BY 1`,
  );
  const { rows: constraints } = await client.query<{ name: string; of: string }>(
    `SELECT conname AS name, conrelid::regclass AS of FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND NOT convalidated ORDER BY 1`,
  );
  return [
    ...triggers.map(
      ({ name, count }) => `${count} triggers of ${name} are switched off: ALTER TABLE ${name} ENABLE TRIGGER ALL`,
    ),
    ...constraints.map(({ name, of }) => `${name} of ${of} holds for new rows only`),
  ];
}

/** Rows that point at others which are not there. */
async function listLeadingNowhere(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ child: string; parent: string; same: string; given: string }>(
    `SELECT conrelid::regclass AS child, confrelid::regclass AS parent,
  string_agg(format('p.%I = c.%I', theirs.attname, ours.attname), ' AND ') AS same,
  string_agg(format('c.%I IS NOT NULL', ours.attname), ' AND ') AS given
FROM pg_constraint CROSS JOIN unnest(conkey, confkey) AS pair (our, their)
JOIN pg_attribute AS ours ON ours.attrelid = conrelid AND ours.attnum = our
JOIN pg_attribute AS theirs ON theirs.attrelid = confrelid AND theirs.attnum = their
WHERE contype = 'f' AND connamespace = 'public'::regnamespace GROUP BY pg_constraint.oid ORDER BY 1, 2`,
  );
  const faults: string[] = [];
  for (const { child, parent, same, given } of rows) {
    const lost = await client.query<{ place: string }>(
      `SELECT c.ctid AS place FROM ${child} AS c WHERE ${given} AND NOT EXISTS (SELECT 1 FROM ${parent} AS p WHERE ${same}) LIMIT ${faultsMax}`,
    );
    faults.push(...lost.rows.map(({ place }) => `row ${place} of ${child} points at nothing in ${parent}`));
  }
  return faults;
}

/** Documents that the index should have words of and has not, and words that are of no document. */
async function listWithoutWords(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query("SELECT to_regclass('public.story_index') AS index");
  if (rows[0]?.index === null) return [];
  const faults: string[] = [];
  for (const kind of ['story', 'quote']) {
    const [found] = (
      await client.query<{ lacking: number; surplus: number }>(
        `SELECT count(*) FILTER (WHERE i.id IS NULL AND d.hash <> '') AS lacking, count(*) FILTER (WHERE d.id IS NULL OR (i.id IS NOT NULL AND d.hash = '')) AS surplus
FROM ${kind}_documents AS d FULL JOIN ${kind}_index AS i ON i.id = d.id`,
      )
    ).rows;
    if (found?.lacking) faults.push(`${kind}_index has no words of ${found.lacking} that should have some`);
    if (found?.surplus) faults.push(`${kind}_index has words of ${found.surplus} that should have none`);
  }
  return faults;
}
