import { Writable } from 'node:stream';
import { eq } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formats } from '../../src/delivery/formats/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { correct, createResource, editSection, editStory, type Members, withdrawStory } from '../support/editing.js';
import { createStory, embed, image, liveStory, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
let lines: string[];
beforeAll(async () => {
  lines = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString('utf8'));
      done();
    },
  });
  const environment = { LOG_REQUESTS: 'all' };
  app = await startApp({ environment, logger: pino({ level: 'trace' }, sink) });
});
afterAll(() => app.close());

const linksOf = (id: string) => `/v1/manage/articles/${id}/preview-links`;
const link = async (id: string, body: Members = {}): Promise<{ id: string; token: string; expiresAt: string }> =>
  (await app.as.editor.post(linksOf(id), body).expect(201)).body.data;
const show = (token: string, query = '') => app.anybody.get(`/v1/preview/${token}${query}`);
const shown = async (token: string) => (await show(token).expect(200)).body;
const delivered = async (id: string) => (await app.anybody.get(`/v1/articles/${id}`).expect(200)).body.data;

describe('GET /v1/preview/{token}', () => {
  it('shows what is delivered once it is published, but for the times', async () => {
    const { id } = await createStory(app);
    const { token, expiresAt } = await link(id);
    const { data, preview } = await shown(token);
    expect(preview).toEqual({ version: 1, expiresAt, missing: [] });
    await publishStory(app, id);
    const times = (story: Members) => [story.firstPublishedAt, story.publishedAt, story.contentUpdatedAt];
    const story = await delivered(id);
    expect({ ...data, firstPublishedAt: '', publishedAt: '', contentUpdatedAt: '' }).toEqual({
      ...story,
      firstPublishedAt: '',
      publishedAt: '',
      contentUpdatedAt: '',
    });
    expect(new Set(times(data)).size).toBe(1);
    expect(data.publishedAt < story.publishedAt).toBe(true);
  });

  it('shows each change of the working copy, and readers nothing of it', async () => {
    const { id, sections } = await liveStory(app);
    const { token } = await link(id);
    const before = await delivered(id);
    await editStory(app, id, { headline: 'Not yet' });
    await editSection(app, sections[1]?.id ?? '', { heading: 'Nor this' });
    const { data, preview } = await shown(token);
    expect([data.headline, data.sections[1].heading, preview.version]).toEqual(['Not yet', 'Nor this', 4]);
    expect(data).toMatchObject({
      firstPublishedAt: before.firstPublishedAt,
      publishedAt: before.publishedAt,
    });
    expect(await delivered(id)).toEqual(before);
    await withdrawStory(app, id);
    expect((await shown(token)).data.headline).toBe('Not yet');
  });

  it('shows the version that the link names, whatever comes after it', async () => {
    const { id, sections } = await createStory(app);
    const first = await link(id, { version: 1 });
    await editSection(app, sections[1]?.id ?? '', { heading: 'Second' });
    const second = await link(id, { version: 2 });
    await editStory(app, id, { headline: 'Third' });
    const told = async ({ token }: { token: string }) => {
      const { data, preview } = await shown(token);
      return [preview.version, data.headline, data.sections[1].heading];
    };
    expect(await told(first)).toEqual([1, 'A short story', 'The middle']);
    expect(await told(second)).toEqual([2, 'A short story', 'Second']);
    expect(await told(await link(id))).toEqual([3, 'Third', 'Second']);
  });

  it('shows corrections, links and translations as they are now, and no notes of the newsroom', async () => {
    const { id } = await liveStory(app, shortStory({ internalNote: 'CANARY-1', slugline: 'CANARY-2' }));
    const { id: be } = await liveStory(app, shortStory({ language: 'be', translationOf: id }));
    const { token } = await link(id);
    expect((await correct(app, id)).status).toBe(201);
    const { text, body } = await show(token).expect(200);
    expect(body.data).toMatchObject({ corrections: [{ kind: 'correction' }], translations: [{ id: be }] });
    expect(text).not.toContain('CANARY');
  });

  it('shows an article that is hardly begun', async () => {
    const { id } = await createStory(app, { language: 'en', desk: 'world' });
    const { data } = await shown((await link(id)).token);
    expect(data).toMatchObject({ headline: '', sections: [], leadImage: null, wordCount: 0 });
    const { id: bare } = await createStory(app, {
      language: 'en',
      desk: 'world',
      sections: [{ blocks: [{ type: 'image', image: {} }] }, {}],
    });
    const { data: more } = await shown((await link(bare)).token);
    expect(more.sections).toMatchObject([{ blocks: [{ image: { alt: null, creditLine: null } }] }, { blocks: [] }]);
  });

  it('leaves out what refers to a resource that is there no more, and says where', async () => {
    const make = async (plural: 'images' | 'quotes' | 'embeds', body: Members) =>
      (await createResource(app, plural, body)).id;
    const [gone, lead, kept] = [await make('images', image), await make('images', image), await make('images', image)];
    const quoteId = await make('quotes', quote);
    const embedId = await make('embeds', { ...embed, thumbnailImageId: gone });
    const spans = [
      { start: 0, end: 2, type: 'strong' },
      { start: 3, end: 5, type: 'quote', quoteId },
    ];
    const words = { type: 'paragraph', text: 'So he said.', spans };
    const pictures = [{ imageId: kept }, { imageId: gone }];
    const { id } = await createStory(
      app,
      shortStory({
        leadImageId: lead,
        sections: [
          { blocks: [{ type: 'image', imageId: gone }, words] },
          {
            blocks: [
              { type: 'gallery', images: pictures },
              { type: 'list', items: [{ text: 'So he said.', spans, items: [] }] },
              { type: 'table', rows: [[{ text: 'So he said.', spans }]] },
              { type: 'aside', blocks: [{ type: 'quote', quoteId }, words] },
              { type: 'embed', embedId },
            ],
          },
        ],
      }),
    );
    const { token } = await link(id);
    expect((await shown(token)).preview.missing).toEqual([]);
    // As restoring an old version would leave it: nothing else deletes what a working copy uses.
    const { db, tables, commit } = app.store;
    const deletedAt = '2026-01-15T09:00:00.000Z';
    await commit([
      ...[gone, lead].map((image) => ({
        query: db.update(tables.images).set({ deletedAt }).where(eq(tables.images.id, image)),
      })),
      { query: db.update(tables.quotes).set({ deletedAt }).where(eq(tables.quotes.id, quoteId)) },
    ]);
    const { data, preview } = await shown(token);
    expect(preview.missing).toEqual([
      '/leadImageId',
      '/sections/0/blocks/0/imageId',
      '/sections/0/blocks/1/spans/1/quoteId',
      '/sections/1/blocks/0/images/1/imageId',
      '/sections/1/blocks/1/items/0/spans/1/quoteId',
      '/sections/1/blocks/2/rows/0/0/spans/1/quoteId',
      '/sections/1/blocks/3/blocks/0/quoteId',
      '/sections/1/blocks/3/blocks/1/spans/1/quoteId',
    ]);
    const strong = [{ start: 0, end: 2, type: 'strong' }];
    expect(data.leadImage).toBeNull();
    expect(data.sections).toMatchObject([
      { blocks: [{ type: 'paragraph', spans: strong }] },
      {
        blocks: [
          { type: 'gallery', images: [{ image: { id: kept } }] },
          { type: 'list', items: [{ spans: strong }] },
          { type: 'table', rows: [[{ spans: strong }]] },
          { type: 'aside', blocks: [{ type: 'paragraph', spans: strong }] },
          { type: 'embed', embed: { id: embedId, thumbnail: null } },
        ],
      },
    ]);
    expect(data.sections[0].blocks[0].spans).toHaveLength(1);
  });

  it('is in every format of delivery, by format or Accept', async () => {
    const { id } = await createStory(app, shortStory({ headline: 'Not out yet' }));
    const { token } = await link(id);
    for (const { name, contentType } of formats) {
      const { headers, text } = await show(token, `?format=${name}`).buffer(true).expect(200);
      expect([name, headers['content-type']]).toEqual([name, contentType]);
      expect(headers['cache-control']).toBe('private, no-store');
      expect(text).toContain(name === 'fragment' ? 'It goes on.' : 'Not out yet');
    }
    const { text, headers } = await show(token).set('accept', 'text/markdown').buffer(true).expect(200);
    expect(headers['content-type']).toMatch(/^text\/markdown/);
    expect(text).toMatch(/^# Not out yet/);
    expect((await show(token, '?format=json').set('accept', 'text/html').expect(200)).body.data.id).toBe(id);
  });

  it('may be kept by nobody, found by nobody, and tells nobody where it was', async () => {
    const { id } = await createStory(app);
    const { token } = await link(id);
    const answers = [
      await show(token).expect(200),
      await show(token, '?format=html').expect(200),
      await app.anybody.head(`/v1/preview/${token}`).expect(200),
      await show('never').expect(404),
      await show(token, '?nonsense=1').expect(400),
      await show(token).set('authorization', 'Bearer nonsense').expect(401),
    ];
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'cache-control': 'private, no-store',
        'x-robots-tag': 'noindex',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
      expect(headers).not.toHaveProperty('etag');
    }
  });

  it('is 404 in the same words for a token that is unknown, expired or revoked, and for a deleted article', async () => {
    const { id } = await createStory(app);
    const { id: deleted } = await createStory(app);
    const [expired, revoked, ofDeleted] = [await link(id, { expiresIn: 'PT1H' }), await link(id), await link(deleted)];
    for (const { token } of [expired, revoked, ofDeleted]) await show(token).expect(200);
    await app.as.editor.delete(`${linksOf(id)}/${revoked.id}`).expect(204);
    const { db, tables, commit } = app.store;
    const deletedAt = '2026-01-15T09:00:00.000Z';
    await commit([{ query: db.update(tables.articles).set({ deletedAt }).where(eq(tables.articles.id, deleted)) }]);
    app.clock.advance(3_600_000);
    const told = async (token: string) => {
      const { body, headers } = await show(token).expect(404);
      const { date, ...kept } = headers;
      return [
        { ...body, requestId: '' },
        { ...kept, 'content-length': '' },
      ];
    };
    const expected = await told('x'.repeat(43));
    for (const token of [expired.token, revoked.token, ofDeleted.token, 'x', 'x'.repeat(400), 'a%2Fb', id])
      expect(await told(token)).toEqual(expected);
  });

  it('works until the instant that it expires', async () => {
    const { id } = await createStory(app);
    const { token, expiresAt } = await link(id, { expiresIn: 'PT1H' });
    app.clock.advance(Date.parse(expiresAt) - app.clock.now().getTime() - 5);
    await show(token).expect(200);
    app.clock.advance(10);
    await show(token).expect(404);
  });

  it('tells its token to no log, and in no problem', async () => {
    const { id } = await createStory(app);
    const { token } = await link(id);
    await show(token).expect(200);
    const refused = [
      await show(token, '?nonsense=1').expect(400),
      await app.anybody.post(`/v1/preview/${token}`, {}).expect(405),
      await app.anybody.get(`/v1/preview/${token}/more`).expect(404),
      await app.anybody.get(`/v1/%70review/${token}?x=1`).expect(400),
      await app.anybody.get(`/prefix/v1/preview//${token}`).expect(404),
      await app.anybody.get(`/v1/preview/${token}%zz`).expect(400),
      await show(token).set('authorization', 'Bearer nonsense').expect(401),
    ];
    for (const { body } of refused) expect(body.instance).toMatch(/\/preview\/+redacted$/);
    await expect.poll(() => lines.filter((line) => line.includes('redacted')).length).toBeGreaterThanOrEqual(8);
    expect(lines.join('\n')).not.toContain(token);
  });
});
