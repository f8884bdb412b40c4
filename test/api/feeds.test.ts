import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { editStory, type Members, withdrawStory } from '../support/editing.js';
import { createStory, liveStory, publishStory, shortStory } from '../support/stories.js';

const origin = 'https://api.news.example';
const kinds = [
  ['rss', '/v1/feeds/rss.xml', 'application/rss+xml'],
  ['atom', '/v1/feeds/atom.xml', 'application/atom+xml'],
  ['json', '/v1/feeds/feed.json', 'application/feed+json'],
] as const;
const evil = 'Fish & <chips> ]]> "\u{FFFF}"';
let app: TestApp;
/** The ids of the stories that are live, the last published first. */
let ids: string[];

beforeAll(async () => {
  const environment = { PUBLIC_URL: origin, STORY_URL: 'https://news.example/{slug}', SITE_NAME: 'The Example' };
  app = await startApp({ environment });
  ids = [];
  const stories = [
    { headline: 'The oldest', desk: 'world', tags: ['gas'], publishedAt: '2022-12-19T12:00:00Z' },
    { headline: evil, desk: 'world', tags: ['gas', 'war'], publishedAt: '2026-01-14T12:00:00Z' },
    { headline: 'Спорт', desk: 'sport', tags: [], language: 'be', publishedAt: '2026-01-15T08:00:00Z' },
  ];
  for (const { publishedAt, ...story } of stories) {
    const { id } = await createStory(
      app,
      shortStory({ summary: 'In few words.', bylines: [{ name: 'Jane Doe' }], ...story }),
    );
    await publishStory(app, id, { publishedAt });
    ids.unshift(id);
  }
  await createStory(app, shortStory({ headline: 'CANARY draft' }));
});
afterAll(() => app.close());

const read = (path: string) => app.anybody.get(path).buffer(true).expect(200);
const all = (element: XmlElement, name: string): XmlElement[] =>
  element.children.flatMap((child) => {
    if (!(child instanceof XmlElement)) return [];
    return child.name === name ? [child] : all(child, name);
  });
const texts = (element: XmlElement, name: string) => all(element, name).map(({ text }) => text);
async function xml(path: string): Promise<XmlElement> {
  const { root } = parseXml((await read(path)).text);
  if (!root) throw new Error(`${path} has no root`);
  return root;
}

describe.each(kinds)('GET /v1/feeds as %s', (name, path, mediaType) => {
  async function idsIn(address: string): Promise<string[]> {
    if (name === 'json') return (await read(address)).body.items.map(({ id }: Members) => String(id));
    return texts(await xml(address), name === 'rss' ? 'guid' : 'id').filter((id) => id.startsWith('urn:'));
  }
  const urns = (some: string[]) => some.map((id) => `urn:uuid:${id}`);

  it('has the live stories, the newest first, under a strong tag and with 304', async () => {
    expect(await idsIn(path)).toEqual(urns(ids));
    const { headers } = await read(path);
    expect(headers['content-type']).toBe(`${mediaType}; charset=utf-8`);
    await app.anybody
      .get(path)
      .set('if-none-match', headers.etag ?? '')
      .expect(304);
  });

  it.each([
    ['?desk=sport', [0]],
    ['?desk=world', [1, 2]],
    ['?tag=gas&tag=war', [1]],
    ['?tag=gas&tag=!war', [2]],
    ['?language=be', [0]],
    ['?limit=1', [0]],
    ['?desk=nothing', []],
  ])('takes %s', async (query, which) => {
    expect(await idsIn(`${path}${query}`)).toEqual(urns(which.map((i) => ids[i] ?? '')));
  });

  it('answers 400 to what it does not know', async () => {
    for (const [query, parameter] of [
      ['?author=x', 'author'],
      ['?desk=No Desk', 'desk'],
      ['?limit=0', 'limit'],
    ]) {
      const { body } = await app.anybody.get(`${path}${query}`).expect(400);
      expect(body.errors).toMatchObject([{ parameter }]);
    }
  });

  it('shows nothing of a draft, nor of a change that is not published, and forgets what is withdrawn', async () => {
    const { id } = await liveStory(app, shortStory({ headline: 'Going', internalNote: 'CANARY note' }));
    await editStory(app, id, { headline: 'CANARY headline' });
    expect(await idsIn(path)).toEqual(urns([id, ...ids]));
    expect((await read(path)).text).not.toContain('CANARY');
    await withdrawStory(app, id);
    expect(await idsIn(path)).toEqual(urns(ids));
  });
});

describe('RSS', () => {
  it('is well-formed and has what RSS 2.0 asks for, whatever the words are', async () => {
    const rss = await xml('/v1/feeds/rss.xml?desk=world');
    expect([rss.name, rss.attributes.version]).toEqual(['rss', '2.0']);
    const [channel] = all(rss, 'channel') as [XmlElement];
    const [item] = all(channel, 'item') as [XmlElement];
    expect(texts(channel, 'title')[0]).toBe('The Example: World');
    expect(texts(item, 'title')).toEqual([evil.replace('\u{FFFF}', '')]);
    expect(texts(item, 'link')).toEqual(['https://news.example/fish-chips']);
    expect(texts(item, 'pubDate')).toEqual(['Wed, 14 Jan 2026 12:00:00 GMT']);
    expect(texts(item, 'dc:creator')).toEqual(['Jane Doe']);
    expect(texts(item, 'category')).toEqual(['World', 'Gas', 'War']);
    expect(texts(item, 'description')).toEqual(['In few words.']);
    expect(texts(item, 'content:encoded')[0]).toContain('<p>It begins.</p>');
    expect(all(rss, 'atom:link')[0]?.attributes).toMatchObject({
      rel: 'self',
      href: `${origin}/v1/feeds/rss.xml?desk=world`,
    });
  });
});

describe('Atom', () => {
  it('is well-formed and has what RFC 4287 asks for', async () => {
    const feed = await xml('/v1/feeds/atom.xml');
    expect([feed.name, feed.attributes.xmlns]).toEqual(['feed', 'http://www.w3.org/2005/Atom']);
    const own = (name: string) => feed.children.filter((child) => child instanceof XmlElement && child.name === name);
    for (const name of ['id', 'title', 'updated', 'author']) expect(own(name), name).toHaveLength(1);
    expect(texts(own('author')[0] as XmlElement, 'name')).toEqual(['The Example']);
    const [entry] = all(feed, 'entry') as [XmlElement];
    expect(texts(entry, 'name')).toEqual(['Jane Doe']);
    expect(entry.attributes['xml:lang']).toBe('be');
    for (const name of ['title', 'published', 'updated']) expect(texts(entry, name), name).toHaveLength(1);
    expect(texts(entry, 'published')).toEqual(['2026-01-15T08:00:00.000Z']);
    expect(texts(feed, 'updated')[0]).toBe('2026-01-15T08:00:00.000Z');
  });

  it('without stories is still a feed', async () => {
    const feed = await xml('/v1/feeds/atom.xml?desk=nothing');
    expect(texts(feed, 'updated')).toEqual(['1970-01-01T00:00:00.000Z']);
    expect(texts(feed, 'title')).toEqual(['The Example: nothing']);
  });
});

describe('JSON Feed', () => {
  it('has what its version 1.1 asks for', async () => {
    const { body } = await read('/v1/feeds/feed.json?limit=1');
    expect(body).toMatchObject({
      version: 'https://jsonfeed.org/version/1.1',
      title: 'The Example',
      feed_url: `${origin}/v1/feeds/feed.json?limit=1`,
      items: [
        {
          id: `urn:uuid:${ids[0]}`,
          url: 'https://news.example/sport',
          title: 'Спорт',
          content_html: expect.stringContaining('<h2>The middle</h2>'),
          date_published: '2026-01-15T08:00:00.000Z',
          language: 'be',
          authors: [{ name: 'Jane Doe' }],
          tags: ['Sport'],
        },
      ],
    });
  });
});

describe('sitemaps', () => {
  it('of the news have the stories of two days, and as time goes on fewer', async () => {
    const titles = async () => texts(await xml('/v1/sitemap-news.xml'), 'news:title');
    expect(await titles()).toEqual([evil.replace('\u{FFFF}', ''), 'Спорт']);
    const urlset = await xml('/v1/sitemap-news.xml');
    expect(texts(urlset, 'news:language')).toEqual(['en', 'be']);
    expect(texts(urlset, 'loc')).toEqual(['https://news.example/fish-chips', 'https://news.example/sport']);
    app.clock.advance(30 * 3_600_000);
    expect(await titles()).toEqual(['Спорт']);
    app.clock.advance(48 * 3_600_000);
    expect(await titles()).toEqual([]);
  });

  it('are listed by the index, each at its address, and have every live story once', async () => {
    const addresses = texts(await xml('/v1/sitemap.xml'), 'loc');
    expect(addresses).toEqual(
      ['/v1/sitemap-news.xml', '/v1/sitemaps/2022-12-1.xml', '/v1/sitemaps/2026-01-1.xml'].map(
        (path) => `${origin}${path}`,
      ),
    );
    const found = await Promise.all(addresses.slice(1).map((address) => xml(address.replace(origin, ''))));
    expect(found.flatMap((urlset) => texts(urlset, 'loc'))).toEqual([
      'https://news.example/the-oldest',
      'https://news.example/fish-chips',
      'https://news.example/sport',
    ]);
  });

  it.each(['2022-12-2.xml', '2022-13-1.xml', '2021-01-1.xml', '2022-12-0.xml', 'x.xml'])(
    'answer 404 for %s',
    async (file) => {
      await app.anybody.get(`/v1/sitemaps/${file}`).expect(404);
    },
  );
});

describe('addresses of a server that took a free port', () => {
  it('name that port, in feeds and in formats', async () => {
    const free = await startApp({ environment: { PORT: '0' } });
    const { slug } = await liveStory(free);
    const { listeningOrigin } = free.app;
    const feed = await free.anybody.get('/v1/feeds/feed.json').expect(200);
    expect(feed.body.home_page_url).toBe(listeningOrigin);
    expect(feed.body.items[0].url).toBe(`${listeningOrigin}/v1/articles/${slug}?format=html`);
    const jsonld = await free.anybody.get(`/v1/articles/${slug}?format=jsonld`).expect(200);
    expect(JSON.stringify(jsonld.body)).toContain(`${listeningOrigin}/v1/articles/${slug}`);
    expect(JSON.stringify([feed.body, jsonld.body])).not.toContain(':0/');
    await free.close();
  });
});
