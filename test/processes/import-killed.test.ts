import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reindex } from '../../src/publishing/reindexing/service.js';
import { startApp, type TestApp } from '../support/app.js';
import { copyStory } from '../support/copies.js';
import { run, startCommand, temporaryFolder } from '../support/processes.js';
import { rounds } from '../support/rounds.js';
import { liveStory, minskStory, shortStory } from '../support/stories.js';
import { contentsOf, exportFrom, importInto } from '../support/transfers.js';

const copies = rounds({ quick: 900, short: 900, long: 2000 });
const kills = rounds({ quick: 3, short: 3, long: 30 });
const folder = temporaryFolder();
const place = (name: string) => join(folder, name);
let app: TestApp;
beforeAll(async () => {
  app = await startApp();
  await liveStory(app, minskStory());
  const { id } = await liveStory(app, shortStory({ slug: 'many' }));
  await copyStory(app.store, id, copies);
  await reindex(app.store);
  expect(await exportFrom(dirname(app.path), place('many'))).toMatchObject({ code: 0 });
}, 120_000);
afterAll(() => app.close());

/** How many stories are there by now; none while there is no database. */
function countStories(dataDir: string): number {
  try {
    const file = new Database(join(dataDir, 'copydesk.db'), { readonly: true, fileMustExist: true });
    try {
      return Number(file.prepare('SELECT count(*) FROM articles').pluck().get());
    } finally {
      file.close();
    }
  } catch {
    return 0;
  }
}

/** Starts an import, and ends it once so many stories are there: at once, or as Ctrl-C does. */
async function endAt(dataDir: string, stories: number, how: 'kill' | 'terminate'): Promise<string> {
  const importing = startCommand('src/cli/import.ts', [place('many')], { DATA_DIR: dataDir });
  let hasEnded = false;
  void importing.exitCode.then(() => {
    hasEnded = true;
  });
  while (countStories(dataDir) < stories && !hasEnded) await pause(5);
  if (how === 'kill') await importing.kill();
  else importing.terminate();
  await importing.exitCode;
  return importing.stderr;
}

/** Imports what is missing yet, and looks for all of it. */
async function requireToComeToTheSame(home: string): Promise<void> {
  const reached = countStories(home);
  const { code, stdout } = await importInto(home, place('many'));
  const [, created, same] = /articles: (\d+) created, (\d+) the same, 0 refused/.exec(stdout) ?? [];
  expect([code, Number(created), Number(same)]).toEqual([0, copies + 2 - reached, reached]);
  const again = join(home, 'again');
  expect(await exportFrom(home, again)).toMatchObject({ code: 0 });
  const expected = contentsOf(place('many'));
  expect([...contentsOf(again)].filter(([path, text]) => expected.get(path) !== text)).toEqual([]);
  const examined = await run('src/cli/doctor.ts', [], { DATA_DIR: home });
  expect([examined.code, examined.stdout]).toEqual([0, expect.not.stringContaining('WRONG')]);
}

describe('npm run import, ended in the middle', () => {
  it('goes on when it is run again, to the same as if it never had been', async () => {
    let home = place('killed');
    for (let kill = 0; kill < kills; kill++) {
      if (countStories(home) > copies / 2) {
        await requireToComeToTheSame(home);
        home = place(`killed-${kill}`);
      }
      const before = countStories(home);
      await endAt(home, before + (before === 0 ? 1 : 50), 'kill');
      expect(countStories(home)).toBeGreaterThan(before);
      expect(countStories(home)).toBeLessThan(copies + 2);
    }
    await requireToComeToTheSame(home);
  }, 1_800_000);

  it('says that what came stays when somebody ends it', async () => {
    const stderr = await endAt(place('ended'), 101, 'terminate');
    expect(stderr).toBe('copydesk: Ended by SIGTERM. What was imported stays; run it again to go on.\n');
    expect(countStories(place('ended'))).toBeLessThan(copies + 2);
  }, 300_000);
});
