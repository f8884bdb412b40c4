// tsx test/postgres/same-tests.ts SQLITE.json POSTGRES.json: tells of two runs, as vitest's reporter of JSON wrote them down, how many
// tests have run on both engines and which on one alone, and why. Ends with 1 when a test has run on one that should be on both.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compareRuns, ofOneEngine, type Run } from '../support/both-engines.js';

const [sqlite = '', postgres = ''] = process.argv.slice(2);
const read = (path: string): Run => JSON.parse(readFileSync(path, 'utf8'));
const root = fileURLToPath(new URL('../../', import.meta.url));
const { both, alone, missing } = compareRuns(read(sqlite), read(postgres), root);

console.log(`${both} tests have run on both engines.`);
for (const engine of ['sqlite', 'postgres']) {
  const files = [...alone].filter(([file]) => file.startsWith(`test/${engine}/`)).toSorted();
  const count = files.reduce((total, [, tests]) => total + tests, 0);
  console.log(`${count} are of ${engine === 'sqlite' ? 'SQLite' : 'PostgreSQL'} alone:`);
  for (const [file, tests] of files) console.log(`  ${String(tests).padStart(3)} ${file}: ${ofOneEngine[file]}`);
}
for (const line of missing) console.log(`Not on both: ${line}`);
if (missing.length > 0) process.exitCode = 1;
