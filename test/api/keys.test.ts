import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching, newClient } from '../support/client.js';
import type { Members } from '../support/editing.js';
import { Gate } from '../support/gate.js';
import { changeKey, conflictIn, issueKey, keysPath, letIn, readKey, refused, statusesOf } from '../support/keys.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const hour = 3_600_000;
/** An instant so many milliseconds from now. */
const inMs = (ms: number) => new Date(app.clock.now().getTime() + ms).toISOString();
const missing = `${keysPath}/ffffffffffff`;

describe('POST /v1/manage/keys', () => {
  it('answers 201 with the text of a key that is let in at once, as its role', async () => {
    const draft = { name: 'The newsroom tool', role: 'editor' };
    const { body, headers } = await app.as.admin.post(keysPath, draft).set('x-actor', 'jane.doe').expect(201);
    expect(body.data).toEqual({
      ...draft,
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      version: 1,
      createdAt: expect.any(String),
      createdBy: { key: app.keys.admin.split('_')[1], actor: 'jane.doe' },
      updatedAt: body.data.createdAt,
      updatedBy: body.data.createdBy,
      state: 'active',
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
      rotatedFrom: null,
      rotatedTo: null,
      key: expect.stringMatching(new RegExp(`^copydesk_${body.data.id}_[0-9a-f]{64}_[0-9a-f]{8}$`)),
    });
    expect(headers).toMatchObject({ etag: '"1"', location: `${keysPath}/${body.data.id}` });
    expect(headers['cache-control']).toContain('no-store');
    expect(await statusesOf(app, body.data.key)).toEqual(letIn);
    const client = newClient(app.app, body.data.key);
    await client.post('/v1/manage/articles', {}).expect(400);
    await client.get(keysPath).expect(403);
  });

  it('answers 400 that names everything that is wrong', async () => {
    const { body } = await app.as.admin
      .post(keysPath, { name: ' ', role: 'boss', expiresAt: 'soon', secret: 'x' })
      .expect(400);
    expect(body.errors.map(({ pointer }: Members) => pointer).sort()).toEqual([
      '/expiresAt',
      '/name',
      '/role',
      '/secret',
    ]);
  });

  it('answers 400 for an end that is past', async () => {
    const draft = { name: 'Late', role: 'viewer', expiresAt: inMs(-hour) };
    const { body } = await app.as.admin.post(keysPath, draft).expect(400);
    expect(body.errors).toMatchObject([{ pointer: '/expiresAt', code: 'in_the_past' }]);
  });

  it('refuses the key everywhere once its end has come', async () => {
    const { key, id } = await issueKey(app, 'viewer', { expiresAt: inMs(hour) });
    expect(await statusesOf(app, key)).toEqual(letIn);
    app.clock.advance(hour);
    expect(await statusesOf(app, key)).toEqual(refused);
    expect(await readKey(app, id)).toMatchObject({ state: 'expired' });
  });
});

describe('GET /v1/manage/keys', () => {
  it('pages through all keys, the last made first, without their texts', async () => {
    const made = [await issueKey(app, 'viewer'), await issueKey(app, 'viewer'), await issueKey(app, 'viewer')];
    const first = await app.as.admin.get(`${keysPath}?limit=2`).expect(200);
    const second = await app.as.admin.get(`${keysPath}?limit=2&cursor=${first.body.page.next}`).expect(200);
    const seen = [...first.body.data, ...second.body.data];
    expect(seen.slice(0, 3).map(({ id }: Members) => id)).toEqual(made.map(({ id }) => id).reverse());
    expect(first.headers.link).toContain('rel="next"');
    const back = await app.as.admin.get(`${keysPath}?limit=2&cursor=${second.body.page.previous}`).expect(200);
    expect(back.body.data).toEqual(first.body.data);
    for (const key of seen) expect(Object.keys(key)).not.toContain('key');
  });

  it('takes a state, to which its cursors are bound', async () => {
    const { id: ended } = await issueKey(app, 'viewer', { expiresAt: inMs(hour) });
    app.clock.advance(2 * hour);
    const { id: revoked } = await issueKey(app, 'viewer');
    await app.as.admin.post(`${keysPath}/${revoked}/revoke`).set('if-match', '"1"').expect(200);
    const { id: good } = await issueKey(app, 'viewer');
    for (const [state, id] of Object.entries({ expired: ended, revoked, active: good })) {
      const { body } = await app.as.admin.get(`${keysPath}?state=${state}&limit=100`).expect(200);
      expect(new Set(body.data.map((key: Members) => key.state))).toEqual(new Set([state]));
      expect(body.data.map((key: Members) => key.id)).toContain(id);
    }
    const { body } = await app.as.admin.get(`${keysPath}?state=active&limit=1`).expect(200);
    await app.as.admin.get(`${keysPath}?state=revoked&limit=1&cursor=${body.page.next}`).expect(400);
    await app.as.admin.get(`${keysPath}?state=asleep`).expect(400);
  });
});

describe('GET /v1/manage/keys/{id}', () => {
  it('answers with what the list has of it, and 404 for what is none', async () => {
    const { id } = await issueKey(app, 'publisher');
    const { body, headers } = await app.as.admin.get(`${keysPath}/${id}`).expect(200);
    const list = await app.as.admin.get(`${keysPath}?limit=1`).expect(200);
    expect(list.body.data).toEqual([body.data]);
    expect(headers.etag).toBe('"1"');
    await app.as.admin.get(missing).expect(404);
  });
});

describe('PATCH /v1/manage/keys/{id}', () => {
  it('gives the key another name, and says who did it; the key stays good', async () => {
    const { id, key } = await issueKey(app, 'editor');
    const { body, headers } = await app.as.admin
      .patch(`${keysPath}/${id}`, { name: 'Renamed' })
      .set({ 'if-match': '"1"', 'x-actor': 'jane.doe' })
      .expect(200);
    expect(headers.etag).toBe('"2"');
    expect(body.data).toMatchObject({ version: 2, name: 'Renamed', updatedBy: { actor: 'jane.doe' } });
    expect(body.data.createdBy).toMatchObject({ actor: null });
    expect(body.data.updatedAt > body.data.createdAt).toBe(true);
    expect(await statusesOf(app, key)).toEqual(letIn);
  });

  it('moves the end of a key: sooner, later, and even of one that has expired', async () => {
    const { id, key } = await issueKey(app, 'viewer');
    expect((await changeKey(app, id, { expiresAt: inMs(hour) })).status).toBe(200);
    app.clock.advance(hour);
    expect(await statusesOf(app, key)).toEqual(refused);
    expect((await changeKey(app, id, { expiresAt: inMs(hour) })).body.data).toMatchObject({ state: 'active' });
    expect(await statusesOf(app, key)).toEqual(letIn);
    expect((await changeKey(app, id, { expiresAt: null })).body.data).toMatchObject({ expiresAt: null, version: 4 });
    const { status, body } = await changeKey(app, id, { expiresAt: inMs(-hour) });
    expect([status, body.errors[0].code]).toEqual([400, 'in_the_past']);
  });

  it('takes back what it was read as, and writes nothing for it', async () => {
    const { id } = await issueKey(app, 'viewer', { expiresAt: inMs(hour) });
    const read = await readKey(app, id);
    const { status, body, headers } = await changeKey(app, id, read);
    expect([status, headers.etag, body.data]).toEqual([200, '"1"', read]);
  });

  it('answers 400 for what only the server says, and for what nobody knows', async () => {
    const { id } = await issueKey(app, 'viewer');
    const readOnly = await changeKey(app, id, { role: 'admin', state: 'revoked', name: 'x' });
    expect(readOnly.status).toBe(400);
    expect(readOnly.body.errors).toEqual([
      { pointer: '/role', code: 'read_only', message: expect.any(String) },
      { pointer: '/state', code: 'read_only', message: expect.any(String) },
    ]);
    const unknown = await changeKey(app, id, { secretHash: 'x' });
    expect([unknown.status, unknown.body.errors[0].code]).toEqual([400, 'unknown_field']);
    expect((await changeKey(app, id, { name: null })).status).toBe(400);
    expect(await readKey(app, id)).toMatchObject({ version: 1, role: 'viewer' });
  });

  it('answers 428 without a version, 412 with a stale one and what has changed since, 404 for no key', async () => {
    const { id } = await issueKey(app, 'viewer');
    await app.as.admin.patch(`${keysPath}/${id}`, { name: 'B' }).expect(428);
    await changeKey(app, id, { name: 'B' });
    await changeKey(app, id, { expiresAt: inMs(hour) });
    const changed = async (version: number) =>
      (await app.as.admin.patch(`${keysPath}/${id}`, { name: 'C' }).set('if-match', `"${version}"`).expect(412)).body;
    expect(await changed(1)).toMatchObject({ currentVersion: 3, changed: ['/name', '/expiresAt', '/state'] });
    expect(await changed(2)).toMatchObject({ currentVersion: 3, changed: ['/expiresAt', '/state'] });
    await app.as.admin.patch(missing, { name: 'B' }).set('if-match', '"1"').expect(404);
  });

  it('answers 409 for a revoked key', async () => {
    const { id } = await issueKey(app, 'viewer');
    await app.as.admin.post(`${keysPath}/${id}/revoke`).set('if-match', '"1"').expect(200);
    expect(conflictIn(await changeKey(app, id, { expiresAt: inMs(hour) }))).toContain('revoked');
  });

  it('lets exactly one of many win who name the same version', async () => {
    const { id } = await issueKey(app, 'viewer');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        app.as.admin.patch(`${keysPath}/${id}`, { name: `Writer ${i}` }).set('if-match', '"1"'),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(412)]);
    const winner = answers.find(({ status }) => status === 200);
    expect(await readKey(app, id)).toMatchObject({ version: 2, name: winner?.body.data.name });
  });

  it('lets exactly one of two win, whatever comes between', async () => {
    const gate = new Gate();
    const gated = await startApp({ wrapStore: gate.wrap });
    for (let k = 1; ; k++) {
      const path = `${keysPath}/${(await issueKey(gated, 'viewer')).id}`;
      const rename = (name: string) => gated.as.admin.patch(path, { name }).set('if-match', '"1"');
      let between = 0;
      const { result, wasInterrupted } = await gate.run(
        k,
        () => rename('first'),
        async () => {
          between = (await rename('second')).status;
        },
      );
      const { version, name } = (await gated.as.admin.get(path)).body.data;
      if (!wasInterrupted) {
        expect(k).toBeGreaterThan(3);
        break;
      }
      expect([version, [result.status, between].sort()]).toEqual([2, [200, 412]]);
      expect(name).toBe(result.status === 200 ? 'first' : 'second');
    }
    await gated.close();
  });

  it('does not end the last admin’s key before another', async () => {
    const own = app.keys.admin.split('_')[1] ?? '';
    expect(conflictIn(await changeKey(app, own, { expiresAt: inMs(hour) }))).toContain('No other admin');
    expect(await readKey(app, own)).toMatchObject({ version: 1, expiresAt: null });
    const other = await issueKey(app, 'admin', { expiresAt: inMs(2 * hour) });
    expect(conflictIn(await changeKey(app, own, { expiresAt: inMs(3 * hour) }))).toContain('No other admin');
    expect((await changeKey(app, own, { expiresAt: inMs(hour) })).status).toBe(200);
    expect(
      conflictIn(await changeKey(app, other.id, { expiresAt: inMs(1.5 * hour) }, newClient(app.app, other.key))),
    ).toContain('No other admin');
    const read = await app.as.admin.get(`${keysPath}/${own}`);
    await app.as.admin.patch(`${keysPath}/${own}`, { expiresAt: null }).set(matching(read)).expect(200);
  });
});
