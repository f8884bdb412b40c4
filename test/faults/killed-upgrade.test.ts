// A database of the first schema is brought to the present one by a process that is killed again and again.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import DatabaseFile from 'better-sqlite3';
import { expect, it } from 'vitest';
import { at, fillFirst, openAt } from '../support/old-databases.js';
import { run, startCommand, temporaryFolder } from '../support/processes.js';
import { chanceOf, rounds } from '../support/rounds.js';

/** Every other of them is meant for while the upgrade writes, the others for any moment of it; they go on until one has hit. */
const kills = rounds({ quick: 3, short: 8, long: 100 });
/** So many that an upgrade takes a while. */
const storyCount = 5000;
const firstMigrations = 2;

/** What a command does first is to open the database, and so to bring it to the present schema. */
const command = ['src/cli/keys.ts', ['list']] as const;

function withFile<Result>(path: string, work: (file: DatabaseFile.Database) => Result): Result {
  const file = new DatabaseFile(path, { timeout: 30_000 });
  try {
    return work(file);
  } finally {
    file.close();
  }
}

const migrationsOf = (file: DatabaseFile.Database) =>
  Number(file.prepare('SELECT count(*) FROM __drizzle_migrations').pluck().get());

const logOf = (path: string) => `${path}-wal`;

const loggedBytes = (path: string) => statSync(logOf(path), { throwIfNoEntry: false })?.size ?? 0;

/** Waits until a process has opened a database that was closed. */
async function opened(path: string): Promise<void> {
  while (!existsSync(logOf(path))) await pause(1);
}

/** Waits until the upgrade of a database that is open has written something, or is over. */
async function written(path: string): Promise<void> {
  while (existsSync(logOf(path)) && loggedBytes(path) === 0) await pause(1);
}

/** How long an upgrade goes on from when its database is open, and how long it writes. */
async function timed(path: string): Promise<{ tookMs: number; writtenMs: number }> {
  const upgrading = startCommand(...command, { DATA_DIR: dirname(path) });
  await opened(path);
  const begun = performance.now();
  await written(path);
  const wrote = performance.now();
  let grown = wrote;
  for (let bytes = 0; existsSync(logOf(path)); await pause(1)) {
    if (loggedBytes(path) > bytes) grown = performance.now();
    bytes = loggedBytes(path);
  }
  expect([await upgrading.exitCode, upgrading.stderr]).toEqual([0, '']);
  return { tookMs: performance.now() - begun, writtenMs: grown - wrote };
}

/** Instants that the rows did not have before: when they were upgraded. */
const instants = /"\d{4}-\d\d-\d\dT[\d:.]+Z"/g;
const withoutNow = (text: string) => text.replace(instants, (instant) => (instant === `"${at}"` ? instant : '"now"'));

/** A hash of all rows of each table, but for what chance and the time give. */
function hashesOf(path: string): Map<string, string> {
  return withFile(path, (file) => {
    const tables = file
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name")
      .pluck()
      .all()
      .map(String)
      .filter((table) => table !== 'secrets');
    const rows = (table: string) =>
      (file.prepare(`SELECT * FROM ${table}`).all() as Record<string, unknown>[])
        .map(({ mark: _, ...row }) => withoutNow(JSON.stringify(row)))
        .sort();
    const hash = (table: string) => createHash('sha256').update(rows(table).join('\n')).digest('hex');
    return new Map(tables.map((table) => [table, hash(table)]));
  });
}

it(`an upgrade that was killed ${kills} times is all there or not begun each time, and comes to the same in the end`, async () => {
  const old = join(temporaryFolder(), 'copydesk.db');
  const { file, ...connection } = openAt(old, firstMigrations);
  file.transaction(() => fillFirst({ file, ...connection }, storyCount))();
  file.pragma('wal_checkpoint(TRUNCATE)');
  file.close();
  const anew = () => {
    const DATA_DIR = temporaryFolder();
    copyFileSync(old, join(DATA_DIR, 'copydesk.db'));
    return { DATA_DIR, path: join(DATA_DIR, 'copydesk.db') };
  };

  const whole = anew();
  const { tookMs, writtenMs } = await timed(whole.path);
  const expected = hashesOf(whole.path);
  const migrations = withFile(whole.path, migrationsOf);
  expect(migrations).toBeGreaterThan(firstMigrations);

  const chance = chanceOf('kills of upgrades');
  const found = { before: 0, meanwhile: 0, after: 0 };
  let place = anew();
  let kill = 0;
  while (kill < kills || found.meanwhile === 0) {
    kill += 1;
    const upgrading = startCommand(...command, { DATA_DIR: place.DATA_DIR });
    await opened(place.path);
    if (kill % 2 === 0) await pause(tookMs * chance());
    else {
      await written(place.path);
      await pause(writtenMs * chance());
    }
    await upgrading.kill();
    const hasWritten = loggedBytes(place.path) > 0;
    const reached = withFile(place.path, (left) => {
      expect(left.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(left.pragma('foreign_key_check')).toEqual([]);
      return migrationsOf(left);
    });
    expect([firstMigrations, migrations]).toContain(reached);
    if (reached === firstMigrations) found[hasWritten ? 'meanwhile' : 'before'] += 1;
    else {
      found.after += 1;
      expect(hashesOf(place.path)).toEqual(expected);
      place = anew();
    }
  }
  expect(await run(...command, { DATA_DIR: place.DATA_DIR })).toMatchObject({ code: 0, stderr: '' });
  expect(hashesOf(place.path)).toEqual(expected);
  console.log(
    `${kill} kills of an upgrade of ${Math.round(tookMs)} ms that writes for ${Math.round(writtenMs)}: ${found.before} before it wrote, ${found.meanwhile} meanwhile, ${found.after} behind its end`,
  );
}, 1_800_000);
