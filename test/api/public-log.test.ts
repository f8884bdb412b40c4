// Whatever changes what readers get leaves an entry in the public log, and nothing else does.
import { asc } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
import { cleared, erase } from '../support/erasing.js';
import { bringBack, removed } from '../support/removal.js';
import { ahead, minuteMs, schedule } from '../support/schedules.js';
import { createStory, liveStory, publishStory, shortStory } from '../support/stories.js';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

/** What was told since a number, as `event id`. */
async function toldSince(seq: number): Promise<string[]> {
  const { db, tables, all } = app.store;
  const rows = await all(db.select().from(tables.publicLog).orderBy(asc(tables.publicLog.seq)));
  return rows.filter((row) => row.seq > seq).map(({ event, articleId }) => `${event} ${articleId}`);
}

async function head(): Promise<number> {
  return (await toldSince(0)).length;
}

/** What is told of what is done. */
async function toldOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = await head();
  await work();
  return toldSince(before);
}

type Story = Awaited<ReturnType<typeof liveStory>>;
const imageOf = ({ sections }: Story) => String(sections[0]?.blocks[0]?.imageId);

async function republish(id: string, body: Members, edit: Members = { headline: 'Another headline' }) {
  await editStory(app, id, edit);
  await publishStory(app, id, body);
}

async function renameTag(): Promise<void> {
  const path = '/v1/manage/tags/belarus';
  await app.as.publisher
    .patch(path, { name: 'The Republic of Belarus' })
    .set(matching(await app.as.viewer.get(path).expect(200)))
    .expect(200);
}

describe('the public log', () => {
  it.each<[string, string, (story: Story) => Promise<unknown>]>([
    ['a publication of other words', 'updated', ({ id }) => republish(id, {})],
    ['a publication that is minor', 'updated', ({ id }) => republish(id, { minor: true })],
    ['a publication under another slug', 'updated', ({ id }) => republish(id, {}, { slug: 'another' })],
    [
      'a publication with a correction',
      'corrected',
      ({ id }) => republish(id, { correction: { kind: 'correction', text: 'It was not so.' } }),
    ],
    ['a correction', 'corrected', ({ id }) => correct(app, id)],
    ['a retraction', 'corrected', ({ id }) => correct(app, id, 'retraction')],
    ['a withdrawal', 'withdrawn', ({ id }) => withdrawStory(app, id)],
    [
      'a change of what it shows',
      'updated',
      (story) => changeResource(app, 'images', imageOf(story), { alt: 'Other.' }),
    ],
    ['a tag that is called otherwise', 'updated', renameTag],
    ['an erasure', 'erased', async ({ id }) => cleared(app, await erase(app, 'article', id, { uses: 'remove' }))],
    [
      'an erasure of what it shows',
      'updated',
      async (story) => cleared(app, await erase(app, 'image', imageOf(story), { uses: 'remove' })),
    ],
  ])('tells of %s: %s', async (_what, event, work) => {
    const story = await liveStory(app);
    expect(await toldOf(() => work(story))).toEqual([`${event} ${story.id}`]);
  });

  it('tells of a first publication and of one that brings a story back', async () => {
    const { id } = await createStory(app);
    expect(await toldOf(() => publishStory(app, id))).toEqual([`published ${id}`]);
    await withdrawStory(app, id);
    expect(await toldOf(() => publishStory(app, id))).toEqual([`published ${id}`]);
  });

  it('tells of what schedules do', async () => {
    const { id } = await createStory(app);
    await schedule(app, id, { at: ahead(app, minuteMs) });
    await schedule(app, id, { action: 'withdraw', at: ahead(app, 10 * minuteMs) });
    expect(await head()).toBe(0);
    app.clock.advance(2 * minuteMs);
    await expect.poll(() => toldSince(0)).toEqual([`published ${id}`]);
    app.clock.advance(10 * minuteMs);
    await expect.poll(() => toldSince(0)).toEqual([`published ${id}`, `withdrawn ${id}`]);
  });

  it('tells of stories that link to one which is called otherwise, retracted, gone or back', async () => {
    const story = await liveStory(app);
    const linking = await liveStory(app, shortStory({ related: [story.id] }));
    for (const work of [
      () => republish(story.id, {}),
      () => correct(app, story.id, 'retraction'),
      () => withdrawStory(app, story.id),
      () => publishStory(app, story.id),
      async () => cleared(app, await erase(app, 'article', story.id, { uses: 'remove' })),
    ]) {
      expect((await toldOf(work)).slice(1)).toEqual([`updated ${linking.id}`]);
    }
  });

  it('tells of an erasure of what was withdrawn before, and of none of a draft', async () => {
    const { id } = await liveStory(app);
    await withdrawStory(app, id);
    expect(await toldOf(async () => cleared(app, await erase(app, 'article', id)))).toEqual([`erased ${id}`]);
    const draft = await createStory(app);
    expect(await toldOf(async () => cleared(app, await erase(app, 'article', draft.id)))).toEqual([]);
  });

  it('says nothing of what goes on in the newsroom', async () => {
    const story = await liveStory(app);
    const told = await toldOf(async () => {
      const { id, sections } = await createStory(app);
      await editStory(app, id, { headline: 'Another' });
      await editSection(app, sections[0]?.id ?? '', { heading: 'Other' });
      const image = await createResource(app, 'images', { alt: 'A', creditLine: 'C' });
      await changeResource(app, 'images', image.id, { alt: 'B' });
      const deletion = await removed(app, `/v1/manage/articles/${id}`);
      await bringBack(app, `/v1/manage/articles/${id}`, deletion);
      await editStory(app, story.id, { headline: 'Not published yet' });
      await editSection(app, story.sections[1]?.id ?? '', { heading: 'Not published yet' });
      await schedule(app, story.id, { at: ahead(app, minuteMs) });
    });
    expect(told).toEqual([]);
  });

  it('says nothing of a publication that leaves readers with what they have', async () => {
    const { id } = await liveStory(app);
    expect(await toldOf(() => act(app, id, 'publish'))).toEqual([]);
    expect(await toldOf(() => republish(id, { minor: true }, { internalNote: 'For us.' }))).toEqual([]);
    await withdrawStory(app, id);
    expect(await toldOf(() => act(app, id, 'withdraw'))).toEqual([]);
    expect(await toldOf(() => removed(app, `/v1/manage/articles/${id}`, 'publisher'))).toEqual([]);
  });

  it('has no gaps, though commits fail', async () => {
    const story = await liveStory(app);
    await editStory(app, story.id, { headline: 'Once' });
    const read = await app.as.publisher.get(`/v1/manage/articles/${story.id}`);
    const publish = () => app.as.publisher.post(`/v1/manage/articles/${story.id}/publish`, {}).set(matching(read));
    const answers = await Promise.all(Array.from({ length: 8 }, publish));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 412)]);
    await withdrawStory(app, story.id);
    const { db, tables, all } = app.store;
    const rows = await all(db.select({ seq: tables.publicLog.seq }).from(tables.publicLog));
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });
});
