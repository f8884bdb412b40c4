// Whether both engines are held to the same tests, and which tests are of one engine alone.

/** Files of tests about one engine, and why the other is not held to them. */
export const ofOneEngine: Readonly<Record<string, string>> = {
  'test/sqlite/database-files.test.ts': 'copies a database file and tells what is no database; PostgreSQL has pg_dump',
  'test/sqlite/opening.test.ts': 'the PRAGMAs of each connection; PostgreSQL syncs and checks by itself',
  'test/sqlite/prepared-statements.test.ts': 'texts as SQLite is given them; PostgreSQL keeps plans by name',
  'test/sqlite/purge.test.ts': 'VACUUM and the truncated log; test/storage/purge.test.ts is for both',
  'test/sqlite/search-thread.test.ts':
    'searches run in a thread of the process; test/postgres/search.test.ts has the same promises',
  'test/sqlite/upgrades.test.ts': 'upgrades from every schema since the first; PostgreSQL has had one',
  'test/postgres/bytes.test.ts': 'has both engines tell a story, and compares the bytes',
  'test/postgres/collation.test.ts': 'the order of texts is a choice on PostgreSQL; SQLite knows only that of bytes',
  'test/postgres/commands.test.ts': 'commands with DATABASE_URL; test/processes has them on SQLite',
  'test/postgres/mistakes.test.ts':
    'what PostgreSQL says of values that are none of their kind; SQLite compares any two',
  'test/postgres/order.test.ts': 'writers that pause within a transaction, which SQLite lets none but one begin',
  'test/postgres/outages.test.ts': 'a server that is away, full or read only; test/faults breaks the disk of SQLite',
  'test/postgres/purge.test.ts': 'transactions of other databases of the server, of which a file of SQLite has none',
  'test/postgres/replica.test.ts': 'READ_DATABASE_URL',
  'test/postgres/schedules.test.ts':
    'two servers in a race; test/faults/schedules.test.ts kills two on SQLite meanwhile',
  'test/postgres/search.test.ts':
    'what bounds searches on the server; test/sqlite/search-thread.test.ts has the same promises',
  'test/postgres/transfers.test.ts': 'takes everything from PostgreSQL to SQLite and back',
  'test/postgres/wakes.test.ts': 'LISTEN and NOTIFY; SQLite knows of other processes by looking',
};

/** What of vitest's JSON is looked at. */
export interface Run {
  testResults: { name: string; assertionResults: { fullName: string; status: string }[] }[];
}

export interface Comparison {
  /** How many tests have run on both. */
  both: number;
  /** How many there are in each file of one engine alone. */
  alone: Map<string, number>;
  /** Tests that should be on both and have run on one, or on none. */
  missing: string[];
}

/** Tests that have run, by file and name; as often as there are tests of one name. */
function testsOf({ testResults }: Run, root: string): Map<string, Map<string, number>> {
  return new Map(
    testResults.map(({ name, assertionResults }) => {
      const run = assertionResults.filter(({ status }) => status === 'passed' || status === 'failed');
      const names = Map.groupBy(run, ({ fullName }) => fullName);
      return [name.slice(root.length), new Map([...names].map(([fullName, same]) => [fullName, same.length]))];
    }),
  );
}

const sum = (counts: Iterable<number>) => [...counts].reduce((total, count) => total + count, 0);

/** @param root the folder of the program, with a slash at its end */
export function compareRuns(sqlite: Run, postgres: Run, root: string): Comparison {
  const runs = { SQLite: testsOf(sqlite, root), PostgreSQL: testsOf(postgres, root) };
  const comparison: Comparison = { both: 0, alone: new Map(), missing: [] };
  for (const file of new Set([...runs.SQLite.keys(), ...runs.PostgreSQL.keys()])) {
    const [a, b] = [runs.SQLite.get(file) ?? new Map(), runs.PostgreSQL.get(file) ?? new Map()];
    if (file in ofOneEngine) {
      comparison.alone.set(file, sum(a.values()) + sum(b.values()));
      continue;
    }
    for (const name of new Set([...a.keys(), ...b.keys()])) {
      const [onSqlite = 0, onPostgres = 0] = [a.get(name), b.get(name)];
      comparison.both += Math.min(onSqlite, onPostgres);
      if (onSqlite === onPostgres) continue;
      comparison.missing.push(`${file}: ${name}: ${onSqlite} times on SQLite, ${onPostgres} on PostgreSQL`);
    }
  }
  return comparison;
}
