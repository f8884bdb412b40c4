import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planOf, type StoryFilters } from '../../src/delivery/articles/filters.js';
import { summariesQuery } from '../../src/delivery/articles/repository.js';
import { examinedMax } from '../../src/storage/keyset.js';
import { startApp, type TestApp } from '../support/app.js';
import { createResource, editStory, type Members } from '../support/editing.js';
import { wholeReads } from '../support/queries.js';
import { createStory, embed, image, liveStory, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
let imageId: string;
let quoteId: string;
/** Every live story, whole. */
let stories: Members[];

const paragraph = { type: 'paragraph', text: 'Words.' };
const speakers = ['Ева Ганчарова', 'Ève Gontcharova'];

beforeAll(async () => {
  app = await startApp();
  imageId = (await createResource(app, 'images', image)).id;
  quoteId = (await createResource(app, 'quotes', { ...quote, speaker: { name: speakers[1] } })).id;
  const bodies = [
    [paragraph],
    [{ type: 'image', imageId }],
    [{ type: 'aside', blocks: [{ type: 'embed', embed: { ...embed, kind: 'audio' } }, { type: 'divider' }] }],
    [
      { type: 'quote', quoteId },
      { type: 'embed', embed },
    ],
    [
      {
        type: 'paragraph',
        text: 'He said no.',
        spans: [{ start: 0, end: 2, type: 'quote', quote: { ...quote, speaker: { name: speakers[0] } } }],
      },
    ],
  ];
  const languages = ['en', 'en-GB', 'be', 'zh-Hant-TW'];
  const tags = [[], ['gas'], ['gas', 'war'], ['war']];
  stories = [];
  for (let i = 0; i < 40; i++) {
    const body = shortStory({
      headline: `Story ${i}`,
      desk: i % 3 === 0 ? 'sport' : 'world',
      language: languages[i % 4],
      tags: tags[(i >> 1) % 4],
      sections: [{ heading: null, blocks: bodies[i % 5] }],
    });
    const { id } = await createStory(app, body);
    await publishStory(app, id, {
      publishedAt: `2022-12-${String(1 + ((i * 7) % 28)).padStart(2, '0')}T1${i % 10}:00:00Z`,
    });
    if (i % 8 === 0) {
      app.clock.advance(60_000);
      await editStory(app, id, { deck: 'Changed.' });
      await publishStory(app, id);
    }
    stories.push((await app.anybody.get(`/v1/articles/${id}`).expect(200)).body.data);
  }
  await createStory(app, shortStory({ headline: 'A draft', desk: 'world', tags: ['gas'] }));
});
afterAll(() => app.close());

type Query = [name: string, value: string][];
const address = (query: Query) => `/v1/articles?${new URLSearchParams(query)}`;
const list = async (query: Query) => (await app.anybody.get(address(query)).expect(200)).body;
const idsOf = (data: Members[]) => data.map(({ id }) => String(id));

/** Every page, to the end. */
async function all(query: Query): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { data, page } = await list(cursor === '' ? query : [...query, ['cursor', cursor]]);
    ids.push(...idsOf(data));
    cursor = page.next;
  }
  return ids;
}

const has = (story: Members, text: string) => JSON.stringify(story.sections).includes(text);
const key = ({ key: of }: { key: string }) => of;
/** What each filter means, told by looking at the whole story. */
const meaning: Record<string, (story: Members, value: string) => boolean> = {
  desk: ({ desk }, value) => key(desk as { key: string }) === value,
  tag: ({ tags }, value) => {
    const keys = (tags as { key: string }[]).map(key);
    return value.startsWith('!') ? !keys.includes(value.slice(1)) : keys.includes(value);
  },
  language: ({ language }, value) => `${language}-`.toLowerCase().startsWith(`${value}-`.toLowerCase()),
  contains: (story, value) =>
    has(story, `"type":"${value}"`) || has(story, `"kind":"${value}"`) || has(story, `"id":"${value}"`),
  speaker: (story, value) =>
    has(story, `"name":"${speakers.find((name) => name.toLowerCase() === value.toLowerCase()) ?? speakers[1]}"`),
  from: ({ publishedAt }, value) => String(publishedAt) >= value,
  to: ({ publishedAt }, value) => String(publishedAt).slice(0, value.length) <= value,
  updatedSince: ({ contentUpdatedAt }, value) => String(contentUpdatedAt) >= value,
};

function expected(query: Query): string[] {
  const sort = query.find(([name]) => name === 'sort')?.[1] ?? '-publishedAt';
  const by = sort.endsWith('updatedAt') ? 'contentUpdatedAt' : 'publishedAt';
  const order = (a: Members, b: Members) =>
    (`${a[by]}${a.id}` < `${b[by]}${b.id}` ? -1 : 1) * (sort.startsWith('-') ? -1 : 1);
  return idsOf(
    stories.filter((story) => query.every(([name, value]) => meaning[name]?.(story, value) ?? true)).sort(order),
  );
}

const filters: fc.Arbitrary<Query> = fc
  .record(
    {
      desk: fc.constantFrom('sport', 'world'),
      language: fc.constantFrom('en', 'EN-gb', 'be', 'zh', 'zh-hant', 'fr'),
      speaker: fc.constantFrom('ева ганчарова', 'EVE GONTCHAROVA', 'Ève  Gontcharova'),
      from: fc.constantFrom('2022-12-05', '2022-12-05T12:00:00.000Z'),
      to: fc.constantFrom('2022-12-20', '2022-12-25'),
      updatedSince: fc.constant('2026-01-01T00:00:00.000Z'),
      sort: fc.constantFrom('publishedAt', '-publishedAt', 'updatedAt', '-updatedAt'),
      limit: fc.constantFrom('1', '4', '100'),
      tag: fc.uniqueArray(fc.constantFrom('gas', 'war', '!gas', '!war', '!none', 'none'), { maxLength: 2 }),
      contains: fc.uniqueArray(
        fc.constantFrom('image', 'video', 'audio', 'divider', 'paragraph', 'IMAGE-ID', 'QUOTE-ID'),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map((record) =>
    Object.entries(record).flatMap(([name, value]) =>
      [value]
        .flat()
        .map((one): [string, string] => [name, one.replace('IMAGE-ID', imageId).replace('QUOTE-ID', quoteId)]),
    ),
  );

describe('filters of GET /v1/articles', () => {
  it('find what looking at every story finds, in its order, alone and together', async () => {
    await fc.assert(
      fc.asyncProperty(filters, async (query) => {
        expect(await all(query)).toEqual(expected(query));
      }),
      { numRuns: 120, endOnFailure: true },
    );
  });

  it.each<[string, Query, number]>([
    ['desk', [['desk', 'sport']], 14],
    ['tag', [['tag', 'gas']], 20],
    [
      'both of two tags',
      [
        ['tag', 'gas'],
        ['tag', 'war'],
      ],
      10,
    ],
    ['no such tag', [['tag', '!gas']], 20],
    ['language, and what it begins', [['language', 'en']], 20],
    ['a kind of media within an aside', [['contains', 'audio']], 8],
    ['speaker, whatever case and accents', [['speaker', 'EVE GONTCHAROVA']], 8],
    [
      'from and to, both days included',
      [
        ['from', '2022-12-01'],
        ['to', '2022-12-28'],
      ],
      40,
    ],
    ['updatedSince', [['updatedSince', '2026-01-01T00:00:00Z']], 5],
  ])('know %s', async (_what, query, count) => {
    expect(await all(query)).toHaveLength(count);
    expect(await all(query)).toEqual(expected(query));
  });

  it('lead back as well, page by page', async () => {
    const query: Query = [
      ['desk', 'world'],
      ['contains', 'paragraph'],
      ['sort', 'updatedAt'],
      ['limit', '3'],
    ];
    const first = await list(query);
    const second = await list([...query, ['cursor', first.page.next]]);
    const back = await list([...query, ['cursor', second.page.previous]]);
    expect(idsOf(back.data)).toEqual(idsOf(first.data));
  });

  it('stay with the Link header, and bind the cursor', async () => {
    const query: Query = [
      ['tag', 'gas'],
      ['tag', '!none'],
      ['language', 'en'],
      ['limit', '2'],
    ];
    const { body, headers } = await app.anybody.get(address(query)).expect(200);
    const link = /^<([^>]+)>; rel="next"$/.exec(headers.link ?? '')?.[1] ?? '';
    expect(new URL(link, 'http://x').searchParams.getAll('tag')).toEqual(['gas', '!none']);
    expect(idsOf((await app.anybody.get(link).expect(200)).body.data)).toEqual(expected(query).slice(2, 4));
    for (const other of [
      [['tag', 'gas']],
      [...query, ['sort', 'updatedAt']],
      [...query, ['desk', 'world']],
    ] as Query[]) {
      const { errors } = (await app.anybody.get(address([...other, ['cursor', body.page.next]])).expect(400)).body;
      expect(errors).toMatchObject([{ parameter: 'cursor', code: 'invalid_cursor' }]);
    }
  });

  it.each<[Query, string]>([
    [[['desk', 'No Key']], 'desk'],
    [
      [
        ['desk', 'a'],
        ['desk', 'b'],
      ],
      'desk',
    ],
    [[['tag', '!!gas']], 'tag'],
    [[['tag', '']], 'tag'],
    [[['language', 'not a language']], 'language'],
    [[['contains', 'pictures']], 'contains'],
    [[['from', 'yesterday']], 'from'],
    [[['to', '2022-02-30']], 'to'],
    [[['updatedSince', '2022-12-19']], 'updatedSince'],
    [[['sort', 'headline']], 'sort'],
    [[['internalNote', 'x']], 'internalNote'],
    [[['speaker', '']], 'speaker'],
  ])('refuse %j, naming the parameter once', async (query, parameter) => {
    const { errors } = (await app.anybody.get(address(query)).expect(400)).body;
    expect(errors.map((error: { parameter: string }) => error.parameter)).toEqual([parameter]);
  });

  it('follow what is published', async () => {
    const { id } = await liveStory(app, shortStory({ tags: ['followed'] }));
    const tagged = async () => idsOf((await list([['tag', 'followed']])).data);
    expect(await tagged()).toEqual([id]);
    await editStory(app, id, { tags: [] });
    expect(await tagged()).toEqual([id]);
    await publishStory(app, id);
    expect(await tagged()).toEqual([]);
    await app.as.publisher.post(`/v1/manage/articles/${id}/withdraw`).set('if-match', '"4"').expect(200);
    expect(idsOf((await list([])).data)).not.toContain(id);
  });
});

describe('the index', () => {
  const stepsOf = async (asked: Partial<StoryFilters>) => {
    const query = summariesQuery(app.store, planOf({ sort: '-publishedAt', ...asked }), 20, undefined);
    return (await app.raw.plansOf([query.toSQL()])).flat();
  };
  const filter = { desk: 'world', tag: ['gas'], language: 'en', contains: ['video'], speaker: 'A', from: '2022-12-01' };

  it.each<[string, Partial<StoryFilters>]>([
    ['no filter', {}],
    ['desk', { desk: 'world' }],
    ['tag', { tag: ['gas'] }],
    ['language', { language: 'en' }],
    ['contains', { contains: ['video'] }],
    ['speaker', { speaker: 'A' }],
    ['from and to', { from: '2022-12-01', to: '2022-12-31' }],
    ['updatedSince', { updatedSince: '2022-12-01T00:00:00Z', sort: '-updatedAt' }],
    ['desk and language', { desk: 'world', language: 'en' }],
    ['tag and language', { tag: ['gas'], language: 'en' }],
    ['desk and tag', { desk: 'world', tag: ['gas'] }],
    ['sorted by update', { sort: 'updatedAt' }],
    ['desk sorted by update', { desk: 'world', sort: 'updatedAt' }],
    ['tag sorted by update', { tag: ['gas'], sort: '-updatedAt' }],
    ['language sorted by update', { language: 'en', sort: '-updatedAt' }],
  ])('answers %s alone, without sorting and without looking at another story', async (_what, asked) => {
    const plan = planOf({ sort: '-publishedAt', ...asked });
    expect([plan.with, plan.without]).toEqual([[], []]);
    const steps = await stepsOf(asked);
    const index = plan.sort === 'publishedAt' ? 'facets_by_publication' : 'facets_by_update';
    expect(steps.join('\n')).toContain(`search facets by ${index} (facet`);
    expect(wholeReads(steps)).toEqual([]);
  });

  it('answers any other combination from a bounded range of one', async () => {
    const steps = await stepsOf(filter);
    expect(steps.join('\n')).toContain('search facets by facets_by_publication (facet');
    expect(wholeReads(steps)).toEqual([]);
    const { sql, params } = summariesQuery(
      app.store,
      planOf({ sort: '-publishedAt', ...filter }),
      20,
      undefined,
    ).toSQL();
    expect(sql).toMatch(/limit (\?|\$\d+)\) "examined"/);
    expect(params).toContain(examinedMax);
  });
});

describe('a list with few stories among many', () => {
  it('ends a page early rather than late, and leads on to what there is', async () => {
    const many = await startApp();
    const { id } = await liveStory(many, shortStory({ tags: ['common', 'rare'], headline: 'The oldest' }));
    const count = examinedMax * 2 + 10;
    const fillers = Array.from({ length: count }, (_, i) => {
      const at = new Date(Date.parse('2030-01-01') + i * 1000).toISOString();
      return { article_id: `filler-${i}`, facet: 'tag:common', published_at: at, content_updated_at: at };
    });
    await many.raw.fill('facets', fillers);
    const pages: string[][] = [];
    let next: string | null = '';
    while (next !== null) {
      const { data, page }: { data: Members[]; page: { next: string | null } } = (
        await many.anybody.get(`/v1/articles?tag=common&tag=rare${next === '' ? '' : `&cursor=${next}`}`).expect(200)
      ).body;
      pages.push(idsOf(data));
      next = page.next;
    }
    expect(pages).toEqual([[], [], [id]]);
    await many.close();
  });
});
