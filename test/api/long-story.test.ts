// A story of 300 blocks, every kind thirty times, through all that an editor does with one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockKinds } from '../../src/blocks/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import type { Members } from '../support/editing.js';
import { embed, image, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
let id: string;
let address: string;
beforeAll(async () => {
  app = await startApp();
  const posted = await app.as.editor.post('/v1/manage/articles', longStory).expect(201);
  id = posted.body.data.id;
  address = `/v1/manage/articles/${id}`;
});
afterAll(() => app.close());

const sectionCount = 30;
const text = 'So he said, and left the hall without a word.';
const spans = [
  { start: 0, end: 10, type: 'strong' },
  { start: 3, end: 10, type: 'quote', quote },
  { start: 16, end: 20, type: 'link', href: 'https://copydesk.example/minsk' },
];
const marked = { text, spans };

/** One block of every kind. */
const oneOfEach = (s: number): Members[] => [
  { type: 'paragraph', ...marked },
  { type: 'heading', level: 2, text: `Below part ${s}` },
  { type: 'list', ordered: true, items: [{ text: 'One', items: [{ ...marked, items: [{ text: 'Deep' }] }] }] },
  { type: 'image', image, caption: `In part ${s}`, crop: { x: 0, y: 0, width: 0.5, height: 1 } },
  { type: 'gallery', title: 'The visit', images: [{ image }, { image, alt: 'Other.' }] },
  { type: 'quote', quote, display: 'block' },
  { type: 'embed', embed, label: 'WATCH' },
  {
    type: 'table',
    caption: 'Gas',
    headerRow: true,
    rows: [
      [{ text: 'Year' }, marked],
      [{ text: '' }, { text: '1' }],
    ],
  },
  { type: 'divider' },
  {
    type: 'aside',
    title: 'Beside',
    blocks: [
      { type: 'paragraph', text },
      { type: 'image', image },
    ],
  },
];
const longStory = shortStory({
  headline: 'Three hundred blocks',
  sections: Array.from({ length: sectionCount }, (_, s) => ({ heading: `Part ${s}`, blocks: oneOfEach(s) })),
});

interface Story {
  sections: (Members & { id: string; version: number; blocks: Members[] })[];
}
const managed = () => app.as.viewer.get(address).expect(200);
/** The ids of sections and blocks, those within asides among them, in order. */
const idsOf = ({ sections }: Story) =>
  sections.map((section) => [section.id, ...section.blocks.flatMap((block) => [block.id, idsWithin(block)])]);
const idsWithin = ({ blocks = [] }: Members) => (blocks as Members[]).map((block) => block.id);
const delivered = async () => (await app.anybody.get(`/v1/articles/${id}`).expect(200)).body.data;

describe('a story of 300 blocks', () => {
  it('is created whole by one request of less than a megabyte', async () => {
    const { data } = (await managed()).body;
    const blocks = (data as Story).sections.flatMap((section) => section.blocks);
    const kinds = Map.groupBy(blocks, ({ type }) => type);
    expect([...kinds.keys()].sort()).toEqual(blockKinds.map(({ type }) => type).sort());
    for (const some of kinds.values()) expect(some).toHaveLength(sectionCount);
    const ids = idsOf(data).flat(2);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(sectionCount * (1 + 10 + 2));
    expect(Buffer.byteLength(JSON.stringify(longStory))).toBeLessThan(1024 * 1024);
  });

  it('is unchanged when it is sent back as it was read', async () => {
    const read = await managed();
    const put = await app.as.editor.put(address, read.body.data).set(matching(read)).expect(200);
    expect(put.body).toEqual(read.body);
  });

  it('keeps every id when its parts are put in another order, and the version of every part that is the same', async () => {
    const read = await managed();
    const story: Story & Members = read.body.data;
    const [first, second, ...others] = [...story.sections].reverse();
    const moved = { ...second, blocks: [...(second?.blocks ?? [])].reverse() };
    const body = { ...story, sections: [first, moved, ...others] };
    const put = (await app.as.editor.put(address, body).set(matching(read)).expect(200)).body.data;
    expect(idsOf(put)).toEqual(idsOf(body as Story));
    expect(put.version).toBe(2);
    expect(put.sections.map(({ version }: Members) => version)).toEqual(
      body.sections.map((section) => (section === moved ? 2 : 1)),
    );
  });

  it('keeps every id when one of its sections is changed, and stores that section alone', async () => {
    const before: Story = (await managed()).body.data;
    const [section] = before.sections;
    const blocks = section?.blocks.map((block) => (block.type === 'paragraph' ? { ...block, text, spans: [] } : block));
    const body = { heading: 'Changed', blocks: [{ type: 'divider' }, ...(blocks ?? [])] };
    const path = `/v1/manage/sections/${section?.id}`;
    const patched = await app.as.editor.patch(path, body).set('if-match', '"1"').expect(200);
    expect(patched.body.data).toMatchObject({ version: 2, articleVersion: 3 });
    const after: Story = (await managed()).body.data;
    const [added] = patched.body.data.blocks;
    const expected = idsOf(before);
    expected[0]?.splice(1, 0, added.id, []);
    expect(idsOf(after)).toEqual(expected);
    expect(after.sections.slice(1)).toEqual(before.sections.slice(1));
    const { db, tables, all } = app.store;
    const rows = await all(db.select().from(tables.revisions));
    const latest = rows.filter(({ articleId, articleVersion }) => articleId === id && articleVersion === 3);
    expect(latest.map(({ kind, resourceId }) => [kind, resourceId])).toEqual([['section', section?.id]]);
  });

  it('is published and delivered whole, with the same ids, and so again', async () => {
    for (let time = 1; time <= 2; time++) {
      await publishStory(app, id);
      const working: Story = (await managed()).body.data;
      const shown = await delivered();
      expect(idsOf(shown)).toEqual(idsOf(working));
      expect(shown.sections.map(({ heading }: Members) => heading)).toEqual(
        working.sections.map(({ heading }) => heading),
      );
      const listed = (await app.anybody.get('/v1/articles').expect(200)).body.data;
      expect(listed).toMatchObject([{ id, wordCount: shown.wordCount }]);
      await app.as.editor
        .patch(address, { deck: `Time ${time}.` })
        .set(matching(await managed()))
        .expect(200);
    }
    const { sections } = await delivered();
    const part = (await app.anybody.get(`/v1/articles/${id}/sections/part-7`).expect(200)).body.data;
    expect(sections.map((section: Members) => section.id)).toContain(part.id);
  });
});
