import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import {
  act,
  changeResource,
  correct,
  createResource,
  editSection,
  editStory,
  type Members,
  withdrawStory,
} from '../support/editing.js';
import { createStory, embed, image, liveStory, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const path = (id: string, at?: string) => `/v1/manage/articles/${id}/asOf${at === undefined ? '' : `?at=${at}`}`;
const asOf = async (id: string, at?: string) => (await app.as.viewer.get(path(id, at)).expect(200)).body;
const delivered = async (id: string) => (await app.anybody.get(`/v1/articles/${id}`).expect(200)).body.data;

/** The present instant, with nothing else happening in it. */
function now(): string {
  app.clock.advance(1000);
  const at = app.clock.now().toISOString();
  app.clock.advance(1000);
  return at;
}

async function rename(kind: 'desks' | 'tags', key: string, name: string): Promise<void> {
  const address = `/v1/manage/${kind}/${key}`;
  await app.as.publisher
    .patch(address, { name })
    .set(matching(await app.as.viewer.get(address).expect(200)))
    .expect(200);
}

describe('GET /v1/manage/articles/{id}/asOf', () => {
  it('is what readers had at each instant, whatever has changed since', async () => {
    const [imageId, quoteId] = [
      (await createResource(app, 'images', image)).id,
      (await createResource(app, 'quotes', quote)).id,
    ];
    const thumbnailImageId = (await createResource(app, 'images', image)).id;
    const embedId = (await createResource(app, 'embeds', { ...embed, thumbnailImageId })).id;
    const other = await liveStory(app, shortStory({ headline: 'The other' }));
    const blocks = [
      { type: 'image', imageId },
      { type: 'paragraph', text: 'So he said.', spans: [{ start: 0, end: 2, type: 'quote', quoteId }] },
      { type: 'embed', embedId },
    ];
    const story = await createStory(
      app,
      shortStory({ sections: [{ heading: 'Part', blocks }], related: [other.id], translationOf: other.id }),
    );
    const { id } = story;
    await publishStory(app, id);
    const seen: { at: string; story: Members }[] = [];
    const look = async () => seen.push({ at: now(), story: await delivered(id) });
    await look();
    const steps: (() => Promise<unknown>)[] = [
      () => changeResource(app, 'images', imageId, { caption: 'Changed.' }),
      () => changeResource(app, 'quotes', quoteId, { text: 'Changed.' }),
      () => changeResource(app, 'embeds', embedId, { title: 'Changed.' }),
      () => changeResource(app, 'images', thumbnailImageId, { caption: 'Thumbnail.' }),
      () => changeResource(app, 'embeds', embedId, { thumbnailImageId: null }),
      () => rename('desks', 'world', 'The World'),
      () => rename('tags', 'belarus', 'Belarus (country)'),
      // Unpublished changes, of which readers see nothing.
      () => editStory(app, id, { headline: 'Next', slug: 'as-of-next', desk: 'sport', tags: [] }),
      () => editSection(app, story.sections[0]?.id ?? '', { heading: 'Next', blocks: blocks.slice(0, 1) }),
      () => editStory(app, other.id, { headline: 'The other, changed' }),
      () => publishStory(app, other.id),
      () => publishStory(app, id, { minor: true }),
      () => withdrawStory(app, other.id),
      () => publishStory(app, other.id),
      () => changeResource(app, 'images', imageId, { caption: 'Once more.' }),
      () => rename('desks', 'sport', 'Sports'),
      () => correct(app, id),
      async () => expect((await act(app, id, 'publish', { minor: true })).status).toBe(200),
      () => correct(app, other.id, 'retraction'),
      () => correct(app, id, 'update', 'More is known.'),
      () => publishStory(app, id, { correction: { kind: 'clarification', text: 'It was in Minsk.' } }),
    ];
    for (const step of steps) {
      await step();
      await look();
    }
    for (const { at, story: then } of seen) expect((await asOf(id, at)).data).toEqual(then);
    expect(new Set(seen.map(({ story: then }) => JSON.stringify(then))).size).toBeGreaterThan(steps.length - 6);
    expect((await asOf(id)).data).toEqual(await delivered(id));
    expect((await asOf(id, seen[0]?.at)).asOf).toEqual({ at: seen[0]?.at, version: 2 });
    expect((await asOf('as-of-next')).data.id).toBe(id);
  });

  it('lists the translations that there were, with the original, whichever of them it is', async () => {
    const original = await liveStory(app, shortStory({ headline: 'Original' }));
    const seen: { at: string; stories: Members[] }[] = [];
    const ids = [original.id];
    const look = async () => {
      const answers = await Promise.all(ids.map((id) => app.anybody.get(`/v1/articles/${id}`)));
      seen.push({ at: now(), stories: answers.flatMap(({ status, body }) => (status === 200 ? [body.data] : [])) });
    };
    await look();
    for (const language of ['be', 'ru']) {
      const story = shortStory({ language, headline: `In ${language}`, translationOf: original.id });
      ids.push((await liveStory(app, story)).id);
      await look();
    }
    const [, belarusian = '', russian = ''] = ids;
    await editStory(app, belarusian, { headline: 'Another' });
    await look();
    await publishStory(app, belarusian);
    await look();
    await withdrawStory(app, russian);
    await look();
    await publishStory(app, russian);
    await withdrawStory(app, original.id);
    await look();
    expect(seen.map(({ stories }) => stories.length)).toEqual([1, 2, 3, 3, 3, 2, 2]);
    for (const { at, stories } of seen) {
      for (const story of stories) expect((await asOf(String(story.id), at)).data).toEqual(story);
    }
  });

  it('answers 404 until it was published, 410 while it was withdrawn, and goes on when it came back', async () => {
    const { id } = await createStory(app);
    const before = now();
    await app.as.viewer.get(path(id)).expect(404);
    await publishStory(app, id);
    const live = now();
    await withdrawStory(app, id);
    const withdrawn = now();
    await app.as.viewer.get(path(id)).expect(410);
    await editStory(app, id, { headline: 'Back again' });
    await publishStory(app, id);
    const back = now();
    await app.as.viewer.get(path(id, before)).expect(404);
    expect((await asOf(id, live)).data.headline).toBe('A short story');
    await app.as.viewer.get(path(id, withdrawn)).expect(410);
    expect((await asOf(id, back)).data.headline).toBe('Back again');
  });

  it('goes by when readers had it, not by the time that a story from an archive bears', async () => {
    const { id } = await createStory(app);
    await publishStory(app, id, { publishedAt: '2022-12-19T17:05:00.000Z' });
    await app.as.viewer.get(path(id, '2023-01-01T00:00:00Z')).expect(404);
    expect((await asOf(id)).data).toMatchObject({ publishedAt: '2022-12-19T17:05:00.000Z' });
  });

  it('is of the very instant: from that of a publication on', async () => {
    const story = await liveStory(app);
    await publishStory(app, story.id);
    await editStory(app, story.id, { headline: 'Second' });
    const { publication } = (await publishStory(app, story.id)) as unknown as { publication: Members };
    const at = String(publication.contentUpdatedAt);
    const justBefore = new Date(Date.parse(at) - 1).toISOString();
    expect((await asOf(story.id, at)).data.headline).toBe('Second');
    expect((await asOf(story.id, justBefore)).data.headline).toBe('A short story');
  });

  it('answers 400 for what is to come or no instant, 404 for what never was, 401 and 403 as all of Management', async () => {
    const { id } = await liveStory(app);
    const future = new Date(app.clock.now().getTime() + 60_000).toISOString();
    const { body } = await app.as.viewer.get(path(id, future)).expect(400);
    expect(body.errors).toMatchObject([{ parameter: 'at', code: 'in_the_future' }]);
    await app.as.viewer.get(path(id, 'yesterday')).expect(400);
    await app.as.viewer.get(path('nonsense')).expect(404);
    await app.anybody.get(path(id)).expect(401);
  });
});
