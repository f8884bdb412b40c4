import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockKinds } from '../../src/blocks/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { plainBlocks, type StoryDraft, story } from '../support/arbitraries.js';
import { matching } from '../support/client.js';
import { rounds } from '../support/rounds.js';
import { createStory, liveStory, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

type Json = Record<string, unknown>;
const resources = ['image', 'quote', 'embed'];

/** Whether all that was posted is there: what was left out may be anything, an inline resource may stand as its id. */
function requireAll(posted: unknown, found: unknown, at = ''): void {
  if (posted === undefined) return;
  if (typeof posted !== 'object' || posted === null) {
    expect(found, at).toEqual(posted);
    return;
  }
  if (Array.isArray(posted)) {
    expect(found, at).toHaveLength(posted.length);
    posted.forEach((item, i) => {
      requireAll(item, (found as unknown[])[i], `${at}/${i}`);
    });
    return;
  }
  for (const [name, value] of Object.entries(posted)) {
    const isById = resources.includes(name) && (found as Json)[name] === undefined;
    if (isById) expect((found as Json)[`${name}Id`], `${at}/${name}Id`).toEqual(expect.any(String));
    else requireAll(value, (found as Json)[name], `${at}/${name}`);
  }
}

/** The story as readers get it, with resources by id again: as it is managed. */
function idsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(idsOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) =>
      resources.includes(name) ? [`${name}Id`, (member as Json).id] : [name, idsOf(member)],
    ),
  );
}

async function roundTrip(draft: StoryDraft): Promise<void> {
  const { as, anybody } = app;
  const posted = await as.editor.post('/v1/manage/articles', draft).expect(201);
  const { id, sections, slug } = posted.body.data;
  requireAll(draft, posted.body.data);

  const address = `/v1/manage/articles/${id}`;
  const read = await as.viewer.get(address).expect(200);
  expect(read.body).toEqual(posted.body);
  const put = await as.editor.put(address, read.body.data).set(matching(read)).expect(200);
  expect(put.body).toEqual(read.body);

  await as.publisher.post(`${address}/publish`, {}).set(matching(put)).expect(200);
  const { data } = (await anybody.get(`/v1/articles/${slug}`).expect(200)).body;
  const { desk: _desk, tags: _tags, ...rest } = draft as StoryDraft & Json;
  requireAll(rest, data);
  const withoutOverrides = (blocks: unknown) =>
    JSON.parse(JSON.stringify(blocks), (name, value) =>
      ['alt', 'caption', 'renditions'].includes(name) ? undefined : value,
    );
  const shown = data.sections.map(({ id: section, anchor, heading, blocks }: Json) => ({
    id: section,
    anchor,
    heading,
    blocks,
  }));
  const kept = sections.map(({ id: section, anchor, heading, blocks }: Json) => ({
    id: section,
    anchor,
    heading,
    blocks,
  }));
  expect(withoutOverrides(idsOf(shown))).toEqual(withoutOverrides(kept));
}

describe('a story', () => {
  it('of any blocks survives POST, GET, PUT, publish and delivery, unchanged in content and ids', async () => {
    await fc.assert(fc.asyncProperty(story, roundTrip), {
      numRuns: rounds({ quick: 15, short: 60, long: 600 }),
      endOnFailure: true,
    });
  });

  it('of each kind of block does, for certain', async () => {
    const kinds = blockKinds.map(({ type }) => type);
    expect([...Object.keys(plainBlocks), 'aside'].sort()).toEqual([...kinds].sort());
    const blocks = Object.entries(plainBlocks).map(([type, block]) => ({
      type,
      ...fc.sample(block, { numRuns: 1, seed: 7 })[0],
    }));
    await roundTrip({
      headline: 'Every kind',
      language: 'en',
      desk: 'world',
      sections: [{ heading: 'All', blocks: [...blocks, { type: 'aside', blocks }] }],
    } as StoryDraft);
  });

  it('of 300 blocks is published and delivered whole', async () => {
    const sections = Array.from({ length: 30 }, (_, s) => ({
      heading: `Part ${s}`,
      blocks: Array.from({ length: 10 }, (_, b) => ({ type: 'paragraph', text: `Paragraph ${s}.${b}` })),
    }));
    const { slug } = await liveStory(app, shortStory({ headline: 'Three hundred', sections }));
    const { data } = (await app.anybody.get(`/v1/articles/${slug}`).expect(200)).body;
    const texts = data.sections.flatMap(({ blocks }: { blocks: { text: string }[] }) => blocks.map(({ text }) => text));
    expect(texts).toEqual(sections.flatMap(({ blocks }) => blocks.map(({ text }) => text)));
    expect(texts).toHaveLength(300);
  });
});

describe('blocks within an aside', () => {
  const paragraph = { type: 'paragraph', text: 'Beside.' };
  const asideOf = (blocks: object[]) => [{ heading: null, blocks: [{ type: 'aside', blocks }] }];

  it('keep their ids when they are moved out and in again', async () => {
    const made = await createStory(app, shortStory({ sections: asideOf([paragraph, paragraph]) }));
    const address = `/v1/manage/articles/${made.id}`;
    const aside = made.sections[0]?.blocks[0] as Json & { blocks: Json[] };
    const [first, second] = aside.blocks;
    const sections = [{ id: made.sections[0]?.id, heading: null, blocks: [{ ...aside, blocks: [second] }, first] }];
    const { headline, language, desk } = made as unknown as Json;
    const body = { headline, language, desk, sections };
    const put = await app.as.editor.put(address, body).set('if-match', '"1"').expect(200);
    expect(put.body.data.sections[0].blocks).toEqual(sections[0]?.blocks);
  });

  it('are pointed at when they are wrong', async () => {
    const wrong = await app.as.editor
      .post('/v1/manage/articles', shortStory({ sections: asideOf([{ type: 'paragraph' }]) }))
      .expect(400);
    expect(wrong.body.errors).toMatchObject([{ pointer: '/sections/0/blocks/0/blocks/0/text', code: 'required' }]);
    const imageId = '01852a5c-9d00-7a11-8b22-00000000dead';
    const missing = await app.as.editor
      .post('/v1/manage/articles', shortStory({ sections: asideOf([paragraph, { type: 'image', imageId }]) }))
      .expect(422);
    expect(missing.body.errors).toMatchObject([
      { pointer: '/sections/0/blocks/0/blocks/1/imageId', code: 'unknown_reference' },
    ]);
    expect(missing.body.errors).toHaveLength(1);
  });

  it('must pass preflight as all others', async () => {
    const { id } = await createStory(
      app,
      shortStory({ sections: asideOf([{ type: 'gallery', images: [{ image: {} }] }]) }),
    );
    const refused = await app.as.publisher.post(`/v1/manage/articles/${id}/publish`).set('if-match', '"1"').expect(422);
    const pointer = '/sections/0/blocks/0/blocks/0/images/0/imageId';
    expect(refused.body.errors).toMatchObject([
      { pointer, code: 'missing_alt' },
      { pointer, code: 'missing_credit' },
    ]);
  });

  it('count against the number a story may have', async () => {
    const full = Array.from({ length: 20 }, () => ({
      type: 'aside',
      blocks: Array.from({ length: 100 }, () => paragraph),
    }));
    const refused = await app.as.editor
      .post('/v1/manage/articles', shortStory({ sections: [{ heading: null, blocks: full }] }))
      .expect(422);
    expect(refused.body.errors).toMatchObject([{ pointer: '/sections', code: 'too_many' }]);
  });
});
