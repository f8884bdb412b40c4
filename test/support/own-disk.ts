// Commands on a disk of their own, in a namespace of their own, so that it can be as small as is wanted.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const unshare = '/usr/bin/unshare';

/** It takes rights that not everybody has; CI has them. */
export const canHaveOwnDisk = process.env.CI === 'true' || spawnSync(unshare, ['-rm', 'true']).status === 0;

/** Runs lines of the shell, which may mount, in the folder of the program, with the Node that the packages bring. `args` are `$1` and on. */
export function onOwnDisk(script: string, args: readonly string[], dataDir: string): SpawnSyncReturns<string> {
  const env = { DATA_DIR: dataDir, PATH: `${root}node_modules/.bin:${process.env.PATH}` };
  return spawnSync(unshare, ['-rm', 'sh', '-c', script, 'sh', ...args], {
    ...{ cwd: root, env, encoding: 'utf8', timeout: 100_000 },
  });
}
