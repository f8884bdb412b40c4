// Webhooks over the end of processes, and by several at once.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { delivering } from '../../src/webhooks/dispatching/delivering.js';
import { listDue } from '../../src/webhooks/dispatching/repository.js';
import type { TestApp } from '../support/app.js';
import { freePort } from '../support/ports.js';
import { RunningServer, send, temporaryFolder } from '../support/processes.js';
import { eventually, ok, Receiver } from '../support/receiver.js';
import { startBeside } from '../support/second-server.js';
import { createStory, liveStory, publishStory, shortStory } from '../support/stories.js';
import {
  deliveriesOf,
  makeWebhook,
  sendingSettings,
  settled,
  startSendingApp,
  webhooksPath,
} from '../support/webhooks.js';

let app: TestApp;
let receiver: Receiver;
beforeAll(async () => {
  app = await startSendingApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver.stop());

describe('a server that is killed', () => {
  /** Sends a request to a real server as its admin. */
  const ask = async (server: RunningServer, key: string, method: 'get' | 'post' | 'patch', path: string, rest = {}) => {
    const { status, body } = await send(app.app, server, method, path, { key, ...rest });
    expect([path, status]).toEqual([path, status < 300 ? status : 200]);
    return body.data;
  };

  it('sends again what it had sent and not noted, under the same id, and then what came after', async () => {
    const settings = { DATA_DIR: temporaryFolder(), ...sendingSettings(1000) };
    let server = await RunningServer.start(settings);
    const key = /Admin key, shown only now: (\S+)/.exec(server.stdout)?.[1] ?? '';
    const { id, secret } = await ask(server, key, 'post', webhooksPath, { body: { url: receiver.url } });
    receiver.answer(() => undefined);
    const { id: article } = await ask(server, key, 'post', '/v1/manage/articles', { body: shortStory() });
    const path = `/v1/manage/articles/${article}`;
    await ask(server, key, 'post', `${path}/publish`, { ifMatch: '"1"' });
    await receiver.count(1);
    await ask(server, key, 'post', `${path}/withdraw`, { ifMatch: '"2"' });
    await server.kill();

    receiver.answer(ok);
    server = await RunningServer.start(settings);
    const received = await receiver.count(3);
    const [first, second, third] = received;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(third?.headers['webhook-id']).not.toBe(first?.headers['webhook-id']);
    expect(receiver.types).toEqual(['article.published', 'article.published', 'article.withdrawn']);
    for (const { text, headers } of received) new Webhook(secret).verify(text, headers);
    await eventually('both to be delivered', async () => {
      const found = await ask(server, key, 'get', `${webhooksPath}/${id}/deliveries?state=delivered`);
      return found.length === 2 ? found : undefined;
    });
    await server.kill();
  }, 120_000);

  it('loses nothing of what it had just answered', async () => {
    const settings = { DATA_DIR: temporaryFolder(), ...sendingSettings(300) };
    let server = await RunningServer.start(settings);
    const key = /Admin key, shown only now: (\S+)/.exec(server.stdout)?.[1] ?? '';
    await ask(server, key, 'post', webhooksPath, { body: { url: receiver.url } });
    const published: string[] = [];
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 4; i++) {
        const { id } = await ask(server, key, 'post', '/v1/manage/articles', { body: shortStory() });
        await ask(server, key, 'post', `/v1/manage/articles/${id}/publish`, { ifMatch: '"1"' });
        published.push(id);
      }
      await server.kill();
      server = await RunningServer.start(settings);
    }
    const told = () => new Set(receiver.received.map(({ body }) => body.data.id));
    await eventually('all to be told', () => (told().size === published.length ? true : undefined));
    expect([...told()].sort()).toEqual(published.sort());
    await server.kill();
  }, 120_000);
});

describe('two servers', () => {
  it('never send the same thing, however much there is', async () => {
    const beside = await startBeside(app, sendingSettings(5000));
    receiver.answer((response) => void setTimeout(() => response.writeHead(204).end(), 20));
    const { id } = await makeWebhook(app, receiver);
    const drafts = await Promise.all(Array.from({ length: 40 }, () => createStory(app)));
    await Promise.all(drafts.map((draft) => publishStory(app, draft.id)));
    await settled(app, id, 'delivered', 20);
    await eventually('all to be delivered', async () =>
      (await deliveriesOf(app, id, '?state=waiting')).length === 0 ? true : undefined,
    );
    await beside.close();
    expect(receiver.received.map(({ body }) => body.data.id).sort()).toEqual(drafts.map((draft) => draft.id).sort());
    expect(receiver.openMax).toBeLessThanOrEqual(10);
  });
});

describe('two that have found the same thing due', () => {
  it('send it once, and none sends it while the other may', async () => {
    await app.services.dispatcher.stop();
    receiver.answer((response) => void setTimeout(() => response.writeHead(204).end(), 50));
    const { id } = await makeWebhook(app, receiver, { state: 'disabled' });
    await app.as.admin.post(`${webhooksPath}/${id}/ping`).expect(202);
    const { store, clock } = app;
    const rules = { timeoutMs: 5000, privateHosts: ['127.0.0.1'] };
    const found = () => listDue(store, id, clock.now().toISOString(), 5);
    const dues = await found();
    expect(dues).toHaveLength(1);
    const going = [1, 2, 3].flatMap(() =>
      dues.map((due) => delivering(store, clock, rules)(due, new AbortController().signal)),
    );
    await receiver.count(1);
    expect(await found()).toEqual([]);
    await Promise.all(going);
    expect(receiver.received).toHaveLength(1);
    app.services.dispatcher.start((error) => expect(error).toBeUndefined());
  });
});

describe('a server that stops', () => {
  it('gives back what a receiver has not answered yet, so that it is sent at once when another starts', async () => {
    receiver.answer(() => undefined);
    const { id } = await makeWebhook(app, receiver);
    await liveStory(app);
    await receiver.count(1);
    const begun = performance.now();
    await app.services.dispatcher.stop();
    expect(performance.now() - begun).toBeLessThan(4500);
    expect(await deliveriesOf(app, id)).toMatchObject([{ state: 'waiting', attempts: [] }]);
    receiver.answer(ok);
    app.services.dispatcher.start((error) => expect(error).toBeUndefined());
    const [first, second] = await receiver.count(2);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect((await settled(app, id, 'delivered'))[0]?.attempts).toHaveLength(1);
  });
});

describe('the receiver in the README', () => {
  it('takes what is signed for it', async () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const snippet = /## Webhooks\n[\s\S]*?```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const port = await freePort();
    const { secret } = await makeWebhook(app, { url: `http://127.0.0.1:${port}/` });
    const code = `${snippet.replace('4000', String(port))}\nconsole.log('listening');`;
    const running = spawn(process.execPath, ['--input-type=module', '-e', code], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { WEBHOOK_SECRET: secret },
    });
    let printed = '';
    running.stdout.on('data', (text) => {
      printed += text;
    });
    try {
      await eventually('the receiver to listen', () => (printed.includes('listening') ? true : undefined));
      // It is a server of the real time.
      app.clock.advance(Date.now() - app.clock.now().getTime());
      const { slug } = await liveStory(app);
      await eventually('the story to be told', () =>
        printed.includes(`article.published ${slug}`) ? true : undefined,
      );
    } finally {
      running.kill('SIGKILL');
    }
  });
});
