import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import {
  act,
  changeResource,
  createResource,
  editSection,
  editStory,
  type Members,
  type Plural,
  patchResource,
  withdrawStory,
} from '../support/editing.js';
import { requireFresh } from '../support/freshness.js';
import { createStory, embed, image, liveStory, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const storyWith = (...blocks: Members[]) => shortStory({ sections: [{ heading: 'Part', blocks }] });
const make = async (plural: Plural, body: Members) => (await createResource(app, plural, body)).id;
const firstBlock = async (slug: string) =>
  (await app.anybody.get(`/v1/articles/${slug}`).expect(200)).body.data.sections[0].blocks[0];

/** Each kind, where it stands in a story, and where its change is seen in what readers get. */
const uses: {
  use: string;
  plural: Plural;
  draft: Members;
  change: Members;
  story: (id: string) => Promise<Members>;
  seen: (story: { leadImage: Members; sections: { blocks: Record<string, Members>[] }[] }) => unknown;
}[] = [
  {
    use: 'an image in a block',
    plural: 'images',
    draft: image,
    change: { caption: 'Changed.' },
    story: async (imageId) => storyWith({ type: 'image', imageId }),
    seen: ({ sections }) => sections[0]?.blocks[0]?.image,
  },
  {
    use: 'a lead image',
    plural: 'images',
    draft: image,
    change: { caption: 'Changed.' },
    story: async (leadImageId) => shortStory({ leadImageId }),
    seen: ({ leadImage }) => leadImage,
  },
  {
    use: 'a quote in a block',
    plural: 'quotes',
    draft: quote,
    change: { text: 'Changed.' },
    story: async (quoteId) => storyWith({ type: 'quote', quoteId }),
    seen: ({ sections }) => sections[0]?.blocks[0]?.quote,
  },
  {
    use: 'a quote in the text of a paragraph',
    plural: 'quotes',
    draft: quote,
    change: { context: 'Changed.' },
    story: async (quoteId) =>
      storyWith({ type: 'paragraph', text: 'He spoke.', spans: [{ start: 0, end: 2, type: 'quote', quoteId }] }),
    seen: ({ sections }) => (sections[0]?.blocks[0]?.spans?.[0] as Members | undefined)?.quote,
  },
  {
    use: 'an embed',
    plural: 'embeds',
    draft: embed,
    change: { title: 'Changed.' },
    story: async (embedId) => storyWith({ type: 'embed', embedId }),
    seen: ({ sections }) => sections[0]?.blocks[0]?.embed,
  },
  {
    use: 'the thumbnail of an embed',
    plural: 'images',
    draft: image,
    change: { caption: 'Changed.' },
    story: async (thumbnailImageId) =>
      storyWith({ type: 'embed', embedId: await make('embeds', { ...embed, thumbnailImageId }) }),
    seen: ({ sections }) => sections[0]?.blocks[0]?.embed?.thumbnail,
  },
];

describe.each(uses)('changing $use of live stories', ({ plural, draft, change, story, seen }) => {
  const path = (id: string) => `/v1/manage/${plural}/${id}`;
  const read = async (slug: string) => (await app.anybody.get(`/v1/articles/${slug}`).expect(200)).body.data;

  it('reaches every one of them, and none of their unpublished changes', async () => {
    const id = await make(plural, draft);
    const stories = [await liveStory(app, await story(id)), await liveStory(app, await story(id))];
    const before = await Promise.all(stories.map(({ slug }) => read(slug)));
    for (const { id: storyId, slug, sections } of stories) {
      await editStory(app, storyId, { headline: 'Unpublished', slug: `${slug}-unpublished`, deck: 'Unpublished' });
      await editSection(app, sections[0]?.id ?? '', {
        heading: 'Unpublished',
        blocks: [{ type: 'paragraph', text: 'Words.' }],
      });
    }
    app.clock.advance(5000);
    const resource = await changeResource(app, plural, id, change);
    expect(resource.version).toBe(2);
    for (const [i, { slug }] of stories.entries()) {
      const after = await read(slug);
      expect(seen(after)).toMatchObject({ id, ...change });
      expect(JSON.stringify(after)).not.toContain('Unpublished');
      expect(after).toMatchObject({
        publishedAt: before[i].publishedAt,
        contentUpdatedAt: before[i].contentUpdatedAt,
        sections: before[i].sections.map(({ heading }: Members) => ({ heading })),
      });
    }
    for (const { id: storyId } of stories) {
      await publishStory(app, storyId);
      await requireFresh(app, storyId);
    }
  });

  it('leaves their versions, so that an editor’s next save holds', async () => {
    const id = await make(plural, draft);
    const { id: storyId } = await liveStory(app, await story(id));
    const before = (await app.as.viewer.get(`/v1/manage/articles/${storyId}`)).body.data;
    await changeResource(app, plural, id, change);
    expect((await app.as.viewer.get(`/v1/manage/articles/${storyId}`)).body.data).toEqual(before);
  });

  it('is for publishers, while a story is live', async () => {
    const id = await make(plural, draft);
    const { id: storyId } = await createStory(app, await story(id));
    await app.as.editor
      .patch(path(id), { ...change, sourceUrl: undefined })
      .set('if-match', '"1"')
      .expect(200);
    await publishStory(app, storyId);
    const refused = await patchResource(app, plural, id, draft, 'editor');
    expect([refused.status, refused.body.stories]).toEqual([403, [storyId]]);
    await app.as.editor.patch(path(id), 'not even an object').expect(403);
    expect((await app.as.viewer.get(path(id))).body.data).toMatchObject({ ...change, version: 2 });
    expect((await patchResource(app, plural, id, draft, 'publisher')).status).toBe(200);
    expect((await patchResource(app, plural, id, change, 'admin')).status).toBe(200);
    await withdrawStory(app, storyId);
    expect((await patchResource(app, plural, id, draft, 'editor')).status).toBe(200);
  });

  it('is for editors again when the story is published without it, and not before', async () => {
    const id = await make(plural, draft);
    const { id: storyId, sections } = await liveStory(app, await story(id));
    await editStory(app, storyId, { leadImageId: null });
    for (const section of sections)
      await editSection(app, section.id, { blocks: [{ type: 'paragraph', text: 'Words.' }] });
    expect((await patchResource(app, plural, id, change, 'editor')).status).toBe(403);
    await publishStory(app, storyId);
    expect((await patchResource(app, plural, id, change, 'editor')).status).toBe(200);
  });
});

describe('changing what a live story shows so that it breaks a rule of preflight', () => {
  it.each([
    ['missing_alt', { alt: null }],
    ['missing_alt', { alt: ' ' }],
    ['missing_credit', { creditLine: null }],
  ])('answers 422 (%s) naming the stories that would, and changes nothing', async (code, change) => {
    const imageId = await make('images', image);
    const broken = await liveStory(app, storyWith({ type: 'image', imageId }));
    const other = await liveStory(app, storyWith({ type: 'embed', embed: { ...embed, thumbnailImageId: imageId } }));
    const { status, body } = await patchResource(app, 'images', imageId, change);
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ code }, { code }]);
    for (const { slug } of [broken, other]) expect(JSON.stringify(body.errors)).toContain(slug);
    expect((await app.as.viewer.get(`/v1/manage/images/${imageId}`)).body.data).toMatchObject({ ...image, version: 1 });
    for (const { id } of [broken, other]) await requireFresh(app, id);
  });

  it('names none that would not', async () => {
    const imageId = await make('images', image);
    const sound = await liveStory(
      app,
      shortStory({
        slug: 'sound-story',
        leadImageId: await make('images', image),
        sections: [{ blocks: [{ type: 'image', imageId, alt: 'Told here.' }] }],
      }),
    );
    const broken = await liveStory(
      app,
      shortStory({ slug: 'broken-story', sections: [{ blocks: [{ type: 'image', imageId }] }] }),
    );
    const { status, body } = await patchResource(app, 'images', imageId, { alt: null });
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain(broken.slug);
    expect(JSON.stringify(body)).not.toContain(sound.slug);
  });

  it('passes what is still sound: a decorative image without alt text, a story that tells its own', async () => {
    const imageId = await make('images', image);
    const { slug } = await liveStory(app, storyWith({ type: 'image', imageId }));
    await changeResource(app, 'images', imageId, { alt: '', decorative: true });
    expect(await firstBlock(slug)).toMatchObject({ alt: '', image: { decorative: true } });
    expect((await patchResource(app, 'images', imageId, { decorative: false })).status).toBe(422);
    await changeResource(app, 'images', imageId, { alt: 'Told again.', decorative: false });
    expect((await firstBlock(slug)).alt).toBe('Told again.');
  });

  it('answers 422 for a thumbnail that has no alt text', async () => {
    const [bare, embedId] = [await make('images', { creditLine: 'Agency' }), await make('embeds', embed)];
    const { id, slug } = await liveStory(app, storyWith({ type: 'embed', embedId }));
    const { status, body } = await patchResource(app, 'embeds', embedId, { thumbnailImageId: bare });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ code: 'missing_alt', message: expect.stringContaining(slug) }]);
    await requireFresh(app, id);
  });

  it('goes by the live revision, not by the working copy', async () => {
    const imageId = await make('images', image);
    const story = await liveStory(app, storyWith({ type: 'image', imageId, alt: 'Told here.' }));
    await editSection(app, story.sections[0]?.id ?? '', { blocks: [{ type: 'image', imageId }] });
    await changeResource(app, 'images', imageId, { alt: null });
    expect((await firstBlock(story.slug)).alt).toBe('Told here.');
    expect((await act(app, story.id, 'publish')).status).toBe(422);
  });
});

describe('a thumbnail', () => {
  it('that an embed of a live story is given, changes or loses reaches the story', async () => {
    const [first, second] = [await make('images', image), await make('images', image)];
    const embedId = await make('embeds', embed);
    const { id, slug } = await liveStory(app, storyWith({ type: 'embed', embedId }));
    for (const thumbnailImageId of [first, second, null]) {
      await changeResource(app, 'embeds', embedId, { thumbnailImageId });
      expect((await firstBlock(slug)).embed.thumbnail?.id ?? null).toBe(thumbnailImageId);
      await requireFresh(app, id);
    }
    await changeResource(app, 'embeds', embedId, { thumbnailImageId: second });
    await changeResource(app, 'images', second, { caption: 'Changed.' });
    expect((await firstBlock(slug)).embed.thumbnail.caption).toBe('Changed.');
    expect((await patchResource(app, 'images', first, { caption: 'Free.' }, 'editor')).status).toBe(200);
  });
});
