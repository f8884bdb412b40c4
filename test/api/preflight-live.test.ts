// What live stories show is held to the rules as well, but only for what a change makes worse.
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { soundStory } from '../support/candidates.js';
import { changeResource, createResource, type Members, type Plural, patchResource } from '../support/editing.js';
import { requireFresh } from '../support/freshness.js';
import { embed, image, liveStory, quote } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const make = async (plural: Plural, body: Members) => (await createResource(app, plural, body)).id;
const blockOf = (plural: Plural, id: string) => {
  const kind = plural.slice(0, -1);
  return { type: kind, [`${kind}Id`]: id };
};
const showing = (...blocks: object[]) => liveStory(app, soundStory({}, ...blocks));

/** Takes facts from a resource as if there had been no rule about them when its stories were published. */
async function strip(plural: Plural, id: string, facts: Members): Promise<void> {
  const { db, tables, commit } = app.store;
  const table = tables[plural] as typeof tables.images;
  await commit([{ query: db.update(table).set(facts).where(eq(table.id, id)), rows: 1 }]);
}

describe('a change to what a live story shows', () => {
  it.each<[code: string, pointer: string, Plural, Members, Members]>([
    ['missing_alt', '/alt', 'images', image, { alt: ' ' }],
    ['missing_alt', '/alt', 'images', { ...image, alt: null, decorative: true }, { decorative: false }],
    ['missing_credit', '/creditLine', 'images', image, { creditLine: null }],
    ['bad_link', '/sourceUrl', 'images', image, { sourceUrl: 'http://localhost/' }],
    ['missing_speaker', '/speaker', 'quotes', quote, { speaker: null }],
    ['bad_link', '/sourceUrl', 'quotes', quote, { sourceUrl: 'http://192.168.1.1/' }],
    ['missing_url', '/url', 'embeds', embed, { url: null }],
    ['missing_duration', '/duration', 'embeds', embed, { duration: null }],
    ['missing_duration', '/duration', 'embeds', { ...embed, kind: 'audio', duration: null }, { kind: 'video' }],
    ['bad_link', '/captionsUrl', 'embeds', embed, { captionsUrl: 'https://todo' }],
  ])('is refused for %s at %s, with help, each story named', async (code, pointer, plural, draft, change) => {
    const id = await make(plural, draft);
    const stories = [await showing(blockOf(plural, id)), await showing(blockOf(plural, id), blockOf(plural, id))];
    const { status, body } = await patchResource(app, plural, id, change);
    expect([status, body.type]).toEqual([422, '/problems/unprocessable']);
    expect(body.errors).toEqual(
      stories
        .map(({ id: storyId, slug }) => ({ storyId, slug }))
        .sort((a, b) => (a.storyId < b.storyId ? -1 : 1))
        .map(({ slug }) => ({
          pointer,
          code,
          message: expect.stringContaining(`(in live story ${slug})`),
          help: expect.any(String),
        })),
    );
    expect((await app.as.viewer.get(`/v1/manage/${plural}/${id}`).expect(200)).body.data.version).toBe(1);
    for (const story of stories) await requireFresh(app, story.id);
  });

  it('is refused for the image that an embed would be given, which is named', async () => {
    const [thumbnailImageId, embedId] = [await make('images', { alt: 'Seen.' }), await make('embeds', embed)];
    await showing(blockOf('embeds', embedId));
    const { status, body } = await patchResource(app, 'embeds', embedId, { thumbnailImageId });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([
      {
        pointer: '/thumbnailImageId',
        code: 'missing_credit',
        resource: { kind: 'image', id: thumbnailImageId, pointer: '/creditLine' },
      },
    ]);
  });

  it('is let pass for what only warnings are about', async () => {
    const quoteId = await make('quotes', quote);
    await showing({ type: 'quote', quoteId, display: 'pull' });
    await changeResource(app, 'quotes', quoteId, { text: 'Stands nowhere.' });
    const embedId = await make('embeds', { ...embed, transcript: 'He says no.' });
    await showing(blockOf('embeds', embedId));
    await changeResource(app, 'embeds', embedId, { transcript: null });
  });
});

describe('a story that was published when there were fewer rules', () => {
  it('does not keep what it shows from being changed, but from being made worse', async () => {
    const [imageId, quoteId, embedId] = [
      await make('images', image),
      await make('quotes', quote),
      await make('embeds', embed),
    ];
    const blocks = [blockOf('images', imageId), blockOf('quotes', quoteId), blockOf('embeds', embedId)];
    const { id } = await showing(...blocks);
    await strip('quotes', quoteId, { speaker: null });
    await strip('embeds', embedId, { duration: null, url: 'http://localhost/' });

    await changeResource(app, 'images', imageId, { caption: 'Corrected.' });
    await changeResource(app, 'quotes', quoteId, { context: 'Told later.' });
    await changeResource(app, 'embeds', embedId, { title: 'Another title' });
    await changeResource(app, 'embeds', embedId, { url: 'http://127.0.0.1/' });
    await requireFresh(app, id);

    const codes = async (plural: Plural, resourceId: string, change: Members) =>
      (await patchResource(app, plural, resourceId, change).then(({ body }) => body.errors ?? [])).map(
        ({ code, pointer }: Members) => `${pointer} ${code}`,
      );
    expect(await codes('images', imageId, { alt: null })).toEqual(['/alt missing_alt']);
    expect(await codes('quotes', quoteId, { sourceUrl: 'https://todo' })).toEqual(['/sourceUrl bad_link']);
    expect(await codes('embeds', embedId, { embedUrl: 'https://todo' })).toEqual(['/embedUrl bad_link']);
    expect(await codes('embeds', embedId, { url: null })).toEqual(['/url missing_url']);

    await changeResource(app, 'embeds', embedId, { url: 'https://video.example/1', duration: 'PT1M' });
    expect(await codes('embeds', embedId, { duration: null })).toEqual(['/duration missing_duration']);
  });

  it('lets one bad thumbnail take the place of another, and none the place of a good one', async () => {
    const [bad, worse, good] = [await make('images', image), await make('images', {}), await make('images', image)];
    const embedId = await make('embeds', { ...embed, thumbnailImageId: bad });
    await showing(blockOf('embeds', embedId));
    await strip('images', bad, { alt: null, creditLine: null });
    await changeResource(app, 'embeds', embedId, { thumbnailImageId: worse });
    await changeResource(app, 'embeds', embedId, { thumbnailImageId: good });
    expect((await patchResource(app, 'embeds', embedId, { thumbnailImageId: worse })).status).toBe(422);
  });

  it('follows a renamed desk and another story’s new headline all the same', async () => {
    const other = await liveStory(app, soundStory());
    const quoteId = await make('quotes', quote);
    const story = soundStory({ desk: 'old-desk', related: [other.id] }, blockOf('quotes', quoteId));
    const { id, slug } = await liveStory(app, story);
    await strip('quotes', quoteId, { speaker: null });
    const desk = '/v1/manage/desks/old-desk';
    const { etag = '' } = (await app.as.viewer.get(desk).expect(200)).headers;
    await app.as.publisher.patch(desk, { name: 'New name' }).set('if-match', etag).expect(200);
    await app.as.publisher.post(`/v1/manage/articles/${other.id}/withdraw`).set('if-match', '"2"').expect(200);
    const { data } = (await app.anybody.get(`/v1/articles/${slug}`).expect(200)).body;
    expect(data).toMatchObject({ id, desk: { name: 'New name' }, related: [] });
  });
});
