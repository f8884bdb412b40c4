import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webhooksMax } from '../../src/webhooks/service.js';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import type { Members } from '../support/editing.js';
import { Gate } from '../support/gate.js';
import { changeWebhook, makeWebhook, readWebhook, startSendingApp, webhooksPath } from '../support/webhooks.js';

let app: TestApp;
beforeAll(async () => {
  app = await startSendingApp();
});
afterAll(() => app.close());

const nowhere = { url: 'https://news.example/hook' };
const missing = `${webhooksPath}/01852a5c-0000-7000-8000-00000000dead`;
const pointers = ({ body }: { body: Members }) =>
  (body.errors as Members[]).map(({ pointer, code }) => [pointer, code]);

describe('POST /v1/manage/webhooks', () => {
  it('answers 201 with a secret that is told nowhere else, and wants all events unless told', async () => {
    const { body, headers } = await app.as.admin.post(webhooksPath, nowhere).set('x-actor', 'jane.doe').expect(201);
    const { secret, ...webhook } = body.data;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhook).toEqual({
      id: expect.any(String),
      version: 1,
      createdAt: expect.any(String),
      createdBy: { key: app.keys.admin.split('_')[1], actor: 'jane.doe' },
      updatedAt: webhook.createdAt,
      updatedBy: webhook.createdBy,
      disabledReason: null,
      formerSecretUntil: null,
      url: nowhere.url,
      description: null,
      events: ['article.published', 'article.updated', 'article.corrected', 'article.withdrawn', 'article.erased'],
      state: 'enabled',
    });
    expect(headers).toMatchObject({ etag: '"1"', location: `${webhooksPath}/${webhook.id}` });
    const got = await app.as.admin.get(`${webhooksPath}/${webhook.id}`).expect(200);
    expect(got.body.data).toEqual(webhook);
    const { body: log } = await app.as.admin.get(`/v1/manage/changes?kind=webhook&resource=${webhook.id}`).expect(200);
    expect(log.data).toMatchObject([{ action: 'create', version: 1, isPublic: false }]);
    expect(JSON.stringify([got.body, log])).not.toContain(secret.slice(6));
  });

  it('answers 400 that names everything that is wrong', async () => {
    const draft = { url: 'ftp://x', events: ['article.drafted'], description: ' ', secret: 'mine' };
    expect(
      pointers(await app.as.admin.post(webhooksPath, draft).expect(400))
        .map(([pointer]) => pointer)
        .sort(),
    ).toEqual(['/description', '/events/0', '/secret', '/url']);
    const twice = { ...nowhere, events: ['article.erased', 'article.erased'] };
    expect(pointers(await app.as.admin.post(webhooksPath, twice).expect(400))).toEqual([['/events/1', 'duplicate']]);
  });

  it.each([
    ['http://news.example/', 'https_required'],
    ['https://user:secret@news.example/', 'credentials'],
    ['https://127.0.0.2/', 'private_address'],
    ['https://2130706434/', 'private_address'],
    ['https://0x7f.2/', 'private_address'],
    ['https://[::ffff:127.0.0.1]/', 'private_address'],
    ['https://[64:ff9b::808:808]/', 'private_address'],
    ['https://100.64.0.1/', 'private_address'],
    ['https://169.254.169.254/', 'private_address'],
  ])('answers 400 for %s', async (url, code) => {
    expect(pointers(await app.as.admin.post(webhooksPath, { url }).expect(400))).toEqual([['/url', code]]);
  });

  it('answers 400 to an Idempotency-Key, since the answer holds a secret', async () => {
    await app.as.admin.post(webhooksPath, nowhere).set('idempotency-key', 'x').expect(400);
  });

  it('answers 409 beyond as many as there may be', async () => {
    const other = await startSendingApp();
    const made = [];
    for (let i = 0; i < webhooksMax; i++) made.push(await makeWebhook(other, nowhere, { state: 'disabled' }));
    expect((await other.as.admin.post(webhooksPath, nowhere).expect(409)).body.type).toBe('/problems/conflict');
    await other.as.admin.delete(`${webhooksPath}/${made[0]?.id}`).set('if-match', '"1"').expect(204);
    const drafts = [1, 2].map(() => other.as.admin.post(webhooksPath, nowhere));
    const statuses = (await Promise.all(drafts)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 409]);
    await other.close();
  });
});

describe('GET /v1/manage/webhooks', () => {
  it('lists them page by page, the last made first, without their secrets', async () => {
    const made = [await makeWebhook(app, nowhere), await makeWebhook(app, nowhere)];
    const first = await app.as.admin.get(`${webhooksPath}?limit=1`).expect(200);
    const second = await app.as.admin.get(`${webhooksPath}?limit=1&cursor=${first.body.page.next}`).expect(200);
    const { secret: _secret, ...shown } = made[1] ?? {};
    expect(first.body.data).toEqual([shown]);
    expect(second.body.data).toMatchObject([{ id: made[0]?.id }]);
    expect(first.text + second.text).not.toContain('whsec_');
  });

  it('answers 404 for one that is not there', async () => {
    await app.as.admin.get(missing).expect(404);
  });
});

describe('PATCH /v1/manage/webhooks/{id}', () => {
  it('changes what is named, tells who did it, and leaves alone what is as it was', async () => {
    const { id } = await makeWebhook(app, nowhere, { description: 'A', events: ['article.erased'] });
    const changed = await changeWebhook(app, id, { description: 'B', state: 'disabled' });
    expect(changed).toMatchObject({ version: 2, description: 'B', state: 'disabled', disabledReason: 'admin' });
    expect(await changeWebhook(app, id, { description: 'B' })).toEqual(changed);
    const enabled = await changeWebhook(app, id, { state: 'enabled', description: null, events: null });
    expect(enabled).toMatchObject({ version: 3, description: null, state: 'enabled', disabledReason: null });
    expect(enabled.events).toHaveLength(5);
    expect(await readWebhook(app, id)).toEqual(enabled);
    expect(await changeWebhook(app, id, enabled as unknown as Members)).toEqual(enabled);
  });

  it('answers 400 for what cannot be changed, or not to this', async () => {
    const { id } = await makeWebhook(app, nowhere);
    const patch = (body: Members) =>
      app.as.admin.patch(`${webhooksPath}/${id}`, body).set('if-match', '"1"').expect(400);
    expect(pointers(await patch({ version: 7, disabledReason: 'gone' }))).toEqual([
      ['/version', 'read_only'],
      ['/disabledReason', 'read_only'],
    ]);
    expect(pointers(await patch({ url: 'https://10.0.0.1/' }))).toEqual([['/url', 'private_address']]);
    expect(
      pointers(await patch({ url: null, secret: 'x' }))
        .map(([pointer]) => pointer)
        .sort(),
    ).toEqual(['/secret', '/url']);
  });

  it('answers 428, 412 with what has changed, and 404', async () => {
    const { id } = await makeWebhook(app, nowhere);
    const patch = () => app.as.admin.patch(`${webhooksPath}/${id}`, { description: 'C' });
    await patch().expect(428);
    await app.as.admin.post(`${webhooksPath}/${id}/rotate`).set('if-match', '"1"').expect(200);
    const { body } = await patch().set('if-match', '"1"').expect(412);
    expect(body).toMatchObject({ currentVersion: 2, changed: ['/formerSecretUntil'] });
    await app.as.admin.patch(missing, {}).set('if-match', '"1"').expect(404);
  });

  it('lets one of many at once win', async () => {
    const { id } = await makeWebhook(app, nowhere);
    const patches = Array.from({ length: 10 }, (_, i) =>
      app.as.admin.patch(`${webhooksPath}/${id}`, { description: `D${i}` }).set('if-match', '"1"'),
    );
    const statuses = (await Promise.all(patches)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
  });
});

describe('DELETE /v1/manage/webhooks/{id}', () => {
  it('answers 204, and it is gone with its secret and all that it was sent', async () => {
    const { id, secret } = await makeWebhook(app, nowhere);
    await app.as.admin.post(`${webhooksPath}/${id}/ping`).expect(202);
    await app.as.admin.delete(`${webhooksPath}/${id}`).expect(428);
    const read = await app.as.admin.get(`${webhooksPath}/${id}`).expect(200);
    await app.as.admin.delete(`${webhooksPath}/${id}`).set('if-match', '"9"').expect(412);
    await app.as.admin.delete(`${webhooksPath}/${id}`).set(matching(read)).expect(204);
    await app.as.admin.get(`${webhooksPath}/${id}`).expect(404);
    await app.as.admin.get(`${webhooksPath}/${id}/deliveries`).expect(404);
    const { db, tables, all } = app.store;
    expect(JSON.stringify(await all(db.select().from(tables.webhooks)))).not.toContain(secret);
    const left = await all(db.select().from(tables.webhookDeliveries));
    expect(left.filter(({ webhookId }) => webhookId === id)).toEqual([]);
    const { body } = await app.as.admin.get(`/v1/manage/changes?kind=webhook&resource=${id}`).expect(200);
    expect(body.data).toMatchObject([
      { action: 'delete', version: 2 },
      { action: 'ping', version: 1 },
      { action: 'create' },
    ]);
  });

  it('may come in at every step of a ping, a replay or a change, which are done before it or find nothing', async () => {
    const gate = new Gate();
    const gated = await startApp({ wrapStore: gate.wrap });
    const acts: ((path: string, ping: string) => PromiseLike<{ status: number }>)[] = [
      (path) => gated.as.admin.post(`${path}/ping`),
      (path, ping) => gated.as.admin.post(`${path}/deliveries/${ping}/replay`),
      (path) => gated.as.admin.patch(path, { description: 'E' }).set('if-match', '"1"'),
    ];
    for (const act of acts) {
      await gate.meetAtEachStep(async () => {
        const path = `${webhooksPath}/${(await makeWebhook(gated, nowhere)).id}`;
        const ping = (await gated.as.admin.post(`${path}/ping`).expect(202)).body.data.id;
        return {
          operation: () => act(path, ping),
          meanwhile: () => gated.as.admin.delete(path).set('if-match', '"1"'),
          after: async ({ status }) => {
            expect([200, 202, 404]).toContain(status);
            if (status === 404) await gated.as.admin.get(path).expect(404);
          },
        };
      }, 3);
    }
    await gated.close();
  });
});
