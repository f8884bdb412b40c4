// What a search does as a list: its order, its pages, its filters, its counts.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import type { Members } from '../support/editing.js';
import { found, type SearchAnswer, search, searchPath, storyOf } from '../support/searching.js';
import { quote } from '../support/stories.js';

let app: TestApp;
/** Every story, whole, the last published first. */
let stories: (Members & { id: string; headline: string })[];
const speakers = ['Ева Ганчарова', 'Ann Other'];

beforeAll(async () => {
  app = await startApp();
  for (let i = 0; i < 30; i++) {
    const said = { type: 'quote', quote: { ...quote, speaker: { name: speakers[i % 2] } } };
    const words = `${i % 2 === 0 ? 'even' : 'odd'} ${i % 3 === 0 ? 'triple' : 'plain'}`;
    await storyOf(
      app,
      {
        headline: `Common ${words} ${i}`,
        desk: i % 5 === 0 ? 'sport' : 'world',
        language: ['en', 'en-GB', 'be'][i % 3],
        tags: [[], ['gas'], ['gas', 'war']][(i >> 1) % 3],
        sections: [{ blocks: i % 4 === 0 ? [said] : [{ type: 'paragraph', text: 'Words.' }] }],
      },
      '',
      { publishedAt: `2022-12-${String(1 + ((i * 7) % 28)).padStart(2, '0')}T1${i % 10}:00:00Z` },
    );
  }
  stories = (await app.anybody.get('/v1/articles?limit=100').expect(200)).body.data;
});
afterAll(() => app.close());

type Query = Record<string, string>;

/** Every page, to the end. */
async function pages(q: string, more: Query): Promise<string[][]> {
  const all: string[][] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const answer: SearchAnswer = await search(app, q, cursor === '' ? more : { ...more, cursor });
    all.push(answer.data.map(({ id }) => id));
    cursor = answer.page.next;
  }
  return all;
}

describe('the order of a search', () => {
  it('is by relevance: the headline before the text, many before few', async () => {
    const at = { publishedAt: '2022-01-01T00:00:00Z' };
    const little = await storyOf(app, { headline: 'One' }, `A heron, ${'and other birds '.repeat(40)}.`, at);
    const much = await storyOf(app, { headline: 'Two' }, 'Heron, heron.', at);
    const head = await storyOf(app, { headline: 'The heron' }, 'A bird.', at);
    const deck = await storyOf(
      app,
      { headline: 'Three', deck: 'A heron at last, at the lake, in the morning.' },
      'Words.',
      at,
    );
    const order = await found(app, 'heron');
    expect(order).toEqual([head, deck, much, little]);
    expect(await found(app, 'heron', { sort: 'relevance' })).toEqual(order);
  });

  it('has recency as a part: of equals the newer is first, and what is far more relevant still before it', async () => {
    const at = (year: number) => ({ publishedAt: `${year}-01-01T00:00:00Z` });
    const old = await storyOf(app, { headline: 'Stork census' }, 'Birds.', at(2010));
    const recent = await storyOf(app, { headline: 'Stork census' }, 'Birds.', at(2022));
    const mentioned = await storyOf(app, { headline: 'Weather' }, `${'It rained. '.repeat(60)} A stork.`, at(2023));
    expect(await found(app, 'stork')).toEqual([recent, mentioned, old]);
    expect(await found(app, 'stork', { sort: 'publishedAt' })).toEqual([old, recent, mentioned]);
    expect(await found(app, 'stork', { sort: '-publishedAt' })).toEqual([mentioned, recent, old]);
  });

  it.each(['relevance', '-publishedAt', 'publishedAt', '-updatedAt', 'updatedAt'])(
    'goes on from page to page, and back, by %s',
    async (sort) => {
      const whole = (await pages('common', { sort, limit: '100' })).flat();
      expect(whole).toHaveLength(30);
      const inParts = await pages('common', { sort, limit: '7' });
      expect(inParts.map(({ length }) => length)).toEqual([7, 7, 7, 7, 2]);
      expect(inParts.flat()).toEqual(whole);
      const first = await search(app, 'common', { sort, limit: '7' });
      const second = await search(app, 'common', { sort, limit: '7', cursor: String(first.page.next) });
      const back = await search(app, 'common', { sort, limit: '7', cursor: String(second.page.previous) });
      expect(back.data).toEqual(first.data);
      expect(second.total).toEqual({ count: 30, exact: true });
    },
  );

  it('by date is that of the list without words', async () => {
    const ids = (await app.anybody.get('/v1/articles?limit=100&desk=sport').expect(200)).body.data;
    expect(await found(app, 'common', { desk: 'sport', sort: '-publishedAt' })).toEqual(
      ids.map(({ id }: Members) => id),
    );
  });
});

describe('cursors of a search', () => {
  it('are bound to words, filters and order, however the words are written, and not to counts', async () => {
    const { page } = await search(app, 'common even', { limit: '2' });
    const cursor = String(page.next);
    for (const [q, more] of [
      ['common', {}],
      ['even common', {}],
      ['common even', { sort: '-publishedAt' }],
      ['common even', { desk: 'world' }],
    ] as const) {
      const { errors } = (await app.anybody.get(searchPath('articles', q, { ...more, cursor })).expect(400)).body;
      expect(errors).toMatchObject([{ parameter: 'cursor', code: 'invalid_cursor' }]);
    }
    await app.anybody.get(`/v1/articles?cursor=${cursor}`).expect(400);
    const next = await found(app, 'common even', { limit: '2', cursor });
    expect(await found(app, ' COMMON  “even”', { limit: '2', cursor, facets: 'desk' })).toEqual(next);
  });

  it('are in the Link header, with words and filters and without counts', async () => {
    const path = searchPath('articles', 'common "even plain"', { desk: 'world', limit: '2', facets: 'tag' });
    const { headers, body } = await app.anybody.get(path).expect(200);
    const link = new URL(/^<([^>]+)>; rel="next"$/.exec(headers.link ?? '')?.[1] ?? '', 'http://x');
    expect(Object.fromEntries(link.searchParams)).toEqual({
      q: 'common "even plain"',
      desk: 'world',
      limit: '2',
      cursor: body.page.next,
    });
    await app.anybody.get(link.pathname + link.search).expect(200);
  });

  it('of a list that is only counted lead on without counts, and the other way round', async () => {
    const counted = (await app.anybody.get('/v1/articles?desk=world&limit=3&facets=desk').expect(200)).body;
    const plain = (await app.anybody.get('/v1/articles?desk=world&limit=3').expect(200)).body;
    expect([counted.data, counted.page]).toEqual([plain.data, plain.page]);
    const path = `/v1/articles?desk=world&limit=3&cursor=${plain.page.next}`;
    expect((await app.anybody.get(`${path}&facets=desk`)).body.data).toEqual((await app.anybody.get(path)).body.data);
  });

  it('hold when a story is published in between', async () => {
    const first = await search(app, 'common', { sort: '-publishedAt', limit: '5' });
    const rest = (await pages('common', { sort: '-publishedAt', limit: '100' })).flat().slice(5);
    await storyOf(app, { headline: 'A common thing' });
    const next = await search(app, 'common', { sort: '-publishedAt', limit: '100', cursor: String(first.page.next) });
    expect(next.data.map(({ id }) => id)).toEqual(rest);
  });
});

const count = (values: readonly string[]) =>
  [...Map.groupBy(values, (value) => value)]
    .map(([value, { length }]) => ({ value, count: length }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));

describe('GET /v1/articles?facets=', () => {
  const filters: fc.Arbitrary<Query> = fc.record(
    {
      q: fc.constantFrom('common', 'even', 'odd -triple', 'plain', '"common odd"', 'tripl*', '-triple', 'nowhere'),
      desk: fc.constantFrom('sport', 'world'),
      language: fc.constantFrom('en', 'EN-gb', 'be', 'fr'),
      speaker: fc.constantFrom('ева ганчарова', 'ANN OTHER'),
      contains: fc.constantFrom('quote', 'paragraph'),
      tag: fc.constantFrom('gas', 'war', '!gas', '!none'),
      from: fc.constantFrom('2022-12-05', '2022-12-05T12:00:00.000Z'),
      to: fc.constantFrom('2022-12-20', '2022-12-25'),
      updatedSince: fc.constantFrom('2022-12-10T00:00:00Z', '2030-01-01T00:00:00Z'),
      sort: fc.constantFrom('publishedAt', '-updatedAt'),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  const whole = new Map<string, Promise<Members & { id: string }>>();
  const read = (id: string) =>
    whole.get(id) ??
    whole
      .set(
        id,
        app.anybody.get(`/v1/articles/${id}`).then(({ body }) => body.data),
      )
      .get(id);

  it('counts what going through the whole list counts, with words and every filter', async () => {
    await fc.assert(
      fc.asyncProperty(filters, async (query) => {
        const facets = 'desk,tag,speaker,language';
        const path = (more: Query) => `/v1/articles?${new URLSearchParams({ ...query, ...more })}`;
        const answer: SearchAnswer = (await app.anybody.get(path({ facets, limit: '1' })).expect(200)).body;
        const { data } = (await app.anybody.get(path({ limit: '100' })).expect(200)).body as SearchAnswer;
        const all = (await Promise.all(data.map(({ id }) => read(id)))).map((story) => story ?? {}) as Members[];
        expect(answer.total).toEqual({ count: data.length, exact: true });
        const named = (story: Members, name: string) => story[name] as { key: string } & { key: string }[];
        const saidBy = (story: Members) =>
          speakers.filter((name) => JSON.stringify(story.sections).includes(`"name":"${name}"`));
        expect({
          desk: answer.facets?.desk?.values.map(({ value, count: of }) => ({ value, count: of })),
          tag: answer.facets?.tag?.values.map(({ value, count: of }) => ({ value, count: of })),
          language: answer.facets?.language?.values.map(({ value, count: of }) => ({ value, count: of })),
          speaker: answer.facets?.speaker?.values.map(({ name, count: of }) => ({ value: name, count: of })).sort(),
        }).toEqual({
          desk: count(all.map((story) => named(story, 'desk').key)),
          tag: count(all.flatMap((story) => named(story, 'tags').map(({ key }) => key))),
          language: count(all.map(({ language }) => String(language))),
          speaker: count(all.flatMap(saidBy)).sort(),
        });
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('tells names to show and values to filter by', async () => {
    const { facets, data } = (await app.anybody.get('/v1/articles?q=common&facets=speaker,desk&limit=100').expect(200))
      .body as SearchAnswer;
    expect(Object.keys(facets ?? {})).toEqual(['speaker', 'desk']);
    expect(facets?.desk?.values.map(({ name }) => name)).toEqual(['World', 'Sport']);
    for (const { value, name, count: of } of facets?.speaker?.values ?? []) {
      expect(speakers).toContain(name);
      expect((await search(app, 'common', { speaker: value })).total.count).toBe(of);
    }
    expect(data.length).toBeGreaterThan(0);
  });

  it('is in the answer only when it is asked for', async () => {
    for (const [path, members] of [
      ['/v1/articles', ['data', 'page']],
      ['/v1/articles?q=common', ['data', 'page', 'total']],
      ['/v1/articles?facets=desk', ['data', 'page', 'total', 'facets']],
    ] as const)
      expect(Object.keys((await app.anybody.get(path).expect(200)).body)).toEqual(members);
  });

  it('tells the fifty most frequent values, and that there are more', async () => {
    for (let i = 0; i < 3; i++)
      await storyOf(app, { headline: 'Manytags', tags: Array.from({ length: 20 }, (_, n) => `tag-${i}-${n}`) });
    const last = await storyOf(app, { headline: 'Manytags', tags: ['tag-2-19'] });
    const { facets } = await search(app, 'manytags', { facets: 'tag,desk' });
    expect(facets?.tag?.values).toHaveLength(50);
    expect(facets?.tag?.values[0]).toEqual({ value: 'tag-2-19', name: 'Tag 2 19', count: 2 });
    expect([facets?.tag?.complete, facets?.desk?.complete]).toEqual([false, true]);
    expect(last).toBeTruthy();
  });

  it.each(['', 'desk,', 'author', 'desk,author', 'Desk', 'desk desk', 'internalNote'])('refuses %j', async (facets) => {
    const { errors } = (await app.anybody.get(`/v1/articles?${new URLSearchParams({ facets })}`).expect(400)).body;
    expect(errors).toMatchObject([{ parameter: 'facets', code: 'invalid_value' }]);
    expect(errors[0].message).toContain('allowed: desk, tag, speaker, language');
  });
});

it('has something to find', () => expect(stories).toHaveLength(30));
