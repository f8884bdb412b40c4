import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredSnapshot } from '../../src/storage/store.js';
import { startApp, type TestApp } from '../support/app.js';
import { createResource, editStory, withdrawStory } from '../support/editing.js';
import { createStory, embed, image, liveStory, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
/** How often the bytes of a story were asked for. */
let reads = 0;
let story: { id: string; slug: string };
const used: Record<string, string> = {};

function counted(found: StoredSnapshot | undefined): StoredSnapshot | undefined {
  return (
    found && {
      ...found,
      read: () => {
        reads += 1;
        return found.read();
      },
    }
  );
}

beforeAll(async () => {
  app = await startApp({
    wrapStore: (store) => ({
      ...store,
      findSnapshot: (slugOrId) => {
        const found = store.findSnapshot(slugOrId);
        return found instanceof Promise ? found.then(counted) : counted(found);
      },
    }),
  });
  used.image = (await createResource(app, 'images', image)).id;
  used.quote = (await createResource(app, 'quotes', quote)).id;
  used.embed = (await createResource(app, 'embeds', { ...embed, thumbnailImageId: used.image })).id;
  const opening = [
    { type: 'image', imageId: used.image },
    { type: 'paragraph', text: 'It begins.' },
  ];
  const rest = [
    { type: 'quote', quoteId: used.quote },
    { type: 'embed', embedId: used.embed },
  ];
  const sections = [{ blocks: opening }, { heading: 'The rest', blocks: rest }];
  story = await liveStory(app, shortStory({ slug: 'story', headline: 'The story', sections }));
});
afterAll(() => app.close());

const get = (address: string) => app.anybody.get(address);
const tagOf = async (address: string) => (await get(address).expect(200)).headers.etag ?? '';
const dataOf = async (address: string) => (await get(address).expect(200)).body.data;

/** Every address that takes fields, two selections of it, and what the first leaves. */
const addresses: [string, () => string, string, string, unknown][] = [
  [
    'a story',
    () => '/v1/articles/story',
    'sections.heading,headline',
    'deck',
    { headline: 'The story', sections: [{ heading: null }, { heading: 'The rest' }] },
  ],
  [
    'the sections of a story',
    () => '/v1/articles/story/sections',
    'anchor,blocks.text',
    'heading',
    [
      { anchor: expect.any(String), blocks: [{}, { text: 'It begins.' }] },
      { anchor: 'the-rest', blocks: [{}, {}] },
    ],
  ],
  [
    'one section of a story',
    () => '/v1/articles/story/sections/the-rest',
    'heading,blocks.quote.speaker.name',
    'blocks',
    { heading: 'The rest', blocks: [{ quote: { speaker: { name: 'Vladimir Putin' } } }, {}] },
  ],
  ['an image', () => `/v1/images/${used.image}`, 'focalPoint.x,alt', 'id', { alt: image.alt, focalPoint: null }],
  ['a quote', () => `/v1/quotes/${used.quote}`, 'speaker.role', 'text', { speaker: { role: 'President' } }],
  ['an embed', () => `/v1/embeds/${used.embed}`, 'thumbnail.alt', 'title', { thumbnail: { alt: image.alt } }],
  [
    'the list of stories',
    () => '/v1/articles',
    'leadImage.alt,headline',
    'id',
    [{ headline: 'The story', leadImage: { alt: image.alt } }],
  ],
  ['the list of images', () => '/v1/images', 'caption', 'id', [{ caption: image.caption }]],
  ['the list of quotes', () => '/v1/quotes', 'text', 'id', [{ text: quote.text }]],
  ['the list of embeds', () => '/v1/embeds', 'title', 'id', [{ title: embed.title }]],
  ['the list of desks', () => '/v1/desks', 'name', 'key', [{ name: 'World' }]],
  ['the list of tags', () => '/v1/tags', 'storyCount', 'key', [{ storyCount: 1 }]],
];

describe.each(addresses)('%s', (_name, address, fields, others, expected) => {
  const trimmed = () => `${address()}?fields=${fields}`;

  it('is sent with the named fields only, all else as without them', async () => {
    const { data: _whole, ...envelope } = (await get(address()).expect(200)).body;
    const { body, headers } = await get(trimmed()).expect(200);
    expect(body).toEqual({ ...envelope, data: expected });
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'public, max-age=30, stale-while-revalidate=30',
    });
  });

  it('has a strong tag for every selection, whatever its order, and another for each', async () => {
    const tags = [await tagOf(address()), await tagOf(trimmed()), await tagOf(`${address()}?fields=${others}`)];
    expect(new Set(tags).size).toBe(3);
    for (const tag of tags) expect(tag).toMatch(/^"[\w-]+"$/);
    const shuffled = [...fields.split(','), ...fields.split(',').reverse()].reverse().join(',');
    expect(await tagOf(`${address()}?fields=${shuffled}`)).toBe(tags[1]);
  });

  it('is answered 304 to whoever has that selection, and sent to whoever has another', async () => {
    const { headers } = await get(trimmed()).expect(200);
    const { 'content-type': type, 'content-length': length, date, ...kept } = headers;
    const known = await get(trimmed())
      .set('if-none-match', headers.etag ?? '')
      .expect(304);
    expect(known.text).toBe('');
    expect(known.headers).toMatchObject(kept);
    for (const other of [address(), `${address()}?fields=${others}`]) {
      await get(trimmed())
        .set('if-none-match', await tagOf(other))
        .expect(200);
    }
  });

  it('is answered to HEAD as to GET, but for the body', async () => {
    const { headers, text } = await get(trimmed()).expect(200);
    const head = await app.anybody.head(trimmed()).expect(200);
    expect([head.headers.etag, head.text]).toEqual([headers.etag, undefined]);
    expect(Number(head.headers['content-length'])).toBe(Buffer.byteLength(text));
  });

  it('answers 400 to a name that it has not, and says which it has', async () => {
    const { body, headers } = await get(`${address()}?fields=nonsense`).expect(400);
    expect(body.errors).toEqual([
      {
        parameter: 'fields',
        code: 'unknown_field',
        message: expect.stringMatching(/^"nonsense" is not known; allowed: (id|key), /),
      },
    ]);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('takes the selection that the document gives as an example', async () => {
    const { paths } = (await get('/openapi.json').expect(200)).body;
    const template = Object.keys(paths)
      .filter((path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(address()))
      .at(0);
    const parameter = paths[template ?? ''].get.parameters.find(({ name }: { name: string }) => name === 'fields');
    const [, example] = /Example: `([^`]+)`/.exec(parameter.description) ?? [];
    expect(example).toBeDefined();
    await get(`${address()}?fields=${example}`).expect(200);
  });
});

describe('fields', () => {
  it('take a name whole, with or without something below it', async () => {
    const whole = await dataOf('/v1/articles/story');
    expect(await dataOf('/v1/articles/story?fields=sections')).toEqual({ sections: whole.sections });
    expect(await dataOf('/v1/articles/story?fields=sections.heading,sections')).toEqual({ sections: whole.sections });
    expect(await tagOf('/v1/articles/story?fields=sections.heading,sections')).toBe(
      await tagOf('/v1/articles/story?fields=sections'),
    );
    expect(await dataOf(`/v1/articles/story?fields=${Object.keys(whole).join(',')}`)).toEqual(whole);
  });

  it('leave the order of the story as it is', async () => {
    const { text } = await get('/v1/articles/story?fields=slug,id').expect(200);
    expect(text).toBe(`{"data":{"id":"${story.id}","slug":"story"}}`);
  });

  it('are refused all at once, beside whatever else is wrong', async () => {
    const { body } = await get('/v1/articles?fields=headline,x,leadImage.y,__proto__,id.z&limit=0').expect(400);
    expect(body.errors.map(({ parameter, message }: Record<string, string>) => [parameter, message])).toEqual([
      ['limit', expect.any(String)],
      ['fields', expect.stringMatching(/^"__proto__" is not known; allowed: id, slug, /)],
      ['fields', '"id.z" is not known; id has no fields of its own'],
      ['fields', expect.stringMatching(/^"leadImage\.y" is not known; allowed in leadImage: id, alt, /)],
      ['fields', expect.stringMatching(/^"x" is not known; allowed: id, slug, /)],
    ]);
  });

  it.each([
    ['nothing', 'fields=', ['unknown_field']],
    ['an empty name', 'fields=id,,slug', ['unknown_field']],
    ['a comma at the end', 'fields=id,', ['unknown_field']],
    ['a space', 'fields=id,%20slug', ['unknown_field']],
    ['an index', 'fields=sections.0.heading', ['unknown_field']],
    ['what every object has', 'fields=constructor,sections.__proto__', ['unknown_field', 'unknown_field']],
    ['a parameter sent twice', 'fields=id&fields=slug', ['invalid_type']],
    ['more than 100 names', `fields=${Array(101).fill('id').join(',')}`, ['too_big']],
    ['more than 2000 characters', `fields=${Array(60).fill('sections.blocks.quote.speaker.name')}`, ['too_big']],
  ])('are refused for %s', async (_what, query, codes) => {
    const { body } = await get(`/v1/articles/story?${query}`).expect(400);
    expect(body.errors.map(({ parameter, code }: Record<string, string>) => [parameter, code])).toEqual(
      codes.map((code) => ['fields', code]),
    );
  });

  it('may be 100', async () => {
    await get(`/v1/articles/story?fields=${Array(100).fill('id').join(',')}`).expect(200);
  });

  it('are not known where nothing can be chosen', async () => {
    await get('/healthz?fields=id').expect(400);
    await app.as.viewer.get(`/v1/manage/articles/${story.id}?fields=id`).expect(400);
  });
});

describe('whoever has a selection of a story', () => {
  it.each(['/v1/articles/story', '/v1/articles/story/sections'])(
    'is told so without it being read: %s',
    async (path) => {
      const address = `${path}?fields=id`;
      const { headers } = await get(address).expect(200);
      const before = reads;
      await get(address)
        .set('if-none-match', headers.etag ?? '')
        .expect(304);
      await get(address)
        .set('if-modified-since', headers['last-modified'] ?? '')
        .expect(304);
      await app.anybody
        .head(address)
        .set('if-none-match', headers.etag ?? '')
        .expect(304);
      expect(reads).toBe(before);
      await get(address).set('if-none-match', '"other"').expect(200);
      expect(reads).toBe(before + 1);
    },
  );

  it('gets it anew, under another tag, when the story has changed', async () => {
    const { id, slug } = await liveStory(app);
    const address = `/v1/articles/${slug}?fields=deck`;
    const before = await tagOf(address);
    await editStory(app, id, { deck: 'A deck.' });
    expect(await tagOf(address)).toBe(before);
    await publishStory(app, id);
    const { body, headers } = await get(address).set('if-none-match', before).expect(200);
    expect([body.data, headers.etag === before]).toEqual([{ deck: 'A deck.' }, false]);
  });

  it('is never told that a section is there which is not', async () => {
    for (const header of ['if-none-match', 'if-modified-since']) {
      const known = header === 'if-none-match' ? '*' : new Date('2090-01-01').toUTCString();
      await get('/v1/articles/story/sections/nonsense?fields=id').set(header, known).expect(404);
    }
  });
});

describe('the pages of a list with fields', () => {
  it('lead on with the same fields, by Link', async () => {
    await liveStory(app, shortStory({ headline: 'Another' }));
    const walked: string[] = [];
    let address: string | undefined = '/v1/articles?limit=1&fields=slug,headline';
    while (address !== undefined) {
      const { body, headers }: { body: { data: Record<string, string>[] }; headers: Record<string, string> } =
        await get(address).expect(200);
      for (const item of body.data) {
        expect(Object.keys(item).sort()).toEqual(['headline', 'slug']);
        walked.push(item.slug ?? '');
      }
      if (walked.length === 2)
        expect(headers.link).toMatch(/fields=headline,slug>; rel="next", .*&fields=headline,slug>; rel="prev"$/);
      address = /<([^>]*)>; rel="next"/.exec(headers.link ?? '')?.[1];
    }
    expect(walked).toEqual((await dataOf('/v1/articles')).map(({ slug }: { slug: string }) => slug));
  });

  it.each(['/v1/articles?limit=1', '/v1/quotes?speaker=Vladimir+Putin&limit=1'])(
    'have cursors that hold for any fields, and links that keep all else: %s',
    async (address) => {
      const plain = await get(address).expect(200);
      const trimmed = await get(`${address}&fields=id`).expect(200);
      expect(trimmed.body.page).toEqual(plain.body.page);
      const link = `<${address}&cursor=${plain.body.page.next}`;
      expect([plain.headers.link, trimmed.headers.link]).toEqual([
        `${link}>; rel="next"`,
        `${link}&fields=id>; rel="next"`,
      ]);
      const next = `${address}&cursor=${plain.body.page.next}`;
      const [whole] = await dataOf(next);
      expect(await dataOf(`${next}&fields=id`)).toEqual([{ id: whole.id }]);
    },
  );

  it('do not leave their fields to those who ask without', async () => {
    await get('/v1/articles?limit=2&fields=id').expect(200);
    const { body, headers } = await get('/v1/articles?limit=2').expect(200);
    expect(body.data[0]).toHaveProperty('headline');
    expect(headers.link).not.toContain('fields');
  });
});

describe('a story asked for with fields by another name', () => {
  it('says where that selection of it is', async () => {
    const { headers } = await get(`/v1/articles/${story.id}?fields=id`).expect(200);
    expect(headers['content-location']).toBe('/v1/articles/story?fields=id');
  });

  it('leads from a former slug to the same fields', async () => {
    const { id, slug } = await liveStory(app);
    await editStory(app, id, { slug: `${slug}-next` });
    await publishStory(app, id);
    for (const rest of ['', '/sections', '/sections/the-middle']) {
      const { headers } = await get(`/v1/articles/${slug}${rest}?fields=id`).expect(308);
      expect(headers.location).toBe(`/v1/articles/${slug}-next${rest}?fields=id`);
    }
  });
});

describe('fields of what readers may not see', () => {
  it('are not there: neither of drafts, nor of changes, nor of what was withdrawn', async () => {
    const draft = await createStory(app);
    await get(`/v1/articles/${draft.slug}?fields=headline`).expect(404);
    const { id, slug } = await liveStory(app, shortStory({ headline: 'As published' }));
    await editStory(app, id, { headline: 'Not yet', internalNote: 'For us.' });
    expect(await dataOf(`/v1/articles/${slug}?fields=headline`)).toEqual({ headline: 'As published' });
    const tag = await tagOf(`/v1/articles/${slug}?fields=headline`);
    await withdrawStory(app, id);
    await get(`/v1/articles/${slug}?fields=headline`).set('if-none-match', tag).expect(410);
  });

  it.each(['internalNote', 'slugline', 'stage', 'version', 'createdBy', 'publication', 'sections.version'])(
    'have no name: %s',
    async (name) => {
      await get(`/v1/articles/story?fields=${name}`).expect(400);
    },
  );
});
