import { crc32 } from 'node:zlib';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Documented } from '../../src/http/operation.js';
import { type Role, roles } from '../../src/kernel/actor.js';
import { startApp, type TestApp } from '../support/app.js';
import { givePicture } from '../support/pictures.js';
import { removed } from '../support/removal.js';
import { ahead, minuteMs, schedule } from '../support/schedules.js';
import { createStory, liveStory, shortStory } from '../support/stories.js';
import { makeWebhook, webhooksPath } from '../support/webhooks.js';

const missing = '01852a5c-0000-7000-8000-00000000dead';

let app: TestApp;
let operations: readonly Documented[];
/** Something that a webhook was sent. */
let delivery: string;
/** Ids for a path's parameter, by what stands behind it. */
let targets: Record<'live' | 'draft' | 'deleted' | 'missing', Record<string, string>>;

beforeAll(async () => {
  app = await startApp();
  operations = app.app.operations;
  const live = await liveStory(app);
  const draft = await createStory(app, shortStory({ desk: 'draft-desk', tags: ['draft-tag'] }));
  const gone = await createStory(app, shortStory({ desk: 'gone-desk', tags: ['gone-tag'] }));
  const propagation = await beginPropagation();
  const tokens = new Map([
    [live.id, await previewToken(live.id, false)],
    [draft.id, await previewToken(draft.id, true)],
  ]);
  const at = ahead(app, 365 * 1440 * minuteMs);
  const schedules = new Map<string, string>();
  for (const { id } of [live, draft]) schedules.set(id, (await schedule(app, id, { at })).id);
  const erasure = await noteErasure();
  const webhook = await makeWebhook(app, { url: 'https://127-0-0-1.invalid/' }, { state: 'disabled' });
  delivery = (await app.as.admin.post(`${webhooksPath}/${webhook.id}/ping`).expect(202)).body.data.id;
  const idsOf = ({ id, slug, desk, tags, sections }: typeof live & { desk?: string; tags?: string[] }) => ({
    '/v1/articles/{slug}': slug,
    // The month that the live story was published in, and one without stories.
    '/v1/sitemaps/{file}': id === live.id ? '2026-01-1.xml' : '2001-01-1.xml',
    '/v1/preview/{token}': tokens.get(id) ?? '',
    '/v1/manage/articles/{id}': id,
    '/v1/manage/sections/{id}': sections[0]?.id ?? '',
    '/v1/manage/images/{id}': String(sections[0]?.blocks[0]?.imageId),
    '/v1/manage/quotes/{id}': String(sections[1]?.blocks[1]?.quoteId),
    '/v1/manage/embeds/{id}': String(sections[2]?.blocks[0]?.embedId),
    '/v1/manage/desks/{key}': desk ?? '',
    '/v1/manage/tags/{key}': tags?.[0] ?? '',
    '/v1/manage/propagations/{id}': propagation,
    '/v1/manage/keys/{id}': app.keys.viewer.split('_')[1] ?? '',
    '/v1/manage/schedules/{id}': schedules.get(id) ?? 'none',
    '/v1/manage/erasures/{id}': erasure,
    '/v1/manage/webhooks/{id}': webhook.id,
    '/v1/images/{id}': String(sections[0]?.blocks[0]?.imageId),
    '/media/{imageId}/{version}/{frame}/{rendition}': pictures.get(id) ?? '',
    '/v1/quotes/{id}': String(sections[1]?.blocks[1]?.quoteId),
    '/v1/embeds/{id}': String(sections[2]?.blocks[0]?.embedId),
  });
  const pictures = new Map<string, string>();
  for (const { id, sections } of [live, draft, gone])
    pictures.set(id, await givePicture(app, String(sections[0]?.blocks[0]?.imageId)));
  const deleted = idsOf(gone);
  for (const kind of ['articles', 'images', 'quotes', 'embeds'])
    await removed(
      app,
      `/v1/manage/${kind}/{id}`.replace('{id}', deleted[`/v1/manage/${kind}/{id}` as keyof typeof deleted]),
    );
  const liveIds = idsOf(live);
  targets = {
    live: liveIds,
    draft: idsOf(draft),
    deleted,
    missing: Object.fromEntries(Object.keys(liveIds).map((path) => [path, missing])),
  };
});
afterAll(() => app.close());

/** The token of a link to an article, which may be revoked again. */
async function previewToken(articleId: string, isRevoked: boolean): Promise<string> {
  const path = `/v1/manage/articles/${articleId}/preview-links`;
  const { id, token } = (await app.as.editor.post(path, {}).expect(201)).body.data;
  if (isRevoked) await app.as.editor.delete(`${path}/${id}`).expect(204);
  return token;
}

/** Operations that need neither body nor version, so that they would be done. Their own tests say whom they are for. */
const doneAsSent = new Set([
  'createPreviewLink',
  'revokePreviewLink',
  'pingWebhook',
  'replayWebhook',
  'replayWebhookDelivery',
]);

/** A propagation that is finished, since only a change to hundreds of stories begins one. */
async function beginPropagation(): Promise<string> {
  const { db, tables, commit } = app.store;
  const [id, at] = ['01852a5c-9d00-7a11-8b22-000000000001', '2026-01-15T09:00:00.000Z'];
  const row = {
    id,
    kind: 'image' as const,
    resourceId: 'x',
    startedAt: at,
    finishedAt: at,
    total: 1,
    done: 1,
    cursor: '',
  };
  await commit([{ query: db.insert(tables.propagations).values(row) }]);
  return id;
}

/** An erasure of something that never was. */
async function noteErasure(): Promise<string> {
  const { db, tables, commit } = app.store;
  const row = { id: '01852a5c-9d00-7a11-8b22-000000000002', kind: 'image' as const, resourceId: 'x', reason: 'x' };
  await commit([{ query: db.insert(tables.erasures).values({ ...row, at: '2026-01-15T09:00:00.000Z', done: true }) }]);
  return row.id;
}

function pathFor(path: string, target: keyof typeof targets): string {
  const prefix = Object.keys(targets.live).find((known) => path.startsWith(known)) ?? '';
  if (path.startsWith('/media/'))
    return target === 'missing' ? `/media/${missing}/1/full/160.jpg` : (targets[target][path] ?? '');
  return path
    .replace(/\{\w+\}/, targets[target][prefix] ?? 'none')
    .replace('{section}', 'the-end')
    .replace('{delivery}', delivery)
    .replace('{version}', '1');
}

/** Deleted is what only its deletion's undoing finds, and who reads its history. Not everything can be deleted: desks, tags, keys cannot. */
function isNotThere({ path, operationId }: Documented, target: keyof typeof targets): boolean {
  if (!path.includes('{')) return false;
  if (target !== 'deleted') return target === 'missing';
  const findsDeleted = /^(undelete|diff|(list|get)\w+Revisions?$)/;
  return /\/(articles|sections|images|quotes|embeds|schedules)\//.test(path) && !findsDeleted.test(operationId);
}

/** Sends a request without body or version, so that one that is let in stops at 428 or 400, and nothing is written. */
async function statusOf(
  operation: Documented,
  target: keyof typeof targets,
  authorization: string | undefined,
): Promise<number> {
  const test = supertest(app.app.server)[operation.method.toLowerCase() as 'get'](pathFor(operation.path, target));
  if (authorization !== undefined) test.set('authorization', authorization);
  return (await test).status;
}

const bearer = (role: Role) => `Bearer ${app.keys[role]}`;
const badKeys = () => {
  const key = app.keys.admin;
  const swapped = `${key.slice(0, 30)}${key[30] === 'a' ? 'b' : 'a'}${key.slice(31)}`;
  // Right in all but the secret: the id is known, and the checksum holds.
  const forged = `copydesk_${key.split('_')[1]}_${'0'.repeat(64)}`;
  return [
    `Bearer ${forged}_${crc32(forged).toString(16).padStart(8, '0')}`,
    'Bearer nonsense',
    `Bearer ${swapped}`,
    `Basic ${key}`,
    'Bearer',
    `Bearer copydesk_${'0'.repeat(12)}_${'0'.repeat(64)}_00000000`,
  ];
};

async function countRows(): Promise<number[]> {
  const { db, tables, all } = app.store;
  const others = [tables.revisions, tables.articles, tables.images, tables.apiKeys, tables.webhooks];
  // That an erasure is done is noted in the background.
  const changes = (await all(db.select().from(tables.changes))).filter(({ action }) => action !== 'purge');
  const counts = others.map(async (table) => (await all(db.select().from(table))).length);
  return [changes.length, ...(await Promise.all(counts))];
}

describe('who may do what', () => {
  it('is 401 without a key on every managed operation, whatever is there, and with a bad key on every operation', async () => {
    for (const operation of operations) {
      for (const target of ['live', 'draft', 'deleted', 'missing'] as const) {
        if (operation.role)
          expect([operation.operationId, await statusOf(operation, target, undefined)]).toEqual([
            operation.operationId,
            401,
          ]);
        for (const bad of badKeys())
          expect([operation.operationId, bad, await statusOf(operation, target, bad)]).toEqual([
            operation.operationId,
            bad,
            401,
          ]);
      }
    }
  });

  it('is 403 below the role of an operation and let in from it on, 404 for what is missing or deleted; refusals write nothing', async () => {
    const before = await countRows();
    const asked = operations.filter(
      ({ role, operationId }) => role && operationId !== 'createArticle' && !doneAsSent.has(operationId),
    );
    for (const operation of asked) {
      for (const role of roles) {
        const isAllowed = roles.indexOf(role) >= roles.indexOf(operation.role ?? 'admin');
        for (const target of ['live', 'draft', 'deleted', 'missing'] as const) {
          const status = await statusOf(operation, target, bearer(role));
          const what = `${operation.operationId} as ${role} on ${target}`;
          if (!isAllowed) expect([what, status]).toEqual([what, 403]);
          else if (isNotThere(operation, target)) expect([what, status]).toEqual([what, 404]);
          else if (
            /^(patch(Image|Quote|Embed|Desk|Tag)|putImageFile|restore(Image|Quote|Embed)|(un)?deleteArticle)/.test(
              operation.operationId,
            ) &&
            target === 'live' &&
            role === 'editor'
          )
            expect([what, status]).toEqual([what, 403]);
          else if (operation.operationId === 'getArticleAsOf' && target === 'draft')
            expect([what, status]).toEqual([what, 404]);
          else expect([what, [200, 400, 428].includes(status) || status]).toEqual([what, true]);
        }
      }
    }
    expect(await countRows()).toEqual(before);
  });

  it('is 403 below the role and 404 for what is missing where a request needs nothing more, and nothing is written', async () => {
    const before = await countRows();
    const asked = operations.filter(
      ({ operationId }) => operationId === 'createArticle' || doneAsSent.has(operationId),
    );
    expect(asked.length).toBe(doneAsSent.size + 1);
    for (const operation of asked) {
      for (const role of roles) {
        const isAllowed = roles.indexOf(role) >= roles.indexOf(operation.role ?? 'admin');
        for (const target of ['live', 'draft', 'deleted', 'missing'] as const) {
          const wanted = isAllowed ? 404 : 403;
          if (isAllowed && (target !== 'missing' || operation.operationId === 'createArticle')) continue;
          const what = `${operation.operationId} as ${role} on ${target}`;
          expect([what, await statusOf(operation, target, bearer(role))]).toEqual([what, wanted]);
        }
      }
    }
    expect(await countRows()).toEqual(before);
  });

  it('shows readers what is live and nothing else, with any good key or none', async () => {
    for (const operation of operations.filter(({ role, path }) => !role && path.includes('{'))) {
      for (const authorization of [undefined, bearer('viewer'), bearer('admin')]) {
        const statuses = [];
        for (const target of ['live', 'draft', 'deleted', 'missing'] as const)
          statuses.push(await statusOf(operation, target, authorization));
        expect([operation.operationId, statuses]).toEqual([operation.operationId, [200, 404, 404, 404]]);
      }
    }
  });

  it('ends with the key: an expired or revoked one is 401 at the next request', async () => {
    const { db, tables, commit } = app.store;
    const { apiKeys } = tables;
    await app.as.viewer.get('/v1/manage/articles').expect(200);
    for (const values of [
      { expiresAt: '2020-01-01T00:00:00.000Z' },
      { expiresAt: null, revokedAt: '2020-01-01T00:00:00.000Z' },
    ]) {
      await commit([{ query: db.update(apiKeys).set(values) }]);
      await app.as.viewer.get('/v1/manage/articles').expect(401);
      await app.as.viewer.get('/v1/articles').expect(401);
    }
    await commit([{ query: db.update(apiKeys).set({ revokedAt: null, expiresAt: '2999-01-01T00:00:00.000Z' }) }]);
    await app.as.viewer.get('/v1/manage/articles').expect(200);
  });
});
