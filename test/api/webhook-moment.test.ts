import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { Gate } from '../support/gate.js';
import { Receiver } from '../support/receiver.js';
import { makeWebhook, sendingSettings, webhooksPath } from '../support/webhooks.js';

const gate = new Gate();
let app: TestApp;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await Receiver.start();
  app = await startApp({ wrapStore: gate.wrap, environment: sendingSettings(5000) });
});
afterAll(async () => {
  await app.close();
  await receiver.stop();
});

/** Has what waits delivered, and what came of it noted. */
async function deliver(): Promise<void> {
  const before = receiver.received.length;
  app.services.dispatcher.start((error) => expect.unreachable(String(error)));
  await receiver.count(before + 1);
  await app.services.dispatcher.stop();
}

describe('GET /v1/manage/webhooks/{id}/deliveries', () => {
  it.each([
    ['the list', ''],
    ['one of them', '/{delivery}'],
  ])('tells of an attempt together with what came of it, as %s, whenever it is made', async (_what, rest) => {
    let k = 0;
    for (let wasInterrupted = true; wasInterrupted; ) {
      k += 1;
      const { id } = await makeWebhook(app, receiver);
      const ping = (await app.as.admin.post(`${webhooksPath}/${id}/ping`).expect(202)).body.data.id;
      const path = `${webhooksPath}/${id}/deliveries${rest.replace('{delivery}', ping)}`;
      const read = await gate.run(k, () => app.as.admin.get(path).expect(200), deliver);
      wasInterrupted = read.wasInterrupted;
      if (!wasInterrupted) await deliver();
      const [{ state, attempts }] = [read.result.body.data].flat();
      expect([state, attempts.length]).toEqual(state === 'waiting' ? ['waiting', 0] : ['delivered', 1]);
    }
    expect(k).toBeGreaterThan(1);
  });
});
