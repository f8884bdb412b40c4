import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { createResource, editStory, withdrawStory } from '../support/editing.js';
import { Gate } from '../support/gate.js';
import { removed } from '../support/removal.js';
import { startBeside } from '../support/second-server.js';
import { createStory, image, liveStory, shortStory } from '../support/stories.js';

const gate = new Gate();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: gate.wrap });
});
afterAll(() => app.close());

const images = '/v1/manage/images';
let made = 0;
/** A key that no other test has. */
const newKey = () => `key-${++made}`;
const post = (path: string, body: object, key: string, role: 'editor' | 'publisher' | 'admin' = 'editor') =>
  app.as[role].post(path, body).set('idempotency-key', key);

async function countImages(): Promise<number> {
  const { db, tables, all } = app.store;
  return (await all(db.select({ id: tables.images.id }).from(tables.images))).length;
}

describe('Idempotency-Key', () => {
  it('is the same quoted, as the header field is defined, and bare', async () => {
    const key = newKey();
    const { text } = await post(images, image, key).expect(201);
    expect((await post(images, image, `"${key}"`).expect(201)).text).toBe(text);
    const odd = String.raw`a"b\c`;
    const first = await post(images, image, odd).expect(201);
    expect((await post(images, image, String.raw`"a\"b\\c"`).expect(201)).text).toBe(first.text);
  });

  it.each([
    '',
    '""',
    'a b',
    '"a b"',
    '"open',
    '"a"b"',
    String.raw`"\a"`,
    '"a";b=1',
    'x'.repeat(256),
    'a\tb',
    'caf\u00e9',
  ])('answers 400 that names the header, and does nothing: %j', async (key) => {
    const before = await countImages();
    const { body } = await post(images, image, key).expect(400);
    expect(body.errors).toEqual([
      { header: 'Idempotency-Key', code: 'invalid_format', message: expect.stringContaining('255') },
    ]);
    expect(await countImages()).toBe(before);
  });

  it('may have up to 255 characters, each of the visible ones', async () => {
    const all = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i))
      .filter((one) => one !== '"')
      .join('');
    for (const key of ['x'.repeat(255), all]) {
      const { text } = await post(images, image, key).expect(201);
      expect((await post(images, image, key).expect(201)).text).toBe(text);
    }
  });

  it('stands for one API key, one method and one path', async () => {
    const key = newKey();
    const { body } = await post(images, image, key).expect(201);
    const byOther = await post(images, image, key, 'publisher').expect(201);
    expect(byOther.headers['idempotency-replayed']).toBeUndefined();
    expect(byOther.body.data.id).not.toBe(body.data.id);
    await post('/v1/manage/tags', { key: `${key}-tag` }, key).expect(201);
  });

  it('answers 422 to another body and to other parameters, and does nothing', async () => {
    const key = newKey();
    await post(images, image, key).expect(201);
    const before = await countImages();
    const { body } = await post(images, { ...image, alt: 'Another.' }, key).expect(422);
    expect(body).toMatchObject({ type: '/problems/idempotency-key-reused', status: 422 });
    expect(await countImages()).toBe(before);

    const { id } = await createResource(app, 'images', image);
    const restore = `${images}/${id}/revisions/1/restore`;
    const dry = await post(`${restore}?dryRun=true`, {}, key).set('if-match', '"1"').expect(200);
    expect((await post(`${restore}?dryRun=true`, {}, key).set('if-match', '"1"').expect(200)).text).toBe(dry.text);
    await post(restore, {}, key).set('if-match', '"1"').expect(422);
  });

  it('keeps no refusal: what was refused is tried again', async () => {
    const key = newKey();
    const body = shortStory({ slug: 'wanted-slug' });
    const owner = await createStory(app, body);
    await post('/v1/manage/articles', body, key).expect(409);
    await editStory(app, owner.id, { slug: 'given-up' });
    const { headers } = await post('/v1/manage/articles', body, key).expect(201);
    expect(headers['idempotency-replayed']).toBeUndefined();

    const { id } = await createStory(app);
    const path = `/v1/manage/articles/${id}/sections`;
    const section = { heading: 'More' };
    const other = newKey();
    await post(path, section, other).set('if-match', '"7"').expect(412);
    await post(path, { heading: 1 }, other).expect(400);
    await post(path, section, other).set('if-match', '"1"').expect(201);
  });

  it('answers as the first time though the ETag has moved on, and when the story is gone', async () => {
    const key = newKey();
    const { id } = await createStory(app);
    const path = `/v1/manage/articles/${id}/publish`;
    const first = await post(path, {}, key, 'publisher').set('if-match', '"1"').expect(200);
    const again = () => post(path, {}, key, 'publisher').set('if-match', '"1"').expect(200);
    expect((await again()).text).toBe(first.text);
    await withdrawStory(app, id);
    expect((await again()).text).toBe(first.text);
    await app.anybody.get(`/v1/articles/${id}`).expect(410);
    await removed(app, `/v1/manage/articles/${id}`, 'publisher');
    expect((await again()).text).toBe(first.text);
  });

  it('lets an unchanged version that is published again be answered again', async () => {
    const key = newKey();
    const { id, version } = await liveStory(app);
    const again = () =>
      post(`/v1/manage/articles/${id}/publish`, {}, key, 'publisher').set('if-match', `"${version}"`).expect(200);
    const { text } = await again();
    await withdrawStory(app, id);
    expect((await again()).text).toBe(text);
  });

  it('is looked up behind 401, 403, 415 and 413, and before 404, 428, 400 and 412', async () => {
    const key = newKey();
    const { id } = await createStory(app);
    const path = `/v1/manage/articles/${id}/withdraw`;
    await app.anybody.post(path, {}).set('idempotency-key', 'a b').expect(401);
    await app.as.editor.post(path, {}).set('idempotency-key', 'a b').expect(403);
    await post('/v1/manage/articles/missing/withdraw', {}, 'a b', 'publisher').expect(404);
    await post(path, {}, 'a b', 'publisher').expect(428);
    const { body } = await post(path, { more: 1 }, 'a b', 'publisher').set('if-match', '"1"').expect(400);
    expect(body.errors).toMatchObject([{ header: 'Idempotency-Key' }, { pointer: '/more' }]);

    await post(`/v1/manage/articles/${id}/publish`, {}, key, 'publisher').set('if-match', '"1"').expect(200);
    const known = (role: 'editor' | 'publisher') => post(`/v1/manage/articles/${id}/publish`, {}, key, role);
    await known('editor').expect(403);
    await known('publisher').set('content-type', 'text/plain').expect(415);
    await known('publisher')
      .send(`{"correction":"${'x'.repeat(1024 * 1024)}"}`)
      .expect(413);
    await known('publisher').expect(200);
    await known('publisher').set('if-match', '"9"').expect(200);
    await known('publisher').send('{').set('if-match', '"1"').expect(400);
  });

  it('is refused, and nothing is done, where the answer tells a secret', async () => {
    const { id } = await createStory(app);
    const editorsKey = app.keys.editor.split('_')[1];
    const secret = app.app.operations
      .filter(({ answersSecret }) => answersSecret)
      .map(({ operationId }) => operationId);
    expect(secret.sort()).toEqual([
      'createApiKey',
      'createPreviewLink',
      'createWebhook',
      'rotateApiKey',
      'rotateWebhookSecret',
    ]);
    const { db, tables, all } = app.store;
    const rows = async () =>
      (await all(db.select().from(tables.apiKeys))).length +
      (await all(db.select().from(tables.previewLinks))).length +
      (await all(db.select().from(tables.webhooks))).length;
    const hook = { url: 'https://news.example/hook', events: ['article.published'] };
    const made = (await app.as.admin.post('/v1/manage/webhooks', hook).expect(201)).body.data.id;
    const before = await rows();
    for (const [path, body] of [
      ['/v1/manage/keys', { name: 'new', role: 'viewer' }],
      [`/v1/manage/keys/${editorsKey}/rotate`, {}],
      [`/v1/manage/articles/${id}/preview-links`, {}],
      ['/v1/manage/webhooks', hook],
      [`/v1/manage/webhooks/${made}/rotate`, {}],
    ] as const) {
      const refused = await post(path, body, newKey(), 'admin').set('if-match', '"1"').expect(400);
      expect(refused.body.errors).toEqual([
        { header: 'Idempotency-Key', code: 'not_applicable', message: expect.stringContaining('secret') },
      ]);
    }
    expect(await rows()).toBe(before);
  });

  it('says nothing on other methods', async () => {
    const { id } = await createStory(app);
    const patch = (deck: string, version: number) =>
      app.as.editor
        .patch(`/v1/manage/articles/${id}`, { deck })
        .set({ 'idempotency-key': 'same', 'if-match': `"${version}"` });
    await patch('One.', 1).expect(200);
    expect((await patch('Two.', 2).expect(200)).body.data.deck).toBe('Two.');
    await app.as.editor.get(`/v1/manage/articles/${id}`).set('idempotency-key', 'a b').expect(200);
  });
});

describe('a POST that comes while the same one is being done', () => {
  it('answers 409 with Retry-After, 422 when it asks for something else, and the answer afterwards', async () => {
    let asked = 0;
    for (let k = 1; ; k++) {
      const key = newKey();
      const before = await countImages();
      const { result, wasInterrupted } = await gate.run(
        k,
        () => post(images, image, key).then((answer) => answer),
        async () => {
          const same = await post(images, image, key);
          // Once it is looked up, it is being done.
          if (same.status === 201) return;
          asked += 1;
          expect([same.status, same.headers['retry-after']]).toEqual([409, '1']);
          expect(same.body.type).toBe('/problems/request-in-progress');
          await post(images, { ...image, alt: 'Another.' }, key).expect(422);
        },
      );
      expect(result.status).toBe(201);
      expect((await post(images, image, key).expect(201)).text).toBe(result.text);
      expect(await countImages()).toBe(before + 1);
      if (!wasInterrupted) break;
    }
    expect(asked).toBeGreaterThan(2);
  });

  it('makes one row of a hundred at once, and all that are not told to wait get one answer', async () => {
    const key = newKey();
    const before = await countImages();
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(images, image, key)));
    expect(await countImages()).toBe(before + 1);
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
    const good = answers.filter(({ status }) => status === 201);
    const { text } = await post(images, image, key).expect(201);
    expect(new Set(good.map((answer) => answer.text))).toEqual(new Set([text]));
    expect(good.filter(({ headers }) => headers['idempotency-replayed'] === undefined)).toHaveLength(1);
  });
});

describe('two servers on one database', () => {
  it('do a request once, at whatever step of the one the other has done it', async () => {
    const other = await startBeside(app);
    let met = 0;
    for (let k = 1; ; k++) {
      const key = newKey();
      const { id } = await createStory(app);
      const path = `/v1/manage/articles/${id}/publish`;
      const body = { correction: { kind: 'update', text: 'Once.' } };
      const publish = ({ as }: Pick<TestApp, 'as'>) =>
        as.publisher.post(path, body).set({ 'idempotency-key': key, 'if-match': '"1"' });
      const { result, wasInterrupted } = await gate.run(
        k,
        () => publish(app).then((answer) => answer),
        async () => void (await publish(other)),
      );
      expect([200, 409]).toContain(result.status);
      if (result.status === 409) expect(result.body.type).toBe('/problems/request-in-progress');
      const { text } = await publish(app).expect(200);
      if (result.status === 200) expect(result.text).toBe(text);
      expect((await publish(other).expect(200)).text).toBe(text);
      const { data } = (await app.as.viewer.get(`/v1/manage/articles/${id}/corrections`).expect(200)).body;
      expect(data).toHaveLength(1);
      met = k;
      if (!wasInterrupted) break;
    }
    expect(met).toBeGreaterThan(10);
    await other.close();
  });

  it('make one row of a hundred at once', async () => {
    const other = await startBeside(app);
    const key = newKey();
    const before = await countImages();
    const send = ({ as }: Pick<TestApp, 'as'>) => as.editor.post(images, image).set('idempotency-key', key);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => send(i % 2 ? app : other)));
    expect(await countImages()).toBe(before + 1);
    const { text } = await send(other).expect(201);
    expect(answers.filter((answer) => answer.status !== 409 && answer.text !== text)).toEqual([]);
    await other.close();
  });
});

describe('answers that are kept', () => {
  const dayMs = 24 * 3_600_000;
  const kept = async () => {
    const { db, tables, all } = app.store;
    return (await all(db.select().from(tables.idempotentAnswers))).length;
  };

  it('are given again for a day, and are forgotten after it, however many', async () => {
    const key = newKey();
    const first = await post(images, image, key).expect(201);
    app.clock.advance(dayMs - 60_000);
    await app.services.idempotency.sweep();
    expect((await post(images, image, key).expect(201)).text).toBe(first.text);

    const { db, tables, commit } = app.store;
    const row = { keyId: 'k', method: 'POST', path: '/x', bodyHash: 'h', status: 201, headers: {}, body: '' };
    const old = Array.from({ length: 250 }, (_, i) => ({ ...row, idempotencyKey: `${i}`, at: '2026-01-15T09:00:00Z' }));
    await commit([{ query: db.insert(tables.idempotentAnswers).values(old) }]);
    app.clock.advance(120_000);
    const young = newKey();
    const { text } = await post(images, image, young).expect(201);
    await app.services.idempotency.sweep();
    expect(await kept()).toBe(1);
    expect((await post(images, image, young).expect(201)).text).toBe(text);
    const later = await post(images, image, key).expect(201);
    expect(later.body.data.id).not.toBe(first.body.data.id);
    expect(later.headers['idempotency-replayed']).toBeUndefined();
  });

  it('are forgotten by a server that starts', async () => {
    await post(images, image, newKey()).expect(201);
    app.clock.advance(dayMs + 1000);
    const other = await startBeside(app);
    await expect.poll(kept).toBe(0);
    await other.close();
  });
});
