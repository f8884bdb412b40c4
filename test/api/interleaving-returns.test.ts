// What comes back (a version that is restored, a thing that is undeleted), and what it points at being erased at every step of it:
// whichever is first, nothing points at what was erased.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { createResource, editSection, editStory, type Members, patchResource } from '../support/editing.js';
import type { Erasable } from '../support/erasing.js';
import { Gate } from '../support/gate.js';
import { bringBack, removed } from '../support/removal.js';
import { createStory, embed, image, publishStory, quote, shortStory } from '../support/stories.js';

const gate = new Gate();
let app: TestApp;
beforeAll(async () => {
  // Others come in between two reads as well.
  app = await startApp({ wrapStore: (store) => ({ ...gate.wrap(store), readsOneMoment: false }) });
  // It would take what was erased out of working copies afterwards.
  await app.services.clearing.stop();
});
afterAll(() => app.close());

type Answer = { status: number; body: Members };
type Ready = () => PromiseLike<Answer>;

const pathOf = (kind: Erasable, id: string) => `/v1/manage/${kind}s/${id}`;
const text = { type: 'paragraph', text: 'It begins.' };
const sectionsOf = (blocks: Members[]) => [{ blocks: [text, ...blocks] }, { heading: 'More', blocks: [text] }];

async function make(kind: Erasable): Promise<string> {
  if (kind === 'image') return (await createResource(app, 'images', image)).id;
  if (kind === 'quote') return (await createResource(app, 'quotes', quote)).id;
  if (kind === 'embed') return (await createResource(app, 'embeds', embed)).id;
  return (await createStory(app, shortStory({ sections: sectionsOf([]) }))).id;
}

/** A story whose first version points at a thing, and whose present one does not. */
async function formerStory(kind: Erasable, id: string): Promise<string> {
  const shown = kind === 'article' ? [] : [{ type: kind, [`${kind}Id`]: id }];
  const related = kind === 'article' ? [id] : [];
  const story = await createStory(app, shortStory({ sections: sectionsOf(shown), related }));
  if (kind === 'article') await editStory(app, story.id, { related: [] });
  else await editSection(app, story.sections[0]?.id ?? '', { blocks: [text] });
  return pathOf('article', story.id);
}

/** An embed whose first version has a thumbnail that it has no more. */
async function formerEmbed(_kind: Erasable, thumbnailImageId: string): Promise<string> {
  const { id } = await createResource(app, 'embeds', { ...embed, thumbnailImageId });
  await patchResource(app, 'embeds', id, { thumbnailImageId: null });
  return pathOf('embed', id);
}

async function restoring(path: string): Promise<Ready> {
  const read = await app.as.publisher.get(path).expect(200);
  return () => app.as.publisher.post(`${path}/revisions/1/restore`).set(matching(read));
}

/** What was restored, pointing at what is deleted, and was deleted then. */
async function undeleting(path: string): Promise<Ready> {
  const restored = await (await restoring(path))();
  expect(restored.status).toBe(200);
  const deletion = await removed(app, path);
  return () => bringBack(app, path, deletion);
}

/** What erases the version of a thing that an answer told of. */
function erasureOf(kind: Erasable, id: string, told: Parameters<typeof matching>[0]): Ready {
  const body = { kind, id, reason: 'A court said so.' };
  return () => app.as.admin.post('/v1/manage/erasures', body).set(matching(told));
}

/** What erases a thing that is deleted. */
const ofDeleted = async (kind: Erasable, id: string) => erasureOf(kind, id, await removed(app, pathOf(kind, id)));
/** What erases a thing that is there. */
const ofPresent = async (kind: Erasable, id: string) =>
  erasureOf(kind, id, await app.as.admin.get(pathOf(kind, id)).expect(200));

/** Has what pointed at a thing come back while that is erased, which is refused where it has come back before. */
const meet = (
  kind: Erasable,
  formerUserOf: (kind: Erasable, id: string) => Promise<string>,
  erasing: (kind: Erasable, id: string) => Promise<Ready>,
  comingBack: (path: string) => Promise<Ready>,
) =>
  gate.meetAtEachStep<Answer>(async () => {
    const id = await make(kind);
    const path = await formerUserOf(kind, id);
    const erase = await erasing(kind, id);
    let erased = 0;
    return {
      operation: await comingBack(path),
      meanwhile: async () => {
        erased = (await erase()).status;
      },
      after: async ({ status, body }) => {
        expect([status, body.errors]).toEqual([200, undefined]);
        const now = await app.as.viewer.get(path).expect(200);
        expect([erased, now.text.includes(id)]).toEqual(erased === 201 ? [201, false] : [409, true]);
        expect(body.data).toEqual(now.body.data);
        if (erased === 201 && path.includes('/articles/')) await publishStory(app, now.body.data.id);
      },
    };
  });

const kinds = ['image', 'quote', 'embed', 'article'] as const;

describe('a version of a story that is restored', () => {
  it.each(kinds)(
    'does not bring back what is deleted, and erased meanwhile: %s',
    (kind) => meet(kind, formerStory, ofDeleted, restoring),
    60_000,
  );

  it.each(kinds)(
    'does not bring back what is there, and erased meanwhile: %s',
    (kind) => meet(kind, formerStory, ofPresent, restoring),
    60_000,
  );
});

describe('a story that is undeleted', () => {
  it.each(kinds)(
    'does not bring back what was deleted before it, and is erased meanwhile: %s',
    (kind) => meet(kind, formerStory, ofDeleted, undeleting),
    60_000,
  );
});

describe('an embed that comes back without a thumbnail that is erased meanwhile', () => {
  it('is one that is restored', () => meet('image', formerEmbed, ofDeleted, restoring), 60_000);
  it('is one that is undeleted', () => meet('image', formerEmbed, ofDeleted, undeleting), 60_000);
});

it('leaves nothing that uses what was erased', async () => {
  const { db, tables, all } = app.store;
  const nameOf = ({ kind, resourceId }: { kind: string; resourceId: string }) => `${kind}/${resourceId}`;
  const erased = (await all(db.select().from(tables.erasures))).map(nameOf);
  const used = new Set((await all(db.select().from(tables.whereUsed))).map(nameOf));
  expect(erased.length).toBeGreaterThan(0);
  expect(erased.filter((name) => used.has(name))).toEqual([]);
});
