// What keys leave behind: their last use, what they did, and nothing that would let anybody in.

import { Writable } from 'node:stream';
import { and, asc, eq, gt } from 'drizzle-orm';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { hashSecret } from '../../src/access/api-keys.js';
import { DomainError } from '../../src/kernel/errors.js';
import type { Store } from '../../src/storage/store.js';
import { startApp, type TestApp, type TestAppOptions } from '../support/app.js';
import { matching, newClient } from '../support/client.js';
import { createResource, editSection, editStory, withdrawStory } from '../support/editing.js';
import { actOnKey, changeKey, issueKey, keysPath, readKey } from '../support/keys.js';
import { createStory, image, publishStory } from '../support/stories.js';

let app: TestApp;
async function start(options?: TestAppOptions): Promise<void> {
  app = await startApp(options);
}
afterEach(() => app.close());

const minute = 60_000;

describe('lastUsedAt', () => {
  /** Sends a request as a key. */
  const use = (key: string, path = '/v1/manage/articles') => newClient(app.app, key).get(path).expect(200);

  it('tells about when a key was last let in, and leaves the version alone', async () => {
    await start();
    const { id, key } = await issueKey(app, 'viewer');
    const from = app.clock.now().toISOString();
    await use(key);
    await expect.poll(async () => (await readKey(app, id)).lastUsedAt).not.toBeNull();
    const read = await readKey(app, id);
    expect(String(read.lastUsedAt) > from).toBe(true);
    expect(read).toMatchObject({ version: 1, updatedAt: read.createdAt });
  });

  it('is noted at most once a minute, for public reads with the key as well, and not for a refusal', async () => {
    let notes = 0;
    const wrapStore = (store: Store): Store => ({
      ...store,
      async commit(statements) {
        await store.commit(statements);
        notes += statements.filter(({ query }) => query.toSQL().sql.includes('"last_used_at" = ')).length;
      },
    });
    await start({ wrapStore });
    const { id, key } = await issueKey(app, 'viewer');
    const noted = (count: number) => expect.poll(() => notes).toBe(count);
    await noted(1); // The admin's.
    for (let i = 0; i < 20; i++) await use(key);
    await noted(2);
    const first = (await readKey(app, id)).lastUsedAt;
    app.clock.advance(minute / 2);
    for (let i = 0; i < 20; i++) await use(key);
    await newClient(app.app, `${key.slice(0, -1)}x`)
      .get('/v1/articles')
      .expect(401);
    // Longer than uses are gathered for.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect([notes, (await readKey(app, id)).lastUsedAt]).toEqual([2, first]);
    app.clock.advance(minute / 2);
    for (let i = 0; i < 20; i++) await use(key, '/v1/articles');
    await noted(3);
    expect(String((await readKey(app, id)).lastUsedAt) > String(first)).toBe(true);
  });

  it('keeps nobody out when it cannot be noted, and is noted once it can', async () => {
    let isFull = false;
    let tries = 0;
    const wrapStore = (store: Store): Store => ({
      ...store,
      async commit(statements) {
        if (!isFull) return store.commit(statements);
        tries += 1;
        throw new DomainError('storage_full', 'There is no room left to store this.');
      },
    });
    await start({ wrapStore });
    const { id, key } = await issueKey(app, 'viewer');
    isFull = true;
    for (let i = 0; i < 5; i++) await use(key);
    // The admin's use, by which the key was made, may be tried by itself.
    await expect.poll(() => tries).toBeGreaterThan(0);
    await use(key);
    expect((await readKey(app, id)).lastUsedAt).toBeNull();
    isFull = false;
    app.clock.advance(minute);
    await use(key);
    await expect.poll(async () => (await readKey(app, id)).lastUsedAt).not.toBeNull();
  });
});

/** What the log has beyond a point. */
async function logSince(seq: number) {
  const { changes } = app.store.tables;
  return app.store.all(app.store.db.select().from(changes).where(gt(changes.seq, seq)).orderBy(asc(changes.seq)));
}

describe('the log of changes', () => {
  it('has every act on a key, by whom, with the version that it led to', async () => {
    await start();
    const by = app.keys.admin.split('_')[1];
    const { id } = await issueKey(app, 'viewer');
    await changeKey(app, id, { name: 'B' });
    await changeKey(app, id, { expiresAt: '2099-01-01T00:00:00.000Z' });
    const { body } = await actOnKey(app, id, 'rotate', { expiresAt: null });
    await actOnKey(app, id, 'revoke');
    const log = (await logSince(0)).filter(({ resourceId }) => [id, body.data.id].includes(resourceId));
    expect(log.map(({ resourceId, action, version }) => [resourceId, action, version])).toEqual([
      [id, 'create', 1],
      [id, 'rename', 2],
      [id, 'expiry', 3],
      [id, 'rotate', 4],
      [body.data.id, 'create', 1],
      [id, 'revoke', 5],
    ]);
    for (const entry of log) expect(entry).toMatchObject({ kind: 'key', byKey: by, articleId: null, public: false });
  });

  it('names the person of X-Actor and the key with whatever is written', async () => {
    await start();
    const [{ seq } = { seq: 0 }] = (await logSince(0)).slice(-1);
    const named = (key: string) => {
      const client = newClient(app.app, key);
      const entries = Object.entries(client) as [keyof typeof client, (path: string, body?: unknown) => never][];
      return Object.fromEntries(
        entries.map(([method]) => [
          method,
          (path: string, body?: unknown) => client[method](path, body).set('x-actor', 'jane.doe'),
        ]),
      ) as unknown as typeof client;
    };
    app.as = {
      ...app.as,
      editor: named(app.keys.editor),
      publisher: named(app.keys.publisher),
      admin: named(app.keys.admin),
    };
    const story = await createStory(app);
    await editStory(app, story.id, { deck: 'B' });
    await editSection(app, story.sections[0]?.id ?? '', { heading: 'B' });
    await app.as.editor
      .post(`/v1/manage/articles/${story.id}/sections`, {
        heading: 'C',
        blocks: [{ type: 'paragraph', text: 'More.' }],
      })
      .expect(201);
    await publishStory(app, story.id);
    await withdrawStory(app, story.id);
    await createResource(app, 'images', image);
    await app.as.editor.post('/v1/manage/desks', { key: 'energy' }).expect(201);
    const { id } = await issueKey(app, 'viewer');
    await actOnKey(app, id, 'revoke');
    const log = await logSince(seq);
    expect(new Set(log.map(({ kind }) => kind)).size).toBe(8);
    expect(log.filter(({ byActor, byKey }) => byActor !== 'jane.doe' || byKey === null)).toEqual([]);
    const { revisions } = app.store.tables;
    const others = app.store.db.select().from(revisions).where(eq(revisions.byActor, 'jane.doe'));
    expect((await app.store.all(others)).length).toBe(
      (await app.store.all(app.store.db.select().from(revisions))).length,
    );
  });
});

describe('the secret of a key', () => {
  it('is in no answer but the one that makes it, nor in the log; and neither is its hash', async () => {
    let logged = '';
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        logged += chunk.toString('utf8');
        done();
      },
    });
    await start({ logger: pino({ level: 'trace' }, sink), environment: { LOG_REQUESTS: 'all' } });
    const old = await issueKey(app, 'admin', { name: 'Told once' });
    const next = (await actOnKey(app, old.id, 'rotate')).body.data;
    const read = await app.as.admin.get(`${keysPath}/${next.id}`).expect(200);
    const answers = [
      read,
      await app.as.admin.get(`${keysPath}?limit=100`).expect(200),
      await app.as.admin.patch(`${keysPath}/${next.id}`, { name: 'B' }).set(matching(read)).expect(200),
      await app.as.admin.patch(`${keysPath}/${next.id}`, { key: next.key }).set(matching(read)),
      await actOnKey(app, old.id, 'rotate'),
      await newClient(app.app, next.key).get('/v1/manage/articles/none'),
      await newClient(app.app, `${next.key}0`).get('/v1/articles'),
      await actOnKey(app, next.id, 'revoke'),
      await newClient(app.app, next.key).get('/v1/articles'),
    ];
    await expect.poll(() => logged).toContain('"status":401');
    const told = [logged, ...answers.map(({ text, headers }) => text + JSON.stringify(headers))].join('\n');
    for (const { key } of [old, next]) {
      const secret = key.split('_')[2] ?? '';
      expect(secret).toHaveLength(64);
      expect(told).not.toContain(secret);
      expect(told).not.toContain(hashSecret(secret));
    }
  });

  it('is stored as its SHA-256 only', async () => {
    await start();
    const { id, key } = await issueKey(app, 'viewer');
    const { apiKeys, changes } = app.store.tables;
    const [row] = await app.store.all(app.store.db.select().from(apiKeys).where(eq(apiKeys.id, id)));
    const ofKey = and(eq(changes.kind, 'key'), eq(changes.resourceId, id));
    const log = await app.store.all(app.store.db.select().from(changes).where(ofKey));
    const secret = key.split('_')[2] ?? '';
    expect(row?.secretHash).toBe(hashSecret(secret));
    expect(JSON.stringify([row, log])).not.toContain(secret);
  });
});
