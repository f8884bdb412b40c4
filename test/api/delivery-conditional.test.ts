import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { changeResource, createResource, editStory, type Members, withdrawStory } from '../support/editing.js';
import { embed, image, liveStory, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
let story: { id: string; slug: string };
const used: Record<string, string> = {};
beforeAll(async () => {
  app = await startApp();
  used.image = (await createResource(app, 'images', image)).id;
  used.quote = (await createResource(app, 'quotes', quote)).id;
  used.embed = (await createResource(app, 'embeds', embed)).id;
  const blocks = [
    { type: 'image', imageId: used.image },
    { type: 'quote', quoteId: used.quote },
    { type: 'embed', embedId: used.embed },
  ];
  story = await liveStory(app, shortStory({ slug: 'story', sections: [{ heading: 'Part', blocks }] }));
  await liveStory(app);
});
afterAll(() => app.close());

/** Every kind of public answer. Lists have no moment at which they were made. */
const addresses: [string, () => string, 'dated' | 'undated'][] = [
  ['a story', () => '/v1/articles/story', 'dated'],
  ['a story, by its id', () => `/v1/articles/${story.id}`, 'dated'],
  ['the sections of a story', () => '/v1/articles/story/sections', 'dated'],
  ['one section of a story', () => '/v1/articles/story/sections/part', 'dated'],
  ['an image', () => `/v1/images/${used.image}`, 'dated'],
  ['a quote', () => `/v1/quotes/${used.quote}`, 'dated'],
  ['an embed', () => `/v1/embeds/${used.embed}`, 'dated'],
  ['the list of stories', () => '/v1/articles?limit=1', 'undated'],
  ['the list of images', () => '/v1/images?limit=1', 'undated'],
  ['the list of quotes', () => '/v1/quotes?speaker=Vladimir%20Putin&limit=1', 'undated'],
  ['the list of embeds', () => '/v1/embeds?limit=1', 'undated'],
  ['the list of desks', () => '/v1/desks?limit=1', 'undated'],
  ['the list of tags', () => '/v1/tags?sort=-storyCount', 'undated'],
];

/** The headers that tell what was answered: those that do not depend on the moment or the connection. */
function lasting({ headers }: { headers: Members }): Members {
  const { date, connection, 'keep-alive': keepAlive, ...rest } = headers;
  return rest;
}

describe.each(addresses)('%s', (_name, address, dating) => {
  const get = (headers: Record<string, string> = {}) => app.anybody.get(address()).set(headers);

  it('is sent with a strong tag, its date, for how long it is fresh, and for any origin', async () => {
    const { headers } = await get().expect(200);
    expect(headers).toMatchObject({
      etag: expect.stringMatching(/^"[\x21\x23-\x7e]+"$/),
      'cache-control': 'public, max-age=30, stale-while-revalidate=30',
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': expect.stringMatching(/ETag.*Link/),
      'x-content-type-options': 'nosniff',
    });
    const date = headers['last-modified'];
    expect(date === undefined ? 'undated' : 'dated').toBe(dating);
    if (date !== undefined) expect(new Date(date).toUTCString()).toBe(date);
  });

  it('is answered 304, without a body, to whoever has its tag', async () => {
    const full = await get().expect(200);
    const { etag = '' } = full.headers;
    for (const sent of [etag, `W/${etag}`, '*', `"other", ${etag}`, `W/"other",W/${etag} , "third"`]) {
      const response = await get({ 'if-none-match': sent }).expect(304);
      expect(response.text).toBe('');
      const { 'content-type': type, 'content-length': length, ...kept } = lasting(full);
      expect(lasting(response)).toEqual(kept);
    }
  });

  it('is sent to whoever has another tag', async () => {
    const { etag = '' } = (await get().expect(200)).headers;
    for (const sent of ['"other"', `${etag.slice(0, -2)}"`, etag.slice(1, -1), '']) {
      await get({ 'if-none-match': sent }).expect(200);
    }
  });

  it('is answered to HEAD as to GET, but for the body', async () => {
    const full = await get().expect(200);
    const head = await app.anybody.head(address()).expect(200);
    expect(lasting(head)).toEqual(lasting(full));
    expect(head.text).toBeUndefined();
    expect(Number(head.headers['content-length'])).toBe(Buffer.byteLength(full.text));
    const known = await app.anybody.head(address()).set('if-none-match', full.headers.etag ?? '');
    expect(known.status).toBe(304);
  });

  it('goes by the tag alone when both are sent', async () => {
    const { etag = '' } = (await get().expect(200)).headers;
    await get({ 'if-none-match': '"other"', 'if-modified-since': new Date('2090-01-01').toUTCString() }).expect(200);
    await get({ 'if-none-match': etag, 'if-modified-since': new Date(0).toUTCString() }).expect(304);
  });

  it('has another method answered 405 with those there are', async () => {
    for (const method of ['post', 'put', 'patch', 'delete'] as const) {
      const { headers } = await app.anybody[method](address()).expect(405);
      expect(headers.allow).toBe('GET, HEAD, OPTIONS');
    }
  });
});

describe.each(addresses.filter(([, , dating]) => dating === 'dated'))('%s, by its date,', (_name, address) => {
  const get = (headers: Record<string, string> = {}) => app.anybody.get(address()).set(headers);

  it('is answered 304 to whoever has it since then, and sent to others', async () => {
    const date = (await get().expect(200)).headers['last-modified'] ?? '';
    const later = new Date(Date.parse(date) + 60_000).toUTCString();
    const earlier = new Date(Date.parse(date) - 1000).toUTCString();
    await get({ 'if-modified-since': date }).expect(304);
    await get({ 'if-modified-since': later }).expect(304);
    await get({ 'if-modified-since': earlier }).expect(200);
    for (const noDate of ['yesterday', '2090-01-01', '4000000000']) {
      await get({ 'if-modified-since': noDate }).expect(200);
    }
  });
});

describe('a list', () => {
  it('has no date to go by', async () => {
    for (const [, address] of addresses.filter(([, , dating]) => dating === 'undated')) {
      await app.anybody.get(address()).set('if-modified-since', new Date('2090-01-01').toUTCString()).expect(200);
    }
  });
});

describe('the tag and the date of a story', () => {
  const read = async (slug: string) => {
    const { headers, text } = await app.anybody.get(`/v1/articles/${slug}`).expect(200);
    return { etag: headers.etag, date: headers['last-modified'], text };
  };

  it('stay when nothing that readers see changes', async () => {
    const { id, slug } = await liveStory(app);
    const before = await read(slug);
    app.clock.advance(5000);
    await editStory(app, id, { internalNote: 'For us.', headline: 'Not yet' });
    expect(await read(slug)).toEqual(before);
  });

  it('move when it is published with a change, even a minor one', async () => {
    const { id, slug } = await liveStory(app);
    const before = await read(slug);
    app.clock.advance(5000);
    await editStory(app, id, { deck: 'A deck.' });
    await publishStory(app, id, { minor: true });
    const after = await read(slug);
    expect(after.etag).not.toBe(before.etag);
    expect(Date.parse(after.date ?? '') - Date.parse(before.date ?? '')).toBeGreaterThanOrEqual(5000);
    await app.anybody
      .get(`/v1/articles/${slug}`)
      .set('if-modified-since', before.date ?? '')
      .expect(200);
  });

  it('move when an image in it changes, and those of a story without it stay', async () => {
    const { id: imageId } = await createResource(app, 'images', image);
    const { slug } = await liveStory(app, shortStory({ sections: [{ blocks: [{ type: 'image', imageId }] }] }));
    const other = await liveStory(app);
    const [before, otherBefore] = [await read(slug), await read(other.slug)];
    app.clock.advance(5000);
    await changeResource(app, 'images', imageId, { caption: 'Changed.' });
    const after = await read(slug);
    expect([after.etag === before.etag, after.date === before.date]).toEqual([false, false]);
    expect(await read(other.slug)).toEqual(otherBefore);
  });

  it('are the same for the same bytes, and differ for each part of a story', async () => {
    const { slug } = await liveStory(app);
    const tags = [];
    for (const rest of ['', '/sections', '/sections/the-middle', '/sections/the-end']) {
      tags.push((await app.anybody.get(`/v1/articles/${slug}${rest}`)).headers.etag);
    }
    expect(new Set(tags).size).toBe(4);
  });

  it('is not what a withdrawn or moved story is answered by', async () => {
    const { id, slug } = await liveStory(app);
    const { etag } = await read(slug);
    await editStory(app, id, { slug: `${slug}-next` });
    await publishStory(app, id);
    await app.anybody.get(`/v1/articles/${slug}`).set('if-none-match', '*').expect(308);
    await withdrawStory(app, id);
    await app.anybody
      .get(`/v1/articles/${id}`)
      .set('if-none-match', etag ?? '')
      .expect(410);
  });
});

describe('the tag of the list of stories', () => {
  const tag = async () => (await app.anybody.get('/v1/articles').expect(200)).headers.etag;

  it('moves with what the list shows, and only then', async () => {
    const { id } = await liveStory(app);
    const first = await tag();
    await editStory(app, id, { headline: 'Not yet' });
    expect(await tag()).toBe(first);
    await publishStory(app, id);
    const second = await tag();
    expect(second).not.toBe(first);
    await withdrawStory(app, id);
    expect([first, second]).not.toContain(await tag());
  });
});
