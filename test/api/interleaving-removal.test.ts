// Deleting and bringing back, while at every step of it somebody else changes what the decision was made from, and the other way
// round: whichever is first, nothing that is there uses what is deleted.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, createResource, editSection, editStory, type Members, withdrawStory } from '../support/editing.js';
import { requireFresh } from '../support/freshness.js';
import { Gate } from '../support/gate.js';
import { bringBack, remove, removed, requireNoDeletedUses } from '../support/removal.js';
import { createStory, embed, image, liveStory } from '../support/stories.js';

const gate = new Gate();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: gate.wrap });
});
afterAll(() => app.close());

const articles = '/v1/manage/articles';
const pathOf = (id: string) => `${articles}/${id}`;
const storyOf = (fields: Members = {}) => ({ headline: 'A story', language: 'en', desk: 'world', ...fields });
const newImage = async () => {
  const { id } = await createResource(app, 'images', image);
  return { id, path: `/v1/manage/images/${id}` };
};
const showing = (imageId: string) => [{ type: 'image', imageId }];

/** A request to delete, from the version that there is now, ready to be sent. */
async function deletion(path: string) {
  const read = await app.as.publisher.get(path).expect(200);
  return () => app.as.publisher.delete(path).set(matching(read));
}

/** Holds two to exactly one of them having been done, and to the store being sound. */
async function requireOneOf(done: readonly boolean[]): Promise<void> {
  expect(done.filter(Boolean)).toHaveLength(1);
  await requireNoDeletedUses(app);
}

describe('an image is deleted or used, never both, when', () => {
  const post = (body: Members) => app.as.editor.post(articles, storyOf(body));
  const uses: [string, (imageId: string) => Promise<() => PromiseLike<{ status: number }>>][] = [
    ['a story is posted with it', async (id) => () => post({ sections: [{ blocks: showing(id) }] })],
    ['a story is posted with it as its lead', async (id) => () => post({ leadImageId: id })],
    [
      'an embed gets it as its thumbnail',
      async (id) => () => app.as.editor.post('/v1/manage/embeds', { ...embed, thumbnailImageId: id }),
    ],
    [
      'a section gets it',
      async (id) => {
        const story = await createStory(app, storyOf({ sections: [{ blocks: [] }] }));
        const path = `/v1/manage/sections/${story.sections[0]?.id}`;
        return () => app.as.editor.patch(path, { blocks: showing(id) }).set('if-match', '"1"');
      },
    ],
    [
      'a story is replaced by one with it',
      async (id) => {
        const story = await createStory(app, storyOf());
        const body = storyOf({ sections: [{ blocks: showing(id) }] });
        return () => app.as.editor.put(pathOf(story.id), body).set('if-match', '"1"');
      },
    ],
    [
      'a deleted story that has it is brought back',
      async (id) => {
        const story = await createStory(app, storyOf({ leadImageId: id }));
        const answer = await removed(app, pathOf(story.id));
        return () => bringBack(app, pathOf(story.id), answer);
      },
    ],
    [
      'a deleted embed that has it is brought back',
      async (thumbnailImageId) => {
        const { id } = await createResource(app, 'embeds', { ...embed, thumbnailImageId });
        const answer = await removed(app, `/v1/manage/embeds/${id}`);
        return () => bringBack(app, `/v1/manage/embeds/${id}`, answer);
      },
    ],
  ];

  it.each(uses)('%s meanwhile', async (_what, arrangeUse) => {
    await gate.meetAtEachStep(async () => {
      const { id, path } = await newImage();
      const use = await arrangeUse(id);
      let isUsed = false;
      return {
        operation: await deletion(path),
        meanwhile: async () => {
          isUsed = (await use()).status < 300;
        },
        after: async ({ status }) => requireOneOf([status === 204, isUsed]),
      };
    }, 2);
  });

  it.each(uses)('%s, and it is deleted meanwhile', async (_what, arrangeUse) => {
    await gate.meetAtEachStep(async () => {
      const { id, path } = await newImage();
      const operation = await arrangeUse(id);
      let isDeleted = false;
      return {
        operation,
        meanwhile: async () => {
          isDeleted = (await remove(app, path)).status === 204;
        },
        after: async ({ status }) => {
          expect([200, 201, 422]).toContain(status);
          await requireOneOf([status < 300, isDeleted]);
        },
      };
    }, 2);
  });
});

describe('an image that is deleted while', () => {
  it('its last user gives it up is deleted or refused, and can be deleted after', async () => {
    await gate.meetAtEachStep(async () => {
      const { id, path } = await newImage();
      const { sections } = await createStory(app, storyOf({ sections: [{ blocks: showing(id) }] }));
      return {
        operation: await deletion(path),
        meanwhile: () => editSection(app, sections[0]?.id ?? '', { blocks: [] }),
        after: async ({ status }) => {
          expect([204, 409]).toContain(status);
          if (status === 409) await removed(app, path);
          await requireNoDeletedUses(app);
        },
      };
    }, 2);
  });

  it('somebody else deletes it is deleted once', async () => {
    await gate.meetAtEachStep(async () => {
      const { path } = await newImage();
      return {
        operation: await deletion(path),
        meanwhile: () => removed(app, path),
        after: async ({ status }) => {
          expect(status).toBe(404);
          const listed = (await app.as.viewer.get('/v1/manage/images?deleted=true&limit=1')).body.data;
          expect(listed).toMatchObject([{ version: 2 }]);
        },
      };
    }, 2);
  });

  it('it is changed is refused as stale', async () => {
    await gate.meetAtEachStep(async () => {
      const { path } = await newImage();
      return {
        operation: await deletion(path),
        meanwhile: () => app.as.editor.patch(path, { caption: 'Changed.' }).set('if-match', '"1"').expect(200),
        after: async ({ status, body }) => {
          expect([status, body.changed]).toEqual([412, ['/caption']]);
        },
      };
    }, 2);
  });
});

describe('a story is deleted or', () => {
  it('published, never both, whichever is first', async () => {
    await gate.meetAtEachStep(async () => {
      const { id } = await createStory(app, storyOf());
      let published = 0;
      return {
        operation: await deletion(pathOf(id)),
        meanwhile: async () => {
          published = (await act(app, id, 'publish')).status;
        },
        after: async ({ status }) => {
          expect([status, published]).toEqual([412, 200]);
          await requireFresh(app, id);
        },
      };
    });
    await gate.meetAtEachStep(async () => {
      const { id, slug } = await createStory(app, storyOf());
      const read = await app.as.publisher.get(pathOf(id)).expect(200);
      let deleted = 0;
      return {
        operation: () => app.as.publisher.post(`${pathOf(id)}/publish`, {}).set(matching(read)),
        meanwhile: async () => {
          deleted = (await remove(app, pathOf(id), 'publisher')).status;
        },
        after: async ({ status }) => {
          expect([status, deleted]).toEqual(status === 200 ? [200, 409] : [404, 204]);
          await app.anybody.get(`/v1/articles/${slug}`).expect(status);
        },
      };
    });
  });

  it('named by another, never both', async () => {
    await gate.meetAtEachStep(async () => {
      const { id } = await createStory(app, storyOf());
      const other = await createStory(app, storyOf());
      let isNamed = false;
      return {
        operation: await deletion(pathOf(id)),
        meanwhile: async () => {
          const patch = app.as.editor.patch(pathOf(other.id), { related: [id] }).set('if-match', '"1"');
          isNamed = (await patch).status === 200;
        },
        after: async ({ status }) => requireOneOf([status === 204, isNamed]),
      };
    });
    await gate.meetAtEachStep(async () => {
      const { id } = await createStory(app, storyOf());
      let isDeleted = false;
      return {
        operation: () => app.as.editor.post(articles, storyOf({ translationOf: id })),
        meanwhile: async () => {
          isDeleted = (await remove(app, pathOf(id))).status === 204;
        },
        after: async ({ status }) => requireOneOf([status === 201, isDeleted]),
      };
    }, 2);
  });

  it('changed in a section: then its deletion is stale, or the section is gone', async () => {
    await gate.meetAtEachStep(async () => {
      const { id, sections } = await createStory(app, storyOf({ sections: [{ blocks: [] }] }));
      const picture = await newImage();
      return {
        operation: await deletion(pathOf(id)),
        meanwhile: () => editSection(app, sections[0]?.id ?? '', { blocks: showing(picture.id) }),
        after: async ({ status }) => {
          expect(status).toBe(412);
          await requireNoDeletedUses(app);
        },
      };
    });
    await gate.meetAtEachStep(async () => {
      const { id, sections } = await createStory(app, storyOf({ sections: [{ blocks: [] }] }));
      const picture = await newImage();
      const path = `/v1/manage/sections/${sections[0]?.id}`;
      return {
        operation: () => app.as.editor.patch(path, { blocks: showing(picture.id) }).set('if-match', '"1"'),
        meanwhile: () => removed(app, pathOf(id)),
        after: async ({ status }) => {
          // Written just before or just after: the section's own write stood, or the section was gone.
          expect([200, 404]).toContain(status);
          await requireNoDeletedUses(app);
        },
      };
    });
  });
});

describe('a withdrawn story that is deleted while it is published again', () => {
  it('is live, and its deletion stale', async () => {
    await gate.meetAtEachStep(async () => {
      const { id } = await liveStory(app, storyOf());
      await withdrawStory(app, id);
      return {
        operation: await deletion(pathOf(id)),
        meanwhile: () => act(app, id, 'publish'),
        after: async ({ status }) => {
          expect(status).toBe(412);
          expect(await requireFresh(app, id)).toBeDefined();
        },
      };
    });
  });
});

describe('a deleted story that is brought back while', () => {
  it('another takes its slug has it, or is told that it is taken', async () => {
    await gate.meetAtEachStep(async () => {
      const { id, slug } = await createStory(app, storyOf());
      const answer = await removed(app, pathOf(id));
      let taken = 0;
      return {
        operation: () => bringBack(app, pathOf(id), answer),
        meanwhile: async () => {
          taken = (await app.as.editor.post(articles, storyOf({ slug }))).status;
        },
        after: async ({ status }) => {
          expect([status, taken]).toEqual(status === 200 ? [200, 409] : [409, 201]);
        },
      };
    });
  });

  it('somebody else brings it back is brought back once', async () => {
    await gate.meetAtEachStep(async () => {
      const { id } = await createStory(app, storyOf());
      const answer = await removed(app, pathOf(id));
      return {
        operation: () => bringBack(app, pathOf(id), answer),
        meanwhile: () => bringBack(app, pathOf(id), answer).expect(200),
        after: async ({ status }) => {
          expect(status).toBe(412);
          await editStory(app, id, { deck: 'It is there.' });
        },
      };
    });
  });
});
