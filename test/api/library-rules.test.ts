import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { changeResource, createResource, type Members, type Plural, patchResource } from '../support/editing.js';
import { embed, image, quote, shortStory } from '../support/stories.js';

const unknownId = '01852a5c-9d00-7a11-8b22-0123456789ab';

interface Kind {
  plural: Plural;
  draft: Members;
  /** The fewest fields there can be, and what all are then. */
  least: Members;
  filled: Members;
  change: Members;
  pointer: string;
  wrong: Members;
  wrongPlaces: Members[];
  required: string[];
}

const kinds: Kind[] = [
  {
    plural: 'images',
    draft: image,
    least: {},
    filled: {
      alt: null,
      decorative: false,
      caption: null,
      creditLine: null,
      photographer: null,
      agency: null,
      copyrightNotice: null,
      usageTerms: null,
      takenAt: null,
      location: null,
      focalPoint: null,
      sourceUrl: null,
      file: null,
    },
    change: { caption: 'Another caption.' },
    pointer: '/caption',
    wrong: { alt: 1, focalPoint: { x: 2, y: 0.5 }, creditLine: 'one\ntwo', file: {} },
    wrongPlaces: [
      { pointer: '/alt', code: 'invalid_type' },
      { pointer: '/focalPoint/x', code: 'too_big' },
      { pointer: '/creditLine', code: 'line_break' },
      { pointer: '/file', code: 'unknown_field' },
    ],
    required: [],
  },
  {
    plural: 'quotes',
    draft: quote,
    least: { text: 'Words.', language: 'en' },
    filled: { text: 'Words.', language: 'en', speaker: null, context: null, saidAt: null, sourceUrl: null },
    change: { context: 'At a news conference' },
    pointer: '/context',
    wrong: { text: '', language: 'english language', saidAt: '2022-02-30', speaker: { kind: 'robot' }, said: true },
    wrongPlaces: [
      { pointer: '/text', code: 'too_small' },
      { pointer: '/language', code: 'invalid_format' },
      { pointer: '/saidAt', code: 'invalid_format' },
      { pointer: '/speaker/name', code: 'required' },
      { pointer: '/speaker/kind', code: 'invalid_value' },
      { pointer: '/said', code: 'unknown_field' },
    ],
    required: ['text', 'language'],
  },
  {
    plural: 'embeds',
    draft: embed,
    least: { kind: 'audio', provider: 'A host', title: 'A title' },
    filled: {
      kind: 'audio',
      provider: 'A host',
      title: 'A title',
      description: null,
      url: null,
      embedUrl: null,
      duration: null,
      publishedAt: null,
      thumbnailImageId: null,
      aspectRatio: null,
      transcript: null,
      captionsUrl: null,
    },
    change: { description: 'What it is about.' },
    pointer: '/description',
    wrong: { kind: 'hologram', provider: ' ', url: 'javascript:alert(1)', duration: '124', aspectRatio: '0:9' },
    wrongPlaces: [
      { pointer: '/kind', code: 'invalid_value' },
      { pointer: '/provider', code: 'blank' },
      { pointer: '/title', code: 'required' },
      { pointer: '/url', code: 'invalid_url' },
      { pointer: '/duration', code: 'invalid_format' },
      { pointer: '/aspectRatio', code: 'invalid_format' },
    ],
    required: ['kind', 'provider', 'title'],
  },
];

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

describe.each(kinds)('$plural:', ({ plural, draft, least, filled, change, pointer, wrong, wrongPlaces, required }) => {
  const path = `/v1/manage/${plural}`;
  const create = () => createResource(app, plural, draft);

  describe(`POST ${path}`, () => {
    it('answers 201 with every field, null where none was given, and who made it', async () => {
      const { body } = await app.as.editor.post(path, least).set('x-actor', 'jane.doe').expect(201);
      expect(body.data).toEqual({
        ...filled,
        id: expect.any(String),
        version: 1,
        createdAt: expect.any(String),
        createdBy: { key: expect.any(String), actor: 'jane.doe' },
        updatedAt: body.data.createdAt,
        updatedBy: body.data.createdBy,
      });
    });

    it('answers 400 with every place that is wrong at once, and keeps nothing', async () => {
      const before = (await app.as.viewer.get(path)).body;
      const { body } = await app.as.editor.post(path, wrong).expect(400);
      expect(new Set(body.errors.map((error: Members) => error.pointer))).toEqual(
        new Set(wrongPlaces.map((place) => place.pointer)),
      );
      expect(body.errors).toEqual(expect.arrayContaining(wrongPlaces.map((place) => expect.objectContaining(place))));
      expect((await app.as.viewer.get(path)).body).toEqual(before);
    });
  });

  describe(`PATCH ${path}/{id}`, () => {
    it('changes what the body names, keeps the rest, and tells who did it', async () => {
      const before = await create();
      const response = await app.as.editor
        .patch(`${path}/${before.id}`, change)
        .set('content-type', 'application/merge-patch+json')
        .set({ 'if-match': '"1"', 'x-actor': 'jane.doe' })
        .expect(200);
      expect(response.headers.etag).toBe('"2"');
      const { updatedAt } = response.body.data;
      expect(updatedAt > String(before.createdAt)).toBe(true);
      const updatedBy = { key: expect.any(String), actor: 'jane.doe' };
      expect(response.body.data).toEqual({ ...before, ...change, version: 2, updatedAt, updatedBy });
    });

    it('removes what is null', async () => {
      const { id } = await createResource(app, plural, { ...draft, ...change });
      const name = pointer.slice(1);
      expect(await changeResource(app, plural, id, { [name]: null })).toMatchObject({ [name]: null, version: 2 });
    });

    it('leaves the version when nothing changes', async () => {
      const before = await create();
      for (const body of [{}, draft, before]) {
        const response = await patchResource(app, plural, before.id, body);
        expect([response.status, response.body.data]).toEqual([200, before]);
      }
    });

    it('answers 400 with every read-only field that differs', async () => {
      const { id } = await create();
      const { status, body } = await patchResource(app, plural, id, { ...change, version: 9, createdAt: null });
      expect(status).toBe(400);
      expect(body.errors.map((error: Members) => [error.pointer, error.code])).toEqual([
        ['/version', 'read_only'],
        ['/createdAt', 'read_only'],
      ]);
    });

    it('answers 400 with every field that must be there and is null, or is not known', async () => {
      const { id } = await create();
      const nulls = Object.fromEntries(required.map((name) => [name, null]));
      const { status, body } = await patchResource(app, plural, id, { ...nulls, nonsense: 1 });
      expect(status).toBe(400);
      expect(body.errors.map((error: Members) => error.pointer)).toEqual([
        ...required.map((name) => `/${name}`),
        '/nonsense',
      ]);
    });

    it('answers 428 to an asterisk, 412 to a weak tag and to one that never was, 400 to what is no tag, and changes nothing', async () => {
      const { id } = await create();
      const current = await changeResource(app, plural, id, change);
      await app.as.editor.patch(`${path}/${id}`, least).set('if-match', '*').expect(428);
      await app.as.editor.patch(`${path}/${id}`, least).set('if-match', 'nonsense').expect(400);
      for (const tag of ['W/"2"', '"7"']) {
        const { body } = await app.as.editor.patch(`${path}/${id}`, least).set('if-match', tag).expect(412);
        expect(body).toMatchObject({ type: '/problems/stale-version', currentVersion: 2, changed: [] });
      }
      expect((await app.as.viewer.get(`${path}/${id}`)).body.data).toEqual(current);
    });

    it('answers 415 with what it accepts', async () => {
      const { id } = await create();
      const sent = app.as.editor.patch(`${path}/${id}`, change).set('content-type', 'text/plain');
      const { headers } = await sent.set('if-match', '"1"').expect(415);
      expect(headers['accept-patch']).toBe('application/merge-patch+json, application/json');
    });
  });

  describe(`GET ${path}`, () => {
    it('lists all, the last changed first, in pages that lead both ways', async () => {
      const [first, second, third] = [await create(), await create(), await create()];
      await changeResource(app, plural, first.id, change);
      const all = (await app.as.viewer.get(`${path}?limit=100`).expect(200)).body;
      const ids = all.data.map(({ id }: { id: string }) => id);
      expect(ids.slice(0, 3)).toEqual([first.id, third.id, second.id]);
      expect(all.page).toEqual({ limit: 100, next: null, previous: null });

      const page1 = await app.as.viewer.get(`${path}?limit=2`).expect(200);
      expect(page1.body.data).toEqual(all.data.slice(0, 2));
      expect(page1.body.page.previous).toBeNull();
      const next = `${path}?limit=2&cursor=${page1.body.page.next}`;
      expect(page1.headers.link).toBe(`<${next}>; rel="next"`);

      await create();
      const page2 = await app.as.viewer.get(next).expect(200);
      expect(page2.body.data).toEqual(all.data.slice(2, 4));
      expect(page2.headers.link).toContain(`<${path}?limit=2&cursor=${page2.body.page.previous}>; rel="prev"`);
      const back = await app.as.viewer.get(`${path}?limit=2&cursor=${page2.body.page.previous}`).expect(200);
      expect(back.body.data).toEqual(page1.body.data);
      expect(back.body.page.previous).not.toBeNull();
    });

    it('answers 400 for a cursor of another list, a limit out of bounds and an unknown parameter', async () => {
      await Promise.all([create(), create()]);
      const { next } = (await app.as.viewer.get(`${path}?limit=1`)).body.page;
      const other = kinds.find((kind) => kind.plural !== plural)?.plural;
      for (const [address, parameter] of [
        [`/v1/manage/${other}?cursor=${next}`, 'cursor'],
        [`/v1/manage/articles?cursor=${next}`, 'cursor'],
        [`${path}?cursor=nonsense`, 'cursor'],
        [`${path}?limit=0`, 'limit'],
        [`${path}?limit=101`, 'limit'],
        [`${path}?sort=id`, 'sort'],
      ] as const) {
        const { body } = await app.as.viewer.get(address).expect(400);
        expect(body.errors).toMatchObject([{ parameter }]);
      }
    });
  });
});

describe('the speaker of a quote', () => {
  it('may be given anew, and is a person unless said otherwise', async () => {
    const { id } = await createResource(app, 'quotes', { text: 'Words.', language: 'en' });
    await patchResource(app, 'quotes', id, { speaker: { name: 'A witness' } });
    const { body } = await patchResource(app, 'quotes', id, { speaker: { role: 'Passer-by' } });
    expect(body.data.speaker).toEqual({ name: 'A witness', kind: 'person', role: 'Passer-by', affiliation: null });
    const unnamed = await patchResource(app, 'quotes', id, { speaker: { name: null } });
    expect([unnamed.status, unnamed.body.errors[0].pointer]).toEqual([400, '/speaker/name']);
  });
});

describe('the focal point of an image', () => {
  it('merges, and is whole or not there', async () => {
    const { id } = await createResource(app, 'images', { ...image, focalPoint: { x: 0.5, y: 0.25 } });
    const patched = await patchResource(app, 'images', id, { focalPoint: { x: 1 } });
    expect(patched.body.data.focalPoint).toEqual({ x: 1, y: 0.25 });
    expect((await patchResource(app, 'images', id, { focalPoint: null })).body.data.focalPoint).toBeNull();
    const half = await patchResource(app, 'images', id, { focalPoint: { x: 1 } });
    expect(half.status).toBe(400);
    expect(half.body.errors).toMatchObject([{ pointer: '/focalPoint/y', code: 'required' }]);
  });
});

describe('the thumbnail of an embed', () => {
  it('is an image of the library after a change as well, or else the answer is 422', async () => {
    const { id } = await createResource(app, 'embeds', embed);
    const patched = await patchResource(app, 'embeds', id, { thumbnailImageId: unknownId });
    expect(patched.status).toBe(422);
    expect(patched.body.errors).toMatchObject([{ pointer: '/thumbnailImageId', code: 'unknown_reference' }]);
    const { id: thumbnailImageId } = await createResource(app, 'images', image);
    const read = await app.as.editor.get(`/v1/manage/embeds/${id}`);
    await changeResource(app, 'embeds', id, { thumbnailImageId });
    const { body } = await app.as.editor.patch(`/v1/manage/embeds/${id}`, {}).set(matching(read)).expect(412);
    expect(body.changed).toEqual(['/thumbnailImageId']);
  });

  it('is asked for as well when a story carries the embed inline', async () => {
    const blocks = [{ type: 'embed', embed: { ...embed, thumbnailImageId: unknownId } }];
    const { body } = await app.as.editor
      .post('/v1/manage/articles', shortStory({ sections: [{ blocks }] }))
      .expect(422);
    expect(body.errors).toMatchObject([
      { pointer: '/sections/0/blocks/0/embed/thumbnailImageId', code: 'unknown_reference' },
    ]);
  });
});

describe('the duration of an embed', () => {
  it('is refused when it has more digits than anything lasts', async () => {
    const duration = `PT${'9'.repeat(1000)}S`;
    const { body } = await app.as.editor
      .post('/v1/manage/embeds')
      .send({ ...embed, duration })
      .expect(400);
    expect(body.errors).toMatchObject([{ pointer: '/duration', code: 'too_big' }]);
  });
});
