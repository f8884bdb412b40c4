import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { type Members, type Plural, withdrawStory } from '../support/editing.js';
import { createStory, embed, image, liveStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
/** Every resource of each kind as it is listed, those that are deleted among them. */
let resources: Record<Plural, Members[]>;
const used = new Set<unknown>();
const deleted = new Set<unknown>();
let editorKey: string;

const plurals = ['images', 'quotes', 'embeds'] as const;
const words = ['Мінск увечары', 'Élysée', '100%_sure', 'C:\\temp', 'plain words'];
const people = ['jane.doe', 'o.petrov'];

const drafts: Record<Plural, (i: number) => Members> = {
  images: (i) => ({
    ...image,
    [['alt', 'caption', 'creditLine', 'photographer', 'agency', 'location'][i % 6] ?? '']: words[i % 5],
  }),
  quotes: (i) => ({
    ...quote,
    ...(i % 3 === 0 && { text: words[i % 5] }),
    ...(i % 3 === 1 && { context: words[i % 5] }),
    speaker: i % 3 === 0 ? null : { name: i % 3 === 2 ? words[i % 5] : 'A witness', role: 'Organizer' },
  }),
  embeds: (i) => ({
    ...embed,
    kind: ['video', 'audio', 'social'][i % 3],
    [['title', 'description', 'provider'][i % 3] ?? '']: words[i % 5],
  }),
};

beforeAll(async () => {
  app = await startApp();
  editorKey = app.keys.editor.split('_')[1] ?? '';
  for (const plural of plurals) {
    for (let i = 0; i < 20; i++) {
      const sent = app.as.editor.post(`/v1/manage/${plural}`, drafts[plural](i));
      if (i % 3 !== 0) sent.set('x-actor', people[i % 2] ?? '');
      await sent.expect(201);
    }
  }
  const list = async (plural: Plural): Promise<Members[]> =>
    (await app.as.viewer.get(`/v1/manage/${plural}?limit=100`).expect(200)).body.data;
  resources = { images: await list('images'), quotes: await list('quotes'), embeds: await list('embeds') };
  const at = (plural: Plural, i: number) => {
    const id = String(resources[plural][i]?.id);
    used.add(id);
    return id;
  };
  // In a working copy, in a live story and in one that was taken down, which is a working copy as well.
  const blocks = (i: number) => [
    { type: 'image', imageId: at('images', i) },
    { type: 'quote', quoteId: at('quotes', i) },
    { type: 'embed', embedId: at('embeds', i) },
  ];
  await createStory(app, shortStory({ sections: [{ blocks: blocks(1) }], leadImageId: at('images', 5) }));
  await liveStory(app, shortStory({ sections: [{ blocks: blocks(2) }] }));
  await withdrawStory(app, (await liveStory(app, shortStory({ sections: [{ blocks: blocks(3) }] }))).id);
  const film = await app.as.editor
    .post('/v1/manage/embeds', { ...embed, thumbnailImageId: at('images', 7) })
    .expect(201);
  resources.embeds.unshift(film.body.data);
  for (const plural of plurals) {
    for (const i of [9, 10, 14]) {
      const id = resources[plural][i]?.id;
      await app.raw.run(`UPDATE ${plural} SET deleted_at = 'x' WHERE id = '${id}'`);
      deleted.add(id);
    }
  }
});
afterAll(() => app.close());

type Query = [name: string, value: string][];
const idsOf = (data: Members[]) => data.map(({ id }) => String(id));
const read = async (plural: Plural, query: Query) =>
  (await app.as.viewer.get(`/v1/manage/${plural}?${new URLSearchParams(query)}`).expect(200)).body;

async function all(plural: Plural, query: Query): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { data, page } = await read(plural, cursor === '' ? query : [...query, ['cursor', cursor]]);
    ids.push(...idsOf(data));
    cursor = page.next;
  }
  return ids;
}

const plain = (text: unknown) =>
  String(text ?? '')
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
const textsOf: Record<Plural, (resource: Members) => unknown[]> = {
  images: ({ alt, caption, creditLine, photographer, agency, location }) => [
    alt,
    caption,
    creditLine,
    photographer,
    agency,
    location,
  ],
  quotes: ({ text, context, speaker }) => [text, context, (speaker as Members | null)?.name],
  embeds: ({ title, description, provider }) => [title, description, provider],
};

function expected(plural: Plural, query: Query): string[] {
  const asked = new Map(query);
  const meaning: Record<string, (resource: Members, value: string) => boolean> = {
    text: (resource, value) => textsOf[plural](resource).some((text) => plain(text).includes(plain(value))),
    kind: ({ kind }, value) => kind === value,
    used: ({ id }, value) => String(used.has(id)) === value,
    updatedBy: ({ updatedBy }, value) => Object.values(updatedBy as Members).includes(value),
    updatedSince: ({ updatedAt }, value) => String(updatedAt) >= value,
  };
  const found = resources[plural]
    .filter(({ id }) => deleted.has(id) === (asked.get('deleted') === 'true'))
    .filter((resource) => query.every(([name, value]) => meaning[name]?.(resource, value) ?? true))
    .sort((a, b) => (`${a.updatedAt}${a.id}` < `${b.updatedAt}${b.id}` ? 1 : -1));
  return idsOf(asked.get('sort') === 'updatedAt' ? found.reverse() : found);
}

const filters = (plural: Plural): fc.Arbitrary<Query> =>
  fc
    .record(
      {
        text: fc.constantFrom('МІНСК', 'elysee', '%', '_', '\\', 'person', 'name', 'Organizer', 'a', 'none'),
        used: fc.constantFrom('true', 'false'),
        updatedBy: fc.constantFrom('jane.doe', 'o.petrov', 'EDITOR', 'nobody'),
        updatedSince: fc.constantFrom('MIDDLE'),
        deleted: fc.constantFrom('true', 'false'),
        sort: fc.constantFrom('updatedAt', '-updatedAt'),
        limit: fc.constantFrom('1', '3', '100'),
        ...(plural === 'embeds' && { kind: fc.constantFrom('video', 'audio', 'document') }),
      },
      { requiredKeys: [], noNullPrototype: true },
    )
    .map(
      (record): Query =>
        Object.entries(record).map(([name, value]) => [
          name,
          value.replace('EDITOR', editorKey).replace('MIDDLE', String(resources[plural][10]?.updatedAt)),
        ]),
    );

describe.each(plurals)('filters of GET /v1/manage/%s', (plural) => {
  it('find what looking at every resource finds, in its order, alone and together', async () => {
    await fc.assert(
      fc.asyncProperty(filters(plural), async (query) => {
        expect(await all(plural, query)).toEqual(expected(plural, query));
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('find something, and not all', async () => {
    const queries: Query[] = [
      [['text', 'ELYSEE']],
      [['text', '%']],
      [['used', 'true']],
      [['used', 'false']],
      [['updatedBy', 'jane.doe']],
      [['deleted', 'true']],
      ...(plural === 'embeds' ? [[['kind', 'audio']] satisfies Query] : []),
    ];
    for (const query of queries) {
      const found = await all(plural, query);
      expect([query, found]).toEqual([query, expected(plural, query)]);
      expect(found.length).toBeGreaterThan(0);
      expect(found.length).toBeLessThan(resources[plural].length - 3);
    }
  });

  it('stay with the Link header, lead back, and bind the cursor', async () => {
    const path = `/v1/manage/${plural}?text=e&sort=updatedAt&limit=2`;
    const { body, headers } = await app.as.viewer.get(path).expect(200);
    const link = /^<([^>]+)>; rel="next"$/.exec(headers.link ?? '')?.[1] ?? '';
    const second = (await app.as.viewer.get(link).expect(200)).body;
    const query: Query = [
      ['text', 'E'],
      ['sort', 'updatedAt'],
    ];
    expect(idsOf([...body.data, ...second.data])).toEqual(expected(plural, query).slice(0, 4));
    expect(idsOf((await read(plural, [...query, ['limit', '2'], ['cursor', second.page.previous]])).data)).toEqual(
      idsOf(body.data),
    );
    await app.as.viewer.get(`/v1/manage/${plural}?text=e&limit=2&cursor=${body.page.next}`).expect(400);
  });

  it('are refused when they are wrong, each by its name', async () => {
    const wrong: [string, string][] = [
      ['used=maybe', 'used'],
      ['text=%20', 'text'],
      ['sort=text', 'sort'],
      ['updatedSince=today', 'updatedSince'],
      ['caption=x', 'caption'],
      [plural === 'embeds' ? 'kind=film' : 'kind=video', 'kind'],
    ];
    for (const [query, parameter] of wrong) {
      const { errors } = (await app.as.viewer.get(`/v1/manage/${plural}?${query}`).expect(400)).body;
      expect(errors.map((error: { parameter: string }) => error.parameter)).toEqual([parameter]);
    }
  });
});
