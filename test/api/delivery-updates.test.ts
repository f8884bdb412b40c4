// Lists by update. Only what they are mostly read by bears that time, so that a publication moves few rows.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planOf, type StoryFilters } from '../../src/delivery/articles/filters.js';
import { sortedQuery } from '../../src/delivery/articles/repository.js';
import { examinedMax } from '../../src/storage/keyset.js';
import { startApp, type TestApp } from '../support/app.js';
import { editStory, type Members } from '../support/editing.js';
import { wholeReads } from '../support/queries.js';
import { liveStory, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const quoting = (name: string) => [
  { heading: null, blocks: [{ type: 'quote', quote: { ...quote, speaker: { name } } }] },
];
const instant = (second: number) => new Date(Date.parse('2030-01-01') + second * 1000).toISOString();

/** Rows of as many stories as are wanted, each updated a second after the one before. */
async function fill(prefix: string, count: number, facets: string[]): Promise<void> {
  const rows = Array.from({ length: count }, (_, i) =>
    ['all', ...facets].map((facet) => ({
      article_id: `${prefix}-${i}`,
      facet,
      published_at: '2020-01-01T00:00:00.000Z',
      content_updated_at: facet === 'all' ? instant(i) : null,
    })),
  );
  await app.raw.fill('facets', rows.flat());
}

/** Every page, to the end. */
async function pagesOf(query: string): Promise<string[][]> {
  const pages: string[][] = [];
  let next: string | null = '';
  while (next !== null) {
    const cursor: string = next === '' ? '' : `&cursor=${next}`;
    const { data, page }: { data: Members[]; page: { next: string | null } } = (
      await app.anybody.get(`/v1/articles?${query}${cursor}`).expect(200)
    ).body;
    pages.push(data.map(({ id }) => String(id)));
    next = page.next;
  }
  return pages;
}

describe('GET /v1/articles?sort=-updatedAt', () => {
  it.each<[string, Partial<StoryFilters>]>([
    ['speaker', { speaker: 'A' }],
    ['contains', { contains: ['video'] }],
    ['desk and language', { desk: 'world', language: 'en' }],
    ['tag and language, published in a span', { tag: ['gas'], language: 'en', from: '2022-12-01' }],
    ['speaker and desk', { speaker: 'A', desk: 'world', updatedSince: '2022-12-01T00:00:00Z' }],
  ])('looks at the stories of %s, and not along the updates of others', async (_what, asked) => {
    const query = sortedQuery(app.store, planOf({ sort: '-updatedAt', ...asked }), 20, undefined);
    const steps = (await app.raw.plansOf([query.toSQL()])).flat();
    expect(steps.join('\n')).toMatch(/^search facets by facets_by_publication \(facet\)$/m);
    expect(steps.join('\n')).not.toContain('facets_by_update');
    expect(steps.filter((step) => step.startsWith('search times'))).toHaveLength(1);
    expect(wholeReads(steps)).toEqual([]);
  });

  it('finds few stories whole, however many others were updated since', async () => {
    const stories: string[] = [];
    for (let i = 0; i < 3; i++) {
      stories.push((await liveStory(app, shortStory({ sections: quoting('Rare Voice') }))).id);
      app.clock.advance(60_000);
    }
    const [first = '', second = '', third = ''] = stories;
    await editStory(app, first, { deck: 'Changed.' });
    await publishStory(app, first);
    await fill('later', examinedMax + 5, ['contains:quote']);
    const query = 'speaker=rare+voice&contains=quote&limit=2';
    expect(await pagesOf(`${query}&sort=-updatedAt`)).toEqual([[first, third], [second]]);
    expect(await pagesOf(`${query}&sort=updatedAt`)).toEqual([[second, third], [first]]);
  });

  it('of more than may be looked at ends a page early, and leads on to what there is', async () => {
    const { id } = await liveStory(app, shortStory({ sections: quoting('Common Voice') }));
    await fill('common', examinedMax + 1, ['speaker:common voice']);
    const pages = await pagesOf('speaker=common+voice&sort=-updatedAt');
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.flat()).toEqual([id]);
  });
});

describe('POST /v1/manage/articles/{id}/publish', () => {
  it('moves the time of the update, and leaves all that has none', async () => {
    const { id } = await liveStory(app, shortStory({ tags: ['one'], language: 'en-GB', sections: quoting('Ann') }));
    const rows = () => app.raw.rows(`SELECT * FROM facets WHERE article_id = '${id}' ORDER BY facet`);
    const before = await rows();
    const timed = before.filter(({ content_updated_at }) => content_updated_at !== null);
    expect(timed.map(({ facet }) => facet)).toEqual(['all', 'desk:world', 'language:en', 'language:en-gb', 'tag:one']);
    app.clock.advance(60_000);
    await editStory(app, id, { deck: 'Changed.' });
    await publishStory(app, id);
    const { contentUpdatedAt } = (await app.anybody.get(`/v1/articles/${id}`).expect(200)).body.data;
    expect(contentUpdatedAt).not.toBe(timed[0]?.content_updated_at);
    expect(await rows()).toEqual(
      before.map((row) => (timed.includes(row) ? { ...row, content_updated_at: contentUpdatedAt } : row)),
    );
  });

  it('dates every row anew when the story is given another publishedAt', async () => {
    const { id } = await liveStory(app, shortStory({ tags: ['one'] }));
    await editStory(app, id, { deck: 'Changed.' });
    const publishedAt = '2021-05-05T05:05:05.000Z';
    await publishStory(app, id, { publishedAt });
    const rows = await app.raw.rows(`SELECT published_at FROM facets WHERE article_id = '${id}'`);
    expect(rows.length).toBeGreaterThan(5);
    expect(new Set(rows.map(({ published_at }) => published_at))).toEqual(new Set([publishedAt]));
  });
});
