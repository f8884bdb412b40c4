import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { newClient } from '../support/client.js';
import { issueKey, letIn, readKey, refused, statusesOf } from '../support/keys.js';
import { run, temporaryFolder } from '../support/processes.js';

/** A server that runs while the command works on its database. */
let app: TestApp;
beforeAll(async () => {
  app = await startApp();
  // The command has the time of the machine.
  app.clock.advance(Date.now() - app.clock.now().getTime());
});
afterAll(() => app.close());

function keys(...args: string[]) {
  return run('src/cli/keys.ts', args, { DATA_DIR: dirname(app.path) });
}

/** Runs the command, which must do it. @returns the lines that it prints */
async function done(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await keys(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

const day = 86_400_000;

describe.concurrent('npm run keys', { timeout: 60_000 }, () => {
  it.each(['viewer', 'admin'] as const)(
    'makes a key for the role %s, whose text is its last line and works at once',
    async (role) => {
      const key = (await done('create', '--role', role, '--name', 'Jane Doe')).at(-1) ?? '';
      expect(await statusesOf(app, key)).toEqual(letIn);
      await newClient(app.app, key)
        .post('/v1/manage/articles', {})
        .expect(role === 'viewer' ? 403 : 400);
      const made = await readKey(app, key.split('_')[1] ?? '');
      expect(made).toMatchObject({ name: 'Jane Doe', role, expiresAt: null, createdBy: { key: null, actor: null } });
    },
  );

  it.each([
    ['2999-01-31', '2999-01-31T00:00:00.000Z'],
    ['2999-01-31T12:00:00+01:00', '2999-01-31T11:00:00.000Z'],
  ])('makes a key that ends at %s', async (when, expiresAt) => {
    const key = (await done('create', '--role', 'viewer', '--name', 'Jane', '--expires', when)).at(-1) ?? '';
    expect(await readKey(app, key.split('_')[1] ?? '')).toMatchObject({ expiresAt });
  });

  it('makes a key that ends after a duration', async () => {
    const key = (await done('create', '--role', 'viewer', '--name', 'Jane', '--expires', 'P90D')).at(-1) ?? '';
    const { createdAt, expiresAt } = await readKey(app, key.split('_')[1] ?? '');
    const lasts = Date.parse(String(expiresAt)) - Date.parse(String(createdAt));
    expect(Math.abs(lasts - 90 * day)).toBeLessThan(10_000);
  });

  it('lists keys with their states and last uses, and no text of any', async () => {
    const { id } = await issueKey(app, 'publisher', { name: 'Listed' });
    const all = await done('list');
    expect(all[0]).toMatch(/^ID +ROLE +STATE +CREATED +EXPIRES +LAST USED +NAME$/);
    expect(all.find((line) => line.startsWith(id))).toMatch(/publisher +active +\S+Z +never +never +Listed$/);
    expect(all.join()).not.toContain('copydesk_');
    expect((await done('list', '--state', 'expired')).join()).not.toContain(id);
  });

  it('rotates a key: the new one is its last line, the old one is good for the overlap', async () => {
    const old = await issueKey(app, 'viewer');
    const lines = await done('rotate', old.id, '--overlap', 'PT2H', '--expires', 'never');
    const key = lines.at(-1) ?? '';
    expect([await statusesOf(app, old.key), await statusesOf(app, key)]).toEqual([letIn, letIn]);
    const { expiresAt, rotatedTo } = await readKey(app, old.id);
    expect(lines[0]).toContain(`takes over from ${old.id}, which is good until ${expiresAt}.`);
    expect(rotatedTo).toBe(key.split('_')[1]);
    const left = Date.parse(String(expiresAt)) - Date.now();
    expect(left).toBeGreaterThan(day / 12 - 60_000);
    expect(left).toBeLessThanOrEqual(day / 12);
  });

  it('revokes a key, which a running server refuses at the next request', async () => {
    const { id, key } = await issueKey(app, 'viewer');
    expect(await statusesOf(app, key)).toEqual(letIn);
    expect(await done('revoke', id)).toEqual([`Key ${id} for a viewer is revoked.`]);
    expect(await statusesOf(app, key)).toEqual(refused);
  });

  it('revokes even the last admin’s key, and says what that means', async () => {
    const DATA_DIR = temporaryFolder();
    const made = await run('src/cli/keys.ts', ['create', '--role', 'admin', '--name', 'Only'], { DATA_DIR });
    const id = made.stdout.split('_')[1] ?? '';
    const { code, stdout } = await run('src/cli/keys.ts', ['revoke', id], { DATA_DIR });
    expect(code).toBe(0);
    expect(stdout).toContain('No admin’s key is active now. Make one by: create --role admin --name NAME');
  });

  it('tells its ways with --help', async () => {
    const help = (await done('--help')).join('\n');
    for (const word of ['create', 'list', 'rotate ID', 'revoke ID', '--expires', '--overlap', 'exit code'])
      expect(help).toContain(word);
  });

  it.each([
    ['nothing', [], 'Say what to do: create, list, rotate, revoke.'],
    ['an unknown role', ['create', '--role', 'boss', '--name', 'Jane Doe'], '--role: '],
    ['no name', ['create', '--role', 'admin'], '--name: is required'],
    ['an unknown option', ['create', '--role', 'admin', '--name', 'Jane Doe', '--for', 'ever'], '--for'],
    ['an option of another command', ['list', '--role', 'admin'], 'list takes no --role.'],
    ['a word too many', ['revoke', 'a', 'b'], 'revoke takes no "b".'],
    ['no id', ['rotate'], 'Say the id of the key to rotate'],
    ['an unknown state', ['list', '--state', 'asleep'], '--state: '],
    ['an end that is no time', ['create', '--role', 'admin', '--name', 'Jane', '--expires', 'soon'], '--expires: '],
    ['too long an overlap', ['rotate', 'a', '--overlap', 'P30D'], '--overlap: '],
  ])('refuses %s with 2 and its usage, and opens nothing', async (_what, args, reason) => {
    const DATA_DIR = temporaryFolder();
    const { code, stdout, stderr } = await run('src/cli/keys.ts', args, { DATA_DIR });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
    expect(stderr).toContain('usage: npm run keys -- create --role viewer|editor|publisher|admin --name NAME');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(join(DATA_DIR, 'copydesk.db'))).toBe(false);
  });

  it.each([
    ['a key that is not there', ['revoke', 'ffffffffffff'], 'copydesk: There is no API key "ffffffffffff".\n'],
    [
      'an end that is past',
      ['create', '--role', 'viewer', '--name', 'Jane', '--expires', '2020-01-01'],
      '--expires: must be in the future; a key is ended at once by revoking it\n',
    ],
  ])('fails for %s with 1 and one line', async (_what, args, line) => {
    expect(await keys(...args)).toEqual({ code: 1, stdout: '', stderr: line });
  });
});
