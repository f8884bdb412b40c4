// How PostgreSQL answers a query, told as it is told of SQLite.
import type pg from 'pg';
import type { Asked } from './raw.js';

interface PlanNode {
  'Node Type': string;
  'Plan Rows': number;
  'Relation Name'?: string;
  Alias?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
}

/** What the planner is to do without where it can: what is asked is whether it has what it takes to look rows up one by one. */
const unwanted = ['seqscan', 'sort', 'incremental_sort', 'hashjoin', 'mergejoin', 'material', 'memoize'];
/** Of tables with few rows it would rather read all; of one with none it does so whatever it is told. */
const pretence = `UPDATE pg_class SET reltuples = 1000000, relpages = 1 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')`;

interface Index {
  name: string;
  isKey: boolean;
  columns: string[];
}

export async function planOf(client: pg.Client, { sql, params }: Asked): Promise<string[]> {
  await client.query('BEGIN');
  for (const what of unwanted) await client.query(`SET LOCAL enable_${what} = off`);
  await client.query(pretence);
  const { rows } = await client.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
    `EXPLAIN (FORMAT JSON) ${sql}`,
    params as unknown[],
  );
  await client.query('ROLLBACK');
  const plan = rows[0]?.['QUERY PLAN'];
  const { rows: indexes } = await client.query<Index>(
    `SELECT c.relname AS name, i.indisprimary AS "isKey",
ARRAY(SELECT pg_get_indexdef(i.indexrelid, k + 1, true) FROM generate_subscripts(i.indkey, 1) AS k ORDER BY k) AS columns
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace`,
  );
  const known = new Map(indexes.map((index) => [index.name, index]));
  const top = (typeof plan === 'string' ? JSON.parse(plan) : plan) as { Plan: PlanNode }[];
  return top.flatMap(({ Plan }) => stepsOf(Plan, known));
}

function stepsOf(node: PlanNode, indexes: Map<string, Index>, isFirst = false): string[] {
  // What it finds in indexes first, it reads in the order of the table: the table is named only there.
  const below = (node.Plans ?? []).map((child) =>
    node['Node Type'].startsWith('Bitmap') ? { ...child, Alias: aliasOf(node) } : child,
  );
  // As in `SELECT max(…)`: only the first is read.
  const isLimited = node['Node Type'] === 'Limit' && node['Plan Rows'] === 1;
  return [...stepOf(node, indexes, isFirst), ...below.flatMap((child) => stepsOf(child, indexes, isLimited))];
}

/** Where a query names a table more than once, PostgreSQL numbers the names. */
function aliasOf({ Alias: alias = '', 'Relation Name': table }: PlanNode): string {
  return table !== undefined && new RegExp(`^${table}_\\d+$`).test(alias) ? table : alias;
}

function stepOf(node: PlanNode, indexes: Map<string, Index>, isFirst: boolean): string[] {
  const type = node['Node Type'];
  const table = aliasOf(node);
  if (type === 'Seq Scan') return [`read ${table} whole`];
  if (type.endsWith('Sort')) return [isBounded(node) ? 'sort few' : 'sort'];
  const index = indexes.get(node['Index Name'] ?? '');
  if (!index) return [];
  const name = index.isKey ? 'its key' : index.name;
  const condition = node['Index Cond'];
  if (condition === undefined && isFirst) return [`search ${table} by ${name} ()`];
  if (condition === undefined) return [`read ${table} along ${name}`];
  return [`search ${table} by ${name} (${columnsOf(condition, index)})`];
}

/** Whether no more rows can come than a limit lets through, and what is looked up for each. */
function isBounded({ 'Node Type': type, Plans: children = [] }: PlanNode): boolean {
  if (type === 'Limit') return true;
  const deciding = type === 'Nested Loop' ? children.slice(0, 1) : children;
  return deciding.length > 0 && deciding.every(isBounded);
}

/** `((facet = 'x'::text) AND (ROW(published_at, article_id) < ROW('y'::text, 'z'::text)))` → `facet, published_at…` */
function columnsOf(condition: string, { columns }: Index): string {
  const told = condition.replaceAll(/'(?:[^']|'')*'/g, '?');
  return columns
    .flatMap((column) => {
      const [, range, operator] =
        new RegExp(`(ROW\\()?\\b${column}\\b(?:\\)?::\\w+)?(?:, [^)]*\\))? (=|<|>|IS)`).exec(told) ?? [];
      if (operator === undefined) return [];
      return [operator === '=' && range === undefined ? column : `${column}…`];
    })
    .join(', ');
}
