import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import {
  changeResource,
  createResource,
  editSection,
  editStory,
  type Members,
  type Plural,
  withdrawStory,
} from '../support/editing.js';
import {
  createStory,
  embed,
  image,
  liveStory,
  minskStory,
  publishStory,
  quote,
  shortStory,
} from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const kinds: { plural: Plural; draft: Members; change: Members; block: (id: string) => Members }[] = [
  {
    plural: 'images',
    draft: image,
    change: { caption: 'Changed.' },
    block: (imageId) => ({ type: 'image', imageId }),
  },
  {
    plural: 'quotes',
    draft: quote,
    change: { context: 'Changed.' },
    block: (quoteId) => ({ type: 'quote', quoteId }),
  },
  {
    plural: 'embeds',
    draft: embed,
    change: { title: 'Changed.' },
    block: (embedId) => ({ type: 'embed', embedId }),
  },
];
const storyWith = (...blocks: Members[]) => shortStory({ sections: [{ blocks }] });
const idsOf = async (path: string): Promise<string[]> =>
  (await app.anybody.get(path).expect(200)).body.data.map(({ id }: { id: string }) => id);

describe.each(kinds)('GET /v1/$plural', ({ plural, draft, change, block }) => {
  const path = `/v1/${plural}`;
  const create = async () => (await createResource(app, plural, draft)).id;

  /** Holds the list and the single answer to a resource being shown to readers, or not. */
  async function requireShown(id: string, isShown: boolean): Promise<void> {
    await app.anybody.get(`${path}/${id}`).expect(isShown ? 200 : 404);
    expect((await idsOf(`${path}?limit=100`)).includes(id)).toBe(isShown);
  }

  it('shows a resource while a live story uses it, and no longer', async () => {
    const id = await create();
    await requireShown(id, false);
    const [first, second] = [
      await createStory(app, storyWith(block(id))),
      await createStory(app, storyWith(block(id))),
    ];
    await requireShown(id, false);
    await publishStory(app, first.id);
    await requireShown(id, true);
    await publishStory(app, second.id);
    await withdrawStory(app, first.id);
    await requireShown(id, true);
    await editSection(app, second.sections[0]?.id ?? '', { blocks: [{ type: 'paragraph', text: 'Words.' }] });
    await requireShown(id, true);
    await publishStory(app, second.id);
    await requireShown(id, false);
    await publishStory(app, first.id);
    await requireShown(id, true);
    await withdrawStory(app, first.id);
    await requireShown(id, false);
  });

  it('sends what the story shows, as it has become', async () => {
    const id = await create();
    const { slug } = await liveStory(app, storyWith(block(id)));
    await changeResource(app, plural, id, change);
    const { data } = (await app.anybody.get(`${path}/${id}`).expect(200)).body;
    expect(data).toMatchObject({ ...draft, ...change, id });
    const [shown] = (await app.anybody.get(`/v1/articles/${slug}/sections`)).body.data[0].blocks;
    const { storyCount, stories, ...facts } = data;
    expect(shown[plural.slice(0, -1)]).toEqual(facts);
    expect((await app.anybody.get(`${path}?limit=100`)).body.data).toContainEqual(data);
    for (const name of ['version', 'createdBy', 'updatedAt']) expect(data).not.toHaveProperty(name);
  });

  it('sends what was changed while no live story used it, once one does again', async () => {
    const id = await create();
    const { id: storyId } = await liveStory(app, storyWith(block(id)));
    await withdrawStory(app, storyId);
    await changeResource(app, plural, id, change);
    await publishStory(app, storyId);
    expect((await app.anybody.get(`${path}/${id}`).expect(200)).body.data).toMatchObject(change);
  });

  it('lists the newest first, in pages that lead both ways and stand still while others come', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift(await create());
    const blocks = [2, 0, 4, 1, 3].map((i) => block(ids[i] ?? ''));
    await liveStory(app, storyWith(...blocks));
    expect((await idsOf(`${path}?limit=100`)).slice(0, 5)).toEqual(ids);
    const first = await app.anybody.get(`${path}?limit=2`).expect(200);
    expect(first.body.page.previous).toBeNull();
    expect(first.headers.link).toBe(`<${path}?limit=2&cursor=${first.body.page.next}>; rel="next"`);
    await liveStory(app, storyWith(block(await create())));
    const second = await app.anybody.get(`${path}?limit=2&cursor=${first.body.page.next}`).expect(200);
    expect(second.body.data.map(({ id }: Members) => id)).toEqual(ids.slice(2, 4));
    const { next, previous } = second.body.page;
    expect(second.headers.link).toBe(
      `<${path}?limit=2&cursor=${next}>; rel="next", <${path}?limit=2&cursor=${previous}>; rel="prev"`,
    );
    expect(await idsOf(`${path}?limit=2&cursor=${previous}`)).toEqual(ids.slice(0, 2));
  });

  it('answers 400 for what it does not know and for a cursor of another list', async () => {
    await liveStory(app, storyWith(block(await create()), block(await create())));
    const { next } = (await app.anybody.get(`${path}?limit=1`)).body.page;
    const others = ['/v1/articles', ...kinds.map((kind) => `/v1/${kind.plural}`)].filter((other) => other !== path);
    const managed = (await app.as.viewer.get(`/v1/manage/${plural}?limit=1`)).body.page.next;
    for (const [address, parameter] of [
      ...others.map((other) => [`${other}?cursor=${next}`, 'cursor'] as const),
      [`${path}?cursor=${managed}`, 'cursor'],
      [`${path}?limit=x`, 'limit'],
      [`${path}?id=1`, 'id'],
    ] as const) {
      const { body } = await app.anybody.get(address).expect(400);
      expect(body.errors).toMatchObject([{ parameter }]);
    }
    await app.anybody.get(`${path}/nonsense`).expect(404);
    const { slug } = await liveStory(app);
    await app.anybody.get(`${path}/${slug}`).expect(404);
  });
});

describe('GET /v1/images', () => {
  it('shows lead images and thumbnails as well, while a live story does', async () => {
    const [lead, thumbnail] = [await createResource(app, 'images', image), await createResource(app, 'images', image)];
    const film = await createResource(app, 'embeds', { ...embed, thumbnailImageId: thumbnail.id });
    const { id } = await liveStory(
      app,
      shortStory({ leadImageId: lead.id, sections: [{ blocks: [{ type: 'embed', embedId: film.id }] }] }),
    );
    for (const shown of [lead, thumbnail]) await app.anybody.get(`/v1/images/${shown.id}`).expect(200);
    const { data } = (await app.anybody.get(`/v1/embeds/${film.id}`).expect(200)).body;
    expect(data).toMatchObject({ thumbnail: { id: thumbnail.id, ...image } });
    expect(data).not.toHaveProperty('thumbnailImageId');
    await editStory(app, id, { leadImageId: null });
    await publishStory(app, id);
    await app.anybody.get(`/v1/images/${lead.id}`).expect(404);
    await changeResource(app, 'embeds', film.id, { thumbnailImageId: null });
    await app.anybody.get(`/v1/images/${thumbnail.id}`).expect(404);
    await changeResource(app, 'embeds', film.id, { thumbnailImageId: lead.id });
    await app.anybody.get(`/v1/images/${lead.id}`).expect(200);
  });
});

describe('GET /v1/quotes', () => {
  const said = async (name: string, text: string): Promise<string> =>
    (await createResource(app, 'quotes', { text, language: 'en', speaker: { name } })).id;
  const show = (...ids: string[]) => liveStory(app, storyWith(...ids.map((quoteId) => ({ type: 'quote', quoteId }))));
  const saidBy = (speaker: string) => idsOf(`/v1/quotes?speaker=${encodeURIComponent(speaker)}&limit=100`);

  it('shows quotes that stand in the text of a paragraph', async () => {
    const id = await said('A witness', 'I saw it.');
    const spans = [{ start: 0, end: 9, type: 'quote', quoteId: id }];
    const { slug } = await liveStory(app, storyWith({ type: 'paragraph', text: 'I saw it, he said.', spans }));
    const { storyCount, stories, ...data } = (await app.anybody.get(`/v1/quotes/${id}`).expect(200)).body.data;
    const [section] = (await app.anybody.get(`/v1/articles/${slug}/sections`)).body.data;
    expect(section.blocks[0].spans).toEqual([{ start: 0, end: 9, type: 'quote', quote: data }]);
  });

  it('lists what one speaker said, whatever the case and accents of the name', async () => {
    const ids = [await said('Gérard Dépardieu', 'One.'), await said('GERARD  DEPARDIEU', 'Two.')];
    const other = await said('Gérard', 'Three.');
    await show(...ids, other);
    for (const name of ['Gérard Dépardieu', 'gerard depardieu', 'GÉRARD DÉPARDIEU', ' Ge\u0301rard De\u0301pardieu ']) {
      expect(await saidBy(name)).toEqual([...ids].reverse());
    }
    expect(await saidBy('Gerard')).toEqual([other]);
    expect(await saidBy('Depardieu')).toEqual([]);
    expect(await saidBy('%')).toEqual([]);
  });

  it('folds names of other scripts', async () => {
    const ids = [await said('Владимир Путин', 'One.'), await said('Ελένη Παππάς', 'Two.')];
    await show(...ids);
    expect(await saidBy('ВЛАДИМИР ПУТИН')).toEqual([ids[0]]);
    expect(await saidBy('ΕΛΕΝΗ ΠΑΠΠΑΣ')).toEqual([ids[1]]);
  });

  it('does not take a blank name for that of whoever is not named', async () => {
    const id = await said('Somebody', 'Nobody knows who said it.');
    await show(id);
    // As one that went live before a quote had to name its speaker.
    const { db, tables, commit } = app.store;
    const ofQuote = eq(tables.librarySnapshots.resourceId, id);
    await commit([{ query: db.update(tables.librarySnapshots).set({ speaker: null }).where(ofQuote), rows: 1 }]);
    for (const blank of [' ', '\u0301']) {
      const { body } = await app.anybody.get(`/v1/quotes?speaker=${encodeURIComponent(blank)}`);
      expect(body.data ?? []).toEqual([]);
    }
    await app.anybody.get('/v1/quotes?speaker=').expect(400);
  });

  it('follows a speaker who is corrected', async () => {
    const id = await said('Wrong Name', 'Words.');
    await show(id);
    await changeResource(app, 'quotes', id, { speaker: { name: 'Right Name' } });
    expect([await saidBy('wrong name'), await saidBy('right name')]).toEqual([[], [id]]);
  });

  it('binds its cursors to the speaker, however that is written', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift(await said('José Many', `${i}.`));
    await show(...ids);
    const first = await app.anybody.get('/v1/quotes?speaker=Jos%C3%A9%20Many&limit=2').expect(200);
    const { next } = first.body.page;
    expect(first.headers.link).toBe(`</v1/quotes?speaker=Jos%C3%A9+Many&limit=2&cursor=${next}>; rel="next"`);
    const link = /<([^>]*)>/.exec(first.headers.link ?? '')?.[1] ?? '';
    expect(await idsOf(link)).toEqual(ids.slice(2));
    expect(await idsOf(`/v1/quotes?speaker=jose%20many&cursor=${next}`)).toEqual(ids.slice(2));
    await app.anybody.get(`/v1/quotes?speaker=Gerard&cursor=${next}`).expect(400);
    await app.anybody.get(`/v1/quotes?cursor=${next}`).expect(400);
  });

  it('lists what the speakers of a story said', async () => {
    await liveStory(app, minskStory());
    const { data } = (await app.anybody.get('/v1/quotes?speaker=vladimir%20putin&limit=100').expect(200)).body;
    expect(data.length).toBeGreaterThan(0);
    for (const { speaker } of data) expect(speaker.name).toBe('Vladimir Putin');
  });
});
