import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import type { Members } from '../support/editing.js';
import { createStory, liveStory } from '../support/stories.js';

const hour = 3_600_000;
const day = 24 * hour;
const never = '01852a5c-9d00-7a11-8b22-0123456789ab';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({
    environment: {
      PUBLIC_URL: 'https://api.news.example/',
      PREVIEW_URL: 'https://news.example/{language}/preview/{slug}?id={id}&token={token}',
    },
  });
});
afterAll(() => app.close());

const linksOf = (id: string) => `/v1/manage/articles/${id}/preview-links`;
const create = async (id: string, body: Members = {}): Promise<Members & { id: string; token: string }> =>
  (await app.as.editor.post(linksOf(id), body).expect(201)).body.data;
const show = (token: string) => app.anybody.get(`/v1/preview/${token}`);

describe('POST /v1/manage/articles/{id}/preview-links', () => {
  it('answers 201 with a link to the working copy for a day, its token, and where it is shown', async () => {
    const { id, slug } = await createStory(app);
    const answer = await app.as.editor.post(linksOf(slug)).set('x-actor', 'jane.doe').expect(201);
    const { token, ...link } = answer.body.data;
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(link).toEqual({
      id: expect.any(String),
      articleId: id,
      version: null,
      state: 'open',
      createdAt: expect.any(String),
      createdBy: { key: app.keys.editor.split('_')[1], actor: 'jane.doe' },
      expiresAt: new Date(Date.parse(link.createdAt) + day).toISOString(),
      revokedAt: null,
      url: `https://api.news.example/v1/preview/${token}`,
      frontEndUrl: `https://news.example/en/preview/${slug}?id=${id}&token=${token}`,
    });
    expect(answer.headers['cache-control']).toContain('no-store');
  });

  it('keeps the SHA-256 of the token and nothing else of it', async () => {
    const { id } = await createStory(app);
    const { token } = await create(id);
    const { db, tables, all } = app.store;
    const rows = await all(db.select().from(tables.previewLinks));
    expect(rows.at(-1)?.tokenHash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify([rows, await all(db.select().from(tables.changes))])).not.toContain(token);
  });

  it('leaves the article as it is, and a change in the log that readers do not see', async () => {
    const { id, version } = await createStory(app);
    const link = await create(id);
    await app.as.editor.delete(`${linksOf(id)}/${link.id}`).expect(204);
    const read = await app.as.viewer.get(`/v1/manage/articles/${id}`).expect(200);
    expect(read.body.data.version).toBe(version);
    const { body } = await app.as.viewer.get(`/v1/manage/changes?article=${id}`).expect(200);
    const seen = body.data.map(({ action, isPublic }: Members) => [action, isPublic]);
    expect(seen).toEqual(
      expect.arrayContaining([
        ['create-preview', false],
        ['revoke-preview', false],
      ]),
    );
  });

  it.each([
    ['expiresIn', { expiresIn: 'PT90M' }, 1.5 * hour],
    ['expiresIn of days and hours', { expiresIn: 'P1DT12H' }, 1.5 * day],
    ['the longest expiresIn', { expiresIn: 'P30D' }, 30 * day],
    ['null', { expiresIn: null, expiresAt: null, version: null }, day],
  ])('takes %s', async (_what, body, ms) => {
    const { id } = await createStory(app);
    const { createdAt, expiresAt } = await create(id, body);
    expect(Date.parse(String(expiresAt)) - Date.parse(String(createdAt))).toBe(ms);
  });

  it('takes expiresAt, in any offset', async () => {
    const { id } = await createStory(app);
    const { expiresAt } = await create(id, { expiresAt: '2026-01-20T12:00:00+03:00' });
    expect(expiresAt).toBe('2026-01-20T09:00:00.000Z');
  });

  it.each<[string, Members, string, string]>([
    ['an expiry that is past', { expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt', 'too_small'],
    ['an expiry beyond 30 days', { expiresAt: '2027-01-01T00:00:00Z' }, '/expiresAt', 'too_big'],
    ['no time at all', { expiresIn: 'PT0S' }, '/expiresIn', 'too_small'],
    ['more than 30 days', { expiresIn: 'P30DT1S' }, '/expiresIn', 'too_big'],
    ['a month, which is not always as long', { expiresIn: 'P1M' }, '/expiresIn', 'inexact'],
    ['no duration', { expiresIn: 'a day' }, '/expiresIn', 'invalid_format'],
    ['both', { expiresIn: 'P1D', expiresAt: '2026-01-20T12:00:00Z' }, '/expiresAt', 'conflicting'],
    ['version 0', { version: 0 }, '/version', 'too_small'],
    ['an unknown field', { nonsense: 1 }, '/nonsense', 'unknown_field'],
  ])('answers 400 for %s', async (_what, body, pointer, code) => {
    const { id } = await createStory(app);
    const refused = await app.as.editor.post(linksOf(id), body).expect(400);
    expect(refused.body.errors).toMatchObject([{ pointer, code }]);
  });

  it('answers 422 for a version that there is not, 404 for an article that there is not', async () => {
    const { id } = await createStory(app);
    const { body } = await app.as.editor.post(linksOf(id), { version: 2 }).expect(422);
    expect(body.errors).toMatchObject([{ pointer: '/version', code: 'unknown_version' }]);
    await app.as.editor.post(linksOf(never), {}).expect(404);
  });

  it('is for editors', async () => {
    const { id } = await liveStory(app);
    await app.anybody.post(linksOf(id), {}).expect(401);
    await app.as.viewer.post(linksOf(id), {}).expect(403);
    for (const role of ['editor', 'publisher', 'admin'] as const) await app.as[role].post(linksOf(id), {}).expect(201);
  });
});

describe('GET /v1/manage/articles/{id}/preview-links', () => {
  it('lists the links to the article, the last made first, in pages, without their tokens', async () => {
    const { id } = await createStory(app);
    const { id: other } = await createStory(app);
    await create(other);
    const made = [];
    for (const expiresIn of ['PT1H', 'P2D', 'P3D']) made.unshift(await create(id, { expiresIn, version: 1 }));
    await app.as.editor.delete(`${linksOf(id)}/${made[0]?.id}`).expect(204);
    app.clock.advance(2 * hour);
    const { body, text } = await app.as.viewer.get(linksOf(id)).expect(200);
    expect(body.data).toMatchObject([
      { id: made[0]?.id, state: 'revoked', version: 1, revokedAt: expect.any(String) },
      { id: made[1]?.id, state: 'open', revokedAt: null },
      { id: made[2]?.id, state: 'expired', revokedAt: null },
    ]);
    for (const { token } of made) expect(text).not.toContain(token);
    const first = await app.as.viewer.get(`${linksOf(id)}?limit=2`).expect(200);
    const next = await app.as.viewer.get(`${linksOf(id)}?limit=2&cursor=${first.body.page.next}`).expect(200);
    expect([...first.body.data, ...next.body.data]).toEqual(body.data);
    const back = await app.as.viewer.get(`${linksOf(id)}?limit=2&cursor=${next.body.page.previous}`).expect(200);
    expect(back.body.data).toEqual(first.body.data);
    await app.as.viewer.get(linksOf(never)).expect(404);
    await app.anybody.get(linksOf(id)).expect(401);
  });
});

describe('DELETE /v1/manage/articles/{id}/preview-links/{linkId}', () => {
  it('makes the link show nothing at once, and can be done again', async () => {
    const { id } = await createStory(app);
    const [link, other] = [await create(id), await create(id)];
    await show(link.token).expect(200);
    for (let i = 0; i < 2; i++) await app.as.editor.delete(`${linksOf(id)}/${link.id}`).expect(204);
    await show(link.token).expect(404);
    await show(other.token).expect(200);
    const { db, tables, all } = app.store;
    const log = (await all(db.select().from(tables.changes))).filter(({ action }) => action === 'revoke-preview');
    expect(log.filter(({ resourceId }) => resourceId === id)).toHaveLength(1);
  });

  it('answers 404 for a link of another article, or none', async () => {
    const [one, two] = [await createStory(app), await createStory(app)];
    const link = await create(one.id);
    await app.as.editor.delete(`${linksOf(two.id)}/${link.id}`).expect(404);
    await app.as.editor.delete(`${linksOf(one.id)}/${never}`).expect(404);
    await app.as.editor.delete(`${linksOf(never)}/${link.id}`).expect(404);
    await show(link.token).expect(200);
  });

  it('is for editors', async () => {
    const { id } = await createStory(app);
    const link = await create(id);
    await app.anybody.delete(`${linksOf(id)}/${link.id}`).expect(401);
    await app.as.viewer.delete(`${linksOf(id)}/${link.id}`).expect(403);
    await show(link.token).expect(200);
  });
});

describe('a server that is told of no addresses', () => {
  it('makes the link of where it was asked, and none for a front end', async () => {
    const plain = await startApp();
    const { id } = await createStory(plain);
    const { body } = await plain.as.editor.post(linksOf(id), {}).set('host', 'cms.example:3000').expect(201);
    expect(body.data).toMatchObject({
      url: `http://cms.example:3000/v1/preview/${body.data.token}`,
      frontEndUrl: null,
    });
    await plain.close();
  });

  it('does not start with a PREVIEW_URL that has no place for the token', async () => {
    await expect(startApp({ environment: { PREVIEW_URL: 'https://news.example/{slug}' } })).rejects.toThrow(
      /PREVIEW_URL must have \{token\}/,
    );
  });
});
