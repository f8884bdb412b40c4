// Commands and servers whose standard output cannot be written. What they do is done or taken back, and they say which.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { readKey } from '../support/keys.js';
import { freePort } from '../support/ports.js';
import { type Loss, run, startUnheard, temporaryFolder } from '../support/processes.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
  // The commands have the time of the machine.
  app.clock.advance(Date.now() - app.clock.now().getTime());
});
afterAll(() => app.close());

async function unheard(loss: Loss, command: string, ...args: string[]) {
  const running = startUnheard(loss, `src/cli/${command}.ts`, args, { DATA_DIR: dirname(app.path) });
  return { code: await running.exitCode, stderr: running.stderr };
}

describe.concurrent('a command whose standard output cannot be written', { timeout: 60_000 }, () => {
  it.each(['full', 'left'] as const)('leaves no key that nobody knows (%s)', async (loss) => {
    const { code, stderr } = await unheard(loss, 'keys', 'create', '--role', 'admin', '--name', 'unheard');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^copydesk: It could not be shown: .* is revoked\.\n$/)]);
    const id = /key (\w{12}) is revoked/.exec(stderr)?.[1] ?? '';
    expect(await readKey(app, id)).toMatchObject({ state: 'revoked' });
  });

  it('leaves no webhook whose secret nobody knows', async () => {
    const { code, stderr } = await unheard('full', 'webhooks', 'create', '--url', 'https://example.com/unheard');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/ is deleted\.\n$/)]);
    const { body } = await app.as.admin.get('/v1/manage/webhooks').expect(200);
    expect(body.data).toEqual([]);
  });

  it('does what it is for, and says that its report is lost', async () => {
    const folder = join(temporaryFolder(), 'export');
    const { code, stderr } = await unheard('full', 'export', folder);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^copydesk: It ran to its end, but .*ENOSPC.*\n$/)]);
    expect(existsSync(join(folder, 'manifest.json'))).toBe(true);
  });

  it('is content with a reader who has read enough', async () => {
    expect(await unheard('left', 'doctor')).toEqual({ code: 0, stderr: '' });
  });
});

describe('a server whose log cannot be written', () => {
  it('serves, ends when it is asked to, and leaves no first key that nobody knows', async () => {
    const [port, DATA_DIR] = [await freePort(), temporaryFolder()];
    const server = startUnheard('full', 'src/server.ts', [], { DATA_DIR, PORT: String(port) });
    while (!server.stderr.includes('was revoked')) await wait(20);
    for (let i = 0; i < 3; i++) {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/manage/articles`);
      expect(answer.status).toBe(401);
    }
    server.terminate();
    expect(await server.exitCode).toBe(0);
    expect(server.stderr.match(/The log cannot be written: ENOSPC/g)).toHaveLength(1);
    const { stdout } = await run('src/cli/keys.ts', ['list', '--state', 'active'], { DATA_DIR });
    expect(stdout).toBe('There are none.\n');
  });
});
