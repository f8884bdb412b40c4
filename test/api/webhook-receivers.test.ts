// Receivers that fail in every way, and what is told of them; replay and ping; bounds.

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestApp } from '../support/app.js';
import { type Answering, eventually, failing, ok, Receiver } from '../support/receiver.js';
import { createStory, liveStory, publishStory } from '../support/stories.js';
import {
  attempted,
  changeWebhook,
  deliveriesOf,
  makeWebhook,
  pinged,
  settled,
  startSendingApp,
  webhooksPath,
} from '../support/webhooks.js';

let app: TestApp;
/** One that waits for a receiver no longer than this takes. */
let hasty: TestApp;
let receiver: Receiver;
beforeAll(async () => {
  [app, hasty] = [await startSendingApp(), await startSendingApp(400)];
  return () => Promise.all([app.close(), hasty.close()]);
});
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(async () => {
  for (const { as } of [app, hasty])
    for (const { id, version } of (await as.admin.get(`${webhooksPath}?limit=100`).expect(200)).body.data)
      await as.admin.delete(`${webhooksPath}/${id}`).set('if-match', `"${version}"`).expect(204);
  await receiver.stop();
});

const hangs: Answering = () => undefined;
const resets: Answering = (_response, _received, request) => void request.socket.resetAndDestroy();
const halfAnswers: Answering = (response) => void response.socket?.end('HTTP/1.1 20');
const talksNonsense: Answering = (response) => void response.socket?.end('hello?\r\n\r\n');
const switches: Answering = (response) =>
  void response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: other\r\nconnection: upgrade\r\n\r\n');
const putsOff: Answering = (response) => {
  const timer = setInterval(() => response.writeEarlyHints({ link: '</a>; rel=preload' }), 5);
  response.on('close', () => clearInterval(timer));
};
const huge: Answering = (response) => {
  const more = () => {
    while (response.write('x'.repeat(65_536)));
  };
  response.on('drain', more);
  more();
};
const slow =
  (status: number): Answering =>
  (response) => {
    response.writeHead(status);
    response.write('It ');
    const timer = setInterval(() => response.write('.'), 50);
    response.on('close', () => clearInterval(timer));
  };

/** Has a receiver fail, and then well again. */
async function requireToldAndTriedAgain(sending: TestApp, answering: Answering, told: object): Promise<void> {
  receiver.answer(answering);
  const { id } = await makeWebhook(sending, receiver);
  await liveStory(sending);
  const { state, attempts } = await attempted(sending, id, 1);
  expect([state, attempts]).toEqual(['waiting', [expect.objectContaining(told)]]);
  receiver.answer(ok);
  sending.clock.advance(6000);
  const [delivered] = await settled(sending, id, 'delivered');
  expect(delivered?.attempts.map(({ error }) => error).at(-1)).toBeNull();
}

describe('a receiver', () => {
  it('that never answers is told of, and tried again', () =>
    requireToldAndTriedAgain(hasty, hangs, { status: null, error: 'timeout', response: null }));

  it.each<[string, Answering, object]>([
    ['that fails', failing(500, {}, 'Broken.'), { status: 500, error: 'refused', response: 'Broken.' }],
    ['that refuses', failing(404), { status: 404, error: 'refused', response: '' }],
    ['that resets the connection', resets, { status: null, error: 'connection_failed', response: null }],
    ['that breaks off', halfAnswers, { status: null, error: 'connection_failed', response: null }],
    ['that talks no HTTP', talksNonsense, { status: null, error: 'connection_failed', response: null }],
    ['that goes on in another protocol', switches, { status: null, error: 'connection_failed', response: null }],
    ['whose interim answers do not end', putsOff, { status: null, error: 'connection_failed', response: null }],
    [
      'whose failure does not end',
      slow(500),
      { status: 500, error: 'refused', response: expect.stringMatching(/^It \.+$/) },
    ],
  ])('%s is told of, and tried again', (_what, answering, told) => requireToldAndTriedAgain(app, answering, told));

  it('that nobody listens at is told of', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await new Promise((resolve) => server.close(resolve));
    const { id } = await makeWebhook(app, { url });
    expect((await pinged(app, id)).attempts).toMatchObject([{ status: null, error: 'connection_failed' }]);
  });

  it('that redirects is not followed', async () => {
    const elsewhere = await Receiver.start();
    receiver.answer(failing(307, { location: elsewhere.url }));
    const { id } = await makeWebhook(app, receiver);
    expect((await pinged(app, id)).attempts).toMatchObject([{ status: 307, error: 'redirected' }]);
    expect(elsewhere.received).toEqual([]);
    await elsewhere.stop();
  });

  it.each<[string, Answering, RegExp]>([
    ['for ever', huge, /^x{1000}$/],
    ['slowly', slow(200), /^It \.+$/],
    ['what cannot be stored', failing(200, {}, 'a\0b'), /^a\ufffdb$/],
  ])('that answers %s has taken the message, and the beginning is kept', async (_what, answering, beginning) => {
    receiver.answer(answering);
    const { id } = await makeWebhook(app, receiver);
    const { state, attempts } = await pinged(app, id);
    expect([state, attempts[0]?.error, attempts.length]).toEqual(['delivered', null, 1]);
    expect(attempts[0]?.response).toMatch(beginning);
    await eventually('the end of the connection', () => (receiver.open === 0 ? true : undefined));
  });

  it('whose name leads to a private network is sent nothing', async () => {
    const { id } = await makeWebhook(app, { url: `https://localhost:${new URL(receiver.url).port}/` });
    expect(await pinged(app, id)).toMatchObject({
      state: 'dead',
      attempts: [{ status: null, error: 'address_refused' }],
    });
    const { db, tables, commit } = app.store;
    await commit([{ query: db.update(tables.webhooks).set({ url: 'http://127.0.0.2/' }) }]);
    expect((await pinged(app, id)).attempts).toMatchObject([{ error: 'address_refused' }]);
    expect(receiver.received).toEqual([]);
  });

  it('that hangs keeps no other waiting, and is sent five messages at once', async () => {
    const other = await Receiver.start();
    receiver.answer(hangs);
    const { id } = await makeWebhook(hasty, receiver, { events: ['article.published'] });
    const { id: quick } = await makeWebhook(hasty, other, { events: ['article.published'] });
    const drafts = await Promise.all(Array.from({ length: 12 }, () => createStory(hasty)));
    // All are there when the first is sent.
    await hasty.services.dispatcher.stop();
    await Promise.all(drafts.map((draft) => publishStory(hasty, draft.id)));
    hasty.services.dispatcher.start((error) => expect(error).toBeUndefined());
    await settled(hasty, quick, 'delivered', 12);
    await eventually('twelve failures', async () => {
      const found = await deliveriesOf(hasty, id);
      return found.every(({ attempts }) => attempts.length > 0) && found.length === 12 ? found : undefined;
    });
    expect(receiver.openMax).toBe(5);
    expect(other.openMax).toBeLessThanOrEqual(5);
    await other.stop();
  });
});

describe('POST /v1/manage/webhooks/{id}/deliveries/{delivery}/replay', () => {
  it('sends a message again under its id, dead or delivered', async () => {
    const { id } = await makeWebhook(app, receiver);
    await liveStory(app);
    const [delivered] = await settled(app, id, 'delivered');
    const path = `${webhooksPath}/${id}/deliveries/${delivered?.id}`;
    const { body } = await app.as.admin.post(`${path}/replay`).set('x-actor', 'jane.doe').expect(202);
    expect(body.data).toMatchObject({ id: delivered?.id, state: 'waiting' });
    await receiver.count(2);
    await eventually('two attempts', async () => {
      const { data } = (await app.as.admin.get(path).expect(200)).body;
      return data.attempts.length === 2 && data.state === 'delivered' ? data : undefined;
    });
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivered?.id]));
    const { body: log } = await app.as.admin.get(`/v1/manage/changes?kind=webhook&resource=${id}`).expect(200);
    expect(log.data[0]).toMatchObject({ action: 'replay', version: 1, by: { actor: 'jane.doe' } });
  });

  it('leaves alone what is being sent right now', async () => {
    let answer = () => {};
    receiver.answer((response) => {
      answer = () => response.writeHead(204).end();
    });
    const { id } = await makeWebhook(app, receiver);
    const ping = (await app.as.admin.post(`${webhooksPath}/${id}/ping`).expect(202)).body.data.id;
    await receiver.count(1);
    await app.as.admin.post(`${webhooksPath}/${id}/deliveries/${ping}/replay`).expect(202);
    answer();
    await settled(app, id, 'delivered');
    receiver.answer(ok);
    await pinged(app, id);
    expect(receiver.received).toHaveLength(2);
  });

  it('answers 404 for a delivery of another webhook', async () => {
    const [one, other] = [await makeWebhook(app, receiver), await makeWebhook(app, receiver)];
    const { id } = await pinged(app, one.id);
    await app.as.admin.post(`${webhooksPath}/${other.id}/deliveries/${id}/replay`).expect(404);
    await app.as.admin.get(`${webhooksPath}/${other.id}/deliveries/${id}`).expect(404);
    await app.as.admin.get(`${webhooksPath}/${id}/deliveries`).expect(404);
  });
});

describe('POST /v1/manage/webhooks/{id}/replay', () => {
  it('sends the dead of a time again, or whatever is asked for, in the order in which it happened', async () => {
    receiver.answer((response, { body }) => void response.writeHead(body.type === 'ping' ? 204 : 410).end());
    const { id } = await makeWebhook(app, receiver);
    const replay = async (body: object) =>
      (await app.as.admin.post(`${webhooksPath}/${id}/replay`, body).expect(202)).body.data.count;
    const stories = [];
    for (let i = 1; i <= 3; i++) {
      stories.push((await liveStory(app)).id);
      await settled(app, id, 'dead', i);
      await changeWebhook(app, id, { state: 'enabled' });
    }
    const [last, middle, first] = await deliveriesOf(app, id);
    receiver.answer(ok);
    await pinged(app, id);
    expect(await replay({ to: first?.at })).toBe(0);
    expect(await replay({ states: ['delivered'] })).toBe(0);
    expect(await replay({ from: middle?.at, to: last?.at })).toBe(1);
    await settled(app, id, 'delivered', 2);
    expect(await replay({})).toBe(2);
    await settled(app, id, 'delivered', 4);
    const told = () => receiver.received.filter(({ body }) => body.type !== 'ping').map(({ body }) => body.data.id);
    expect([told().slice(3, 4), told().slice(4).sort()]).toEqual([[stories[1]], [stories[0], stories[2]].sort()]);
    expect(await replay({ states: ['dead', 'delivered'] })).toBe(3);
    await receiver.count(10);
    await app.as.admin.post(`${webhooksPath}/${id}/replay`, { from: last?.at, to: first?.at }).expect(400);
  });
});

describe('GET /v1/manage/webhooks/{id}/deliveries', () => {
  it('lists them page by page, of a state or a story, the last first, for thirty days', async () => {
    const { id } = await makeWebhook(app, receiver);
    const { id: article } = await liveStory(app);
    await settled(app, id, 'delivered');
    for (let i = 0; i < 2; i++) await pinged(app, id);
    const path = `${webhooksPath}/${id}/deliveries`;
    const first = (await app.as.admin.get(`${path}?limit=2`).expect(200)).body;
    const second = (await app.as.admin.get(`${path}?limit=2&cursor=${first.page.next}`).expect(200)).body;
    const back = (await app.as.admin.get(`${path}?limit=2&cursor=${second.page.previous}`).expect(200)).body;
    const types = ({ data }: typeof first) => data.map(({ type }: { type: string }) => type);
    expect([types(first), types(second), second.page.next]).toEqual([['ping', 'ping'], ['article.published'], null]);
    expect(back.data).toEqual(first.data);
    expect(await deliveriesOf(app, id, `?article=${article}`)).toEqual(second.data);
    expect(await deliveriesOf(app, id, '?state=dead')).toEqual([]);
    await app.as.admin.get(`${path}?state=lost`).expect(400);
    app.clock.advance(29 * 86_400_000);
    await app.services.dispatcher.sweep();
    expect(await deliveriesOf(app, id)).toHaveLength(3);
    app.clock.advance(2 * 86_400_000);
    await app.services.dispatcher.sweep();
    expect(await deliveriesOf(app, id)).toEqual([]);
  });
});
