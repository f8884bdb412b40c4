import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../src/kernel/actor.js';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import {
  act,
  changeResource,
  createResource,
  editSection,
  editStory,
  type Members,
  type Plural,
} from '../support/editing.js';
import { requireFresh } from '../support/freshness.js';
import { Gate, type Meeting } from '../support/gate.js';
import { createStory, embed, image, publishStory, quote } from '../support/stories.js';

const gate = new Gate();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: gate.wrap });
});
afterAll(() => app.close());

type Answer = { status: number; body: { data: Members } };
const meetAtEachStep = (arrange: () => Promise<Meeting<Answer>>) => gate.meetAtEachStep(arrange);

const storyOf = (blocks: Members[], fields: Members = {}) => ({
  headline: 'A story',
  language: 'en',
  desk: 'world',
  sections: [{ heading: null, blocks }],
  ...fields,
});
const newImage = async () => (await createResource(app, 'images', image)).id;
const newStory = (...imageIds: string[]) =>
  createStory(app, storyOf(imageIds.map((imageId) => ({ type: 'image', imageId }))));
const newLiveStory = async (...imageIds: string[]) => publishStory(app, (await newStory(...imageIds)).id);

/** The request to publish or withdraw a story, ready to be sent. */
async function ready(id: string, action: 'publish' | 'withdraw'): Promise<() => PromiseLike<Answer>> {
  const read = await app.as.publisher.get(`/v1/manage/articles/${id}`);
  return () => app.as.publisher.post(`/v1/manage/articles/${id}/${action}`, {}).set(matching(read));
}

/** The request to change a resource, ready to be sent. */
async function change(
  plural: Plural,
  id: string,
  body: Members,
  role: Role = 'publisher',
): Promise<() => PromiseLike<Answer>> {
  const read = await app.as.viewer.get(`/v1/manage/${plural}/${id}`);
  return () => app.as[role].patch(`/v1/manage/${plural}/${id}`, body).set(matching(read));
}

const captionOf = async (storyId: string) => {
  const { data } = (await app.anybody.get(`/v1/articles/${storyId}`).expect(200)).body;
  return data.sections[0].blocks[0].image.caption;
};
const setBlocks = ({ sections: [section] }: { sections: { id: string }[] }, ...imageIds: string[]) =>
  editSection(app, section?.id ?? '', { blocks: imageIds.map((imageId) => ({ type: 'image', imageId })) });

describe('a story that stops showing an embed', () => {
  it.each(['publish', 'withdraw'] as const)(
    'leaves no thumbnail to readers that it is given meanwhile (%s)',
    async (action) => {
      await meetAtEachStep(async () => {
        const [thumbnailImageId, other] = [await newImage(), await newImage()];
        const { id: embedId } = await createResource(app, 'embeds', { ...embed, thumbnailImageId });
        const story = await createStory(app, storyOf([{ type: 'embed', embedId }]));
        await publishStory(app, story.id);
        await editSection(app, story.sections[0]?.id ?? '', { blocks: [{ type: 'paragraph', text: 'Words.' }] });
        return {
          operation: await ready(story.id, action),
          meanwhile: () => changeResource(app, 'embeds', embedId, { thumbnailImageId: other }),
          after: async ({ status }) => {
            expect(status).toBe(200);
            for (const imageId of [thumbnailImageId, other]) await app.anybody.get(`/v1/images/${imageId}`).expect(404);
          },
        };
      });
    },
  );
});

describe('publishing, while what the story shows is changed', () => {
  const everything = async () => {
    const thumbnailImageId = await newImage();
    const ids = {
      images: await newImage(),
      thumbnail: thumbnailImageId,
      quotes: (await createResource(app, 'quotes', quote)).id,
      embeds: (await createResource(app, 'embeds', { ...embed, thumbnailImageId })).id,
    };
    const spans = [{ start: 0, end: 2, type: 'quote', quoteId: ids.quotes }];
    const { id } = await createStory(
      app,
      storyOf([
        { type: 'image', imageId: ids.images },
        { type: 'paragraph', text: 'So he said.', spans },
        { type: 'embed', embedId: ids.embeds },
      ]),
    );
    return { id, ids };
  };

  it.each([
    ['an image', 'images', 'images', { caption: 'Changed.' }],
    ['a quote', 'quotes', 'quotes', { text: 'Changed.' }],
    ['an embed', 'embeds', 'embeds', { title: 'Changed.' }],
    ['the thumbnail of an embed', 'images', 'thumbnail', { caption: 'Changed.' }],
  ] as const)('shows %s as it has become', async (_what, plural, which, body) => {
    await meetAtEachStep(async () => {
      const { id, ids } = await everything();
      return {
        operation: await ready(id, 'publish'),
        meanwhile: () => changeResource(app, plural, ids[which], body),
        after: async ({ status }) => {
          expect(status).toBe(200);
          expect(JSON.stringify(await requireFresh(app, id))).toContain('Changed.');
        },
      };
    });
  });

  it('shows the thumbnail that an embed has been given, as that is', async () => {
    await meetAtEachStep(async () => {
      const { id, ids } = await everything();
      const other = await newImage();
      return {
        operation: await ready(id, 'publish'),
        meanwhile: async () => {
          await changeResource(app, 'embeds', ids.embeds, { thumbnailImageId: other });
          await changeResource(app, 'images', other, { caption: 'Changed.' });
        },
        after: async ({ status }) => {
          expect(status).toBe(200);
          expect(JSON.stringify(await requireFresh(app, id))).toContain('Changed.');
          await app.anybody.get(`/v1/images/${ids.thumbnail}`).expect(404);
        },
      };
    });
  });

  it('shows an image as it has become when the story is live and begins to use it', async () => {
    await meetAtEachStep(async () => {
      const [was, becomes] = [await newImage(), await newImage()];
      const story = await newLiveStory(was);
      await setBlocks(story, becomes);
      return {
        operation: await ready(story.id, 'publish'),
        meanwhile: () => changeResource(app, 'images', becomes, { caption: 'Changed.' }),
        after: async ({ status }) => {
          expect(status).toBe(200);
          await requireFresh(app, story.id);
          expect(await captionOf(story.id)).toBe('Changed.');
          await app.anybody.get(`/v1/images/${was}`).expect(404);
        },
      };
    });
  });

  it('never publishes an image that has lost its alt text', async () => {
    await meetAtEachStep(async () => {
      const imageId = await newImage();
      const { id } = await newStory(imageId);
      let isStripped = false;
      return {
        operation: await ready(id, 'publish'),
        meanwhile: async () => {
          isStripped = (await (await change('images', imageId, { alt: null }))()).status === 200;
        },
        after: async ({ status }) => {
          expect(status).toBe(isStripped ? 422 : 200);
          await requireFresh(app, id);
        },
      };
    });
  });

  it('publishes the version that was named or nothing, when the story itself is changed', async () => {
    await meetAtEachStep(async () => {
      const story = await newStory(await newImage());
      return {
        operation: await ready(story.id, 'publish'),
        meanwhile: () => setBlocks(story),
        after: async ({ status }) => {
          const delivered = await app.anybody.get(`/v1/articles/${story.id}`);
          expect([status, delivered.status]).toEqual(delivered.status === 200 ? [200, 200] : [412, 404]);
          if (delivered.status === 200) expect(delivered.body.data.sections[0].blocks).toHaveLength(1);
        },
      };
    });
  });
});

describe('changing an image, while', () => {
  const changed = { caption: 'Changed.' };

  /** Changes the image at each step of which something happens to stories, which are fresh afterwards. */
  const meet = (arrange: (imageId: string) => Promise<{ meanwhile: () => Promise<unknown>; ids: string[] }>) =>
    meetAtEachStep(async () => {
      const imageId = await newImage();
      const { meanwhile, ids } = await arrange(imageId);
      return {
        operation: await change('images', imageId, changed),
        meanwhile,
        after: async ({ status, body }) => {
          expect(status).toBe(200);
          expect(body.data).toMatchObject(changed);
          const stories = [];
          for (const id of ids) stories.push(await requireFresh(app, id));
          if (stories.every((story) => story === undefined)) await app.anybody.get(`/v1/images/${imageId}`).expect(404);
        },
      };
    });
  const publish = async (id: string) => expect((await act(app, id, 'publish')).status).toBe(200);
  const withdraw = async (id: string) => expect((await act(app, id, 'withdraw')).status).toBe(200);

  it('a story that uses it goes live: readers see the change', async () => {
    await meet(async (imageId) => {
      const { id } = await newStory(imageId);
      return { meanwhile: () => publish(id), ids: [id] };
    });
  });

  it('another story that uses it goes live: readers see the change in both', async () => {
    await meet(async (imageId) => {
      const [live, next] = [await newLiveStory(imageId), await newStory(imageId)];
      return { meanwhile: () => publish(next.id), ids: [live.id, next.id] };
    });
  });

  it('the story that uses it is withdrawn: it stays withdrawn', async () => {
    await meet(async (imageId) => {
      const { id } = await newLiveStory(imageId);
      return { meanwhile: () => withdraw(id), ids: [id] };
    });
  });

  it('one story that uses it is withdrawn and another goes live: readers see the change', async () => {
    await meet(async (imageId) => {
      const [leaving, coming] = [await newLiveStory(imageId), await newStory(imageId)];
      const meanwhile = async () => {
        await withdraw(leaving.id);
        await publish(coming.id);
      };
      return { meanwhile, ids: [leaving.id, coming.id] };
    });
  });

  it('one story stops using it and another goes live: readers see the change', async () => {
    await meet(async (imageId) => {
      const [leaving, coming] = [await newLiveStory(imageId), await newStory(imageId)];
      await setBlocks(leaving, await newImage());
      const meanwhile = async () => {
        await publish(leaving.id);
        await publish(coming.id);
      };
      return { meanwhile, ids: [leaving.id, coming.id] };
    });
  });

  it('the story is withdrawn and published again: readers see the change', async () => {
    await meet(async (imageId) => {
      const { id } = await newLiveStory(imageId);
      const meanwhile = async () => {
        await withdraw(id);
        await publish(id);
      };
      return { meanwhile, ids: [id] };
    });
  });

  it('the story is published with another text: readers see both changes', async () => {
    await meet(async (imageId) => {
      const { id } = await newLiveStory(imageId);
      await editStory(app, id, { headline: 'Another headline' });
      return { meanwhile: () => publish(id), ids: [id] };
    });
  });

  it('another image of the story is changed: readers see both changes', async () => {
    await meet(async (imageId) => {
      const other = await newImage();
      const { id } = await newLiveStory(imageId, other);
      return { meanwhile: () => changeResource(app, 'images', other, { caption: 'This as well.' }), ids: [id] };
    });
  });

  it('a story goes live, an editor is refused or was first', async () => {
    await meetAtEachStep(async () => {
      const imageId = await newImage();
      const { id } = await newStory(imageId);
      let shownAtPublication: unknown;
      return {
        operation: await change('images', imageId, changed, 'editor'),
        meanwhile: async () => {
          await publish(id);
          shownAtPublication = await captionOf(id);
        },
        after: async ({ status }) => {
          expect(status).toBe(shownAtPublication === changed.caption ? 200 : 403);
          expect(await captionOf(id)).toBe(shownAtPublication);
          await requireFresh(app, id);
        },
      };
    });
  });

  it('a story goes live, its alt text is not taken away', async () => {
    await meetAtEachStep(async () => {
      const imageId = await newImage();
      const { id } = await newStory(imageId);
      let published = 0;
      return {
        operation: await change('images', imageId, { alt: null }),
        meanwhile: async () => {
          published = (await act(app, id, 'publish')).status;
        },
        after: async ({ status }) => {
          expect([status, published]).toEqual(status === 200 ? [200, 422] : [422, 200]);
          await requireFresh(app, id);
        },
      };
    });
  });
});
