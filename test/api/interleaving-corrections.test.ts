import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, changeResource, correct, createResource, editStory, type Members } from '../support/editing.js';
import { requireFresh } from '../support/freshness.js';
import { Gate, type Meeting } from '../support/gate.js';
import { createStory, image, liveStory, shortStory } from '../support/stories.js';

const gate = new Gate();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: gate.wrap });
});
afterAll(() => app.close());

type Answer = { status: number };
const meetAtEachStep = (arrange: () => Promise<Meeting<Answer>>) => gate.meetAtEachStep(arrange);

const kinds = ['correction', 'retraction'] as const;
const storyWith = (imageId: string, fields: Members = {}) =>
  shortStory({ sections: [{ blocks: [{ type: 'image', imageId }] }], ...fields });
const newImage = async () => (await createResource(app, 'images', image)).id;
const issue = async (id: string, kind: string) => expect((await correct(app, id, kind)).status).toBe(201);
const publish = async (id: string) => expect((await act(app, id, 'publish')).status).toBe(200);
const withdraw = async (id: string) => expect((await act(app, id, 'withdraw')).status).toBe(200);

/** A request at the version that a story has now, ready to be sent. */
async function ready(id: string, action: string, body: Members): Promise<() => PromiseLike<Answer>> {
  const read = await app.as.publisher.get(`/v1/manage/articles/${id}`).expect(200);
  return () => app.as.publisher.post(`/v1/manage/articles/${id}/${action}`, body).set(matching(read));
}
const correction = (id: string, kind: string) => ready(id, 'corrections', { kind, text: 'It was not so.' });

/** The story is fresh but for changes that were not published, and shows as many notes as were issued. */
async function requireNotes(id: string, count: number): Promise<void> {
  const { data } = (await app.as.viewer.get(`/v1/manage/articles/${id}`).expect(200)).body;
  expect(data.corrections).toHaveLength(count);
  if (data.publication.state !== 'live') return;
  const story = (await app.anybody.get(`/v1/articles/${id}`).expect(200)).body.data;
  expect(story.corrections.map((told: Members) => told.id)).toEqual(data.corrections.map((told: Members) => told.id));
  expect(story.contentUpdatedAt).toBe(data.publication.contentUpdatedAt);
}

describe.each(kinds)('a %s that is issued while', (kind) => {
  it('the story is published: one of the two is refused, and none is lost', async () => {
    await meetAtEachStep(async () => {
      const { id } = await liveStory(app);
      await editStory(app, id, { deck: 'Other words.' });
      return {
        operation: await ready(id, 'publish', {}),
        meanwhile: () => issue(id, kind),
        after: async ({ status }) => {
          expect([200, 412]).toContain(status);
          await requireNotes(id, 1);
        },
      };
    });
  });

  it('the story is withdrawn and published again is kept', async () => {
    await meetAtEachStep(async () => {
      const { id } = await liveStory(app);
      const meanwhile = async () => {
        await withdraw(id);
        await publish(id);
      };
      return {
        operation: await correction(id, kind),
        meanwhile,
        after: async ({ status }) => {
          expect([201, 412]).toContain(status);
          await requireNotes(id, status === 201 ? 1 : 0);
          await requireFresh(app, id);
        },
      };
    });
  });

  it('an image of the story is changed: readers see both', async () => {
    const meet = (isIssuedFirst: boolean) =>
      meetAtEachStep(async () => {
        const imageId = await newImage();
        const { id } = await liveStory(app, storyWith(imageId));
        const path = `/v1/manage/images/${imageId}`;
        const read = await app.as.viewer.get(path).expect(200);
        const change = () => app.as.publisher.patch(path, { caption: 'Changed.' }).set(matching(read));
        const issued = await correction(id, kind);
        return {
          operation: isIssuedFirst ? issued : change,
          meanwhile: isIssuedFirst ? () => changeResource(app, 'images', imageId, { caption: 'Changed.' }) : issued,
          after: async ({ status }) => {
            expect(status).toBe(isIssuedFirst ? 201 : 200);
            expect(await requireFresh(app, id)).toMatchObject({ corrections: [{ kind }] });
            expect(JSON.stringify(await requireFresh(app, id))).toContain('Changed.');
          },
        };
      });
    await meet(true);
    await meet(false);
  });

  it('a story that it links to goes live: readers see both', async () => {
    await meetAtEachStep(async () => {
      const { id: target } = await createStory(app);
      const { id } = await liveStory(app, shortStory({ related: [target] }));
      return {
        operation: await ready(target, 'publish', {}),
        meanwhile: () => issue(id, kind),
        after: async ({ status }) => {
          expect(status).toBe(200);
          expect(await requireFresh(app, id)).toMatchObject({ corrections: [{ kind }], related: [{ id: target }] });
        },
      };
    });
  });

  it('another story begins to link to it: the link says what the story says', async () => {
    const meet = (isIssuedFirst: boolean) =>
      meetAtEachStep(async () => {
        const { id } = await liveStory(app);
        const { id: linking } = await createStory(app, shortStory({ related: [id] }));
        const [issued, published] = [await correction(id, kind), await ready(linking, 'publish', {})];
        return {
          operation: isIssuedFirst ? issued : published,
          meanwhile: isIssuedFirst ? published : issued,
          after: async ({ status }) => {
            expect(status).toBe(isIssuedFirst ? 201 : 200);
            expect(await requireFresh(app, linking)).toMatchObject({ related: [{ retracted: kind === 'retraction' }] });
            await requireFresh(app, id);
          },
        };
      });
    await meet(true);
    await meet(false);
  });

  it('a section is changed: the change waits, and the note is shown or refused', async () => {
    await meetAtEachStep(async () => {
      const { id, sections } = await liveStory(app);
      const path = `/v1/manage/sections/${sections[1]?.id}`;
      const read = await app.as.viewer.get(path).expect(200);
      return {
        operation: await correction(id, kind),
        meanwhile: () => app.as.editor.patch(path, { heading: 'Not yet' }).set(matching(read)).expect(200),
        after: async ({ status }) => {
          expect([201, 412]).toContain(status);
          await requireNotes(id, status === 201 ? 1 : 0);
          expect((await app.anybody.get(`/v1/articles/${id}`).expect(200)).text).not.toContain('Not yet');
        },
      };
    });
  });
});

describe('publishing with a correction', () => {
  it('keeps one that was issued meanwhile', async () => {
    await meetAtEachStep(async () => {
      const { id } = await liveStory(app);
      return {
        operation: await ready(id, 'publish', { correction: { kind: 'update', text: 'More is known.' } }),
        meanwhile: () => issue(id, 'correction'),
        after: async ({ status }) => {
          expect([200, 412]).toContain(status);
          await requireNotes(id, status === 200 ? 2 : 1);
        },
      };
    });
  });
});
