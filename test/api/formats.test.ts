import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import type { Heading, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { toString as wordsOf } from 'mdast-util-to-string';
import { gfmTable } from 'micromark-extension-gfm-table';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formats } from '../../src/delivery/formats/index.js';
import { seedFiles, seedStories } from '../../src/seeding.js';
import { startApp, type TestApp } from '../support/app.js';
import { story as randomStory } from '../support/arbitraries.js';
import { changeResource, editStory } from '../support/editing.js';
import { createStory, image, liveStory, minskStory, publishStory, shortStory } from '../support/stories.js';

const slug = 'putin-lukashenko-minsk-december-2022';
const address = `/v1/articles/${slug}`;
const storyUrl = 'https://news.example/{language}/{slug}';
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ environment: { STORY_URL: storyUrl, SITE_NAME: 'The Example' } });
  await seedStories(app.services, await seedFiles());
});
afterAll(() => app.close());

const read = async (path: string, accept?: string) => {
  const test = app.anybody.get(path).buffer(true);
  if (accept !== undefined) test.set('accept', accept);
  return test.expect(200);
};
const inFormat = async (name: string, path = address) => (await read(`${path}?format=${name}`)).text;

describe('GET /v1/articles/{slug} in a format', () => {
  it.each(formats.map(({ name, contentType, mediaType }) => [name, contentType, mediaType]))(
    'answers ?format=%s with its media type, under a strong tag of its own, and 304 to who has it',
    async (name, contentType) => {
      const json = await read(address);
      const { headers, text } = await read(`${address}?format=${name}`);
      expect(headers['content-type']).toBe(contentType);
      expect(headers.etag).toMatch(/^"[\w-]+"$/);
      expect(headers.etag).not.toBe(json.headers.etag);
      expect(headers).toMatchObject({
        vary: 'accept, accept-encoding',
        'last-modified': json.headers['last-modified'],
      });
      const again = await read(`${address}?format=${name}`);
      expect([again.headers.etag, again.text]).toEqual([headers.etag, text]);
      const known = await app.anybody
        .get(`${address}?format=${name}`)
        .set('if-none-match', headers.etag ?? '')
        .expect(304);
      expect(known.headers).toMatchObject({ vary: 'accept, accept-encoding', etag: headers.etag });
      const head = await app.anybody.head(`${address}?format=${name}`).expect(200);
      expect(head.headers['content-length']).toBe(String(Buffer.byteLength(text)));
    },
  );

  it.each(formats.filter(({ name }) => name !== 'fragment').map(({ name, mediaType }) => [mediaType, name]))(
    'answers Accept: %s with the same',
    async (mediaType, name) => {
      expect((await read(address, mediaType)).text).toBe(await inFormat(name));
    },
  );

  it.each([
    ['*/*'],
    ['application/json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
    ['image/png'],
  ])('answers Accept: %s with JSON', async (accept) => {
    const { headers } = await read(address, accept);
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      vary: 'accept, accept-encoding',
    });
  });

  it('lets format stand above Accept', async () => {
    expect((await read(`${address}?format=json`, 'text/html')).body.data.slug).toBe(slug);
    expect((await read(`${address}?format=text`, 'text/html')).headers['content-type']).toMatch(/^text\/plain/);
  });

  it.each([
    ['?format=pdf', 'format'],
    ['?format=html&format=text', 'format'],
    ['?format=html&fields=headline', 'fields'],
  ])('answers 400 to %s', async (query, parameter) => {
    const { body } = await app.anybody.get(`${address}${query}`).expect(400);
    expect(body.errors).toMatchObject([{ parameter }]);
  });

  it('takes an id as well, leads from a former slug with the format, and answers 404 and 410 as JSON does', async () => {
    const { id } = await liveStory(app, shortStory({ headline: 'Moving on' }));
    await editStory(app, id, { slug: 'moved-on' });
    await publishStory(app, id);
    const moved = await app.anybody.get('/v1/articles/moving-on?format=text').redirects(0).expect(308);
    expect(moved.headers.location).toBe('/v1/articles/moved-on?format=text');
    const byId = await read(`/v1/articles/${id}?format=text`);
    expect(byId.headers['content-location']).toBe('/v1/articles/moved-on?format=text');
    await app.anybody.get('/v1/articles/never?format=html').expect(404);
    const version = (await app.as.viewer.get(`/v1/manage/articles/${id}`)).headers.etag ?? '';
    await app.as.publisher.post(`/v1/manage/articles/${id}/withdraw`).set('if-match', version).expect(200);
    await app.anybody.get('/v1/articles/moved-on?format=html').expect(410);
  });

  it('is made anew when what the story shows has changed', async () => {
    const { id, sections } = await liveStory(app, shortStory({ headline: 'Fresh' }));
    const before = await read(`/v1/articles/${id}?format=html`);
    const imageId = String(sections[0]?.blocks[0]?.imageId);
    await changeResource(app, 'images', imageId, { creditLine: 'Another Agency' });
    const after = await read(`/v1/articles/${id}?format=html`);
    expect(after.headers.etag).not.toBe(before.headers.etag);
    expect(after.text).toContain('Another Agency');
  });

  it('never shows what is not published', async () => {
    const { id } = await liveStory(
      app,
      shortStory({ headline: 'Shown', internalNote: 'CANARY-1', slugline: 'CANARY-2' }),
    );
    await editStory(app, id, { headline: 'CANARY-3', deck: 'CANARY-4' });
    for (const { name } of formats) expect(await inFormat(name, `/v1/articles/${id}`)).not.toContain('CANARY');
  });
});

describe('the example story', () => {
  const headings = minskStory().sections.flatMap(({ heading }) => heading ?? []);

  it('is a page in HTML, with its parts as what they are', async () => {
    const { text, headers } = await read(`${address}?format=html`);
    expect(text).toMatch(/^<!doctype html><html lang="en" dir="auto">/);
    const count = (pattern: RegExp) => text.match(pattern)?.length;
    expect([count(/<h1>/g), count(/<h2>/g), count(/<figure class="image">/g), count(/<blockquote /g)]).toEqual([
      1, 3, 4, 2,
    ]);
    expect(text).toContain('<time datetime="PT2M4S">2:04</time>');
    expect(text).toContain('<time datetime="2022-12-19T12:00:00.000Z">');
    expect(text).toContain(`<link rel="canonical" href="https://news.example/en/${slug}">`);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
    const data = /<script type="application\/ld\+json">(.*?)<\/script>/.exec(text)?.[1] ?? '';
    expect(JSON.parse(data)).toEqual(JSON.parse(await inFormat('jsonld')));
  });

  it('has its pictures in every format that can show them, with their sizes', async () => {
    const page = await inFormat('html');
    expect(page.match(/<picture>/g)).toHaveLength(4);
    expect(page).toMatch(
      /<source type="image\/avif" srcset="\/media\/[^"]+160\.avif 160w, [^"]+1600\.avif 1600w" sizes="/,
    );
    expect(page).toMatch(
      /<img src="\/media\/[^"]+full\/1280\.jpg" srcset="[^"]+" sizes="[^"]+" width="1600" height="1067"/,
    );
    expect(page).toMatch(/<meta property="og:image" content="http:\/\/127[^"]+1280\.jpg">/);
    expect(await inFormat('markdown')).toMatch(/!\[A pair of men[^\]]*\]\(http:\/\/127[^)]+1280\.jpg\)/);
    const [picture] = JSON.parse(await inFormat('jsonld')).image;
    expect(picture).toMatchObject({ encodingFormat: 'image/jpeg', width: 1280, height: 854 });
    expect(picture.contentUrl).toMatch(/^http:\/\/127[^"]+1280\.jpg$/);
    const [lead] = JSON.parse(await inFormat('ninjs')).associations;
    expect(lead.renditions.at(-1)).toMatchObject({
      name: '1600',
      contentType: 'image/jpeg',
      width: 1600,
      height: 1067,
    });
    await supertest(app.app.server).get(new URL(picture.contentUrl).pathname).expect(200);
  });

  it('tells those who show links to the page what to show', async () => {
    const page = await inFormat('html');
    const told = [...page.matchAll(/<meta (?:name|property)="([^"]+)" content="([^"]*)">/g)];
    const values = (wanted: string) => told.flatMap(([, name, content]) => (name === wanted ? [content] : []));
    expect(values('og:site_name')).toEqual(['The Example']);
    expect(values('og:description')).toEqual(values('description'));
    expect(values('og:description')).toEqual([expect.stringMatching(/Minsk/)]);
    expect(values('twitter:card')).toEqual(['summary_large_image']);
    expect(values('article:section')).toEqual(['World']);
    expect(values('article:tag')).toContain('Belarus');
    const { slug: bare } = await liveStory(app, shortStory());
    const plain = await inFormat('html', `/v1/articles/${bare}`);
    expect(plain).not.toMatch(/twitter:card|og:image/);
  });

  it('is the body of that page as a fragment', async () => {
    const fragment = await inFormat('fragment');
    expect(fragment).toMatch(/^<section id="[\w-]+">/);
    expect(fragment).not.toMatch(/<(html|body|h1|script)/);
    // The page is where its pictures are; the fragment may be anywhere.
    expect(fragment).toContain('src="http://127.0.0.1:3000/media/');
    expect(await inFormat('html')).toContain(fragment.replaceAll('http://127.0.0.1:3000/media/', '/media/'));
  });

  it('is Markdown, whose headings and words are those of the story', async () => {
    const tree = fromMarkdown(await inFormat('markdown'));
    const levels = tree.children.filter((node): node is Heading => node.type === 'heading');
    expect(levels.map(({ depth }) => depth)).toEqual([1, 2, 2, 2]);
    expect(levels.slice(1).map((node) => wordsOf(node))).toEqual(headings);
    const { data } = (await read(address)).body;
    const words = wordsOf(tree);
    for (const { blocks } of data.sections)
      for (const block of blocks) if (block.type === 'paragraph') expect(words).toContain(block.text);
  });

  it('is plain text', async () => {
    const text = await inFormat('text');
    for (const heading of headings) expect(text.split('\n')).toContain(heading);
    expect(text).toContain('“Russia has no interest in absorbing anyone.');
    expect(text).toContain('WATCH:');
    expect(text).not.toMatch(/<\w|\n{3}/);
  });

  it('is a NewsArticle of schema.org', async () => {
    const article = JSON.parse(await inFormat('jsonld'));
    expect(article).toMatchObject({
      '@context': 'https://schema.org',
      '@type': 'NewsArticle',
      '@id': `https://news.example/en/${slug}`,
      inLanguage: 'en',
      datePublished: '2022-12-19T12:00:00.000Z',
      publisher: { '@type': 'NewsMediaOrganization', name: 'The Example' },
      articleSection: 'World',
      dateline: 'Minsk, Belarus',
    });
    expect(article.headline.length).toBeLessThanOrEqual(110);
    expect(article.image).toHaveLength(4);
    for (const one of article.image)
      expect(one).toMatchObject({ '@type': 'ImageObject', creditText: expect.any(String) });
    expect(article.video).toMatchObject([{ '@type': 'VideoObject', duration: 'PT2M4S', name: expect.any(String) }]);
    const quotations = article.hasPart.filter((part: { '@type': string }) => part['@type'] === 'Quotation');
    expect(quotations.length).toBeGreaterThanOrEqual(6);
    expect(quotations[0].creator).toMatchObject({ name: 'Vladimir Putin', jobTitle: 'President' });
  });

  it('is ninjs 3.1, valid by the schema of IPTC where that is at hand', async () => {
    const item = JSON.parse(await inFormat('ninjs'));
    expect(item).toMatchObject({ type: 'text', language: 'en', standard: { name: 'ninjs', version: '3.1' } });
    const types = item.associations.map(({ type }: { type: string }) => type).sort();
    expect(types).toEqual([...Array(4).fill('picture'), ...Array(6).fill('text'), 'video']);
    const said = item.associations.find(({ rel }: { rel: string }) => rel === 'quote');
    expect(said).toMatchObject({ by: 'Vladimir Putin', bodies: [{ value: expect.stringMatching(/^Russia has no/) }] });
    expect(ninjsErrors(item)).toEqual([]);
  });
});

const schemaFile = new URL('../../../shared/standards/ninjs-schema_3.1.json', import.meta.url);

/** What the schema of IPTC says against an item. Its file is not ours to ship, so where it is missing that is said. */
function ninjsErrors(item: unknown): unknown[] {
  if (!existsSync(schemaFile)) {
    console.warn(`There is no ${schemaFile.pathname}: ninjs was not held to the schema of IPTC.`);
    return [];
  }
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'https://geojson.org/schema/GeoJSON.json' });
  const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')));
  return validate(item) ? [] : (validate.errors ?? []);
}

describe('any story', () => {
  const parse = (markdown: string): Root =>
    fromMarkdown(markdown, { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] });
  /** White space is all that Markdown may change of words. */
  const bare = (text: string) => text.replaceAll(/\s+/gu, '');

  it('comes back from Markdown word for word, and makes valid ninjs and JSON-LD', async () => {
    await fc.assert(
      fc.asyncProperty(randomStory, async (draft) => {
        const { id } = await liveStory(app, draft);
        const path = `/v1/articles/${id}`;
        const { data } = (await read(path)).body;
        const tree = parse(await inFormat('markdown', path));
        const headings = tree.children.filter((node): node is Heading => node.type === 'heading');
        const [first, ...others] = headings.filter(({ depth }) => depth <= 2).map((node) => bare(wordsOf(node)));
        expect(first).toBe(bare(draft.headline));
        expect(others).toEqual(draft.sections.flatMap(({ heading }) => (heading === undefined ? [] : [bare(heading)])));
        const words = bare(wordsOf(tree));
        const paragraphs = data.sections.flatMap((section: { blocks: { type: string; text: string }[] }) =>
          section.blocks.filter(({ type }) => type === 'paragraph'),
        );
        for (const { text } of paragraphs) expect(words).toContain(bare(text));
        expect(ninjsErrors(JSON.parse(await inFormat('ninjs', path)))).toEqual([]);
        expect(JSON.parse(await inFormat('jsonld', path))['@type']).toBe('NewsArticle');
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it('cannot break out of the page: what is posted is text', async () => {
    const evil = '</script><script>alert(1)</script><img src=x onerror=alert(1)>"\'&';
    const { id } = await createStory(app, {
      headline: evil,
      language: 'en',
      desk: 'world',
      deck: evil,
      sections: [
        {
          heading: evil,
          blocks: [
            {
              type: 'paragraph',
              text: evil,
              spans: [{ start: 0, end: 5, type: 'link', href: 'https://x.example/"><b>' }],
            },
            { type: 'image', image: { ...image, alt: evil, caption: evil, creditLine: evil } },
          ],
        },
      ],
    });
    await publishStory(app, id);
    const page = await inFormat('html', `/v1/articles/${id}`);
    // Within the quotation marks of an attribute only those marks could end it.
    const text = page.replaceAll(/="[^"]*"/g, '=""');
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text.match(/<\/script>/g)).toHaveLength(1);
    expect(text).not.toMatch(/<img|<b>/);
  });
});
