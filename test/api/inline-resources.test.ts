import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { createResource, type Members } from '../support/editing.js';
import { usagesOf } from '../support/removal.js';
import { createStory, embed, image, publishStory, quote, shortStory } from '../support/stories.js';

const path = '/v1/manage/articles';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

let made = 0;
/** An id that nothing has yet. */
const freshId = () => `01852a5c-0000-7000-8000-${String(++made).padStart(12, '0')}`;
const countOf = async (plural: 'images' | 'quotes' | 'embeds') => {
  const { db, tables, all } = app.store;
  return (await all(db.select().from(tables[plural]))).length;
};
const errorsOf = async (blocks: Members[], more: Members = {}) =>
  (await app.as.editor.post(path, shortStory({ sections: [{ blocks }], ...more })).expect(422)).body.errors;

describe('a resource that a body carries with its own id', () => {
  it('is one, wherever it stands: inline twice, in a block and in the text, and by id', async () => {
    const id = freshId();
    const before = await countOf('quotes');
    const span = { start: 0, end: 2, type: 'quote' };
    const sections = [
      {
        blocks: [
          { type: 'quote', quote: { ...quote, id }, display: 'pull' },
          { type: 'paragraph', text: 'So he said.', spans: [{ ...span, quote: { ...quote, id } }] },
          { type: 'list', items: [{ text: 'So he said.', spans: [{ ...span, quoteId: id }] }] },
        ],
      },
      { blocks: [{ type: 'aside', title: 'Again', blocks: [{ type: 'quote', quote: { ...quote, id } }] }] },
    ];
    const story = await createStory(app, shortStory({ sections }));
    expect(await countOf('quotes')).toBe(before + 1);
    expect(JSON.stringify(story).split(`"quoteId":"${id}"`)).toHaveLength(5);
    expect((await app.as.viewer.get(`/v1/manage/quotes/${id}`).expect(200)).body.data).toMatchObject({
      version: 1,
      ...quote,
    });
    expect((await usagesOf(app, `/v1/manage/quotes/${id}`)).map(({ sectionId }) => sectionId).sort()).toEqual(
      story.sections.map((section) => section.id).sort(),
    );
    await publishStory(app, story.id);
    const delivered = await app.anybody.get(`/v1/articles/${story.id}`).expect(200);
    expect(delivered.text.split(`"quote":{"id":"${id}"`)).toHaveLength(5);
  });

  it('may be named before the block that carries it', async () => {
    const id = freshId();
    const blocks = [
      { type: 'image', imageId: id },
      { type: 'image', image: { ...image, id } },
    ];
    const { sections } = await createStory(app, shortStory({ leadImageId: id, sections: [{ blocks }] }));
    expect(sections[0]?.blocks.map(({ imageId }) => imageId)).toEqual([id, id]);
  });

  it.each([
    ['image', image, { caption: 'Another.' }],
    ['quote', quote, { text: 'Other words.' }],
    ['embed', embed, { title: 'Another.' }],
  ] as const)(
    'is 422 when there is such an %s with other content, in the library or in the body',
    async (kind, draft, other) => {
      const id = freshId();
      const block = (content: Members) => ({ type: kind, [kind]: { ...content, id } });
      const changed = { ...draft, ...other };
      const twice = await errorsOf([block(draft), block(changed)]);
      expect(twice).toMatchObject([{ pointer: `/sections/0/blocks/1/${kind}/id`, code: 'id_taken' }]);
      const story = await createStory(app, shortStory({ sections: [{ blocks: [block(draft)] }] }));
      const again = await errorsOf([{ type: 'divider' }, block(changed)]);
      expect(again).toMatchObject([{ pointer: `/sections/0/blocks/1/${kind}/id`, code: 'id_taken' }]);

      const section = `/v1/manage/sections/${story.sections[0]?.id}`;
      const { errors } = (
        await app.as.editor
          .patch(section, { blocks: [block(changed)] })
          .set('if-match', '"1"')
          .expect(422)
      ).body;
      expect(errors).toMatchObject([{ pointer: `/blocks/0/${kind}/id`, code: 'id_taken' }]);
      const replacement = shortStory({ sections: [{ blocks: [block(changed)] }] });
      await app.as.editor.put(`${path}/${story.id}`, replacement).set('if-match', '"1"').expect(422);
      await createStory(app, shortStory({ sections: [{ blocks: [block(draft)] }] }));
    },
  );

  it('is 422 when two of different kinds have one id', async () => {
    const id = freshId();
    const errors = await errorsOf([
      { type: 'image', image: { ...image, id } },
      { type: 'quote', quote: { ...quote, id } },
    ]);
    const message = '/sections/0/blocks/0/image has this id, with other content';
    expect(errors).toEqual([{ pointer: '/sections/0/blocks/1/quote/id', code: 'id_taken', message }]);
  });

  it('is pointed at where it stands in the text of a paragraph', async () => {
    const { id } = await createResource(app, 'quotes', quote);
    const spans = [{ start: 0, end: 2, type: 'quote', quote: { ...quote, id, text: 'Other words.' } }];
    expect(await errorsOf([{ type: 'paragraph', text: 'So he said.', spans }])).toMatchObject([
      { pointer: '/sections/0/blocks/0/spans/0/quote/id', code: 'id_taken' },
    ]);
  });
});

describe('PUT /v1/manage/articles/{id}', () => {
  it('deletes blocks that are left out, and gives new ids to those without', async () => {
    const { id, sections } = await createStory(app);
    const [first] = sections;
    const [picture, words] = first?.blocks ?? [];
    const { id: _dropped, ...withoutId } = words ?? {};
    const body = shortStory({ sections: [{ ...first, blocks: [withoutId] }] });
    const { data } = (await app.as.editor.put(`${path}/${id}`, body).set('if-match', '"1"').expect(200)).body;
    expect(data.sections).toHaveLength(1);
    expect(data.sections[0]).toMatchObject({ id: first?.id, version: 2, blocks: [withoutId] });
    expect([picture?.id, words?.id]).not.toContain(data.sections[0].blocks[0].id);
    // What is gone is no block of the story any more.
    const again = shortStory({ sections: [{ blocks: [picture] }] });
    const { errors } = (await app.as.editor.put(`${path}/${id}`, again).set('if-match', '"2"').expect(422)).body;
    expect(errors).toMatchObject([{ pointer: '/sections/0/blocks/0/id', code: 'unknown_id' }]);
  });

  it('answers 422 for a block that stands twice, with the pointer of the second', async () => {
    const { id, sections } = await createStory(app);
    const words = sections[0]?.blocks[1];
    const body = shortStory({ sections: [{ blocks: [words] }, { blocks: [{ ...words, text: 'Other words.' }] }] });
    const { errors } = (await app.as.editor.put(`${path}/${id}`, body).set('if-match', '"1"').expect(422)).body;
    expect(errors).toMatchObject([{ pointer: '/sections/1/blocks/0/id', code: 'duplicate_id' }]);
  });

  it('raises only the versions of sections whose content changes, and the order alone is the article’s', async () => {
    const { id, sections } = await createStory(app);
    const turned = shortStory({ sections: sections.toReversed() });
    const { data } = (await app.as.editor.put(`${path}/${id}`, turned).set('if-match', '"1"').expect(200)).body;
    expect([data.version, data.sections.map(({ version }: Members) => version)]).toEqual([2, [1, 1, 1]]);
    const [end, middle, opening] = data.sections;
    const edited = { ...middle, heading: 'The middle, edited' };
    const body = shortStory({ sections: [end, edited, opening] });
    const read = await app.as.editor.get(`${path}/${id}`);
    const again = (await app.as.editor.put(`${path}/${id}`, body).set(matching(read)).expect(200)).body.data;
    expect(again.sections.map((section: Members) => [section.id, section.version])).toEqual([
      [end.id, 1],
      [middle.id, 2],
      [opening.id, 1],
    ]);
  });
});
