// Mirrors that are kept by sync and by the stream while stories are edited at random, over connections that are cut again and again.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, correct, createResource, editSection, editStory, patchResource } from '../support/editing.js';
import { askErasure, type Erasable, erase } from '../support/erasing.js';
import { Listening } from '../support/listening.js';
import { Mirror } from '../support/mirror.js';
import { remove } from '../support/removal.js';
import { rounds } from '../support/rounds.js';
import { liveStory, shortStory } from '../support/stories.js';

/** What editors have to do with: refusals are part of the game, but the server never fails. */
interface Newsroom {
  app: TestApp;
  stories: string[];
  images: string[];
  quotes: string[];
}
type Deed = (newsroom: Newsroom) => Promise<unknown>;

const pick = <Item>(items: readonly Item[], i: number): Item | undefined => items[i % Math.max(1, items.length)];
const requireAnswered = ({ status }: { status: number }) => expect(status).toBeLessThan(500);

async function post({ app, stories, images, quotes }: Newsroom, i: number): Promise<void> {
  const [imageId, quoteId, related] = [pick(images, i), pick(quotes, i), pick(stories, i)];
  const blocks = [
    { type: 'paragraph', text: `Words ${i}.` },
    ...(imageId === undefined ? [] : [{ type: 'image', imageId }]),
    ...(quoteId === undefined ? [] : [{ type: 'quote', quoteId }]),
  ];
  const draft = shortStory({ headline: `Story ${i}`, sections: [{ blocks }], related: related ? [related] : [] });
  const answer = await app.as.editor.post('/v1/manage/articles', draft);
  requireAnswered(answer);
  if (answer.status === 201) stories.push(answer.body.data.id);
}

/** A deed to one of the stories, if there are any and it is not deleted. */
const toStory =
  (i: number, deed: (app: TestApp, id: string) => Promise<unknown>): Deed =>
  async ({ app, stories }) => {
    const id = pick(stories, i);
    if (id === undefined) return;
    if ((await app.as.viewer.get(`/v1/manage/articles/${id}`)).status === 200) await deed(app, id);
  };

async function eraseSomething({ app, stories, images, quotes }: Newsroom, i: number): Promise<void> {
  const kind = (['article', 'image', 'quote'] as const)[i % 3] as Erasable;
  const ids = { article: stories, image: images, quote: quotes, embed: [] as string[] }[kind];
  const id = pick(ids, i);
  if (id === undefined) return;
  ids.splice(ids.indexOf(id), 1);
  if ((await app.as.viewer.get(`/v1/manage/${kind}s/${id}`)).status === 200)
    requireAnswered(await askErasure(app, kind, id, { uses: 'remove' }));
}

async function renameTag({ app }: Newsroom, i: number): Promise<void> {
  const read = await app.as.viewer.get('/v1/manage/tags/belarus');
  if (read.status !== 200) return;
  requireAnswered(
    await app.as.publisher.patch('/v1/manage/tags/belarus', { name: `Belarus ${i}` }).set(matching(read)),
  );
}

const deeds: { weight: number; deed: (i: number) => Deed }[] = [
  { weight: 3, deed: (i) => (newsroom) => post(newsroom, i) },
  {
    weight: 2,
    deed: (i) => async (newsroom) => {
      newsroom.images.push((await createResource(newsroom.app, 'images', { alt: `Alt ${i}`, creditLine: 'C' })).id);
      const said = { text: `Said ${i}`, speaker: { name: 'Somebody' }, language: 'en' };
      newsroom.quotes.push((await createResource(newsroom.app, 'quotes', said)).id);
    },
  },
  { weight: 7, deed: (i) => toStory(i, async (app, id) => requireAnswered(await act(app, id, 'publish'))) },
  { weight: 2, deed: (i) => toStory(i, async (app, id) => requireAnswered(await act(app, id, 'withdraw'))) },
  { weight: 2, deed: (i) => toStory(i, (app, id) => editStory(app, id, { headline: `Headline ${i}` })) },
  { weight: 1, deed: (i) => toStory(i, (app, id) => editStory(app, id, { slug: `slug-${id}-${i}` })) },
  {
    weight: 2,
    deed: (i) =>
      toStory(i, async (app, id) => {
        const { data } = (await app.as.viewer.get(`/v1/manage/articles/${id}`)).body;
        await editSection(app, data.sections[0].id, { heading: `Heading ${i}` });
      }),
  },
  { weight: 2, deed: (i) => toStory(i, async (app, id) => requireAnswered(await correct(app, id))) },
  { weight: 1, deed: (i) => toStory(i, async (app, id) => requireAnswered(await correct(app, id, 'retraction'))) },
  {
    weight: 2,
    deed: (i) =>
      toStory(i, async (app, id) => requireAnswered(await remove(app, `/v1/manage/articles/${id}`, 'publisher'))),
  },
  {
    weight: 3,
    deed:
      (i) =>
      async ({ app, images }) => {
        const id = pick(images, i);
        if (id !== undefined) requireAnswered(await patchResource(app, 'images', id, { caption: `Caption ${i}` }));
      },
  },
  {
    weight: 3,
    deed:
      (i) =>
      async ({ app, quotes }) => {
        const id = pick(quotes, i);
        if (id !== undefined) requireAnswered(await patchResource(app, 'quotes', id, { context: `Context ${i}` }));
      },
  },
  { weight: 1, deed: (i) => (newsroom) => renameTag(newsroom, i) },
  { weight: 1, deed: (i) => (newsroom) => eraseSomething(newsroom, i) },
];

/** Hears of changes until it is told to stop; its connection is cut after every few events, and in between. */
async function follow(app: TestApp, from: string, apply: (event: string, id: string) => Promise<void>) {
  const heard: string[] = [];
  let lastEventId = from;
  let isOver = false;
  const loop = async () => {
    for (let round = 1; !isOver; round++) {
      const listening = await Listening.open(app.app.listeningOrigin, lastEventId);
      let applied = 0;
      const patience = performance.now() + 40 * (1 + (round % 5));
      while (!isOver && applied < round % 7 && performance.now() < patience) {
        const next = listening.events[applied];
        if (!next) await new Promise((resolve) => setTimeout(resolve, 2));
        else {
          await apply(next.event, String(next.data.id));
          heard.push(next.id);
          lastEventId = next.id;
          applied += 1;
        }
      }
      // What came beyond was never applied, so it is asked for again.
      listening.cut();
    }
  };
  const running = loop();
  return {
    heard,
    async stop() {
      isOver = true;
      await running;
    },
  };
}

/** Keeps a mirror by the stream alone: it tells which story to fetch. */
function byFetching(app: TestApp, mirror: Mirror) {
  return async (event: string, id: string) => {
    expect(event).not.toBe('reset');
    const { status, text, headers } = await app.anybody.get(`/v1/articles/${id}`);
    if (status === 200) {
      mirror.stories.set(id, text);
      mirror.etags.set(id, String(headers.etag));
    } else {
      expect(status).toBe(410);
      mirror.stories.delete(id);
      mirror.etags.delete(id);
    }
  };
}

describe('mirrors of a newsroom that edits at random', () => {
  it('are equal to what readers get in the end, to the byte, however often they were cut off', async () => {
    const app = await startApp();
    const newsroom: Newsroom = { app, stories: [], images: [], quotes: [] };
    const bySync = new Mirror(2);
    const byStream = new Mirror(2);
    await bySync.catchUp(app);
    await byStream.catchUp(app);
    const synchronising = await follow(app, bySync.lastEventId ?? '', async () => {
      // Every other time it forgets, as one that died before it had kept its token.
      const { token } = bySync;
      await bySync.step(app);
      if (bySync.told.length % 2 === 0) bySync.token = token;
      await bySync.catchUp(app);
    });
    const fetching = await follow(app, byStream.lastEventId ?? '', byFetching(app, byStream));

    const deed = fc.oneof(
      ...deeds.map(({ weight, deed: make }) => ({ weight, arbitrary: fc.nat({ max: 1000 }).map(make) })),
    );
    const atOnce = fc.array(deed, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(atOnce, { minLength: 40, maxLength: 60 }), async (steps) => {
        for (const some of steps) await Promise.allSettled(some.map((one) => one(newsroom))).then(requireNoFailure);
        // One that begins while others work, or after.
        const late = await new Mirror(3).catchUp(app);
        await late.requireSame(app);
      }),
      { numRuns: rounds({ quick: 5, short: 5, long: 25 }), endOnFailure: true },
    );

    // Whatever chance has brought about, a story that is live and one that is erased are in it.
    await liveStory(app);
    await erase(app, 'article', (await liveStory(app)).id, { uses: 'remove' });
    const { db, tables, all } = app.store;
    const log = await all(db.select().from(tables.publicLog));
    const ids = log.map(({ seq, mark }) => `${seq}.${mark}`);
    await expect
      .poll(() => [synchronising.heard.length, fetching.heard.length], { timeout: 60_000 })
      .toEqual([ids.length, ids.length]);
    await Promise.all([synchronising.stop(), fetching.stop()]);
    expect([synchronising.heard, fetching.heard]).toEqual([ids, ids]);
    await bySync.requireSame(app);
    await byStream.requireSame(app);
    expect(bySync.stories.size).toBeGreaterThan(0);
    expect(new Set(log.map(({ event }) => event)).size).toBe(5);
    await app.close();
  }, 1_800_000);
});

/** Of deeds at once one may be refused as stale, and says so by the assertion of its status; nothing else may be wrong. */
function requireNoFailure(outcomes: readonly PromiseSettledResult<unknown>[]): void {
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(String(outcome.reason)).toMatch(/got 4\d\d/);
}
