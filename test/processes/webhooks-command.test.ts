import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestApp } from '../support/app.js';
import { run, temporaryFolder } from '../support/processes.js';
import { failing, isSignedBy, ok, Receiver } from '../support/receiver.js';
import { liveStory } from '../support/stories.js';
import { deliveriesOf, makeWebhook, readWebhook, settled, startSendingApp } from '../support/webhooks.js';

/** A server that runs while the command works on its database. */
let app: TestApp;
let receiver: Receiver;
let keepingTime: NodeJS.Timeout;
beforeAll(async () => {
  app = await startSendingApp();
  // The command has the time of the machine, and what it makes due then is for the server to send.
  const keepTime = () => app.clock.advance(Math.max(0, Date.now() - app.clock.now().getTime()));
  keepTime();
  keepingTime = setInterval(keepTime, 20);
  receiver = await Receiver.start();
});
afterAll(async () => {
  clearInterval(keepingTime);
  await receiver.stop();
  await app.close();
});

function webhooks(...args: string[]) {
  return run('src/cli/webhooks.ts', args, { DATA_DIR: dirname(app.path), WEBHOOK_PRIVATE_HOSTS: '127.0.0.1' });
}

/** Runs the command, which must do it. @returns the lines that it prints */
async function done(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await webhooks(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

async function made(...args: string[]): Promise<{ id: string; secret: string }> {
  const lines = await done('create', '--url', receiver.url, ...args);
  return { id: lines[0]?.split(' ')[1] ?? '', secret: lines.at(-1) ?? '' };
}

describe('npm run webhooks', { timeout: 120_000 }, () => {
  it('makes a webhook, whose secret is its last line and signs what it is sent', async () => {
    const { id, secret } = await made(
      '--event',
      'article.published',
      '--event',
      'article.erased',
      '--description',
      'Front',
    );
    expect(await readWebhook(app, id)).toMatchObject({
      url: receiver.url,
      events: ['article.published', 'article.erased'],
      description: 'Front',
      state: 'enabled',
      createdBy: { key: null, actor: null },
    });
    await liveStory(app);
    await settled(app, id, 'delivered');
    const last = receiver.received.at(-1);
    expect(last && isSignedBy(secret, last)).toBe(true);
    await done('delete', id);
  });

  it('lists webhooks with their states and what they are told of, and no secret', async () => {
    const { id } = await made('--event', 'article.withdrawn', '--description', 'Listed');
    const lines = await done('list');
    expect(lines[0]).toMatch(/^ID +STATE +EVENTS +URL +DESCRIPTION$/);
    expect(lines.find((line) => line.startsWith(id))).toBe(`${id}  enabled  withdrawn  ${receiver.url}  Listed`);
    expect(lines.join()).not.toContain('whsec_');
    await done('delete', id);
    expect((await done('list')).join()).not.toContain(id);
  });

  it('changes what is given and nothing else, disables and enables', async () => {
    const { id } = await made('--description', 'Before');
    expect(await done('change', id, '--description', 'After')).toEqual([
      `Webhook ${id} for ${receiver.url} is changed.`,
    ]);
    await done('disable', id);
    const disabled = await readWebhook(app, id);
    expect(disabled).toMatchObject({ description: 'After', state: 'disabled', disabledReason: 'admin', version: 3 });
    await done('enable', id);
    expect(await readWebhook(app, id)).toMatchObject({ url: receiver.url, state: 'enabled', disabledReason: null });
    await done('delete', id);
  });

  it('rotates the secret: the new one is its last line, both sign for the overlap', async () => {
    const { id, secret } = await made();
    const lines = await done('rotate', id, '--overlap', 'PT2H');
    const { formerSecretUntil } = await readWebhook(app, id);
    expect(lines[0]).toContain(`by the former as well until ${formerSecretUntil}`);
    await done('ping', id);
    const last = receiver.received.at(-1);
    expect(last && [isSignedBy(secret, last), isSignedBy(lines.at(-1) ?? '', last)]).toEqual([true, true]);
    await done('delete', id);
  });

  it('pings, and says what came of it', async () => {
    const { id } = await made();
    expect((await done('ping', id))[0]).toMatch(/^\S{36} is delivered: 204 in \d+ ms\.$/);
    receiver.answer(failing(500));
    const { code, stdout, stderr } = await webhooks('ping', id);
    receiver.answer(ok);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^copydesk: \S{36} is not delivered: 500 in \d+ ms\.\n$/);
    await done('delete', id);
  });

  it('lists what was sent by its state, and has it sent again, one or those of a time', async () => {
    const { id } = await makeWebhook(app, receiver);
    const story = await liveStory(app);
    const [delivery] = await settled(app, id, 'delivered');
    const [heading, line, ...others] = await done('deliveries', id, '--state', 'delivered', '--article', story.id);
    expect(heading).toMatch(/^ID +STATE +TYPE +AT +ATTEMPTS +LAST +ARTICLE$/);
    expect(line).toMatch(
      new RegExp(`^${delivery?.id}  delivered  article\\.published  \\S+Z  1 +204 in \\d+ ms  ${story.id}$`),
    );
    expect(others).toEqual([]);
    expect(await done('deliveries', id, '--state', 'dead')).toEqual(['There are none.']);

    const twice = (count: number) =>
      expect.poll(async () => (await deliveriesOf(app, id))[0]?.attempts.length).toBe(count);
    expect(await done('replay', id, delivery?.id ?? '')).toEqual([
      `${delivery?.id} (article.published) is sent again.`,
    ]);
    await twice(2);
    const from = '2020-01-01T00:00:00Z';
    expect(await done('replay', id, '--from', from)).toEqual(['0 messages are sent again.']);
    expect(await done('replay', id, '--state', 'delivered', '--from', from)).toEqual(['1 message is sent again.']);
    await twice(3);
    await done('delete', id);
  });

  it('tells its ways with --help', async () => {
    const help = (await done('--help')).join('\n');
    for (const word of ['create --url URL', 'rotate ID', 'replay ID DELIVERY', 'article.erased', 'exit code'])
      expect(help).toContain(word);
  });

  it.each([
    ['nothing', [], 'Say what to do: list, create, change, disable, enable, rotate, delete, ping, deliveries, replay.'],
    ['what every object has', ['constructor'], 'Say what to do: '],
    ['no address', ['create'], '--url: is required'],
    ['an address that is none', ['create', '--url', 'ftp://x'], '--url: '],
    ['an unknown event', ['create', '--url', 'https://x.example/', '--event', 'article.sold'], '--event: '],
    ['no id', ['ping'], 'Say the id of the webhook to ping'],
    ['an option of another command', ['list', '--state', 'dead'], 'list takes no --state.'],
    ['a word too many', ['replay', 'a', 'b', 'c'], 'replay takes no "c".'],
    ['an unknown state', ['deliveries', 'a', '--state', 'asleep'], '--state: '],
    ['two states of a list', ['deliveries', 'a', '--state', 'dead', '--state', 'waiting'], 'one --state.'],
    ['a delivery and a time', ['replay', 'a', 'b', '--from', '2027-01-31T12:00:00Z'], 'replay takes a delivery, or'],
    ['too long an overlap', ['rotate', 'a', '--overlap', 'P30D'], '--overlap: '],
  ])('refuses %s with 2 and its usage, and opens nothing', async (_what, args, reason) => {
    const DATA_DIR = temporaryFolder();
    const { code, stdout, stderr } = await run('src/cli/webhooks.ts', args, { DATA_DIR });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
    expect(stderr).toContain('usage: npm run webhooks -- list');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(join(DATA_DIR, 'copydesk.db'))).toBe(false);
  });

  it.each([
    ['a webhook that is not there', ['ping', 'none'], 'copydesk: There is no webhook "none".\n'],
    ['deliveries of one that is not there', ['deliveries', 'none'], 'copydesk: There is no webhook "none".\n'],
    ['an address in a private network', ['create', '--url', 'https://10.0.0.7/'], '--url: '],
  ])('fails for %s with 1 and one line', async (_what, args, line) => {
    const { code, stdout, stderr } = await webhooks(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.startsWith(line)).toBe(true);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
