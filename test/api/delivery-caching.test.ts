// What public answers tell caches: how they are coded, what they are forgotten with, and how long they may be kept.
import { get, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { createResource, editStory, type Members, withdrawStory } from '../support/editing.js';
import { ahead, comeDue, minuteMs, schedule } from '../support/schedules.js';
import { createStory, image, liveStory, publishStory, shortStory } from '../support/stories.js';

let app: TestApp;
let story: { id: string; slug: string };
let imageId: string;
beforeAll(async () => {
  app = await startApp();
  imageId = (await createResource(app, 'images', image)).id;
  const sections = [
    {
      heading: 'Part',
      blocks: [
        { type: 'image', imageId },
        { type: 'paragraph', text: 'A word. '.repeat(300) },
      ],
    },
  ];
  story = await liveStory(app, shortStory({ slug: 'story', sections }));
});
afterAll(() => app.close());

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
}

/** Asks for what is at a path, and gives the bytes as they came. */
function ask(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { port } = app.app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers }, async (response) => {
      const bytes = Buffer.concat(await response.toArray());
      resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes });
    }).on('error', reject);
  });
}

const decoders = { br: brotliDecompressSync, gzip: gunzipSync };

/** Every kind of public answer. */
const addresses = (): string[] => [
  '/v1/articles/story',
  `/v1/articles/${story.id}`,
  '/v1/articles/story?fields=headline',
  '/v1/articles/story?format=html',
  '/v1/articles/story/sections',
  '/v1/articles/story/sections?fields=heading',
  '/v1/articles/story/sections/part',
  '/v1/articles/story/history',
  '/v1/articles',
  `/v1/images/${imageId}`,
  '/v1/images',
  '/v1/desks',
  '/v1/tags',
  '/v1/feeds/rss.xml',
  '/v1/sitemap.xml',
];

describe('Accept-Encoding', () => {
  for (const coding of ['br', 'gzip'] as const) {
    it(`gives every public answer as ${coding}, with a tag of its own`, async () => {
      for (const path of addresses()) {
        const plain = await ask(path);
        expect(plain.headers['content-encoding'], path).toBeUndefined();
        // The second is the one that was kept.
        for (let i = 0; i < 2; i++) {
          const coded = await ask(path, { 'accept-encoding': coding });
          expect([path, coded.status, coded.headers['content-encoding']]).toEqual([path, 200, coding]);
          expect(decoders[coding](coded.bytes).equals(plain.bytes), path).toBe(true);
          expect(coded.headers.etag).toBe(`${plain.headers.etag?.slice(0, -1)}-${coding}"`);
          expect(coded.headers['content-length']).toBe(String(coded.bytes.length));
          expect(coded.headers.vary).toMatch(/\baccept-encoding$/);
          expect(plain.headers.vary).toBe(coded.headers.vary);
        }
      }
    });
  }

  it('makes a long story a fraction of its size', async () => {
    const [plain, br] = [await ask('/v1/articles/story'), await ask('/v1/articles/story', { 'accept-encoding': 'br' })];
    expect(br.bytes.length).toBeLessThan(plain.bytes.length / 2);
  });

  it('follows what the client would rather have', async () => {
    const cases: [string, string | undefined][] = [
      ['gzip, deflate, br', 'br'],
      ['gzip, deflate, br, zstd', 'br'],
      ['br;q=0.5, gzip', 'gzip'],
      ['BR', 'br'],
      ['gzip;q=0, br;q=0', undefined],
      ['identity, gzip;q=0.5', undefined],
      ['deflate', undefined],
      ['*', 'br'],
      ['', undefined],
      ['no such thing;;;=', undefined],
    ];
    for (const [accepted, coding] of cases) {
      const { status, headers } = await ask('/v1/articles/story', { 'accept-encoding': accepted });
      expect([accepted, status, headers['content-encoding']]).toEqual([accepted, 200, coding]);
    }
  });

  it('answers 304 to the tag of the same coding only, and tells a HEAD the same as a GET', async () => {
    for (const coding of ['br', 'gzip']) {
      const { headers } = await ask('/v1/articles/story', { 'accept-encoding': coding });
      const etag = headers.etag ?? '';
      const again = await ask('/v1/articles/story', { 'accept-encoding': coding, 'if-none-match': etag });
      expect([again.status, again.headers.etag, again.bytes.length]).toEqual([304, etag, 0]);
      expect(again.headers['content-encoding']).toBeUndefined();
      expect((await ask('/v1/articles/story', { 'if-none-match': etag })).status).toBe(200);
      const head = await app.anybody.head('/v1/articles/story').set('accept-encoding', coding).expect(200);
      expect(head.headers.etag).toBe(etag);
      expect(head.headers['content-length']).toBe(headers['content-length']);
    }
  });

  it('never sends the bytes of before a change', async () => {
    await ask('/v1/articles/story', { 'accept-encoding': 'br' });
    await editStory(app, story.id, { headline: 'Another headline' });
    await publishStory(app, story.id);
    const { bytes } = await ask('/v1/articles/story', { 'accept-encoding': 'br' });
    expect(JSON.parse(brotliDecompressSync(bytes).toString()).data.headline).toBe('Another headline');
  });

  it('codes once what many ask for at the same time, and sends the rest as it is rather than late', async () => {
    const paths = Array.from({ length: 60 }, (_, i) => `/v1/articles?limit=${i + 1}`);
    const answers = await Promise.all(
      [...paths, ...paths].map((path) => ask(path, { 'accept-encoding': 'br' }).then((answer) => ({ path, answer }))),
    );
    for (const { path, answer } of answers) {
      const isCoded = answer.headers['content-encoding'] === 'br';
      const text = (isCoded ? brotliDecompressSync(answer.bytes) : answer.bytes).toString();
      expect(JSON.parse(text).page.limit, path).toBe(Number(path.split('=')[1]));
      expect(answer.headers.etag?.endsWith('-br"')).toBe(isCoded);
    }
  });

  it('leaves Management as it is', async () => {
    const answer = await app.as.viewer.get('/v1/manage/articles').set('accept-encoding', 'br, gzip').expect(200);
    expect(answer.headers['content-encoding']).toBeUndefined();
  });
});

describe('Cache-Groups', () => {
  it('names the story where only it can change the answer, and all stories elsewhere', async () => {
    const group = story.id.replaceAll('-', '');
    for (const path of addresses()) {
      const expected = path.startsWith('/v1/articles/') ? group : 'articles';
      for (const { headers } of [await ask(path), await ask(path, { 'if-none-match': '*' })]) {
        expect([path, headers['cache-groups'], headers['surrogate-key']]).toEqual([path, `"${expected}"`, expected]);
      }
    }
  });
});

describe('Cache-Control', () => {
  const usual = 'public, max-age=30, stale-while-revalidate=30';
  const kept = async (path: string) => (await ask(path)).headers['cache-control'] ?? '';
  /** Seconds for which an answer may be used, fresh or not. */
  const usable = async (path: string) =>
    [...(await kept(path)).matchAll(/=(\d+)/g)].reduce((sum, [, seconds]) => sum + Number(seconds), 0);
  const untilBounded = (path: string) => expect.poll(() => kept(path)).not.toBe(usual);
  const settled = (path: string) => expect.poll(() => kept(path)).toBe(usual);

  it('ends before a story is withdrawn by plan, in its own answers and in lists', async () => {
    const planned = await liveStory(app);
    const other = await liveStory(app);
    const [own, others] = [`/v1/articles/${planned.slug}`, `/v1/articles/${other.slug}`];
    const { id } = await schedule(app, planned.id, { action: 'withdraw', at: ahead(app, 40_000) });
    await untilBounded(own);
    for (const path of [
      own,
      `${own}?format=html`,
      `${own}/sections`,
      `${own}/history`,
      '/v1/articles',
      '/v1/feeds/atom.xml',
    ]) {
      expect(await usable(path), path).toBeLessThanOrEqual(40);
      expect(await usable(path), path).toBeGreaterThanOrEqual(35);
      expect(await kept(path)).toMatch(/^public, max-age=30, stale-while-revalidate=\d$/);
    }
    expect(await kept(others)).toBe(usual);
    app.clock.advance(20_000);
    expect(await kept(own)).toMatch(/^public, max-age=1\d$/);
    await comeDue(app, id, 20_000);
    await settled('/v1/articles');
    await ask(own).then(({ status }) => expect(status).toBe(410));
  });

  it('ends before a planned publication in the stories that tell of it', async () => {
    const original = await liveStory(app, shortStory({ slug: 'original' }));
    const linking = await liveStory(app);
    const sister = await liveStory(app, shortStory({ language: 'de', translationOf: original.id }));
    const planned = await createStory(app, shortStory({ language: 'fr', translationOf: original.id }));
    await editStory(app, linking.id, { related: [planned.id] });
    await publishStory(app, linking.id);
    const { id } = await schedule(app, planned.id, { at: ahead(app, 45_000) });
    for (const { slug } of [original, linking, sister]) await untilBounded(`/v1/articles/${slug}`);
    expect(await kept('/v1/articles/story')).toBe(usual);
    await comeDue(app, id, 45_000);
    for (const { slug } of [original, linking, sister]) await settled(`/v1/articles/${slug}`);
  });

  it('is the usual while nothing is planned for so soon, and again once a plan is cancelled', async () => {
    const planned = await liveStory(app);
    const far = await schedule(app, planned.id, { action: 'withdraw', at: ahead(app, 10 * minuteMs) });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await kept(`/v1/articles/${planned.slug}`)).toBe(usual);
    const path = `/v1/manage/schedules/${far.id}`;
    const soon = (body: Members, version: number) =>
      app.as.publisher.patch(path, body).set('if-match', `"${version}"`).expect(200);
    await soon({ at: ahead(app, 50_000) }, 1);
    await untilBounded(`/v1/articles/${planned.slug}`);
    await app.as.publisher.delete(path).set('if-match', '"2"').expect(200);
    await settled(`/v1/articles/${planned.slug}`);
    await withdrawStory(app, planned.id);
  });
});
