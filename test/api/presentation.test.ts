// What a story makes of the pictures it shows, and the figures that it is delivered with.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { changeResource, createResource, editSection, editStory, type Members } from '../support/editing.js';
import { image, liveStory, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const delivered = async (id: string) => (await app.anybody.get(`/v1/articles/${id}`).expect(200)).body.data;
const listed = async (id: string) =>
  (await app.anybody.get('/v1/articles').expect(200)).body.data.find((summary: Members) => summary.id === id);
const newImage = async (caption: string) => (await createResource(app, 'images', { ...image, caption })).id;
const liveWith = (blocks: Members[], fields: Members = {}) =>
  liveStory(app, shortStory({ sections: [{ blocks }], ...fields }));

describe('what a story says of an image', () => {
  const own = { alt: 'Seen here.', caption: 'Told here.', crop: { x: 0.1, y: 0, width: 0.5, height: 1 } };

  it.each([
    ['a block', (placed: Members) => ({ type: 'image', ...placed }), (block: Members) => block],
    [
      'a gallery',
      (placed: Members) => ({ type: 'gallery', images: [placed] }),
      (block: Members) => (block.images as Members[])[0],
    ],
    [
      'an aside',
      (placed: Members) => ({ type: 'aside', title: 'More', blocks: [{ type: 'image', ...placed }] }),
      (block: Members) => (block.blocks as Members[])[0],
    ],
  ] as const)(
    'in %s stands for this story alone, and outlives a change of the image',
    async (_what, blockOf, placedOf) => {
      const imageId = await newImage('As it was.');
      const [mine, other] = [await liveWith([blockOf({ imageId, ...own })]), await liveWith([blockOf({ imageId })])];
      const shown = async ({ id }: { id: string }) => placedOf((await delivered(id)).sections[0].blocks[0]);
      expect(await shown(mine)).toMatchObject({
        ...own,
        image: { id: imageId, alt: image.alt, caption: 'As it was.' },
      });
      expect(await shown(other)).toMatchObject({ alt: image.alt, caption: 'As it was.', crop: null });
      await changeResource(app, 'images', imageId, { caption: 'As it is.' });
      expect(await shown(mine)).toMatchObject({ ...own, image: { caption: 'As it is.' } });
      expect(await shown(other)).toMatchObject({ caption: 'As it is.' });
      const block = mine.sections[0]?.blocks[0];
      const bare = { id: block?.id, ...blockOf({ imageId, caption: null }) };
      await editSection(app, mine.sections[0]?.id ?? '', { blocks: [bare] });
      await publishStory(app, mine.id);
      expect(await shown(mine)).toMatchObject({ alt: image.alt, caption: 'As it is.', crop: null });
    },
  );
});

describe('the lead image', () => {
  it('is the one chosen, else that of the first image block, within an aside as well, else none', async () => {
    const [chosen, first, second] = [await newImage('Chosen.'), await newImage('First.'), await newImage('Second.')];
    const story = await liveWith(
      [
        { type: 'paragraph', text: 'It begins.' },
        { type: 'gallery', images: [{ imageId: second }] },
        { type: 'aside', title: 'More', blocks: [{ type: 'image', imageId: first }] },
        { type: 'image', imageId: second },
      ],
      { leadImageId: chosen },
    );
    const lead = async () => {
      const [whole, summary] = [await delivered(story.id), await listed(story.id)];
      expect(summary.leadImage).toEqual(whole.leadImage);
      return whole.leadImage?.caption ?? null;
    };
    expect(await lead()).toBe('Chosen.');
    await editStory(app, story.id, { leadImageId: null });
    await publishStory(app, story.id);
    expect(await lead()).toBe('First.');
    await changeResource(app, 'images', first, { caption: 'First, corrected.' });
    expect(await lead()).toBe('First, corrected.');
    await editSection(app, story.sections[0]?.id ?? '', { blocks: [{ type: 'paragraph', text: 'Words alone.' }] });
    await publishStory(app, story.id);
    expect(await lead()).toBeNull();
  });
});

describe('wordCount and readingSeconds', () => {
  const figures = async (id: string) => {
    const { wordCount, readingSeconds } = await delivered(id);
    expect(await listed(id)).toMatchObject({ wordCount, readingSeconds });
    return [wordCount, readingSeconds];
  };

  it('count what a reader reads: headings, text, quotes in it; not pull quotes, captions and headlines', async () => {
    const imageId = await newImage('A caption of many words.');
    const said = { ...quote, text: 'Five words that were said.' };
    const sections = [
      {
        heading: 'Two words',
        blocks: [
          { type: 'paragraph', text: 'It’s well-known: 1,000 words.' },
          { type: 'image', imageId },
          { type: 'quote', quote: said, display: 'block' },
          { type: 'quote', quote: said, display: 'pull' },
          { type: 'list', items: [{ text: 'One.' }, { text: 'Two.' }] },
        ],
      },
    ];
    const { id } = await liveStory(app, shortStory({ headline: 'A headline', deck: 'A deck.', sections }));
    // Two, five (a hyphen parts words), five and two.
    expect(await figures(id)).toEqual([14, Math.ceil((14 * 60) / 238)]);
  });

  it('count words of scripts that write none apart', async () => {
    const { id } = await liveWith([{ type: 'paragraph', text: '普京访问明斯克' }], { language: 'zh' });
    const [words] = await figures(id);
    expect(words).toBeGreaterThan(1);
  });

  it('are 0 for a story of pictures, and 238 words take a minute', async () => {
    const { id } = await liveWith([{ type: 'image', imageId: await newImage('Seen.') }]);
    expect(await figures(id)).toEqual([0, 0]);
    const minute = await liveWith([{ type: 'paragraph', text: 'word '.repeat(238) }]);
    expect(await figures(minute.id)).toEqual([238, 60]);
  });

  it('follow what is published, not the working copy', async () => {
    const story = await liveWith([{ type: 'paragraph', text: 'Two words.' }]);
    await editSection(app, story.sections[0]?.id ?? '', { blocks: [{ type: 'paragraph', text: 'Now three words.' }] });
    expect((await figures(story.id))[0]).toBe(2);
    await publishStory(app, story.id);
    expect((await figures(story.id))[0]).toBe(3);
  });
});

describe('contentUpdatedAt', () => {
  it('moves with a publication, unless that is minor, and with nothing else', async () => {
    const imageId = await newImage('As it was.');
    const story = await liveWith([{ type: 'image', imageId }]);
    const at = async () => {
      const { contentUpdatedAt } = await delivered(story.id);
      expect((await listed(story.id)).contentUpdatedAt).toBe(contentUpdatedAt);
      return contentUpdatedAt;
    };
    const first = await at();
    app.clock.advance(60_000);
    await changeResource(app, 'images', imageId, { caption: 'As it is.' });
    await editStory(app, story.id, { deck: 'A comma.' });
    expect(await at()).toBe(first);
    await publishStory(app, story.id, { minor: true });
    expect(await at()).toBe(first);
    await editStory(app, story.id, { deck: 'News.' });
    await publishStory(app, story.id);
    const second = await at();
    expect(Date.parse(second) - Date.parse(first)).toBeGreaterThanOrEqual(60_000);
    await editStory(app, story.id, { deck: 'News again.' });
    await publishStory(app, story.id, { minor: false });
    expect((await at()) > second).toBe(true);
  });
});
