import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { createStory, liveStory, quote } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const path = '/v1/manage/sections';
const ofArticle = (id: string) => `/v1/manage/articles/${id}/sections`;
const paragraph = (text: string) => ({ type: 'paragraph', text });

async function order(id: string): Promise<(string | null)[]> {
  const { body } = await app.as.viewer.get(ofArticle(id)).expect(200);
  return body.data.map(({ heading }: { heading: string | null }) => heading);
}

async function threeSections() {
  const story = await createStory(app);
  const [first, second, third] = story.sections;
  if (!first || !second || !third) throw new Error('three sections expected');
  return { id: story.id, first, second, third };
}

describe('POST /v1/manage/articles/{id}/sections', () => {
  it('adds a section last, first, or behind another', async () => {
    const { id, first } = await threeSections();
    const made = await app.as.editor
      .post(ofArticle(id), { heading: 'Last', blocks: [paragraph('Words.')] })
      .expect(201);
    expect(made.headers).toMatchObject({ location: `${path}/${made.body.data.id}`, etag: '"1"' });
    expect(made.body.data).toMatchObject({ version: 1, articleVersion: 2, anchor: 'last', articleId: id });
    await app.as.editor.post(ofArticle(id), { heading: 'First', after: null }).expect(201);
    await app.as.editor.post(ofArticle(id), { heading: 'Behind', after: first.id }).expect(201);
    expect(await order(id)).toEqual(['First', null, 'Behind', 'The middle', 'The end', 'Last']);
  });

  it('refuses to stand behind a section of another article, and a stale version of the article', async () => {
    const { id } = await threeSections();
    const other = await threeSections();
    const { body } = await app.as.editor.post(ofArticle(id), { after: other.first.id }).expect(422);
    expect(body.errors).toMatchObject([{ pointer: '/after', code: 'unknown_reference' }]);
    await app.as.editor.post(ofArticle(id), {}).set('if-match', '"9"').expect(412);
    await app.as.editor.post(ofArticle('no-such-article'), {}).expect(404);
  });

  it('gives anchors that are unique in the article', async () => {
    const { id } = await threeSections();
    const anchors = [];
    for (const heading of ['Минск', 'The end', null]) {
      anchors.push((await app.as.editor.post(ofArticle(id), { heading }).expect(201)).body.data.anchor);
    }
    expect(anchors).toEqual(['minsk', 'the-end-2', 'section-2']);
  });
});

describe('PATCH /v1/manage/sections/{id}', () => {
  it('changes the heading and leaves the blocks, and raises both versions', async () => {
    const { id, second } = await threeSections();
    const { body, headers } = await app.as.editor
      .patch(`${path}/${second.id}`, { heading: 'New' })
      .set('if-match', '"1"')
      .expect(200);
    expect(body.data).toMatchObject({
      heading: 'New',
      anchor: 'new',
      version: 2,
      articleVersion: 2,
      blocks: second.blocks,
    });
    expect(headers.etag).toBe('"2"');
    expect((await app.as.viewer.get(`/v1/manage/articles/${id}`)).headers.etag).toBe('"2"');
  });

  it('keeps known blocks, takes inline resources, and refuses blocks of other sections', async () => {
    const { first, second } = await threeSections();
    const blocks = [second.blocks[1], { type: 'quote', quote }, second.blocks[0]];
    const { body } = await app.as.editor.patch(`${path}/${second.id}`, { blocks }).set('if-match', '"1"').expect(200);
    expect([body.data.blocks[0], body.data.blocks[2]]).toEqual([second.blocks[1], second.blocks[0]]);
    const foreign = await app.as.editor
      .patch(`${path}/${second.id}`, { blocks: [first.blocks[0]] })
      .set('if-match', '"2"')
      .expect(422);
    expect(foreign.body.errors).toMatchObject([{ pointer: '/blocks/0/id', code: 'unknown_id' }]);
  });

  it('takes back what GET gave and writes nothing', async () => {
    const { second } = await threeSections();
    const got = await app.as.editor.get(`${path}/${second.id}`).expect(200);
    const { body } = await app.as.editor
      .patch(`${path}/${second.id}`, got.body.data)
      .set('if-match', '"1"')
      .expect(200);
    expect(body.data).toEqual(got.body.data);
    await app.as.editor.patch(`${path}/${second.id}`, { anchor: 'mine' }).set('if-match', '"1"').expect(400);
  });

  it('answers 412 with the changed fields when the version is stale, 428 without one', async () => {
    const { second } = await threeSections();
    const blocks = [{ ...second.blocks[0], text: 'Changed.' }, second.blocks[1]];
    await app.as.editor.patch(`${path}/${second.id}`, { blocks, heading: 'New' }).set('if-match', '"1"').expect(200);
    const { body } = await app.as.editor
      .patch(`${path}/${second.id}`, { heading: 'Mine' })
      .set('if-match', '"1"')
      .expect(412);
    expect(body).toMatchObject({ currentVersion: 2, changed: ['/anchor', '/heading', '/blocks/0/text'] });
    await app.as.editor.patch(`${path}/${second.id}`, { heading: 'Mine' }).expect(428);
  });

  it('keeps the anchor that readers have seen', async () => {
    const { sections } = await liveStory(app);
    const { body } = await app.as.editor
      .patch(`${path}/${sections[1]?.id}`, { heading: 'Renamed' })
      .set('if-match', '"1"')
      .expect(200);
    expect(body.data.anchor).toBe('the-middle');
  });
});

describe('DELETE /v1/manage/sections/{id}', () => {
  it('takes the section out of its article', async () => {
    const { id, second } = await threeSections();
    await app.as.editor.delete(`${path}/${second.id}`).expect(428);
    await app.as.editor.delete(`${path}/${second.id}`).set('if-match', '"2"').expect(412);
    await app.as.editor.delete(`${path}/${second.id}`).set('if-match', '"1"').expect(204);
    await app.as.editor.get(`${path}/${second.id}`).expect(404);
    expect(await order(id)).toEqual([null, 'The end']);
    const { db, tables, all } = app.store;
    const revisions = (await all(db.select().from(tables.revisions))).filter(
      ({ resourceId }) => resourceId === second.id,
    );
    expect(revisions.map(({ action, version }) => [action, version])).toEqual([
      ['create', 1],
      ['delete', 2],
    ]);
  });
});

describe('POST /v1/manage/sections/{id}/move', () => {
  it('puts the section first or behind another, and keeps its version', async () => {
    const { id, first, third } = await threeSections();
    const moved = await app.as.editor
      .post(`${path}/${third.id}/move`, { after: null })
      .set('if-match', '"1"')
      .expect(200);
    expect(moved.body.data).toMatchObject({ version: 1, articleVersion: 2 });
    expect(await order(id)).toEqual(['The end', null, 'The middle']);
    await app.as.editor.post(`${path}/${third.id}/move`, { after: first.id }).set('if-match', '"1"').expect(200);
    expect(await order(id)).toEqual([null, 'The end', 'The middle']);
    const same = await app.as.editor
      .post(`${path}/${third.id}/move`, { after: first.id })
      .set('if-match', '"1"')
      .expect(200);
    expect(same.body.data.articleVersion).toBe(3);
  });

  it('refuses to stand behind itself', async () => {
    const { first } = await threeSections();
    await app.as.editor.post(`${path}/${first.id}/move`, { after: first.id }).set('if-match', '"1"').expect(422);
    await app.as.editor.post(`${path}/${first.id}/move`, {}).set('if-match', '"1"').expect(400);
  });
});
