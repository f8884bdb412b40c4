// What an erasure leaves of the stories and embeds that used the thing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { changeResource, createResource, editSection, editStory, type Members } from '../support/editing.js';
import { cleared, erase } from '../support/erasing.js';
import { requireFresh } from '../support/freshness.js';
import { bringBack, removed } from '../support/removal.js';
import { startBeside } from '../support/second-server.js';
import { createStory, embed, image, liveStory, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const remove = { uses: 'remove' };
const newImage = async (fields: Members = {}) => (await createResource(app, 'images', { ...image, ...fields })).id;
const newQuote = async () => (await createResource(app, 'quotes', quote)).id;
const managed = async (id: string) => (await app.as.viewer.get(`/v1/manage/articles/${id}`).expect(200)).body.data;
const delivered = async (id: string) => (await app.anybody.get(`/v1/articles/${id}`).expect(200)).body.data;
const storyOf = (blocks: Members[], fields: Members = {}) =>
  shortStory({ sections: [{ heading: null, blocks }], ...fields });
const blocksOf = ({ sections: [section] }: { sections: { blocks: Members[] }[] }) => section?.blocks ?? [];
const typesOf = (story: { sections: { blocks: Members[] }[] }) => blocksOf(story).map(({ type }) => type);
const paragraph = { type: 'paragraph', text: 'So he said, and left.' };

describe('a live story that showed what was erased', () => {
  it('is delivered without it at once, and its working copy follows as a new version', async () => {
    const [gone, kept] = [await newImage({ caption: 'Gone.' }), await newImage()];
    const blocks = [{ type: 'image', imageId: gone }, paragraph, { type: 'image', imageId: kept }];
    const story = await liveStory(app, storyOf(blocks, { leadImageId: gone }));
    const before = await delivered(story.id);
    const erasure = await erase(app, 'image', gone, remove);
    const after = await delivered(story.id);
    expect(typesOf(after)).toEqual(['paragraph', 'image']);
    expect(after.leadImage.id).toBe(kept);
    expect(after).toMatchObject({ publishedAt: before.publishedAt, contentUpdatedAt: before.contentUpdatedAt });
    await app.anybody.get(`/v1/images/${gone}`).expect(404);
    const found = (await app.anybody.get(`/v1/articles?contains=${gone}`).expect(200)).body.data;
    expect(found).toEqual([]);
    await cleared(app, erasure);
    const working = await managed(story.id);
    expect(working).toMatchObject({ version: 3, leadImageId: null });
    expect(working.publication).toMatchObject({ liveVersion: 2, hasUnpublishedChanges: false });
    expect(working.sections[0]).toMatchObject({ version: 2, blocks: blocksOf(story).slice(1) });
    await requireFresh(app, story.id);
  });

  it('keeps the ids of all else, loses one picture of a gallery, and of a text the mark alone', async () => {
    const [picture, other, words] = [await newImage(), await newImage(), await newQuote()];
    const spans = [
      { start: 0, end: 2, type: 'strong' },
      { start: 0, end: 10, type: 'quote', quoteId: words },
    ];
    const marked = { text: paragraph.text, spans };
    const blocks = [
      { type: 'gallery', images: [{ imageId: picture }, { imageId: other, caption: 'Mine.' }] },
      { type: 'gallery', images: [{ imageId: picture }] },
      { type: 'paragraph', ...marked },
      { type: 'list', items: [{ ...marked, items: [marked] }] },
      { type: 'table', rows: [[marked, { text: '' }]] },
      {
        type: 'aside',
        blocks: [{ type: 'image', imageId: picture }, { type: 'divider' }, { type: 'quote', quoteId: words }],
      },
      { type: 'aside', blocks: [{ type: 'gallery', images: [{ imageId: picture }] }] },
    ];
    const story = await liveStory(app, storyOf(blocks));
    const ids = blocksOf(story).map(({ id }) => id);
    const first = await erase(app, 'image', picture, remove);
    const second = await erase(app, 'quote', words, remove);
    await cleared(app, first);
    await cleared(app, second);
    for (const left of [await delivered(story.id), await managed(story.id)]) {
      const [gallery, text, list, table, aside, ...none] = blocksOf(left);
      expect(none).toEqual([]);
      expect([gallery, text, list, table, aside].map((block) => block?.id)).toEqual([0, 2, 3, 4, 5].map((i) => ids[i]));
      expect(gallery?.images).toMatchObject([{ caption: 'Mine.' }]);
      const strong = { text: marked.text, spans: [spans[0]] };
      expect(text).toMatchObject(strong);
      expect(list?.items).toMatchObject([{ ...strong, items: [strong] }]);
      expect(table?.rows).toMatchObject([[strong, { text: '', spans: [] }]]);
      expect(aside?.blocks).toMatchObject([{ type: 'divider' }]);
    }
    await publishStory(app, story.id);
  });

  it('loses a section that has nothing else for readers; the editor decides about its heading', async () => {
    const gone = await newImage();
    const sections = [
      { heading: 'In pictures', blocks: [{ type: 'image', imageId: gone }] },
      { heading: 'In words', blocks: [paragraph] },
    ];
    const story = await liveStory(app, shortStory({ sections }));
    await cleared(app, await erase(app, 'image', gone, remove));
    expect((await delivered(story.id)).sections).toMatchObject([{ heading: 'In words' }]);
    expect((await managed(story.id)).sections).toMatchObject([
      { heading: 'In pictures', blocks: [] },
      { heading: 'In words' },
    ]);
  });

  it('is compiled from its live revision: what is not published yet stays so', async () => {
    const gone = await newImage();
    const story = await liveStory(app, storyOf([{ type: 'image', imageId: gone }, paragraph], { headline: 'Live' }));
    await editStory(app, story.id, { headline: 'Not yet' });
    await cleared(app, await erase(app, 'image', gone, remove));
    expect(await delivered(story.id)).toMatchObject({ headline: 'Live' });
    const working = await managed(story.id);
    expect(working).toMatchObject({ headline: 'Not yet', version: 4 });
    expect(working.publication.hasUnpublishedChanges).toBe(true);
  });

  it('stays without it when something else that it shows is changed later', async () => {
    const [gone, kept] = [await newImage(), await newImage()];
    const blocks = [gone, kept].map((imageId) => ({ type: 'image', imageId }));
    const story = await liveStory(app, storyOf(blocks));
    await erase(app, 'image', gone, remove);
    await changeResource(app, 'images', kept, { caption: 'Changed later.' });
    const after = await delivered(story.id);
    expect(blocksOf(after)).toMatchObject([{ caption: 'Changed later.', image: { id: kept } }]);
    expect(blocksOf(after)).toHaveLength(1);
  });

  it('is told without it as it was before, as well', async () => {
    const words = await newQuote();
    const story = await liveStory(app, storyOf([paragraph, { type: 'quote', quoteId: words }]));
    const { publishedAt } = await delivered(story.id);
    await editStory(app, story.id, { headline: 'Later' });
    await publishStory(app, story.id);
    await erase(app, 'quote', words, remove);
    const address = `/v1/manage/articles/${story.id}/asOf?at=${publishedAt}`;
    const { data } = (await app.as.viewer.get(address).expect(200)).body;
    expect(data.headline).toBe('A short story');
    expect(typesOf(data)).toEqual(['paragraph']);
  });

  it('no more leads to an erased story, and lists its speaker no more', async () => {
    const target = await liveStory(app, shortStory({ headline: 'Target' }));
    const words = (await createResource(app, 'quotes', { ...quote, speaker: { name: 'Erased Speaker' } })).id;
    const related = [target.id];
    const story = await liveStory(app, storyOf([paragraph, { type: 'quote', quoteId: words }], { related }));
    const bySpeaker = async () =>
      (await app.anybody.get('/v1/articles?speaker=erased%20speaker').expect(200)).body.data.length;
    expect([await bySpeaker(), (await delivered(story.id)).related.length]).toEqual([1, 1]);
    await erase(app, 'article', target.id, remove);
    await erase(app, 'quote', words, remove);
    expect([await bySpeaker(), (await delivered(story.id)).related.length]).toEqual([0, 0]);
    expect((await app.anybody.get('/v1/quotes?speaker=Erased%20Speaker').expect(200)).body.data).toEqual([]);
  });
});

describe('translations', () => {
  const idsOf = (links: Members[]) => links.map(({ id }) => id).sort();
  const group = async () => {
    const original = await liveStory(app, shortStory({ headline: 'Original' }));
    const translation = (language: string) =>
      liveStory(app, shortStory({ headline: `In ${language}`, language, translationOf: original.id }));
    return [original.id, (await translation('be')).id, (await translation('ru')).id] as const;
  };

  it('of an erased story stand alone, and so do their working copies', async () => {
    const [original, ...others] = await group();
    expect(idsOf((await delivered(others[0])).translations)).toEqual([original, others[1]].sort());
    await cleared(app, await erase(app, 'article', original, remove));
    for (const id of others) {
      expect(await delivered(id)).toMatchObject({ translationOf: null, translations: [] });
      expect((await managed(id)).translationOf).toBeNull();
      await requireFresh(app, id);
    }
  });

  it('list an erased one of them no more', async () => {
    const [original, gone, other] = await group();
    await erase(app, 'article', gone);
    expect(idsOf((await delivered(original)).translations)).toEqual([other]);
    expect(idsOf((await delivered(other)).translations)).toEqual([original]);
    await requireFresh(app, other);
  });
});

describe('an embed whose thumbnail was erased', () => {
  it('is delivered without one at once, and has none any more', async () => {
    const thumbnailImageId = await newImage();
    const { id } = await createResource(app, 'embeds', { ...embed, thumbnailImageId });
    const story = await liveStory(app, storyOf([paragraph, { type: 'embed', embedId: id }]));
    await cleared(app, await erase(app, 'image', thumbnailImageId, remove));
    const [, shown] = blocksOf(await delivered(story.id));
    expect(shown?.embed).toMatchObject({ id, thumbnail: null });
    expect((await app.anybody.get(`/v1/embeds/${id}`).expect(200)).body.data.thumbnail).toBeNull();
    const read = (await app.as.viewer.get(`/v1/manage/embeds/${id}`).expect(200)).body.data;
    expect(read).toMatchObject({ version: 2, thumbnailImageId: null });
    await requireFresh(app, story.id);
    await erase(app, 'embed', id, remove);
    expect(typesOf(await delivered(story.id))).toEqual(['paragraph']);
  });
});

describe('a draft that showed what was erased', () => {
  it('follows as a new version that can be saved and published', async () => {
    const gone = await newImage();
    const { id, sections } = await createStory(app, storyOf([{ type: 'image', imageId: gone }, paragraph]));
    await cleared(app, await erase(app, 'image', gone, remove));
    const draft = await managed(id);
    expect(draft.version).toBe(2);
    expect(typesOf(draft)).toEqual(['paragraph']);
    const { data: revisions } = (await app.as.viewer.get(`/v1/manage/articles/${id}/revisions`).expect(200)).body;
    expect(revisions[0].sections).toMatchObject([{ id: sections[0]?.id, version: 2, action: 'detach' }]);
    const section = `/v1/manage/sections/${sections[0]?.id}`;
    await app.as.editor.patch(section, { heading: 'Old' }).set('if-match', '"1"').expect(412);
    await app.as.editor.patch(section, { heading: 'New' }).set('if-match', '"2"').expect(200);
    await publishStory(app, id);
  });
});

describe('what comes back behind an erasure', () => {
  const restore = async (path: string, version: number) => {
    const tag = matching(await app.as.viewer.get(path).expect(200));
    return (await app.as.publisher.post(`${path}/revisions/${version}/restore`).set(tag).expect(200)).body;
  };

  it('is a version of a story without what was erased, which the warnings tell of; it can be published', async () => {
    const [gone, words] = [await newImage(), await newQuote()];
    const blocks = [{ type: 'image', imageId: gone }, paragraph, { type: 'quote', quoteId: words }];
    const story = await createStory(app, storyOf(blocks, { leadImageId: gone }));
    await editSection(app, story.sections[0]?.id ?? '', { blocks: [paragraph] });
    await editStory(app, story.id, { leadImageId: null });
    const erasures = [await erase(app, 'image', gone), await erase(app, 'quote', words)];
    const { data, warnings } = await restore(`/v1/manage/articles/${story.id}`, 1);
    expect(typesOf(data)).toEqual(['paragraph']);
    expect(blocksOf(data)[0]?.id).toBe(blocksOf(story)[1]?.id);
    expect(data.leadImageId).toBeNull();
    expect(warnings.map(({ pointer, code }: Members) => [pointer, code])).toEqual([
      ['/leadImageId', 'erased_reference'],
      ['/sections/0/blocks', 'erased_reference'],
      ['/sections/0/blocks', 'erased_reference'],
    ]);
    for (const erasure of erasures) await cleared(app, erasure);
    expect(await managed(story.id)).toEqual(data);
    await publishStory(app, story.id);
  });

  it('is what readers have, when it is the version that they got before', async () => {
    const gone = await newImage();
    const story = await liveStory(app, storyOf([{ type: 'image', imageId: gone }, paragraph]));
    await cleared(app, await erase(app, 'image', gone, remove));
    await editStory(app, story.id, { headline: 'Another' });
    const { data } = await restore(`/v1/manage/articles/${story.id}`, 2);
    expect(data.publication.hasUnpublishedChanges).toBe(false);
    await requireFresh(app, story.id);
  });

  it('is a version of an embed without a thumbnail that was erased', async () => {
    const thumbnailImageId = await newImage();
    const { id } = await createResource(app, 'embeds', { ...embed, thumbnailImageId });
    await cleared(app, await erase(app, 'image', thumbnailImageId, remove));
    await changeResource(app, 'embeds', id, { title: 'Another' });
    const { data, warnings } = await restore(`/v1/manage/embeds/${id}`, 1);
    expect(data).toMatchObject({ title: embed.title, thumbnailImageId: null });
    expect(warnings).toMatchObject([{ pointer: '/thumbnailImageId', code: 'erased_reference' }]);
  });

  it('is a deleted story without it, whose versions tell so, and a deleted embed', async () => {
    const gone = await newImage();
    const blocks = [{ type: 'image', imageId: gone }, paragraph];
    const story = await createStory(app, storyOf(blocks, { leadImageId: gone }));
    const video = await createResource(app, 'embeds', { ...embed, thumbnailImageId: gone });
    const [address, embedded] = [`/v1/manage/articles/${story.id}`, `/v1/manage/embeds/${video.id}`];
    const deletions = [await removed(app, address), await removed(app, embedded)] as const;
    const erasure = await erase(app, 'image', gone);
    const { data } = (await bringBack(app, address, deletions[0]).expect(200)).body;
    expect(data).toMatchObject({ version: 3, leadImageId: null, sections: [{ version: 2 }] });
    expect(typesOf(data)).toEqual(['paragraph']);
    const brought = (await bringBack(app, embedded, deletions[1]).expect(200)).body.data;
    expect(brought).toMatchObject({ version: 3, thumbnailImageId: null });
    await cleared(app, erasure);
    expect(await managed(story.id)).toEqual(data);
    expect((await app.as.viewer.get(embedded).expect(200)).body.data).toEqual(brought);
    const { data: revised } = (await app.as.viewer.get(`${address}/revisions/3`).expect(200)).body;
    expect(revised).toMatchObject({ action: 'undelete', fields: ['/leadImageId'] });
    expect(revised.sections).toMatchObject([{ version: 2, action: 'detach' }]);
    expect(revised.content.sections).toMatchObject([{ version: 2, blocks: [{ type: 'paragraph' }] }]);
    await publishStory(app, story.id);
  });
});

describe('what is left to do when the server stops', () => {
  it('is done by the next that starts', async () => {
    const gone = await newImage();
    const { id } = await createStory(app, storyOf([{ type: 'image', imageId: gone }, paragraph]));
    await app.services.clearing.stop();
    const erasure = await erase(app, 'image', gone, remove);
    expect(erasure.state).toBe('replacing');
    expect(typesOf(await managed(id))).toEqual(['image', 'paragraph']);
    const beside = await startBeside(app);
    await cleared(beside, erasure);
    expect(typesOf(await managed(id))).toEqual(['paragraph']);
    await beside.close();
    await app.services.clearing.start(() => undefined);
  });
});
