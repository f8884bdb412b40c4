// A user of the machine who may not do with the data what is asked for.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { run, temporaryFolder } from '../support/processes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Neither the owner of anything here, nor root. */
const stranger = 65_534;

function asStranger(script: string, args: string[], dataDir: string): { code: number | null; stderr: string } {
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', DATA_DIR: dataDir, PORT: '0' };
  const { status, stderr } = spawnSync(
    join(root, 'node_modules/.bin/node'),
    ['--import', './src/typescript.mjs', `src/${script}.ts`, ...args],
    {
      ...{ cwd: root, env, uid: stranger, gid: stranger, encoding: 'utf8', timeout: 20_000 },
    },
  );
  return { code: status, stderr };
}

/** Only root can become another, and not everywhere may others read the program. */
function canBeStranger(): boolean {
  const isOne = process.getuid?.() === 0 && asStranger('cli/keys', ['--help'], root).code === 0;
  if (!isOne) console.warn('Nobody else than the owner is tried, since nobody else can be started here.');
  return isOne;
}

const commands: [string, ...string[]][] = [
  ['server'],
  ['cli/keys', 'list'],
  ['cli/doctor'],
  ['cli/backup', '/tmp/copydesk-never'],
  ['cli/export', '/tmp/copydesk-never'],
  ['cli/recompile'],
  ['cli/reindex'],
  ['cli/sweep'],
];

const cannotOpen = /^copydesk: Cannot open the database .*copydesk\.db: .*Set DATA_DIR .*\n$/;

describe.runIf(canBeStranger())('where the database is', () => {
  let dataDir: string;
  const file = () => join(dataDir, 'copydesk.db');
  beforeEach(async () => {
    const parent = temporaryFolder();
    chmodSync(parent, 0o755);
    dataDir = join(parent, 'data');
    mkdirSync(dataDir);
    expect(await run('src/cli/keys.ts', ['list'], { DATA_DIR: dataDir })).toMatchObject({ code: 0 });
  });

  it.each(commands)('somebody who may not look there is told so by %s', (script, ...args) => {
    chmodSync(dataDir, 0o700);
    const { code, stderr } = asStranger(script, args, dataDir);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^copydesk: .*(permission denied|unable to open).*\n$/)]);
    expect(stderr).not.toMatch(/There is no database/);
  });

  it.each([['server'], ['cli/keys', 'list'], ['cli/reindex']])(
    'somebody who may only read it is told so by %s, before anything is taken in',
    (script, ...args) => {
      chownSync(dataDir, stranger, stranger);
      chmodSync(file(), 0o644);
      const { code, stderr } = asStranger(script, args, dataDir);
      expect([code, stderr]).toEqual([1, expect.stringMatching(cannotOpen)]);
    },
  );

  it('somebody who may only read the log that another has left there is told so', () => {
    chownSync(dataDir, stranger, stranger);
    chownSync(file(), stranger, stranger);
    writeFileSync(`${file()}-wal`, '', { mode: 0o644 });
    const { code, stderr } = asStranger('server', [], dataDir);
    expect([code, stderr]).toEqual([1, expect.stringMatching(cannotOpen)]);
  });
});
