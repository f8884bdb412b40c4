// An erasure and somebody else's work, which comes in at every step: whichever is first, nothing of what was erased is left.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { createResource, type Members } from '../support/editing.js';
import { askErasure, cleared, type Erasable, erase } from '../support/erasing.js';
import { Gate, type Meeting } from '../support/gate.js';
import { startBeside } from '../support/second-server.js';
import { createStory, image, liveStory, publishStory, shortStory } from '../support/stories.js';

const gate = new Gate();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: gate.wrap });
  // Its steps would be taken for those of the operations.
  await app.services.clearing.stop();
});
afterAll(() => app.close());

type Answer = { status: number; body: Members };
type Story = Awaited<ReturnType<typeof createStory>>;
const path = '/v1/manage/erasures';
const article = ({ id }: Story) => `/v1/manage/articles/${id}`;
const section = ({ sections }: Story) => `/v1/manage/sections/${sections[1]?.id}`;

/** Arranges meetings at each step. What comes in may do so in a step behind the answer, so its end is waited for. */
const meet = (arrange: () => Promise<Meeting<Answer>>, on = gate, stepsMin = 5) =>
  on.meetAtEachStep<Answer>(async () => {
    const { meanwhile, after, operation } = await arrange();
    let ended: PromiseLike<unknown> = Promise.resolve();
    const begin = () => {
      ended = meanwhile();
      return ended;
    };
    const afterBoth = async (answer: Answer) => {
      await ended;
      await after(answer);
    };
    return { operation, meanwhile: begin, after: afterBoth };
  }, stepsMin);

let count = 0;
/** A word of which nothing may be left. */
const newWord = () => `Zq7erased${count++}x`;

/** The request to erase the version that a thing has now, ready to be sent. */
async function ready(kind: Erasable, id: string): Promise<() => PromiseLike<Answer>> {
  const read = await app.as.admin.get(`/v1/manage/${kind}s/${id}`).expect(200);
  const body = { kind, id, reason: 'A court said so.', uses: 'remove' };
  return () => app.as.admin.post(path, body).set(matching(read));
}

/** Changes what is at an address from the version that it has, or does something to it; undefined when nothing is there. */
async function change(address: string, body: Members, action?: 'publish' | 'withdraw'): Promise<number | undefined> {
  const read = await app.as.publisher.get(address);
  if (read.status === 404) return undefined;
  const sent = action ? app.as.publisher.post(`${address}/${action}`, body) : app.as.publisher.patch(address, body);
  return (await sent.set(matching(read))).status;
}

const showing = (...imageIds: string[]) => imageIds.map((imageId) => ({ type: 'image', imageId }));
const storyOf = (word: string, imageId: string) =>
  shortStory({
    headline: word,
    sections: [
      { heading: word, blocks: showing(imageId) },
      { heading: null, blocks: [{ type: 'paragraph', text: word }] },
    ],
  });
const newImage = async (caption = 'A caption.') => (await createResource(app, 'images', { ...image, caption })).id;
const statusOf = async (id: string) => (await app.anybody.get(`/v1/articles/${id}`)).status;
const make = (state: 'live' | 'draft', body: unknown) => (state === 'live' ? liveStory : createStory)(app, body);

describe('erasing a story, while', () => {
  it.each<[string, 'live' | 'draft', (story: Story, word: string, imageId: string) => Promise<unknown>]>([
    ['its headline is changed', 'live', (story, word) => change(article(story), { headline: `${word} again` })],
    ['a section of it is changed', 'live', (story, word) => change(section(story), { heading: word })],
    ['it is published', 'draft', (story) => change(article(story), {}, 'publish')],
    ['it is withdrawn', 'live', (story) => change(article(story), {}, 'withdraw')],
    ['what it shows is changed', 'live', (_story, _word, id) => change(`/v1/manage/images/${id}`, { caption: 'New.' })],
  ])(
    '%s: it is erased whole, or not at all because it has another version',
    async (_what, state, work) => {
      await meet(async () => {
        const [word, imageId] = [newWord(), await newImage()];
        const story = await make(state, storyOf(word, imageId));
        return {
          operation: await ready('article', story.id),
          meanwhile: () => work(story, word, imageId),
          after: async ({ status }) => {
            expect([201, 412]).toContain(status);
            if (status === 412) return;
            expect(await app.raw.tablesWith(word)).toEqual([]);
            expect(await statusOf(story.id)).toBe(state === 'live' ? 410 : 404);
            await app.anybody.get(`/v1/images/${imageId}`).expect(404);
          },
        };
      });
    },
    60_000,
  );

  it('it is erased: one of the two is told so', async () => {
    await meet(async () => {
      const word = newWord();
      const { id } = await createStory(app, storyOf(word, await newImage()));
      const erasing = await ready('article', id);
      let other = 0;
      return {
        operation: erasing,
        meanwhile: async () => {
          other = (await erasing()).status;
        },
        after: async ({ status }) => {
          expect([status, other].sort()).toEqual([201, 409]);
          expect(await app.raw.tablesWith(word)).toEqual([]);
        },
      };
    });
  });
});

describe('work on a story that is erased meanwhile', () => {
  it.each<[string, 'live' | 'draft', (story: Story, word: string) => PromiseLike<Answer>]>([
    [
      'a change to it',
      'live',
      (story, headline) => app.as.editor.patch(article(story), { headline }).set('if-match', '"2"'),
    ],
    [
      'a change to a section',
      'live',
      (story, heading) => app.as.editor.patch(section(story), { heading }).set('if-match', '"1"'),
    ],
    ['its publication', 'draft', (story) => app.as.publisher.post(`${article(story)}/publish`).set('if-match', '"1"')],
  ])(
    'leaves nothing of it: %s',
    async (_what, state, work) => {
      await meet(
        async () => {
          const word = newWord();
          const story = await make(state, storyOf(word, await newImage()));
          return {
            operation: () => work(story, `${word} again`),
            meanwhile: () => erase(app, 'article', story.id, { uses: 'remove' }),
            after: async ({ status }) => {
              expect([200, 404]).toContain(status);
              expect(await app.raw.tablesWith(word)).toEqual([]);
              expect([404, 410]).toContain(await statusOf(story.id));
            },
          };
        },
        gate,
        3,
      );
    },
    60_000,
  );
});

describe('erasing an image, while', () => {
  it.each<[string, (imageId: string, stories: { live: Story; draft: Story }, other: string) => Promise<unknown>]>([
    ['it is changed', (id) => change(`/v1/manage/images/${id}`, { caption: 'New.' })],
    ['a story that shows it is published', (_id, { draft }) => change(article(draft), {}, 'publish')],
    ['a live story that shows it is withdrawn', (_id, { live }) => change(article(live), {}, 'withdraw')],
    [
      'something else of a live story is changed',
      (_i, _s, id) => change(`/v1/manage/images/${id}`, { caption: 'New.' }),
    ],
    [
      'a story with it is posted and published',
      async (id) => {
        const posted = await app.as.editor.post(
          '/v1/manage/articles',
          shortStory({ sections: [{ blocks: showing(id) }] }),
        );
        if (posted.status === 201) await change(article(posted.body.data), {}, 'publish');
      },
    ],
  ])(
    '%s: it is nowhere afterwards',
    async (_what, work) => {
      await meet(async () => {
        const word = newWord();
        const [imageId, other] = [await newImage(word), await newImage()];
        const body = shortStory({ sections: [{ blocks: showing(imageId, other) }] });
        const stories = { live: await liveStory(app, body), draft: await createStory(app, body) };
        return {
          operation: await ready('image', imageId),
          meanwhile: () => work(imageId, stories, other),
          after: async ({ status }) => {
            expect([201, 412]).toContain(status);
            if (status === 412) return;
            expect(await app.raw.tablesWith(word)).toEqual([]);
            await app.anybody.get(`/v1/images/${imageId}`).expect(404);
          },
        };
      });
    },
    60_000,
  );

  it('a story with it is posted: it is refused as used, or the story is', async () => {
    await meet(async () => {
      const word = newWord();
      const imageId = await newImage(word);
      let posted = 0;
      return {
        operation: () => askErasure(app, 'image', imageId),
        meanwhile: async () => {
          const body = shortStory({ sections: [{ blocks: showing(imageId) }] });
          posted = (await app.as.editor.post('/v1/manage/articles', body)).status;
        },
        after: async ({ status }) => {
          expect([status, posted]).toEqual(status === 201 ? [201, 422] : [409, 201]);
          if (status === 201) expect(await app.raw.tablesWith(word)).toEqual([]);
        },
      };
    });
  });
});

describe('publishing a story that shows an image which is erased meanwhile', () => {
  it('never shows it', async () => {
    await meet(async () => {
      const word = newWord();
      const imageId = await newImage(word);
      const { id } = await createStory(app, shortStory({ sections: [{ blocks: showing(imageId) }] }));
      return {
        operation: () => app.as.publisher.post(`/v1/manage/articles/${id}/publish`).set('if-match', '"1"'),
        meanwhile: () => erase(app, 'image', imageId, { uses: 'remove' }),
        after: async ({ status }) => {
          expect([200, 422]).toContain(status);
          expect(await statusOf(id)).toBe(status === 200 ? 200 : 404);
          expect(await app.raw.tablesWith(word)).toEqual([]);
        },
      };
    });
  });
});

describe('taking what was erased out of a working copy', () => {
  it('loses nothing of what its editor saves at that moment', async () => {
    const inner = new Gate();
    const own = await startApp({ wrapStore: inner.wrap });
    await own.services.clearing.stop();
    // It reads; were it to clear as well, it could come between what the editor reads and saves.
    const beside = await startBeside(own);
    await beside.services.clearing.stop();
    await meet(async () => {
      const imageId = (await createResource(own, 'images', image)).id;
      const text = { type: 'paragraph', text: 'Kept.' };
      const blocks = [...showing(imageId), text];
      const story = await createStory(own, shortStory({ sections: [{ blocks: [text] }, { heading: 'Old', blocks }] }));
      const erasure = await erase(own, 'image', imageId, { uses: 'remove' });
      const saved: number[] = [];
      const read = async () => (await beside.as.viewer.get(section(story)).expect(200)).body.data;
      return {
        operation: async () => {
          await own.services.clearing.start(() => undefined);
          await cleared(beside, erasure);
          await own.services.clearing.stop();
          return { status: 200, body: await read() };
        },
        meanwhile: async () => {
          const { version, blocks: all } = await read();
          const body = { heading: 'New', blocks: all.filter(({ type }: Members) => type === 'paragraph') };
          const sent = own.as.editor.patch(section(story), body).set('if-match', `"${version}"`);
          saved.push((await sent).status);
        },
        after: async ({ body }) => {
          expect(saved).toEqual([200]);
          expect(body).toMatchObject({ heading: 'New', blocks: [text] });
          await publishStory(own, story.id);
        },
      };
    }, inner);
    await beside.close();
    await own.close();
  });
});
