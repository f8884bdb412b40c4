import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examinedMax } from '../../src/storage/keyset.js';
import { startApp, type TestApp } from '../support/app.js';
import { createResource, type Members, withdrawStory } from '../support/editing.js';
import { QueryLog, wholeReads } from '../support/queries.js';
import { createStory, embed, publishStory, quote, shortStory } from '../support/stories.js';

const log = new QueryLog();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: log.wrap });
});
afterAll(() => app.close());

const storyWith = (blocks: Members[]) => shortStory({ sections: [{ blocks }] });

/** Publishes a story as of a time. */
async function storyAt(publishedAt: string, ...blocks: Members[]): Promise<string> {
  const { id } = await createStory(app, storyWith(blocks));
  await publishStory(app, id, { publishedAt });
  return id;
}
const said = async (name: string) => (await createResource(app, 'quotes', { ...quote, speaker: { name } })).id;
const block = (quoteId: string) => ({ type: 'quote', quoteId });

interface Page {
  data: Members[];
  page: { next: string | null; previous: string | null };
}
const read = async (path: string): Promise<Page> => (await app.anybody.get(path).expect(200)).body;

/** What each page of a list has. */
async function pagesOf(path: string): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  let next: string | null = '';
  while (next !== null) {
    const { data, page } = await read(next === '' ? path : `${path}&cursor=${next}`);
    pages.push(data.map(({ id }) => id));
    next = page.next;
  }
  return pages;
}
const all = async (path: string) => (await pagesOf(path)).flat();

describe('GET /v1/quotes?from=&to=', () => {
  let december: string;
  let january: string;
  let both: string;
  let other: string;
  beforeAll(async () => {
    [december, january, both, other] = [await said('A'), await said('A'), await said('A'), await said('B')];
    await storyAt('2022-12-31T23:59:59.999Z', block(december), block(both), block(other));
    await storyAt('2023-01-01T00:00:00Z', block(january), block(both));
  });

  it('finds what stands in stories published then, both days included', async () => {
    expect(await all('/v1/quotes?to=2022-12-31')).toEqual([other, both, december]);
    expect(await all('/v1/quotes?from=2023-01-01&to=2023-01-01')).toEqual([both, january]);
    expect(await all('/v1/quotes?from=2022-12-31T23:59:59.999Z&to=2023-01-01T00:00:00Z')).toEqual([
      other,
      both,
      december,
    ]);
    expect(await all('/v1/quotes?from=2023-01-02&to=2023-02-01')).toEqual([]);
    expect(await all('/v1/quotes?speaker=a&from=2022-01-01&to=2022-12-31&limit=1')).toEqual([both, december]);
  });

  it('goes by the same story for both, and by live ones alone', async () => {
    const id = await said('C');
    await storyAt('2021-01-01T00:00:00Z', block(id));
    const between = await storyAt('2021-06-01T00:00:00Z', block(id));
    const query = '/v1/quotes?from=2021-05-01&to=2021-07-01';
    expect(await all(query)).toEqual([id]);
    await withdrawStory(app, between);
    expect(await all(query)).toEqual([]);
    expect(await all('/v1/quotes?from=2021-01-01&to=2021-07-01')).toEqual([id]);
  });

  it('binds its cursors, and keeps its filters in the Link', async () => {
    const path = '/v1/quotes?speaker=A&from=2022-12-01&limit=1';
    const { body, headers } = await app.anybody.get(path).expect(200);
    expect(headers.link).toBe(`</v1/quotes?speaker=A&from=2022-12-01&limit=1&cursor=${body.page.next}>; rel="next"`);
    await app.anybody.get(`/v1/quotes?speaker=A&cursor=${body.page.next}`).expect(400);
    for (const [query, parameter] of [
      ['from=2022-13-01', 'from'],
      ['to=tomorrow', 'to'],
      ['kind=video', 'kind'],
    ]) {
      const { errors } = (await app.anybody.get(`/v1/quotes?${query}`).expect(400)).body;
      expect(errors.map((error: Members) => error.parameter)).toEqual([parameter]);
    }
  });
});

describe('GET /v1/embeds?kind=', () => {
  it('finds media of a kind, whatever they say of another, and follows a correction', async () => {
    const kinds = ['video', 'audio', 'document', 'audio'];
    const ids: string[] = [];
    for (const kind of kinds) {
      const title = 'It is said: "kind":"social",';
      ids.push((await createResource(app, 'embeds', { ...embed, kind, title })).id);
    }
    await storyAt('2022-12-01T00:00:00Z', ...ids.map((embedId) => ({ type: 'embed', embedId })));
    expect(await all('/v1/embeds?kind=audio&limit=1')).toEqual([ids[3], ids[1]]);
    expect(await all('/v1/embeds?kind=social')).toEqual([]);
    const path = `/v1/manage/embeds/${ids[1]}`;
    await app.as.publisher.patch(path, { kind: 'social' }).set('if-match', '"1"').expect(200);
    expect([await all('/v1/embeds?kind=audio'), await all('/v1/embeds?kind=social')]).toEqual([[ids[3]], [ids[1]]]);
    const { errors } = (await app.anybody.get('/v1/embeds?kind=film').expect(400)).body;
    expect(errors).toMatchObject([{ parameter: 'kind', code: 'invalid_value' }]);
    await app.anybody.get('/v1/images?kind=video').expect(400);
  });
});

describe('a list with few resources among many', () => {
  const count = examinedMax * 2 + 10;
  let quoteId: string;
  let embedId: string;
  beforeAll(async () => {
    quoteId = await said('Rare');
    embedId = (await createResource(app, 'embeds', { ...embed, kind: 'interactive' })).id;
    await storyAt('2019-01-01T00:00:00Z', block(quoteId), { type: 'embed', embedId });
    const fillers = Array.from({ length: count }, (_, i) => {
      const id = `ffffffff-0000-7000-8000-${String(i).padStart(12, '0')}`;
      const row = { resource_id: id, etag: '""', made_at: '' };
      return [
        { ...row, kind: 'quote', speaker: 'many', body: `{"id":"${id}"}` },
        { ...row, kind: 'embed', speaker: null, body: `{"id":"${id}","kind":"video","title":""}` },
      ];
    });
    await app.raw.fill('library_snapshots', fillers.flat());
  });
  // No story shows them, which is wrong to whoever looks at the whole.
  afterAll(() => app.raw.run("DELETE FROM library_snapshots WHERE made_at = ''"));

  it('ends a page early rather than late, and leads on to what there is', async () => {
    expect(await pagesOf('/v1/quotes?from=2019-01-01&to=2019-01-02')).toEqual([[], [], [quoteId]]);
    expect(await pagesOf('/v1/embeds?kind=interactive')).toEqual([[], [], [embedId]]);
    expect(await pagesOf('/v1/quotes?speaker=rare&from=2019-01-01')).toEqual([[quoteId]]);
  });

  it('is read along an index, and no further than it may be', async () => {
    for (const address of ['/v1/quotes?from=2019-01-01&to=2019-01-02', '/v1/embeds?kind=interactive']) {
      const steps = (await log.plansOf(app, () => app.anybody.get(address).expect(200))).flat();
      expect([...wholeReads(steps), ...steps.filter((step) => step.startsWith('sort'))]).toEqual([]);
      const [first] = log.asked;
      expect(first?.sql).toMatch(/ limit (\?|\$\d+)\) "examined"/);
      expect(first?.params).toContain(examinedMax);
    }
  });
});
