// Values that no engine should have to make sense of: each is refused by what reads the request, or found nowhere.
import { Writable } from 'node:stream';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Furnished, furnish } from '../support/addresses.js';
import { startApp, type TestApp } from '../support/app.js';
import { isBackground } from '../support/background.js';
import { changeResource, correct, createResource } from '../support/editing.js';
import { createStory, embed, image, liveStory, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
/** Operations that read, twice with different things behind them. */
let reads: Furnished['reads'];
const logged: { level: number; err?: object }[] = [];
/** What is asked of the store in place of every read. */
let broken: string | undefined;

beforeAll(async () => {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged.push(JSON.parse(chunk.toString('utf8')));
      done();
    },
  });
  app = await startApp({
    logger: pino({ level: 'error' }, sink),
    wrapStore: (store) => ({
      ...store,
      all: (query) => {
        if (broken === undefined || isBackground()) return store.all(query);
        const other = store.db.select({ value: sql.raw(broken) }).from(store.tables.apiKeys);
        return store.all(other as unknown as typeof query);
      },
    }),
  });
  reads = [...(await furnish(app)).reads, ...(await furnish(app)).reads];
  for (const { operation, address } of reads) await giveNeighbours(operation.operationId, address);
});
afterAll(() => app.close());

/** Makes more of what the list at an address has, so that it has a second page. */
async function giveNeighbours(operationId: string, address: string): Promise<void> {
  const above = address.replace(/\/[\w-]+$/, '');
  const id = above.split('/').at(-1) ?? '';
  if (operationId === 'listPreviewLinks') await app.as.editor.post(address, {}).expect(201);
  if (operationId === 'listCorrections') for (const kind of ['update', 'correction']) await correct(app, id, kind);
  if (operationId === 'listWebhookDeliveries') await app.as.admin.post(`${above}/ping`).expect(202);
  if (operationId === 'listQuoteRevisions') await changeResource(app, 'quotes', id, { context: 'At a meeting.' });
  if (operationId === 'listEmbedRevisions') await changeResource(app, 'embeds', id, { provider: 'Another' });
  if (operationId !== 'listArticleUsages') return;
  const speaker = { name: `A speaker of ${id}`, role: 'President' };
  const said = { type: 'quote', quote: { ...quote, speaker } };
  const sections = [{ blocks: [{ type: 'paragraph', text: 'Talks go on.' }, said] }];
  for (const headline of ['Talks', 'Talks go on'])
    await liveStory(app, shortStory({ headline, related: [id], sections, desk: `desk-${id}`, tags: [`tag-${id}`] }));
}

const scalars = [null, '', '\0', '\ud800', 'x'.repeat(500), 'world', '7', 1e308, -1, 0.5, 2 ** 53, 2 ** 64];
const values = [...scalars, '9999-99-99', '2022-12-19T17:05:00.000Z', true, [], {}];

type Cursor = [scope: string, direction: string, position: unknown[]];
const decoded = (cursor: string): Cursor => JSON.parse(Buffer.from(cursor, 'base64url').toString());
const encoded = (cursor: Cursor) => Buffer.from(JSON.stringify(cursor)).toString('base64url');

const isFailure = (status: number) => status !== 200 && status !== 400;

describe('a cursor that was made by somebody else', () => {
  /** Variants of lists that are read in other ways than their plain one. */
  const variants = [
    '/v1/articles?sort=-updatedAt&language=en',
    '/v1/articles?q=talks',
    '/v1/articles?q=talks&sort=publishedAt',
    '/v1/articles?desk=world&facets=tag',
    '/v1/quotes?q=expediency',
    '/v1/tags?sort=-storyCount',
    '/v1/speakers?sort=-storyCount',
    '/v1/manage/articles?sort=-publishedAt',
    '/v1/manage/changes?from=2020-01-01T00:00:00.000Z',
  ];

  it('is answered 200 or 400 at every list', async () => {
    const lists = reads.filter(({ operation }) => operation.query && 'cursor' in operation.query.shape);
    const unread = new Set(lists.map(({ operation }) => operation.path));
    const failures: unknown[] = [];
    for (const address of [...lists.map((list) => list.address), ...variants]) {
      const list = `${address}${address.includes('?') ? '&' : '?'}limit=1`;
      const { body } = await app.as.admin.get(list).expect(200);
      if (body.page.next === null) continue;
      await app.as.admin.get(`${list}&cursor=${body.page.next}`).expect(200);
      for (const { operation } of lists.filter((one) => one.address === address)) unread.delete(operation.path);
      const [scope, , position] = decoded(body.page.next);
      for (const value of values)
        for (const at of position.keys()) {
          const cursor = encoded([scope, at % 2 === 0 ? 'next' : 'previous', position.with(at, value)]);
          const { status } = await app.as.admin.get(`${list}&cursor=${cursor}`);
          if (isFailure(status)) failures.push([list, at, value, status]);
        }
    }
    expect(failures).toEqual([]);
    // Of one article there is one schedule that waits, and only a change to hundreds of stories makes a propagation.
    expect([...unread]).toEqual(['/v1/manage/articles/{id}/schedules', '/v1/manage/propagations']);
  });
});

describe('a parameter that is no value of its kind', () => {
  const sent = ['%00', 'a%00b', '%22%00%22', '%2500', '-1', '0.5', '1e308', '9007199254740993', `9${'0'.repeat(30)}`];
  const texts = [...sent, '%F0%9F%98%80', '9999-99-99', '%ED%A0%80', "'", '%25', '\\'];

  it('is answered 200 or 400, and NUL 400, in every query', async () => {
    const failures: unknown[] = [];
    for (const { operation, address } of reads) {
      if (operation.resumes) continue;
      const [path = ''] = address.split('?');
      for (const name of Object.keys(operation.query?.shape ?? {}))
        for (const text of texts) {
          const { status } = await app.as.admin.get(`${path}?${name}=${text}`);
          const hasNul = text.includes('%00');
          // A signed address, or one at another time, may have nothing behind it.
          if (hasNul ? status !== 400 : status >= 500) failures.push([operation.operationId, name, text, status]);
        }
    }
    expect(failures).toEqual([]);
  });

  it('is no failure in any path, and NUL is 400', async () => {
    const failures: unknown[] = [];
    for (const { operation, address } of reads) {
      const [path = ''] = address.split('?');
      const [filled, template] = [path.split('/'), operation.path.split('/')];
      for (const [at, part] of template.entries()) {
        if (!part.startsWith('{')) continue;
        for (const text of texts) {
          const { status } = await app.as.admin.get(filled.with(at, text).join('/'));
          const hasNul = text.includes('%00');
          if (hasNul ? status !== 400 : status >= 500) failures.push([operation.operationId, part, text, status]);
        }
      }
    }
    expect(failures).toEqual([]);
  });

  it.each(['"0"', '"-1"', '"9007199254740993"', `"9${'0'.repeat(30)}"`, '"1e308"', '"\u00ff"'])(
    'is a version that nothing has: %s',
    async (ifMatch) => {
      const { id } = await createStory(app);
      await app.as.editor.patch(`/v1/manage/articles/${id}`, { deck: 'x' }).set('if-match', ifMatch).expect(412);
    },
  );

  it.each(['0.aaaaaaaa', '999999999999999.aaaaaaaa', `${'9'.repeat(30)}.aaaaaaaa`, '\u00ff'])(
    'is an event that there never was: %s',
    async (id) => {
      await app.anybody.head('/v1/stream').set('last-event-id', id).expect(200);
    },
  );

  it.each([
    ['sync', 2 ** 53, 0, 0, ''],
    ['sync', 0, 2 ** 63, 0, ''],
    ['sync', 0, 0, 1, '\0'],
    ['sync', 0.5, 0, 0, ''],
  ])('is no token of /v1/sync: %j %j %j %j %j', async (...token) => {
    const text = Buffer.from(JSON.stringify(token)).toString('base64url');
    await app.anybody.get(`/v1/sync?token=${text}`).expect(400);
  });
});

describe('an instant in a year that has not four digits in UTC', () => {
  it.each(['9999-12-31T23:59:59-12:00', '0000-01-01T00:00:00+14:00'])(
    'is refused wherever one is sent: %s',
    async (at) => {
      const { id } = await createStory(app);
      const article = `/v1/manage/articles/${id}`;
      const sent = [
        ['/v1/manage/images', { ...image, takenAt: at }, 'takenAt'],
        ['/v1/manage/embeds', { ...embed, publishedAt: at }, 'publishedAt'],
        // As text it would stand before all others, and so in the past.
        [`${article}/publish`, { publishedAt: at }, 'publishedAt'],
        [`${article}/schedule`, { action: 'publish', at }, 'at'],
        [`${article}/embargo`, { until: at, reason: 'A wish.' }, 'until'],
      ] as const;
      for (const [address, body, field] of sent) {
        const refusal = await app.as.admin.post(address, body).set('if-match', '"1"').expect(400);
        expect(refusal.body.errors).toEqual([
          { pointer: `/${field}`, code: 'invalid_format', message: 'is not within the years 0000 to 9999 of UTC' },
        ]);
      }
      await app.anybody.get(`/v1/articles?from=${encodeURIComponent(at)}`).expect(400);
    },
  );

  it('is not what the last of all days ends with: lists to its end have everything', async () => {
    const { id } = await liveStory(app, shortStory({ desk: 'the-last-day' }));
    const { body } = await app.anybody.get('/v1/articles?desk=the-last-day&to=9999-12-31').expect(200);
    expect(body.data.map((one: { id: string }) => one.id)).toEqual([id]);
  });
});

describe('a story of more words than an index has room for', () => {
  const words = (from: number) => Array.from({ length: 4000 }, (_, i) => (from + i).toString(36)).join(' ');
  const texts = Array.from({ length: 46 }, (_, i) => words(36 ** 3 + i * 4000));

  it('is published, and found by what counts most and by what it begins with', async () => {
    const blocks = texts.map((text) => ({ type: 'paragraph', text }));
    const story = shortStory({
      headline: 'Endless',
      tags: ['boundless'],
      sections: [{ blocks: [...blocks, { type: 'quote', quote: { ...quote, text: 'Limitless.' } }] }],
    });
    const { id, slug } = await liveStory(app, story);
    for (const q of ['endless', 'boundless', 'limitless', '1000', '"1000 1001"']) {
      const { body } = await app.anybody.get(`/v1/articles?q=${encodeURIComponent(q)}&desk=world`).expect(200);
      expect([q, body.data.map((one: { id: string }) => one.id)]).toEqual([q, [id]]);
    }
    await app.anybody.get(`/v1/articles/${slug}?fields=slug`).expect(200);
  });
});

describe('a story that shows the library in very many places', () => {
  const gallery = (count: number, shown: (i: number) => object) => {
    const images = Array.from({ length: count }, (_, i) => shown(i));
    const starts = Array.from({ length: Math.ceil(count / 100) }, (_, i) => i * 100);
    return starts.map((start) => ({ type: 'gallery', images: images.slice(start, start + 100) }));
  };
  const cropped = (i: number) => ({ x: i / 4000, y: 0, width: 0.5, height: 0.5 });
  const tooMany = [{ pointer: '/sections', code: 'too_many' }];

  it('is made, published and changed with 2,000, each another and cropped', async () => {
    const blocks = gallery(2000, (i) => ({ image: { ...image, caption: `Number ${i}.` }, crop: cropped(i) }));
    const { id, sections } = await liveStory(app, shortStory({ sections: [{ blocks }] }));
    const [section] = sections as unknown as {
      id: string;
      blocks: { images: { imageId: string; crop: object }[] }[];
    }[];
    const shown = section?.blocks.flatMap((block) => block.images) ?? [];
    const turned = gallery(2000, (i) => ({ imageId: shown[1999 - i]?.imageId, crop: cropped(i) }));
    await app.as.editor
      .patch(`/v1/manage/sections/${section?.id}`, { blocks: turned })
      .set('if-match', '"1"')
      .expect(200);
    await publishStory(app, id);
    const { body } = await app.anybody.get(`/v1/articles/${id}?fields=sections.blocks.images.image.id`).expect(200);
    const ids = body.data.sections[0].blocks.flatMap((block: { images: { image: { id: string } }[] }) =>
      block.images.map((one) => one.image.id),
    );
    expect(ids).toEqual(shown.map(({ imageId }) => imageId).toReversed());
  });

  it('is refused with more, whole or section by section', async () => {
    const { id: imageId } = await createResource(app, 'images', image);
    const more = [{ blocks: gallery(2001, () => ({ imageId })) }];
    const refused = await app.as.editor.post('/v1/manage/articles', shortStory({ sections: more })).expect(422);
    expect(refused.body.errors).toMatchObject(tooMany);
    const { id, sections } = await createStory(
      app,
      shortStory({ sections: [{ blocks: gallery(1990, () => ({ imageId })) }, {}] }),
    );
    const last = { blocks: gallery(11, () => ({ imageId })) };
    const added = await app.as.editor.post(`/v1/manage/articles/${id}/sections`, last).expect(422);
    const patched = await app.as.editor
      .patch(`/v1/manage/sections/${sections[1]?.id}`, last)
      .set('if-match', '"1"')
      .expect(422);
    expect([added.body.errors, patched.body.errors]).toMatchObject([tooMany, tooMany]);
    const fitting = { blocks: gallery(10, () => ({ imageId })) };
    await app.as.editor.patch(`/v1/manage/sections/${sections[1]?.id}`, fitting).set('if-match', '"1"').expect(200);
  });
});

describe('a query that is wrong by itself', () => {
  it('is a failure of ours: 500, and logged with what the engine says', async () => {
    for (const expression of ['nosuch(1)', 'nosuch']) {
      logged.length = 0;
      broken = expression;
      const headers = { authorization: `Bearer ${app.keys.admin}` };
      const answer = await fetch(`${app.app.listeningOrigin}/v1/manage/webhooks`, { headers });
      const body = await answer.text();
      broken = undefined;
      expect([expression, answer.status, JSON.parse(body).type]).toEqual([expression, 500, '/problems/internal']);
      const told = () => logged.filter(({ err }) => err !== undefined);
      await expect.poll(() => told()[0]).toMatchObject({ level: 50, err: { stack: expect.any(String) } });
      expect(body).not.toContain(expression);
    }
  });
});
