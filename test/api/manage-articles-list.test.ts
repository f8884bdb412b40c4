import { inArray } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { act, editStory, type Members, withdrawStory } from '../support/editing.js';
import { shortStory } from '../support/stories.js';

let app: TestApp;
/** Every article, deleted or not, as it is listed. */
let articles: Members[];
const deleted = new Set<unknown>();
const scheduled = new Set<unknown>();
const keys = { editor: '', publisher: '' };

const path = '/v1/manage/articles';
const people = ['jane.doe', 'o.petrov'];
const headlines = ['Ціна на газ у МІНСЬКУ', 'Élections à Minsk', 'Up 50%_in_a_year', 'Up 50 percent', 'Straße \\ Weg'];

/** Makes the i-th article, and takes it as far as it shall come. */
async function makeArticle(i: number): Promise<string> {
  const body = shortStory({
    headline: `${headlines[i % 5]} ${i}`,
    slug: `slug-${i}-${i % 2 === 0 ? 'even' : 'odd'}`,
    slugline: i % 4 === 0 ? 'BELARUS-GAZ' : null,
    desk: i % 3 === 0 ? 'sport' : 'world',
    stage: ['draft', 'review', 'ready', 'review'][i % 4],
    tags: [[], ['gas'], ['gas', 'war'], ['war']][(i >> 1) % 4],
    sections: [],
  });
  const sent = app.as.editor.post(path, body).set('x-actor', people[i % 2] ?? '');
  const { id } = (await sent.expect(201)).body.data;
  if (i % 4 === 0) return id;
  const publishedAt = `2022-12-${String(1 + ((i * 7) % 28)).padStart(2, '0')}T12:00:00.000Z`;
  expect((await act(app, id, 'publish', { publishedAt })).status).toBe(200);
  if (i % 5 === 0) await withdrawStory(app, id);
  if (i % 6 === 1) await editStory(app, id, { deck: 'Changed.' });
  return id;
}

/** Deletes or schedules articles without what goes with it, which is of no concern to lists. */
async function mark(column: 'deletedAt' | 'scheduledFor', ids: string[], marked: Set<unknown>): Promise<void> {
  const { db, tables, commit } = app.store;
  const row = { [column]: '2030-01-01T00:00:00.000Z' };
  await commit([
    { query: db.update(tables.articles).set(row).where(inArray(tables.articles.id, ids)), rows: ids.length },
  ]);
  for (const id of ids) marked.add(id);
}

beforeAll(async () => {
  app = await startApp();
  for (const role of ['editor', 'publisher'] as const) keys[role] = app.keys[role].split('_')[1] ?? '';
  const ids: string[] = [];
  for (let i = 0; i < 48; i++) ids.push(await makeArticle(i));
  articles = (await app.as.viewer.get(`${path}?limit=100`).expect(200)).body.data;
  expect(articles.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
  await mark(
    'deletedAt',
    [0, 12, 25, 40].flatMap((i) => ids[i] ?? []),
    deleted,
  );
  // Of the last, which is live, another version is to be published.
  await mark(
    'scheduledFor',
    [4, 5, 8, 16, 35, 47].flatMap((i) => ids[i] ?? []),
    scheduled,
  );
});
afterAll(() => app.close());

type Query = [name: string, value: string][];
const address = (query: Query) => `${path}?${new URLSearchParams(query)}`;
const list = async (query: Query) => (await app.as.viewer.get(address(query)).expect(200)).body;
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

type Publication = { state: string; publishedAt: string | null; hasUnpublishedChanges: boolean };
const publication = (article: Members) => article.publication as Publication;
const plain = (text: unknown) =>
  String(text ?? '')
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();

/** What each filter means, told by looking at an article as it is listed. */
const meaning: Record<string, (article: Members, value: string) => boolean> = {
  stage: ({ stage }, value) => stage === value,
  state: (article, value) => {
    const { state } = publication(article);
    return (state !== 'live' && scheduled.has(article.id) ? 'scheduled' : state) === value;
  },
  hasUnpublishedChanges: (article, value) => String(publication(article).hasUnpublishedChanges) === value,
  desk: ({ desk }, value) => desk === value,
  tag: ({ tags }, value) =>
    value.startsWith('!') ? !(tags as string[]).includes(value.slice(1)) : (tags as string[]).includes(value),
  updatedBy: ({ updatedBy }, value) => Object.values(updatedBy as Members).includes(value),
  updatedSince: ({ updatedAt }, value) => String(updatedAt) >= value,
  text: ({ headline, slug, slugline }, value) =>
    [headline, slug, slugline].some((text) => plain(text).includes(plain(value))),
};

function expected(query: Query): string[] {
  const asked = new Map(query);
  const sort = asked.get('sort') ?? '-updatedAt';
  const by = sort.replace('-', '');
  const sortedBy = (article: Members) =>
    String((by === 'publishedAt' ? publication(article).publishedAt : article[by]) ?? '');
  const direction = sort.startsWith('-') ? -1 : 1;
  return idsOf(
    articles
      .filter(({ id }) => deleted.has(id) === (asked.get('deleted') === 'true'))
      .filter((article) => query.every(([name, value]) => meaning[name]?.(article, value) ?? true))
      .sort((a, b) => {
        const [x, y] = [sortedBy(a), sortedBy(b)];
        if ((x === '') !== (y === '')) return x === '' ? 1 : -1;
        return (`${x}${a.id}` < `${y}${b.id}` ? -1 : 1) * direction;
      }),
  );
}

const filters: fc.Arbitrary<Query> = fc
  .record(
    {
      stage: fc.constantFrom('draft', 'review', 'ready'),
      state: fc.constantFrom('unpublished', 'scheduled', 'live', 'withdrawn'),
      hasUnpublishedChanges: fc.constantFrom('true', 'false'),
      desk: fc.constantFrom('sport', 'world', 'none'),
      tag: fc.uniqueArray(fc.constantFrom('gas', 'war', '!gas', '!war', '!none', 'none'), { maxLength: 2 }),
      updatedBy: fc.constantFrom('jane.doe', 'o.petrov', 'EDITOR', 'PUBLISHER', 'JANE.DOE', 'ffffffffffff'),
      updatedSince: fc.constantFrom('MIDDLE', '2020-01-01T00:00:00Z'),
      text: fc.constantFrom('МІНСЬК', 'elections', 'MINSK', '50%', '%', '_', 'odd', 'gaz', '\\', '-4', 'straße', 'нет'),
      deleted: fc.constantFrom('true', 'false'),
      sort: fc.constantFrom('updatedAt', '-updatedAt', 'createdAt', '-createdAt', 'publishedAt', '-publishedAt'),
      limit: fc.constantFrom('1', '4', '100'),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map((record) =>
    Object.entries(record).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
  );

/** Words that stand for what is known only once the server runs. */
function resolved(query: Query): Query {
  const times = articles.map(({ updatedAt }) => String(updatedAt)).sort();
  const known: Record<string, string> = {
    EDITOR: keys.editor,
    PUBLISHER: keys.publisher,
    MIDDLE: times[articles.length >> 1] ?? '',
  };
  return query.map(([name, value]) => [name, known[value] ?? value]);
}

describe('filters of GET /v1/manage/articles', () => {
  it('find what looking at every article finds, in its order, alone and together', async () => {
    await fc.assert(
      fc.asyncProperty(filters, async (asked) => {
        const query = resolved(asked);
        expect(await all(query)).toEqual(expected(query));
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });

  it.each<[string, Query, number]>([
    ['none: those that are not deleted', [], 44],
    ['stage', [['stage', 'review']], 23],
    ['state', [['state', 'withdrawn']], 4],
    ['state of those that wait for their time', [['state', 'scheduled']], 5],
    ['hasUnpublishedChanges', [['hasUnpublishedChanges', 'true']], 7],
    ['desk', [['desk', 'sport']], 14],
    ['tag', [['tag', 'gas']], 23],
    ['no such tag', [['tag', '!gas']], 21],
    [
      'both of two tags',
      [
        ['tag', 'gas'],
        ['tag', 'war'],
      ],
      11,
    ],
    ['a person', [['updatedBy', 'jane.doe']], 9],
    ['a key', [['updatedBy', 'PUBLISHER']], 28],
    ['updatedSince', [['updatedSince', 'MIDDLE']], 22],
    ['deleted', [['deleted', 'true']], 4],
    ['words of a headline in another case and without accents', [['text', 'ELECTIONS a minsk']], 10],
    ['words of another script', [['text', 'мінську']], 7],
    ['a part of a slug', [['text', '-odd']], 23],
    ['a part of a slugline', [['text', 'belarus-g']], 9],
    ['a percent sign, as it stands', [['text', '50%']], 9],
    ['a line below, as it stands', [['text', '_']], 9],
    ['a backslash, as it stands', [['text', '\\']], 9],
  ])('know %s', async (_what, asked, count) => {
    const query = resolved(asked);
    const found = await all(query);
    expect(found).toEqual(expected(query));
    expect(found).toHaveLength(count);
  });

  it.each(['updatedAt', '-updatedAt', 'createdAt', '-createdAt', 'publishedAt', '-publishedAt'])(
    'lead through every page and back, sorted by %s',
    async (sort) => {
      const query: Query = [
        ['sort', sort],
        ['limit', '7'],
      ];
      const pages: string[][] = [];
      let { data, page } = await list(query);
      for (; page.next !== null; { data, page } = await list([...query, ['cursor', page.next]]))
        pages.push(idsOf(data));
      const last = idsOf(data);
      expect([...pages.flat(), ...last]).toEqual(expected(query));
      for (const before of pages.reverse()) {
        ({ data, page } = await list([...query, ['cursor', page.previous]]));
        expect(idsOf(data)).toEqual(before);
      }
      expect(page.previous).toBeNull();
    },
  );

  it('stay with the Link header, and bind the cursor', async () => {
    const query: Query = [
      ['tag', 'gas'],
      ['tag', '!none'],
      ['text', 'MÎNSK'],
      ['sort', 'createdAt'],
      ['limit', '2'],
    ];
    const { body, headers } = await app.as.viewer.get(address(query)).expect(200);
    const link = /^<([^>]+)>; rel="next"$/.exec(headers.link ?? '')?.[1] ?? '';
    expect(idsOf((await app.as.viewer.get(link).expect(200)).body.data)).toEqual(expected(query).slice(2, 4));
    const [first, second, , ...rest] = query;
    const same = [second, first, ['text', 'minsk'], ...rest, ['cursor', body.page.next]] as Query;
    expect(idsOf((await list(same)).data)).toEqual(expected(query).slice(2, 4));
    const others = [query.slice(1), query.slice(0, 3), [...query, ['deleted', 'true']], [...query, ['desk', 'world']]];
    for (const other of others as Query[]) {
      const { errors } = (await app.as.viewer.get(address([...other, ['cursor', body.page.next]])).expect(400)).body;
      expect(errors).toMatchObject([{ parameter: 'cursor', code: 'invalid_cursor' }]);
    }
  });

  it.each<[Query, string]>([
    [[['stage', 'done']], 'stage'],
    [[['state', 'deleted']], 'state'],
    [[['hasUnpublishedChanges', 'yes']], 'hasUnpublishedChanges'],
    [[['desk', 'No Key']], 'desk'],
    [[['tag', '!!gas']], 'tag'],
    [[['updatedBy', '']], 'updatedBy'],
    [[['updatedSince', '2022-12-19']], 'updatedSince'],
    [[['text', '']], 'text'],
    [[['text', ' \u0301 ']], 'text'],
    [[['text', 'x'.repeat(201)]], 'text'],
    [[['deleted', '1']], 'deleted'],
    [[['sort', 'headline']], 'sort'],
    [[['fields', 'headline']], 'fields'],
  ])('refuse %j, naming the parameter once', async (query, parameter) => {
    const { errors } = (await app.as.viewer.get(address(query)).expect(400)).body;
    expect(errors.map((error: { parameter: string }) => error.parameter)).toEqual([parameter]);
  });
});
