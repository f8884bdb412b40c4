import { describe, expect, it } from 'vitest';
import { settingNames } from '../../src/config.js';
import { run, temporaryFolder } from '../support/processes.js';

const server = (...args: string[]) => run('src/server.ts', args, { DATA_DIR: temporaryFolder(), PORT: '0' });

describe('npm start', () => {
  it('tells by --help what there is to set, and starts nothing', async () => {
    const { code, stdout, stderr } = await server('--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^usage: /);
    expect(settingNames.filter((name) => !stdout.split(/\s+/).includes(name))).toEqual([]);
  });

  it('refuses settings that are typed as arguments, rather than to start without them', async () => {
    const { code, stdout, stderr } = await server('--port', '4000');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^The server takes no "--port": .* PORT=4000 .*\n$/);
  });
});
