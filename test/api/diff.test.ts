import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { applyDiff, type Story } from '../support/diffs.js';
import { editSection, editStory, type Members, withdrawStory } from '../support/editing.js';
import { createStory, embed, liveStory, publishStory, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

type Managed = Awaited<ReturnType<typeof createStory>>;
const address = (id: string) => `/v1/manage/articles/${id}`;
const diff = async (id: string, query = '') =>
  (await app.as.viewer.get(`${address(id)}/diff${query}`).expect(200)).body.data;
const contentAt = async (id: string, version: number): Promise<Story> => {
  const { content } = (await app.as.viewer.get(`${address(id)}/revisions/${version}`).expect(200)).body.data;
  return { ...content, sections: content.sections.map(({ version: _own, ...section }: Members) => section) };
};

/** Puts a whole story in place of what there is. @returns it as it has become */
async function put(id: string, change: (story: Managed & Members) => unknown): Promise<Managed> {
  const before = await app.as.editor.get(address(id)).expect(200);
  return (await app.as.editor.put(address(id), change(before.body.data)).set(matching(before)).expect(200)).body.data;
}

const paragraphs = (...texts: string[]) => texts.map((text) => ({ type: 'paragraph', text }));
const storyOf = (...sections: string[][]) =>
  createStory(
    app,
    shortStory({ sections: sections.map((texts, i) => ({ heading: `Part ${i}`, blocks: paragraphs(...texts) })) }),
  );
const idsOf = ({ sections }: Managed) => sections.map(({ blocks }) => blocks.map(({ id }) => String(id)));

describe('GET /v1/manage/articles/{id}/diff', () => {
  it('tells what unpublished changes would make of the live story', async () => {
    const { id, sections } = await liveStory(app);
    expect(await diff(id)).toMatchObject({
      from: { version: 2, action: 'publish' },
      fields: [],
      sections: [],
      blocks: [],
    });
    await editStory(app, id, { headline: 'A short story, told again', deck: 'New.' });
    const [paragraph, quote] = sections[1]?.blocks ?? [];
    await editSection(app, sections[1]?.id ?? '', {
      blocks: [{ ...paragraph, text: 'It goes on and on.', spans: [{ start: 0, end: 2, type: 'strong' }] }, quote],
    });
    const told = await diff(id);
    expect(told).toMatchObject({
      from: { version: 2, action: 'publish', at: expect.any(String), by: { actor: null } },
      to: { version: 4, action: 'section.update' },
      sections: [],
    });
    expect(told.fields).toEqual([
      {
        ...{ pointer: '/headline', before: 'A short story', after: 'A short story, told again' },
        segments: [
          { op: 'equal', text: 'A short story', before: 0, after: 0 },
          { op: 'insert', text: ', told again', before: 13, after: 13 },
        ],
      },
      { pointer: '/deck', before: null, after: 'New.', segments: null },
    ]);
    expect(told.blocks).toEqual([
      {
        ...{ id: paragraph?.id, type: 'paragraph', changes: ['changed'], block: null },
        before: { sectionId: sections[1]?.id, asideId: null, index: 0 },
        after: { sectionId: sections[1]?.id, asideId: null, index: 0 },
        fields: [
          {
            ...{ pointer: '/text', before: 'It goes on.', after: 'It goes on and on.' },
            segments: [
              { op: 'equal', text: 'It goes on', before: 0, after: 0 },
              { op: 'insert', text: ' and on', before: 10, after: 10 },
              { op: 'equal', text: '.', before: 10, after: 17 },
            ],
          },
          { pointer: '/spans', before: [], after: [{ start: 0, end: 2, type: 'strong' }], segments: null },
        ],
      },
    ]);
    await publishStory(app, id);
    expect(await diff(id)).toMatchObject({ fields: [], sections: [], blocks: [] });
    await withdrawStory(app, id);
    expect(await diff(id)).toMatchObject({ from: { version: 5 }, to: { version: 6 }, fields: [], blocks: [] });
  });

  it('tells a block that was moved as moved and no other, in its section and to another', async () => {
    const story = await storyOf(['a', 'b', 'c', 'd', 'e'], ['f', 'g']);
    const [[a, , , , e] = [], [, g] = []] = idsOf(story);
    const [first, second] = story.sections;
    await put(story.id, ({ sections, ...rest }) => {
      const [one = { blocks: [] }, two = { blocks: [] }] = sections;
      const [A, B, C, D, E] = one.blocks;
      const [F, G] = two.blocks;
      return {
        ...rest,
        sections: [
          { ...one, blocks: [B, C, D, G, A] },
          { ...two, blocks: [{ ...E, text: 'Changed' }, F] },
        ],
      };
    });
    const { blocks, sections } = await diff(story.id, '?from=1');
    expect(sections).toEqual([]);
    expect(blocks.map(({ id, changes, before, after }: Members) => ({ id, changes, before, after }))).toEqual([
      {
        ...{ id: g, changes: ['moved'] },
        before: { sectionId: second?.id, asideId: null, index: 1 },
        after: { sectionId: first?.id, asideId: null, index: 3 },
      },
      {
        ...{ id: a, changes: ['moved'] },
        before: { sectionId: first?.id, asideId: null, index: 0 },
        after: { sectionId: first?.id, asideId: null, index: 4 },
      },
      {
        ...{ id: e, changes: ['moved', 'changed'] },
        before: { sectionId: first?.id, asideId: null, index: 4 },
        after: { sectionId: second?.id, asideId: null, index: 0 },
      },
    ]);
  });

  it('tells a section that was moved, added, removed or has another heading; blocks that stay in it are not told', async () => {
    const story = await storyOf(['a'], ['b'], ['c'], ['d']);
    const [, , third, fourth] = story.sections;
    const after = await put(story.id, ({ sections, ...rest }) => {
      const [one, two, , four] = sections;
      return {
        ...rest,
        sections: [four, one, { ...two, heading: 'Part one' }, { heading: 'New', blocks: paragraphs('n') }],
      };
    });
    const told = await diff(story.id, '?from=1&to=2');
    const added = after.sections[3];
    expect(told.sections).toMatchObject([
      { id: fourth?.id, changes: ['moved'], before: { index: 3 }, after: { index: 0 }, fields: [] },
      {
        ...{ changes: ['changed'], before: { index: 1 }, after: { index: 2 } },
        fields: [
          { pointer: '/anchor', segments: null },
          {
            pointer: '/heading',
            segments: [{ op: 'equal' }, { op: 'delete', text: '1' }, { op: 'insert', text: 'one' }],
          },
        ],
      },
      { id: added?.id, changes: ['added'], before: null, after: { index: 3 }, heading: 'New', anchor: 'new' },
      { id: third?.id, changes: ['removed'], before: { index: 2 }, after: null, heading: 'Part 2' },
    ]);
    expect(told.blocks).toMatchObject([
      { changes: ['added'], before: null, after: { sectionId: added?.id, index: 0 }, block: { text: 'n' } },
      { changes: ['removed'], before: { sectionId: third?.id, index: 0 }, after: null, block: { text: 'c' } },
    ]);
  });

  it('tells what moved into an aside and out of it, and a block of another type', async () => {
    const story = await createStory(
      app,
      shortStory({
        sections: [
          {
            blocks: [{ type: 'aside', title: 'Box', blocks: paragraphs('in', 'stays') }, ...paragraphs('out', 'turns')],
          },
        ],
      }),
    );
    await put(story.id, ({ sections: [section], ...rest }) => {
      const [aside, out, turns] = (section?.blocks ?? []) as (Members & { blocks: Members[] })[];
      const [inside, stays] = aside?.blocks ?? [];
      const turned = { id: turns?.id, type: 'heading', level: 2, text: 'turns' };
      return {
        ...rest,
        sections: [{ ...section, blocks: [inside, { ...aside, title: 'The box', blocks: [stays, out] }, turned] }],
      };
    });
    const told = await diff(story.id, '?from=1');
    const asideId = story.sections[0]?.blocks[0]?.id;
    expect(told.blocks).toMatchObject([
      { changes: ['moved'], before: { asideId, index: 0 }, after: { asideId: null, index: 0 } },
      { id: asideId, changes: ['changed'], fields: [{ pointer: '/title', segments: expect.any(Array) }] },
      { changes: ['moved'], before: { asideId: null, index: 1 }, after: { asideId, index: 1 } },
      {
        ...{ type: 'heading', changes: ['changed'] },
        fields: [{ pointer: '', before: { type: 'paragraph', text: 'turns' }, after: { type: 'heading', level: 2 } }],
      },
    ]);
    expect(applyDiff(await contentAt(story.id, 1), told)).toEqual(await contentAt(story.id, 2));
  });

  it('compares texts within lists and tables, and in the language of the story', async () => {
    const list = { type: 'list', items: [{ text: '普京抵达明斯克会见卢卡申科' }, { text: '二' }] };
    const table = { type: 'table', rows: [[{ text: '甲' }, { text: '天然气' }]] };
    const story = await createStory(app, shortStory({ language: 'zh', sections: [{ blocks: [list, table] }] }));
    await put(story.id, ({ sections: [section], ...rest }) => {
      const [listed, tabled] = section?.blocks ?? [];
      const items = [{ text: '普京抵达明斯克会见总统卢卡申科' }, { text: '二' }];
      const rows = [[{ text: '甲' }, { text: '便宜天然气' }]];
      return {
        ...rest,
        sections: [
          {
            ...section,
            blocks: [
              { ...listed, items },
              { ...tabled, rows },
            ],
          },
        ],
      };
    });
    const { blocks } = await diff(story.id, '?from=1');
    expect(blocks).toMatchObject([
      {
        fields: [
          { pointer: '/items/0/text', segments: [{ op: 'equal' }, { op: 'insert', text: '总统' }, { op: 'equal' }] },
        ],
      },
      {
        fields: [
          {
            pointer: '/rows/0/1/text',
            segments: [
              { op: 'insert', text: '便宜' },
              { op: 'equal', text: '天然气' },
            ],
          },
        ],
      },
    ]);
    expect(blocks[0].fields).toHaveLength(1);
  });

  it('tells a reference to another resource as a field, and nothing of what the resource says', async () => {
    const story = await createStory(app);
    const [block] = story.sections[2]?.blocks ?? [];
    await editSection(app, story.sections[2]?.id ?? '', { blocks: [{ id: block?.id, type: 'embed', embed }] });
    const { blocks } = await diff(story.id, '?from=1');
    expect(blocks).toMatchObject([
      {
        fields: [
          { pointer: '/embedId', before: block?.embedId, segments: null },
          { pointer: '/label', after: null },
        ],
      },
    ]);
  });

  it('tells the way back as well as the way there', async () => {
    const story = await storyOf(['a', 'b'], ['c']);
    await put(story.id, ({ sections: [one, two], ...rest }) => ({ ...rest, deck: 'New.', sections: [two, one] }));
    const [there, back] = [await diff(story.id, '?from=1&to=2'), await diff(story.id, '?from=2&to=1')];
    expect([there.from.version, there.to.version, back.from.version, back.to.version]).toEqual([1, 2, 2, 1]);
    expect(applyDiff(await contentAt(story.id, 2), back)).toEqual(await contentAt(story.id, 1));
    expect(await diff(story.id, '?from=2&to=2')).toMatchObject({ fields: [], sections: [], blocks: [] });
  });

  it('answers 400 without `from` for what was never live and for a version that is none, 404 for one that there is not', async () => {
    const { id } = await createStory(app);
    const { body } = await app.as.viewer.get(`${address(id)}/diff`).expect(400);
    expect(body.errors).toMatchObject([{ parameter: 'from', code: 'required' }]);
    const wrong = await app.as.viewer.get(`${address(id)}/diff?from=0&to=x`).expect(400);
    expect(wrong.body.errors).toMatchObject([{ parameter: 'from' }, { parameter: 'to' }]);
    await app.as.viewer.get(`${address(id)}/diff?from=1&to=2`).expect(404);
    await app.as.viewer.get(`${address(id)}/diff?from=3`).expect(404);
    await app.as.viewer.get(`${address('nonsense')}/diff?from=1`).expect(404);
  });

  it('lets others be answered while it compares two versions of 300 blocks that have nothing in common', async () => {
    const texts = (word: string) => Array.from({ length: 300 }, (_, i) => `${`${word}${i} and `.repeat(60)}so on.`);
    const story = await storyOf(texts('before'));
    await put(story.id, ({ sections: [section], ...rest }) => {
      const blocks = texts('after').map((text, i) => ({ id: section?.blocks[i]?.id, type: 'paragraph', text }));
      return { ...rest, sections: [{ ...section, blocks }] };
    });
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    const told = await diff(story.id, '?from=1');
    clearInterval(timer);
    expect(told.blocks).toHaveLength(300);
    expect(turns).toBeGreaterThan(5);
    expect(applyDiff(await contentAt(story.id, 1), told)).toEqual(await contentAt(story.id, 2));
  });
});
