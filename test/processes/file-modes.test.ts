import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RunningServer, run, temporaryFolder } from '../support/processes.js';

/** Everything below a folder, and what others may do with it. */
function rightsOfOthers(folder: string): [string, number][] {
  return globSync('**/*', { cwd: folder }).map((name) => [name, statSync(join(folder, name)).mode & 0o007]);
}

describe('what is written to disk', () => {
  it('is for nobody else on the machine, whoever writes it', async () => {
    const parent = temporaryFolder();
    const [data, backup, exported, restored] = ['data', 'backup', 'export', 'restored'].map((name) =>
      join(parent, name),
    ) as [string, string, string, string];
    const server = await RunningServer.start({ DATA_DIR: data });
    for (const [script, ...args] of [
      ['src/cli/keys.ts', 'create', '--role', 'viewer', '--name', 'x'],
      ['src/cli/backup.ts', backup],
      ['src/cli/export.ts', exported],
    ] as const)
      expect(await run(script, args, { DATA_DIR: data })).toMatchObject({ code: 0 });
    server.terminate();
    await server.exitCode;
    const restore = await run('src/cli/restore.ts', [backup, '--no-erasures'], { DATA_DIR: restored });
    expect(restore).toMatchObject({ code: 0 });
    for (const folder of [data, backup, exported, restored]) {
      const all: [string, number][] = [['', statSync(folder).mode & 0o007], ...rightsOfOthers(folder)];
      expect(all.length).toBeGreaterThan(3);
      expect(all.filter(([, rights]) => rights !== 0)).toEqual([]);
    }
  });
});
