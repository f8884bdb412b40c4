import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { type Client, matching, newClient } from '../support/client.js';
import type { Members } from '../support/editing.js';
import { Gate } from '../support/gate.js';
import {
  actOnKey,
  changeKey,
  conflictIn,
  issueKey,
  keysPath,
  letIn,
  readKey,
  refused,
  statusesOf,
} from '../support/keys.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const hour = 3_600_000;
/** An instant so many milliseconds from now. */
const inMs = (ms: number) => new Date(app.clock.now().getTime() + ms).toISOString();
const missing = `${keysPath}/ffffffffffff`;
const adminId = () => app.keys.admin.split('_')[1] ?? '';

/** Rotates a key, which must succeed. */
async function rotate(id: string, body: Members = {}) {
  const answer = await actOnKey(app, id, 'rotate', body);
  expect([answer.status, answer.body.errors]).toEqual([201, undefined]);
  return answer.body.data;
}

describe('POST /v1/manage/keys/{id}/rotate', () => {
  it('answers 201 with a second key of the same client; both are good for a day, then only the new one', async () => {
    const old = await issueKey(app, 'publisher', { name: 'The newsroom tool' });
    const answer = await actOnKey(app, old.id, 'rotate');
    const { data } = answer.body;
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ etag: '"1"', location: `${keysPath}/${data.id}` });
    expect(answer.headers['cache-control']).toContain('no-store');
    expect(data).toMatchObject({ name: 'The newsroom tool', role: 'publisher', expiresAt: null, rotatedFrom: old.id });
    const before = await readKey(app, old.id);
    expect(before).toMatchObject({ version: 2, rotatedTo: data.id, state: 'active' });
    expect(Date.parse(String(before.expiresAt)) - Date.parse(String(before.updatedAt))).toBe(24 * hour);
    expect([await statusesOf(app, old.key), await statusesOf(app, data.key)]).toEqual([letIn, letIn]);
    app.clock.advance(24 * hour);
    expect([await statusesOf(app, old.key), await statusesOf(app, data.key)]).toEqual([refused, letIn]);
    expect(await readKey(app, old.id)).toMatchObject({ state: 'expired' });
  });

  it('takes another overlap, none at all, and leaves an end that comes sooner', async () => {
    const longer = await issueKey(app, 'viewer');
    await rotate(longer.id, { overlap: 'P7D' });
    const none = await issueKey(app, 'viewer');
    const next = await rotate(none.id, { overlap: 'PT0S' });
    expect([await statusesOf(app, none.key), await statusesOf(app, next.key)]).toEqual([refused, letIn]);
    const sooner = await issueKey(app, 'viewer', { expiresAt: inMs(hour) });
    await rotate(sooner.id, { expiresAt: null });
    expect(await readKey(app, sooner.id)).toMatchObject({ expiresAt: sooner.expiresAt });
    app.clock.advance(7 * 24 * hour - hour);
    expect([await statusesOf(app, longer.key), await statusesOf(app, sooner.key)]).toEqual([letIn, refused]);
    app.clock.advance(hour);
    expect(await statusesOf(app, longer.key)).toEqual(refused);
  });

  it.each(['P8D', 'PT169H', 'P1M', 'P', 'PT', '1 day', '-PT1H', 'PT1.5H', ''])(
    'answers 400 for %j as an overlap',
    async (overlap) => {
      const { id } = await issueKey(app, 'viewer');
      const { status, body } = await actOnKey(app, id, 'rotate', { overlap });
      expect([status, body.errors[0].pointer]).toEqual([400, '/overlap']);
      expect(await readKey(app, id)).toMatchObject({ version: 1, rotatedTo: null });
    },
  );

  it('asks for the new key’s end when the old one has its own, and wants it behind the overlap', async () => {
    const { id } = await issueKey(app, 'viewer', { expiresAt: inMs(90 * 24 * hour) });
    const codeOf = async (body: Members) => (await actOnKey(app, id, 'rotate', body)).body.errors?.[0];
    expect(await codeOf({})).toMatchObject({ pointer: '/expiresAt', code: 'required' });
    expect(await codeOf({ expiresAt: inMs(-hour) })).toMatchObject({ pointer: '/expiresAt', code: 'in_the_past' });
    expect(await codeOf({ expiresAt: inMs(hour) })).toMatchObject({ code: 'before_overlap_ends' });
    const end = inMs(180 * 24 * hour);
    expect(await rotate(id, { expiresAt: end })).toMatchObject({ expiresAt: end });
  });

  it('goes on with the new key, never twice with the old one', async () => {
    const { id } = await issueKey(app, 'viewer');
    const second = await rotate(id);
    expect(conflictIn(await actOnKey(app, id, 'rotate'))).toContain(second.id);
    const third = await rotate(second.id);
    expect(third).toMatchObject({ rotatedFrom: second.id, rotatedTo: null });
  });

  it('makes one key of many rotations at once', async () => {
    const { id } = await issueKey(app, 'viewer');
    const many = Array.from({ length: 10 }, () => app.as.admin.post(`${keysPath}/${id}/rotate`).set('if-match', '"1"'));
    const answers = await Promise.all(many);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(412)]);
    const { body } = await app.as.admin.get(`${keysPath}?limit=2`).expect(200);
    expect(body.data.map(({ rotatedFrom }: Members) => rotatedFrom)).toEqual([id, null]);
  });

  it('answers 409 for a key that has expired or is revoked, 428 without a version, 412 with a stale one, 404 for none', async () => {
    const expired = await issueKey(app, 'viewer', { expiresAt: inMs(hour) });
    const revoked = await issueKey(app, 'viewer');
    await actOnKey(app, revoked.id, 'revoke');
    app.clock.advance(hour);
    expect(conflictIn(await actOnKey(app, expired.id, 'rotate', { expiresAt: null }))).toContain('expired');
    expect(conflictIn(await actOnKey(app, revoked.id, 'rotate'))).toContain('revoked');
    await app.as.admin.post(`${keysPath}/${expired.id}/rotate`).expect(428);
    const stale = await app.as.admin.post(`${keysPath}/${revoked.id}/rotate`).set('if-match', '"1"').expect(412);
    expect(stale.body.changed).toEqual(['/revokedAt', '/state']);
    await app.as.admin.post(`${missing}/rotate`).set('if-match', '"1"').expect(404);
  });

  it('leaves an old key whose end can be brought forward, not put off', async () => {
    const { id, key } = await issueKey(app, 'viewer');
    await rotate(id);
    for (const expiresAt of [inMs(48 * hour), null]) {
      expect(conflictIn(await changeKey(app, id, { expiresAt }))).toContain('only be brought forward');
    }
    expect((await changeKey(app, id, { expiresAt: inMs(hour) })).status).toBe(200);
    app.clock.advance(hour);
    expect(await statusesOf(app, key)).toEqual(refused);
    expect(conflictIn(await changeKey(app, id, { expiresAt: inMs(hour) }))).toContain('only be brought forward');
  });

  it('takes the last admin’s key over to a new one', async () => {
    const next = await rotate(adminId(), { overlap: 'PT0S' });
    expect(await statusesOf(app, app.keys.admin)).toEqual(refused);
    app.as.admin = newClient(app.app, next.key);
    app.keys.admin = next.key;
    await app.as.admin.get(keysPath).expect(200);
  });
});

describe('POST /v1/manage/keys/{id}/revoke', () => {
  it('refuses the key from the next request on, everywhere, and stays so', async () => {
    const { id, key } = await issueKey(app, 'viewer');
    expect(await statusesOf(app, key)).toEqual(letIn);
    const { status, body, headers } = await actOnKey(app, id, 'revoke');
    expect([status, headers.etag]).toEqual([200, '"2"']);
    expect(body.data).toMatchObject({ state: 'revoked', revokedAt: expect.any(String), updatedBy: { key: adminId() } });
    expect(await statusesOf(app, key)).toEqual(refused);
    const again = await actOnKey(app, id, 'revoke');
    // When the key was last used is noted behind its requests, so it may come in between.
    expect([again.status, again.body.data]).toEqual([200, { ...body.data, lastUsedAt: again.body.data.lastUsedAt }]);
  });

  it('answers 428 without a version, 412 with a stale one, 404 for none', async () => {
    const { id, key } = await issueKey(app, 'viewer');
    await app.as.admin.post(`${keysPath}/${id}/revoke`).expect(428);
    await changeKey(app, id, { name: 'B' });
    await app.as.admin.post(`${keysPath}/${id}/revoke`).set('if-match', '"1"').expect(412);
    await app.as.admin.post(`${missing}/revoke`).set('if-match', '"1"').expect(404);
    expect(await statusesOf(app, key)).toEqual(letIn);
  });

  it('ends both keys of a rotation one by one', async () => {
    const old = await issueKey(app, 'viewer');
    const next = await rotate(old.id);
    await actOnKey(app, old.id, 'revoke');
    expect([await statusesOf(app, old.key), await statusesOf(app, next.key)]).toEqual([refused, letIn]);
  });

  it('answers 409 for the last admin’s key that is active, whatever others once were', async () => {
    const expired = await issueKey(app, 'admin', { expiresAt: inMs(hour) });
    const revoked = await issueKey(app, 'admin');
    await actOnKey(app, revoked.id, 'revoke');
    app.clock.advance(hour);
    expect(conflictIn(await actOnKey(app, adminId(), 'revoke'))).toContain('No other admin');
    expect((await actOnKey(app, expired.id, 'revoke')).status).toBe(200);
    await app.as.admin.get(keysPath).expect(200);
  });

  it('leaves one of two admins when each revokes the other, whatever comes between', async () => {
    const gate = new Gate();
    const gated = await startApp({ wrapStore: gate.wrap });
    let admin = { id: gated.keys.admin.split('_')[1] ?? '', client: gated.as.admin };
    const statuses: number[][] = [];
    for (let k = 1; ; k++) {
      const made = await issueKey(gated, 'admin');
      const other = { id: made.id, client: newClient(gated.app, made.key) };
      const revoke = async (by: Client, id: string) =>
        by.post(`${keysPath}/${id}/revoke`).set(matching(await by.get(`${keysPath}/${id}`)));
      let between = 0;
      const { result, wasInterrupted } = await gate.run(
        k,
        () => revoke(admin.client, other.id),
        async () => {
          between = (await revoke(other.client, admin.id)).status;
        },
      );
      if (!wasInterrupted) break;
      statuses.push([result.status, between]);
      if (result.status !== 200) admin = other;
      gated.as.admin = admin.client;
      const { body } = await gated.as.admin.get(`${keysPath}?state=active&limit=100`).expect(200);
      expect(body.data.filter(({ role }: Members) => role === 'admin').map(({ id }: Members) => id)).toEqual([
        admin.id,
      ]);
    }
    expect(statuses.length).toBeGreaterThan(5);
    expect(statuses).toContainEqual([409, 200]);
    for (const pair of statuses) expect(pair.filter((status) => status === 200)).toHaveLength(1);
    await gated.close();
  });
});
