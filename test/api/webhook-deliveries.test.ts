// What receivers get: what readers can see happen, signed, each story's in its order.
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestApp } from '../support/app.js';
import { editStory, withdrawStory } from '../support/editing.js';
import { erase } from '../support/erasing.js';
import { failing, isSignedBy, Receiver } from '../support/receiver.js';
import { createStory, liveStory, publishStory, shortStory } from '../support/stories.js';
import {
  attempted,
  changeWebhook,
  deliveriesOf,
  makeWebhook,
  pinged,
  readWebhook,
  settled,
  startSendingApp,
  webhooksPath,
} from '../support/webhooks.js';

let app: TestApp;
let receiver: Receiver;
beforeAll(async () => {
  app = await startSendingApp();
  return () => app.close();
});
beforeEach(async () => {
  receiver = await Receiver.start();
});
/** What other tests' webhooks are told is none of a test's business. */
afterEach(async () => {
  for (const { id, version } of (await app.as.admin.get(`${webhooksPath}?limit=100`).expect(200)).body.data)
    await app.as.admin.delete(`${webhooksPath}/${id}`).set('if-match', `"${version}"`).expect(204);
  await receiver.stop();
});

const minuteMs = 60_000;
const dayMs = 86_400_000;

describe('a webhook', () => {
  it('is told of everything that readers can see happen to a story, in order, each signed under an id of its own', async () => {
    const { secret } = await makeWebhook(app, receiver);
    const { id, slug } = await liveStory(app);
    await editStory(app, id, { headline: 'Another headline' });
    await receiver.count(1);
    await publishStory(app, id);
    await receiver.count(2);
    await withdrawStory(app, id);
    await receiver.count(3);
    await erase(app, 'article', id);
    await receiver.count(4);
    const names = ['published', 'updated', 'withdrawn', 'erased'];
    expect(receiver.types).toEqual(names.map((name) => `article.${name}`));
    const [first, second, third] = receiver.received;
    const url = `/v1/articles/${slug}`;
    const shown = { id, slug, language: 'en', headline: 'A short story', url };
    expect(first?.body.data).toEqual({ ...shown, at: first?.body.timestamp, etag: expect.stringMatching(/^"/) });
    expect(second?.body.data).toMatchObject({ ...shown, headline: 'Another headline' });
    const gone = { id, at: third?.body.timestamp, slug: null, language: null, headline: null, etag: null, url: null };
    expect(third?.body.data).toEqual(gone);
    for (const message of receiver.received) {
      expect(isSignedBy(secret, message)).toBe(true);
      expect(isSignedBy(secret, { ...message, text: `${message.text} ` })).toBe(false);
      expect(message.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Copydesk' });
    }
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
  });

  it('is told the data of the stream, with the etag by which the story is fetched', async () => {
    await makeWebhook(app, receiver, { events: ['article.published'] });
    const { slug } = await liveStory(app);
    const [message] = await receiver.count(1);
    const { headers } = await app.anybody.get(String(message?.body.data.url)).expect(200);
    expect([message?.body.data.slug, message?.body.data.etag]).toEqual([slug, headers.etag]);
  });

  it('is told of no draft, of nothing that was before it, and of nothing that it does not ask for', async () => {
    const before = await liveStory(app);
    const { id } = await makeWebhook(app, receiver, { events: ['article.published', 'article.corrected'] });
    const draft = await createStory(app);
    await editStory(app, draft.id, { headline: 'Still a draft' });
    await withdrawStory(app, before.id);
    const { id: live, version } = await liveStory(app);
    const correction = { kind: 'correction', text: 'It was not.' };
    const path = `/v1/manage/articles/${live}/corrections`;
    await app.as.publisher.post(path, correction).set('if-match', `"${version}"`).expect(201);
    await settled(app, id, 'delivered', 2);
    expect(receiver.received.map(({ body }) => [body.type, body.data.id])).toEqual([
      ['article.published', live],
      ['article.corrected', live],
    ]);
    expect(await deliveriesOf(app, id)).toHaveLength(2);
  });

  it.each(['enabled', 'disabled'])(
    'that is %s is told of what happened before its events were changed by what they were then',
    async (state) => {
      const { id } = await makeWebhook(app, receiver, { events: ['article.published'] });
      await changeWebhook(app, id, { state });
      // So that the change comes before anything is sent.
      await app.services.dispatcher.stop();
      const { id: first } = await liveStory(app);
      await withdrawStory(app, first);
      await changeWebhook(app, id, { events: ['article.withdrawn'] });
      const { id: second } = await liveStory(app);
      await withdrawStory(app, second);
      app.services.dispatcher.start(() => undefined);
      await changeWebhook(app, id, { state: 'enabled' });
      await settled(app, id, 'delivered', 2);
      const told = receiver.received.map(({ body }) => [body.type, body.data.id]);
      expect(told.sort()).toEqual([
        ['article.published', first],
        ['article.withdrawn', second],
      ]);
      expect(await deliveriesOf(app, id)).toHaveLength(2);
    },
  );

  it('is signed to by both secrets while they overlap, and by one after', async () => {
    const { id, secret: first } = await makeWebhook(app, receiver);
    const rotate = async (body: object) => {
      const { version } = await readWebhook(app, id);
      const path = `${webhooksPath}/${id}/rotate`;
      return (await app.as.admin.post(path, body).set('if-match', `"${version}"`).expect(200)).body.data;
    };
    const { secret: second, formerSecretUntil } = await rotate({ overlap: 'PT1H' });
    expect(Date.parse(formerSecretUntil) - app.clock.now().getTime()).toBeLessThanOrEqual(3_600_000);
    const signed = async () => {
      await pinged(app, id);
      const message = receiver.received.at(-1);
      return [first, second].map((secret) => message !== undefined && isSignedBy(secret, message));
    };
    expect(await signed()).toEqual([true, true]);
    app.clock.advance(3_600_000);
    expect(await signed()).toEqual([false, true]);
    expect((await readWebhook(app, id)).formerSecretUntil).toBeNull();
    const { secret: third } = await rotate({ overlap: 'PT0S' });
    expect(await signed()).toEqual([false, false]);
    const last = receiver.received.at(-1);
    expect(last && isSignedBy(third, last)).toBe(true);
    const read = await readWebhook(app, id);
    await app.as.admin
      .post(`${webhooksPath}/${id}/rotate`, { overlap: 'P8D' })
      .set('if-match', `"${read.version}"`)
      .expect(400);
  });
});

describe('a delivery that fails', () => {
  it('is tried ten times in three days under the same id, and is dead then', async () => {
    receiver.answer(failing(500, {}, 'It is broken.'));
    const { id, secret } = await makeWebhook(app, receiver);
    const { id: articleId } = await liveStory(app);
    const begun = app.clock.now().getTime();
    for (let attempt = 1; attempt < 10; attempt++) {
      const { nextAttemptAt, state } = await attempted(app, id, attempt);
      expect(state).toBe('waiting');
      app.clock.advance(Math.max(0, Date.parse(nextAttemptAt ?? '') - app.clock.now().getTime()));
    }
    const [dead] = await settled(app, id, 'dead');
    const days = (app.clock.now().getTime() - begun) / dayMs;
    expect(days).toBeGreaterThan(2.3);
    expect(days).toBeLessThan(3.1);
    expect(dead).toMatchObject({ articleId, type: 'article.published', nextAttemptAt: null });
    expect(dead?.attempts).toHaveLength(10);
    expect(dead?.attempts[9]).toMatchObject({ status: 500, error: 'refused', response: 'It is broken.' });
    expect(receiver.received).toHaveLength(10);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([dead?.id]));
    expect(receiver.received.every((message) => isSignedBy(secret, message))).toBe(true);
  });

  it('keeps the later ones of its story waiting until it is delivered, and no other story’s', async () => {
    const { id: stuck } = await liveStory(app);
    const { id } = await makeWebhook(app, receiver);
    receiver.answer((response, { body }) => void response.writeHead(body.data.id === stuck ? 503 : 204).end());
    await withdrawStory(app, stuck);
    await attempted(app, id, 1);
    await publishStory(app, stuck);
    await liveStory(app);
    await settled(app, id, 'delivered');
    const states = async () => (await deliveriesOf(app, id)).map(({ state, attempts }) => [state, attempts.length]);
    expect(await states()).toEqual([
      ['delivered', 1],
      ['waiting', 0],
      ['waiting', 1],
    ]);
    receiver.answer(failing(204));
    app.clock.advance(minuteMs);
    await settled(app, id, 'delivered', 3);
    const ofStuck = receiver.received.filter(({ body }) => body.data.id === stuck);
    expect(ofStuck.map(({ body }) => body.type)).toEqual([
      'article.withdrawn',
      'article.withdrawn',
      'article.published',
    ]);
  });

  it.each([
    ['seconds', () => '7200'],
    ['a date', () => new Date(app.clock.now().getTime() + 2 * 60 * minuteMs).toUTCString()],
  ])('waits as long as the receiver asks to be left alone, by %s', async (_, retryAfter) => {
    receiver.answer(failing(429, { 'retry-after': retryAfter() }));
    const { id } = await makeWebhook(app, receiver);
    await liveStory(app);
    const { nextAttemptAt } = await attempted(app, id, 1);
    expect(Date.parse(nextAttemptAt ?? '') - app.clock.now().getTime()).toBeGreaterThan(110 * minuteMs);
  });

  it('with 410 disables the webhook, which is told what it missed once it is enabled', async () => {
    receiver.answer(failing(410));
    const { id } = await makeWebhook(app, receiver);
    await liveStory(app);
    const [dead] = await settled(app, id, 'dead');
    expect(dead?.attempts).toMatchObject([{ status: 410, error: 'gone' }]);
    const gone = { state: 'disabled', disabledReason: 'gone', version: 2, updatedBy: { key: null, actor: null } };
    expect(await readWebhook(app, id)).toMatchObject(gone);
    const { id: missed } = await liveStory(app);
    receiver.answer(failing(200));
    expect(await pinged(app, id)).toMatchObject({ type: 'ping', state: 'delivered', articleId: null });
    await changeWebhook(app, id, { state: 'enabled' });
    await receiver.count(3);
    expect(receiver.received.map(({ body }) => [body.type, body.data.id])).toEqual([
      ['article.published', expect.any(String)],
      ['ping', undefined],
      ['article.published', missed],
    ]);
  });
});

describe('erasing a story', () => {
  it('leaves nothing of what receivers have answered about it, and sends nothing of it any more', async () => {
    receiver.answer((response, { text }) => void response.writeHead(500).end(text));
    const { id } = await makeWebhook(app, receiver);
    const { id: articleId } = await liveStory(app, shortStory({ headline: 'Zq7hidden words' }));
    expect((await attempted(app, id, 1)).attempts[0]?.response).toContain('Zq7hidden words');
    await erase(app, 'article', articleId);
    app.clock.advance(minuteMs);
    const last = await receiver.count(2);
    expect(last[1]?.body.data).toMatchObject({ id: articleId, headline: null });
    const { db, tables, all } = app.store;
    const { attempts } = await attemptedTwice(id);
    expect(attempts.map(({ status, response }) => [status, response])).toEqual([
      [500, null],
      [500, null],
    ]);
    for (const table of [tables.webhookAttempts, tables.webhookDeliveries])
      expect(JSON.stringify(await all(db.select().from(table)))).not.toContain('Zq7hidden');
  });

  async function attemptedTwice(id: string) {
    const first = (await deliveriesOf(app, id)).at(-1);
    for (;;) {
      const found = (await app.as.admin.get(`${webhooksPath}/${id}/deliveries/${first?.id}`).expect(200)).body.data;
      if (found.attempts.length === 2) return found as NonNullable<typeof first>;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
});
