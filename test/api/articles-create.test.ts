import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { createStory, image, minskStory, quote, shortStory } from '../support/stories.js';

const path = '/v1/manage/articles';
const unknownId = '01852a5c-0000-7000-8000-00000000dead';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** How many rows each table of the model has. */
async function rowCounts({ store: { db, tables, all } }: TestApp): Promise<number[]> {
  const { articles, sections, images, quotes, embeds, revisions, changes, slugs, whereUsed } = tables;
  return Promise.all(
    [articles, sections, images, quotes, embeds, revisions, changes, slugs, whereUsed].map(
      async (table) => (await all(db.select().from(table))).length,
    ),
  );
}

describe('POST /v1/manage/articles', () => {
  it('creates a whole story with everything inline, and answers with its address and version', async () => {
    const story = minskStory();
    const response = await app.as.editor.post(path, story).expect(201);
    const { data } = response.body;
    expect(response.headers).toMatchObject({ location: `${path}/${data.id}`, etag: '"1"' });
    expect(data.sections.map((section: { heading: unknown }) => section.heading)).toEqual(
      story.sections.map(({ heading }) => heading),
    );
    const sent = story.sections.flatMap(({ blocks }) => blocks);
    const kept = data.sections.flatMap((section: { blocks: { type: string; text?: string }[] }) => section.blocks);
    expect(kept.map(({ type, text }: { type: string; text?: string }) => [type, text])).toEqual(
      sent.map(({ type, text }) => [type, text]),
    );
    const [firstImage] = kept.filter(({ type }: { type: string }) => type === 'image');
    const managed = await app.as.viewer.get(`/v1/manage/images/${firstImage.imageId}`).expect(200);
    expect(managed.body.data).toMatchObject((sent.find(({ type }) => type === 'image') as { image: object }).image);
  });

  it('lets one inline resource stand in two places of the body', async () => {
    const id = '01852a5c-0000-7000-8000-0000000000a1';
    const blocks = [
      { type: 'quote', quote: { ...quote, id } },
      { type: 'quote', quoteId: id, display: 'pull' },
    ];
    const { sections } = await createStory(app, shortStory({ sections: [{ blocks }] }));
    expect(sections[0]?.blocks.map(({ quoteId }) => quoteId)).toEqual([id, id]);
    const again = [{ type: 'quote', quote: { ...quote, id } }];
    await createStory(app, shortStory({ sections: [{ blocks: again }] }));
  });

  it('answers 422 for an inline resource whose id is there with other content', async () => {
    const id = '01852a5c-0000-7000-8000-0000000000a2';
    await createStory(app, shortStory({ sections: [{ blocks: [{ type: 'image', image: { ...image, id } }] }] }));
    const other = { type: 'image', image: { ...image, id, caption: 'Another.' } };
    const { body } = await app.as.editor.post(path, shortStory({ sections: [{ blocks: [other] }] })).expect(422);
    expect(body.errors).toMatchObject([{ pointer: '/sections/0/blocks/0/image/id', code: 'id_taken' }]);
  });

  it('makes a slug from a headline in any script, and another for the next of the same', async () => {
    const headline = 'Путин в Минске';
    expect((await createStory(app, { headline, language: 'ru', desk: 'world' })).slug).toBe('putin-v-minske');
    expect((await createStory(app, { headline, language: 'ru', desk: 'world' })).slug).toBe('putin-v-minske-2');
    expect((await createStory(app, { language: 'en', desk: 'world' })).slug).toMatch(/^story-[0-9a-f]{12}$/);
  });

  it('answers 409 with a pointer when the slug is taken', async () => {
    await createStory(app, shortStory({ slug: 'taken-slug' }));
    const { body } = await app.as.editor.post(path, shortStory({ slug: 'taken-slug' })).expect(409);
    expect(body).toMatchObject({ type: '/problems/conflict', errors: [{ pointer: '/slug', code: 'slug_taken' }] });
  });

  it('answers 400 with the pointer of one bad block in the fourth section, and keeps nothing of the story', async () => {
    const story = minskStory();
    story.sections[3]?.blocks.push({
      type: 'paragraph',
      text: 'Too short a text.',
      spans: [{ start: 0, end: 99, type: 'strong' }],
    });
    const before = await rowCounts(app);
    const { body } = await app.as.editor.post(path, { ...story, slug: 'another-slug' }).expect(400);
    const index = (story.sections[3]?.blocks.length ?? 0) - 1;
    expect(body.errors).toMatchObject([
      { pointer: `/sections/3/blocks/${index}/spans/0/end`, code: 'span_outside_text' },
    ]);
    expect(await rowCounts(app)).toEqual(before);
  });

  it('names everything that is wrong at once, and what is allowed in place of an unknown field', async () => {
    const { body } = await app.as.editor
      .post(path, { headline: 1, colour: 'red', sections: [{ blocks: [{ type: 'nope' }, { type: 'image' }] }] })
      .expect(400);
    const codes = Object.fromEntries(
      body.errors.map(({ pointer, code }: { pointer: string; code: string }) => [pointer, code]),
    );
    expect(codes).toEqual({
      '/headline': 'invalid_type',
      '/language': 'required',
      '/desk': 'required',
      '/colour': 'unknown_field',
      '/sections/0/blocks/0/type': 'invalid_union',
      '/sections/0/blocks/1/imageId': 'required',
    });
    expect(body.errors.find(({ code }: { code: string }) => code === 'unknown_field').message).toContain(
      'allowed: slug, language',
    );
  });

  it('answers 422 with a pointer for every reference to what is not there, and keeps nothing', async () => {
    const before = await rowCounts(app);
    const blocks = [
      { type: 'image', imageId: unknownId },
      { type: 'quote', quoteId: unknownId },
      { type: 'embed', embedId: unknownId },
      { type: 'paragraph', text: 'Quoted.', spans: [{ start: 0, end: 6, type: 'quote', quoteId: unknownId }] },
      { type: 'image', image },
    ];
    const { body } = await app.as.editor
      .post(
        path,
        shortStory({ leadImageId: unknownId, related: [unknownId], translationOf: unknownId, sections: [{ blocks }] }),
      )
      .expect(422);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/leadImageId',
      '/related/0',
      '/sections/0/blocks/0/imageId',
      '/sections/0/blocks/1/quoteId',
      '/sections/0/blocks/2/embedId',
      '/sections/0/blocks/3/spans/0/quoteId',
      '/translationOf',
    ]);
    expect(await rowCounts(app)).toEqual(before);
  });

  it('answers 422 for ids of blocks that it does not have', async () => {
    const blocks = [{ type: 'paragraph', id: unknownId, text: 'Words.' }];
    const { body } = await app.as.editor.post(path, shortStory({ sections: [{ blocks }] })).expect(422);
    expect(body.errors).toMatchObject([{ pointer: '/sections/0/blocks/0/id', code: 'unknown_id' }]);
  });

  it('answers 422 when there are too many sections or blocks', async () => {
    const sections = Array.from({ length: 501 }, () => ({}));
    expect((await app.as.editor.post(path, shortStory({ sections })).expect(422)).body.errors).toMatchObject([
      { code: 'too_many' },
    ]);
    const blocks = Array.from({ length: 2001 }, () => ({ type: 'paragraph', text: 'x' }));
    expect(
      (await app.as.editor.post(path, shortStory({ sections: [{ blocks }] })).expect(422)).body.errors,
    ).toMatchObject([{ code: 'too_many' }]);
  });

  it('refuses links that are no links, and text that cannot be kept as it is', async () => {
    const blocks = [
      { type: 'paragraph', text: 'Click.', spans: [{ start: 0, end: 5, type: 'link', href: 'javascript:alert(1)' }] },
      { type: 'paragraph', text: 'Half \ud800 a character.' },
      { type: 'paragraph', text: 'A \u0000 null.' },
    ];
    const { body } = await app.as.editor
      .post(path, shortStory({ sections: [{ blocks }], tags: ['a', 'a'] }))
      .expect(400);
    expect(body.errors.map(({ code }: { code: string }) => code)).toEqual([
      'duplicate',
      'invalid_url',
      'lone_surrogate',
      'control_character',
    ]);
  });

  it('records the key and the person whom the tool names', async () => {
    const response = await app.as.editor.post(path, shortStory()).set('x-actor', 'jane.doe').expect(201);
    const [, keyId] = app.keys.editor.split('_');
    expect(response.body.data.createdBy).toEqual({ key: keyId, actor: 'jane.doe' });
  });
});
