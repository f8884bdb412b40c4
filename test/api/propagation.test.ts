import { eq, isNull } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { copyStory } from '../support/copies.js';
import { changeResource, createResource, type Members, patchResource } from '../support/editing.js';
import { cleared, erase } from '../support/erasing.js';
import { Mirror } from '../support/mirror.js';
import { startBeside } from '../support/second-server.js';
import { image, liveStory, publishStory, shortStory } from '../support/stories.js';
import { tracesOf } from '../support/traces.js';

/** More than one commit carries. */
const storyCount = 510;

let app: TestApp;
let imageId: string;
let slugs: string[];
beforeAll(async () => {
  app = await startApp();
  imageId = (await createResource(app, 'images', image)).id;
  const { id, slug } = await liveStory(app, showing(imageId));
  slugs = [slug, ...(await copyStory(app.store, id, storyCount - 1)).map((copy) => copy.slug)];
});
afterAll(() => app.close());

const showing = (id: string) =>
  shortStory({ sections: [{ heading: null, blocks: [{ type: 'image', imageId: id }] }], desk: 'many', tags: [] });

type Clients = Pick<TestApp, 'as' | 'anybody'>;
const propagations = async ({ as }: Clients, query = '') =>
  (await as.viewer.get(`/v1/manage/propagations${query}`).expect(200)).body.data as Members[];

/** All stories as lists have them, which are compiled with the rest of each, and some of them whole. */
async function shown({ anybody }: Clients): Promise<{ summaries: Members[]; whole: Members[] }> {
  const summaries: Members[] = [];
  const list = '/v1/articles?desk=many&limit=100';
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { data, page }: { data: Members[]; page: { next: string | null } } = (
      await anybody.get(cursor === '' ? list : `${list}&cursor=${cursor}`).expect(200)
    ).body;
    summaries.push(...data);
    cursor = page.next;
  }
  expect(summaries).toHaveLength(slugs.length);
  const whole: Members[] = [];
  for (let i = 0; i < slugs.length; i += 25)
    whole.push((await anybody.get(`/v1/articles/${slugs[i]}`).expect(200)).body.data);
  return { summaries, whole };
}

const captions = async (clients: Clients) => {
  const { summaries, whole } = await shown(clients);
  return [...new Set([...summaries, ...whole].map((story) => (story.leadImage as Members).caption))];
};
const finished = (clients: Clients, id: unknown) =>
  expect
    .poll(async () => (await clients.as.viewer.get(`/v1/manage/propagations/${id}`).expect(200)).body.data)
    .toMatchObject({ state: 'done', total: storyCount, finishedAt: expect.any(String) });

describe('a change that reaches more than 500 live stories', () => {
  it('is told of by a dry run, which names the first hundred', async () => {
    const path = `/v1/manage/images/${imageId}`;
    const { etag = '' } = (await app.as.viewer.get(path).expect(200)).headers;
    const { body } = await app.as.publisher
      .patch(`${path}?dryRun=true`, { caption: 'Tried.' })
      .set('if-match', etag)
      .expect(200);
    expect(body.reach.count).toBe(storyCount);
    expect(body.reach.stories).toHaveLength(100);
    expect(body.data).toMatchObject({ caption: 'Tried.', version: 1 });
    expect(body.propagation).toBeUndefined();
    expect(await captions(app)).toEqual([image.caption]);
  });

  it('is answered with the propagation that brings it to all, while others publish', async () => {
    const mirror = await new Mirror(100).catchUp(app);
    const { status, body } = await patchResource(app, 'images', imageId, { caption: 'Second.' });
    expect(status).toBe(200);
    expect(body.propagation).toMatchObject({ kind: 'image', resourceId: imageId, state: 'running', total: storyCount });
    expect((await app.anybody.get(`/v1/images/${imageId}`).expect(200)).body.data.caption).toBe('Second.');
    const another = await liveStory(app, showing(imageId));
    await finished(app, body.propagation.id);
    slugs.push(another.slug);
    expect(await captions(app)).toEqual(['Second.']);
    await (await mirror.catchUp(app)).requireSame(app);
    slugs.pop();
    await app.as.publisher.post(`/v1/manage/articles/${another.id}/withdraw`).set('if-match', '"2"').expect(200);
    expect(await propagations(app, '?state=running')).toEqual([]);
    expect(await propagations(app, '?state=done')).toMatchObject([{ id: body.propagation.id }]);
  });

  it('is refused when the resource would keep any story from being published', async () => {
    const { status, body } = await patchResource(app, 'images', imageId, { alt: null, creditLine: null });
    expect(status).toBe(422);
    expect(body.errors.map(({ code }: { code: string }) => code)).toEqual(['missing_alt', 'missing_credit']);
    expect((await app.as.viewer.get(`/v1/manage/images/${imageId}`).expect(200)).body.data.alt).toBe(image.alt);
  });

  it('shows the last of two that follow each other', async () => {
    const first = (await patchResource(app, 'images', imageId, { caption: 'Third.' })).body.propagation;
    const second = (await patchResource(app, 'images', imageId, { caption: 'Fourth.' })).body.propagation;
    await finished(app, first.id);
    await finished(app, second.id);
    expect(await captions(app)).toEqual(['Fourth.']);
  });

  it('goes on in a server that starts after the one that began it has stopped', async () => {
    const { body } = await patchResource(app, 'images', imageId, { caption: 'Fifth.' });
    await app.services.propagation.stop();
    const halfway = (await app.as.viewer.get(`/v1/manage/propagations/${body.propagation.id}`).expect(200)).body.data;
    expect(halfway).toMatchObject({ state: 'running', finishedAt: null });
    const beside = await startBeside(app);
    await finished(beside, body.propagation.id);
    expect(await captions(beside)).toEqual(['Fifth.']);
    await beside.close();
    await app.services.propagation.start(() => undefined);
  });

  it('may be the name of a desk', async () => {
    const path = '/v1/manage/desks/many';
    const { etag = '' } = (await app.as.viewer.get(path).expect(200)).headers;
    const { body } = await app.as.publisher.patch(path, { name: 'Very many' }).set('if-match', etag).expect(200);
    expect(body.propagation).toMatchObject({ kind: 'desk', resourceId: 'many' });
    await finished(app, body.propagation.id);
    const { summaries, whole } = await shown(app);
    const names = [...summaries, ...whole].map((story) => (story.desk as Members).name);
    expect([...new Set(names)]).toEqual(['Very many']);
  });
});

describe('a change that reaches few', () => {
  it('begins no propagation', async () => {
    const few = await createResource(app, 'images', image);
    const { id, slug } = await liveStory(app, { ...showing(few.id), desk: 'few' });
    await changeResource(app, 'images', few.id, { caption: 'At once.' });
    const { data } = (await app.anybody.get(`/v1/articles/${slug}`).expect(200)).body;
    expect(data.sections[0].blocks[0].caption).toBe('At once.');
    expect(await propagations(app, '?state=running')).toEqual([]);
    await publishStory(app, id);
  });
});

describe('a change to a resource that broke a rule before there was one', () => {
  it('is made, unless it breaks another', async () => {
    const { db, tables, commit } = app.store;
    const query = db.update(tables.images).set({ creditLine: null }).where(eq(tables.images.id, imageId));
    await commit([{ query, rows: 1 }]);
    const refused = await patchResource(app, 'images', imageId, { alt: null });
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toMatchObject([{ code: 'missing_alt', pointer: '/alt' }]);
    expect(refused.body.errors).toHaveLength(1);
    const { status, body } = await patchResource(app, 'images', imageId, { location: 'Minsk' });
    expect(status).toBe(200);
    await finished(app, body.propagation.id);
  });
});

describe('stories of an older form', () => {
  it('are compiled anew when a newer program starts', async () => {
    const { db, tables, commit } = app.store;
    await app.services.propagation.stop();
    const old = { format: 0, body: Buffer.from('{"data":{}}') };
    await commit([{ query: db.update(tables.snapshots).set(old).where(isNull(tables.snapshots.withdrawnAt)) }]);
    const beside = await startBeside(app);
    await expect.poll(() => propagations(beside, '?state=running')).toEqual([]);
    expect(await captions(beside)).toEqual(['Fifth.']);
    expect(await propagations(beside, '?limit=1')).toMatchObject([
      { kind: 'format', startedBy: { key: null, actor: null } },
    ]);
    await beside.close();
  });
});

describe('an erasure of what more than 500 live stories show, while a change to it is on its way', () => {
  it('takes it from readers at once where it stands alone, and from every story in the end', async () => {
    await app.services.propagation.start(() => undefined);
    const begun = (await patchResource(app, 'images', imageId, { caption: 'Seventh.' })).body.propagation;
    const erasure = await erase(app, 'image', imageId, { uses: 'remove' });
    expect(erasure.state).toBe('replacing');
    await app.anybody.get(`/v1/images/${imageId}`).expect(404);
    await cleared(app, erasure);
    await finished(app, begun.id);
    const { summaries, whole } = await shown(app);
    expect(summaries.filter(({ leadImage }) => leadImage !== null)).toEqual([]);
    for (const story of whole) expect(story).toMatchObject({ sections: [], leadImage: null });
    const { data } = (await app.as.viewer.get(`/v1/manage/articles/${slugs[0]}`).expect(200)).body;
    expect(data).toMatchObject({ sections: [{ blocks: [] }], publication: { hasUnpublishedChanges: false } });
    expect(tracesOf(['Sixth.', 'Seventh.'], await app.raw.files())).toEqual([]);
  }, 120_000);
});
