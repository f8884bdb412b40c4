// The library as readers see it tells of each resource which live stories it stands in, as they are at this moment.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import {
  act,
  changeResource,
  correct,
  createResource,
  editStory,
  type Members,
  type Plural,
  withdrawStory,
} from '../support/editing.js';
import { Gate } from '../support/gate.js';
import { QueryLog, wholeReads } from '../support/queries.js';
import { createStory, embed, image, liveStory, publishStory, quote, shortStory } from '../support/stories.js';

const gate = new Gate();
const log = new QueryLog();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: (store) => log.wrap(gate.wrap(store)) });
});
afterAll(() => app.close());

interface Link {
  id: string;
  slug: string;
  language: string;
  headline: string;
  retracted: boolean;
}
const linkTo = ({ id, slug, language, headline, retracted }: Link): Link => ({
  id,
  slug,
  language,
  headline,
  retracted,
});

interface Answer {
  stories: Link[];
  storyCount: number;
  etag: string;
  modified: string;
}

const kinds: { plural: Plural; draft: Members; block: (id: string) => Members }[] = [
  { plural: 'images', draft: image, block: (imageId) => ({ type: 'image', imageId }) },
  { plural: 'quotes', draft: quote, block: (quoteId) => ({ type: 'quote', quoteId }) },
  { plural: 'embeds', draft: embed, block: (embedId) => ({ type: 'embed', embedId }) },
];
const storyWith = (blocks: Members[], fields: Members = {}) => shortStory({ sections: [{ blocks }], ...fields });
const newImage = async () => (await createResource(app, 'images', image)).id;
const showing = (imageId: string, fields: Members = {}) => storyWith([{ type: 'image', imageId }], fields);

async function get(path: string): Promise<Answer> {
  const { body, headers } = await app.anybody.get(path).expect(200);
  const { stories, storyCount } = body.data;
  return { stories, storyCount, etag: headers.etag ?? '', modified: headers['last-modified'] ?? '' };
}

/** What a change makes of an answer. Dates of HTTP have seconds, so that many must go by. */
async function changed(path: string, change: () => Promise<unknown>): Promise<Answer> {
  const before = await get(path);
  app.clock.advance(5000);
  await change();
  const now = await get(path);
  await app.anybody.get(path).set('if-none-match', before.etag).expect(200);
  await app.anybody.get(path).set('if-modified-since', before.modified).expect(200);
  expect(Date.parse(now.modified)).toBeGreaterThan(Date.parse(before.modified));
  return now;
}

describe.each(kinds)('GET /v1/$plural/{id}', ({ plural, draft, block }) => {
  it('names the live stories it stands in, the last published first, as they are named themselves', async () => {
    const { id } = await createResource(app, plural, draft);
    const path = `/v1/${plural}/${id}`;
    const days = [3, 1, 2];
    const ids: string[] = [];
    for (const day of days) {
      const story = await createStory(app, storyWith([block(id)], { headline: `Day ${day}`, language: 'en-GB' }));
      await publishStory(app, story.id, { publishedAt: `2022-12-0${day}T10:00:00Z` });
      ids.push(story.id);
    }
    await createStory(app, storyWith([block(id)], { headline: 'A draft' }));
    const { stories, storyCount } = await get(path);
    const { data } = (await app.anybody.get(`/v1/articles?contains=${id}`).expect(200)).body;
    expect(stories).toEqual(data.map(linkTo));
    expect(stories.map(({ headline }) => headline)).toEqual(['Day 3', 'Day 2', 'Day 1']);
    expect(storyCount).toBe(3);
    const listed = (await app.anybody.get(`/v1/${plural}?limit=1`).expect(200)).body.data;
    expect(listed).toEqual([(await app.anybody.get(path)).body.data]);
  });

  it('names twenty at most, and counts them all', async () => {
    const { id } = await createResource(app, plural, draft);
    for (let i = 0; i < 23; i++) await liveStory(app, storyWith([block(id)], { headline: `Number ${i}` }));
    const { stories, storyCount } = await get(`/v1/${plural}/${id}`);
    expect(stories.map(({ headline }) => headline)).toEqual(Array.from({ length: 20 }, (_, i) => `Number ${22 - i}`));
    expect(storyCount).toBe(23);
  });

  it('is trimmed to fields of its stories', async () => {
    const { id } = await createResource(app, plural, draft);
    const { slug } = await liveStory(app, storyWith([block(id)]));
    const { body } = await app.anybody.get(`/v1/${plural}/${id}?fields=stories.slug,storyCount`).expect(200);
    expect(body.data).toEqual({ storyCount: 1, stories: [{ slug }] });
  });
});

describe('the stories of a resource, its tag and its date', () => {
  it('follow a story that goes live, is taken down and comes back', async () => {
    const imageId = await newImage();
    const path = `/v1/images/${imageId}`;
    const first = await liveStory(app, showing(imageId));
    const second = await createStory(app, showing(imageId));
    const both = await changed(path, () => publishStory(app, second.id));
    expect(both.stories.map(({ id }) => id)).toEqual([second.id, first.id]);
    const one = await changed(path, () => withdrawStory(app, second.id));
    expect([one.storyCount, one.stories.map(({ id }) => id)]).toEqual([1, [first.id]]);
    expect((await changed(path, () => publishStory(app, second.id))).storyCount).toBe(2);
    for (const { id } of [first, second]) await withdrawStory(app, id);
    await app.anybody.get(path).expect(404);
  });

  it.each<[string, Members, string]>([
    ['headline', { headline: 'Another headline' }, 'Another headline'],
    ['slug', { slug: 'another-slug' }, 'another-slug'],
    ['language', { language: 'be' }, 'be'],
  ])('follow a story that gets another %s, once that is published', async (_field, change, shown) => {
    const imageId = await newImage();
    const path = `/v1/images/${imageId}`;
    const { id } = await liveStory(app, showing(imageId));
    const before = await get(path);
    await editStory(app, id, change);
    expect(await get(path)).toEqual(before);
    const { stories } = await changed(path, () => publishStory(app, id));
    expect(Object.values(stories[0] ?? {})).toContain(shown);
  });

  it('follow a retraction, and no other correction', async () => {
    const imageId = await newImage();
    const path = `/v1/images/${imageId}`;
    const headline = 'It says: "retracted":true, and is not';
    const { id } = await liveStory(app, showing(imageId, { headline }));
    const before = await get(path);
    expect(before.stories).toMatchObject([{ headline, retracted: false }]);
    app.clock.advance(5000);
    expect((await correct(app, id)).status).toBe(201);
    expect(await get(path)).toEqual(before);
    const { stories } = await changed(path, async () =>
      expect((await correct(app, id, 'retraction')).status).toBe(201),
    );
    expect(stories).toMatchObject([{ id, headline, retracted: true }]);
  });

  it('follow a story that is published as of another time', async () => {
    const imageId = await newImage();
    const [older, newer] = [await liveStory(app, showing(imageId)), await liveStory(app, showing(imageId))];
    const { stories } = await changed(`/v1/images/${imageId}`, () =>
      publishStory(app, newer.id, { publishedAt: '2020-01-01T00:00:00Z' }),
    );
    expect(stories.map(({ id }) => id)).toEqual([older.id, newer.id]);
  });

  it('follow a story that begins to show it and ends to, while another does all along', async () => {
    const [imageId, otherId] = [await newImage(), await newImage()];
    const path = `/v1/images/${imageId}`;
    await liveStory(app, showing(imageId));
    const { id } = await liveStory(app, showing(otherId));
    await editStory(app, id, { leadImageId: imageId });
    expect((await changed(path, () => publishStory(app, id))).stories[0]?.id).toBe(id);
    await editStory(app, id, { leadImageId: null });
    expect((await changed(path, () => publishStory(app, id))).storyCount).toBe(1);
  });

  it('follow a thumbnail from one image to another', async () => {
    const [imageId, otherId] = [await newImage(), await newImage()];
    const film = await createResource(app, 'embeds', { ...embed, thumbnailImageId: imageId });
    const { id } = await liveStory(
      app,
      storyWith([
        { type: 'embed', embedId: film.id },
        { type: 'image', imageId: otherId },
      ]),
    );
    const another = await liveStory(app, showing(imageId));
    expect((await get(`/v1/images/${imageId}`)).stories.map((story) => story.id)).toEqual([another.id, id]);
    const left = await changed(`/v1/images/${imageId}`, () =>
      changeResource(app, 'embeds', film.id, { thumbnailImageId: otherId }),
    );
    expect(left.stories.map((story) => story.id)).toEqual([another.id]);
    expect((await get(`/v1/images/${otherId}`)).stories.map((story) => story.id)).toEqual([id]);
  });

  it('stay when a story changes in nothing that they tell', async () => {
    const imageId = await newImage();
    const { id } = await liveStory(app, showing(imageId, { tags: ['kept'] }));
    const before = await get(`/v1/images/${imageId}`);
    app.clock.advance(5000);
    await editStory(app, id, { deck: 'Another deck.' });
    await publishStory(app, id);
    const path = '/v1/manage/tags/kept';
    const { etag = '' } = (await app.as.viewer.get(path)).headers;
    await app.as.publisher.patch(path, { name: 'Another name' }).set('if-match', etag).expect(200);
    expect(await get(`/v1/images/${imageId}`)).toEqual(before);
  });

  it('are in no whole story', async () => {
    const { slug } = await liveStory(app);
    const { text } = await app.anybody.get(`/v1/articles/${slug}`).expect(200);
    expect(text).not.toMatch(/"stor(ies|yCount)"/);
  });

  it('are those of the list of stories that contain it, whatever is done to those in whatever order', async () => {
    const step = fc.tuple(
      fc.nat({ max: 2 }),
      fc.constantFrom('publish', 'withdraw', 'headline', 'slug', 'lead', 'no lead', 'backdate'),
    );
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 12 }), async (steps) => {
        runs += 1;
        const imageId = await newImage();
        const path = `/v1/images/${imageId}`;
        const ids: string[] = [];
        for (let i = 0; i < 3; i++) ids.push((await liveStory(app, showing(imageId))).id);
        for (const [i, [which, what]] of steps.entries()) {
          const before = await app.anybody.get(path);
          app.clock.advance(2000);
          await takeStep(ids[which] ?? '', what, imageId, `${runs}-${i}`);
          const listed = (await app.anybody.get(`/v1/articles?contains=${imageId}`).expect(200)).body.data;
          const now = await app.anybody.get(path);
          expect(now.status).toBe(listed.length > 0 ? 200 : 404);
          if (now.status === 404) continue;
          const links = listed.map(linkTo);
          expect(now.body.data).toMatchObject({ stories: links, storyCount: links.length });
          if (before.status === 404) continue;
          const isSame = before.text === now.text;
          expect(before.headers.etag === now.headers.etag).toBe(isSame);
          const moved =
            Date.parse(now.headers['last-modified'] ?? '') - Date.parse(before.headers['last-modified'] ?? '');
          expect(isSame ? 1 : moved).toBeGreaterThan(0);
        }
      }),
      { numRuns: 12, endOnFailure: true },
    );
  }, 120_000);
});

/** Takes a step that is possible; another one does nothing. */
async function takeStep(id: string, what: string, imageId: string, unique: string): Promise<void> {
  const changes: Record<string, Members> = {
    headline: { headline: `Headline ${unique}` },
    slug: { slug: `slug-${unique}-${id.slice(-4)}` },
    lead: { leadImageId: imageId },
    'no lead': { leadImageId: null, deck: unique },
  };
  const change = changes[what];
  if (change) return editStory(app, id, change);
  const body = what === 'backdate' ? { publishedAt: `2021-01-01T00:00:0${unique.length}Z` } : {};
  const { status } = await act(app, id, what === 'withdraw' ? 'withdraw' : 'publish', body);
  expect(status).toBe(200);
}

describe('what reading them costs', () => {
  it('is two queries for a page, however long, and each looks only at what it names', async () => {
    for (let i = 0; i < 12; i++) await liveStory(app);
    for (const path of ['/v1/images', '/v1/quotes?speaker=vladimir+putin', '/v1/embeds']) {
      for (const limit of [1, 30]) {
        const address = `${path}${path.includes('?') ? '&' : '?'}limit=${limit}`;
        const plans = await log.plansOf(app, () => app.anybody.get(address).expect(200));
        expect(plans).toHaveLength(2);
        const steps = plans.flat();
        expect(wholeReads(steps)).toEqual([]);
        expect(steps).toContain('search facets by facets_by_publication (facet)');
        expect(steps).toContain('search snapshots by its key (article_id)');
        if (path.includes('speaker')) expect(steps.join('\n')).toContain('by library_snapshots_by_speaker (speaker');
      }
    }
  });
});

describe('a resource that is read while its stories change', () => {
  it('counts as many stories as it names', async () => {
    for (const k of [1, 2, 3]) {
      const imageId = await newImage();
      const [first] = [await liveStory(app, showing(imageId)), await liveStory(app, showing(imageId))];
      const { result } = await gate.run(
        k,
        () => app.anybody.get(`/v1/images/${imageId}`).expect(200),
        () => withdrawStory(app, first.id),
      );
      const { storyCount, stories } = result.body.data;
      expect(storyCount).toBe(stories.length);
    }
  });
});
