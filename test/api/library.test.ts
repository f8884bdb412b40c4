import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { createStory, embed, image, liveStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const kinds = [
  { plural: 'images', draft: image, patch: { creditLine: 'Another Agency' } },
  { plural: 'quotes', draft: quote, patch: { context: 'In Minsk' } },
  { plural: 'embeds', draft: embed, patch: { description: 'Told.' } },
] as const;
const unknownId = '01852a5c-0000-7000-8000-00000000dead';

describe.each(kinds)('/v1/manage/$plural', ({ plural, draft, patch }) => {
  const path = `/v1/manage/${plural}`;

  it('creates, gets, changes and lists', async () => {
    const made = await app.as.editor.post(path, draft).expect(201);
    const { id } = made.body.data;
    expect(made.headers).toMatchObject({ etag: '"1"', location: `${path}/${id}` });
    expect((await app.as.viewer.get(`${path}/${id}`).expect(200)).body).toEqual(made.body);
    const changed = await app.as.editor.patch(`${path}/${id}`, patch).set('if-match', '"1"').expect(200);
    expect(changed.body.data).toMatchObject({ ...draft, ...patch, version: 2 });
    const [newest] = (await app.as.viewer.get(`${path}?limit=1`).expect(200)).body.data;
    expect(newest).toMatchObject(changed.body.data);
    const { db, tables, all } = app.store;
    const revisions = (await all(db.select().from(tables.revisions))).filter(({ resourceId }) => resourceId === id);
    const changes = (await all(db.select().from(tables.changes))).filter(({ resourceId }) => resourceId === id);
    expect([revisions.map(({ action }) => action), changes.map(({ action }) => action)]).toEqual([
      ['create', 'update'],
      ['create', 'update'],
    ]);
  });

  it('answers 404, 428, 412 with what has changed, and 400', async () => {
    const { id } = (await app.as.editor.post(path, draft).expect(201)).body.data;
    await app.as.editor.get(`${path}/${unknownId}`).expect(404);
    await app.as.editor.patch(`${path}/${unknownId}`, patch).set('if-match', '"1"').expect(404);
    await app.as.editor.patch(`${path}/${id}`, patch).expect(428);
    await app.as.editor.patch(`${path}/${id}`, patch).set('if-match', '"1"').expect(200);
    const { body } = await app.as.editor.patch(`${path}/${id}`, patch).set('if-match', '"1"').expect(412);
    expect(body).toMatchObject({ currentVersion: 2, changed: Object.keys(patch).map((name) => `/${name}`) });
    await app.as.editor.patch(`${path}/${id}`, { nope: 1 }).set('if-match', '"2"').expect(400);
    await app.as.editor.patch(`${path}/${id}`, { version: 7 }).set('if-match', '"2"').expect(400);
    await app.as.editor.post(path, { nope: 1 }).expect(400);
  });

  it('takes back what GET gave and writes nothing', async () => {
    const made = await app.as.editor.post(path, draft).expect(201);
    const back = await app.as.editor
      .patch(`${path}/${made.body.data.id}`, made.body.data)
      .set(matching(made))
      .expect(200);
    expect(back.body).toEqual(made.body);
  });
});

describe('nested facts', () => {
  it('merges a speaker, and asks for the name of a new one', async () => {
    const { id } = (await app.as.editor.post('/v1/manage/quotes', quote).expect(201)).body.data;
    const path = `/v1/manage/quotes/${id}`;
    const { body } = await app.as.editor
      .patch(path, { speaker: { role: null, affiliation: 'Russia' } })
      .set('if-match', '"1"')
      .expect(200);
    expect(body.data.speaker).toEqual({ name: 'Vladimir Putin', kind: 'person', role: null, affiliation: 'Russia' });
    await app.as.editor.patch(path, { speaker: null }).set('if-match', '"2"').expect(200);
    const wrong = await app.as.editor
      .patch(path, { speaker: { role: 'President' } })
      .set('if-match', '"3"')
      .expect(400);
    expect(wrong.body.errors).toMatchObject([{ pointer: '/speaker/name', code: 'required' }]);
  });

  it('answers 422 for a thumbnail that is not there', async () => {
    const { body } = await app.as.editor
      .post('/v1/manage/embeds', { ...embed, thumbnailImageId: unknownId })
      .expect(422);
    expect(body.errors).toMatchObject([{ pointer: '/thumbnailImageId', code: 'unknown_reference' }]);
  });
});

describe('a resource that live stories use', () => {
  const firstBlock = async (slug: string) =>
    (await app.anybody.get(`/v1/articles/${slug}`).expect(200)).body.data.sections[0].blocks[0];

  it('is a publisher’s to change, before the body is even read', async () => {
    const story = await liveStory(app);
    const path = `/v1/manage/images/${story.sections[0]?.blocks[0]?.imageId}`;
    const { body } = await app.as.editor.patch(path, { nope: 1 }).set('if-match', '"1"').expect(403);
    expect(body.stories).toEqual([story.id]);
    await app.as.publisher.patch(path, { caption: 'Changed.' }).set('if-match', '"1"').expect(200);
  });

  it('changes in every live story at once, from the live revision and never from the working copy', async () => {
    const first = await liveStory(app);
    const imageId = first.sections[0]?.blocks[0]?.imageId;
    const second = await liveStory(
      app,
      shortStory({ sections: [{ blocks: [{ type: 'image', imageId, caption: 'Its own.' }] }] }),
    );
    await app.as.editor
      .patch(`/v1/manage/articles/${first.id}`, { deck: 'Not yet for readers.' })
      .set('if-match', '"2"')
      .expect(200);
    const before = await app.anybody.get(`/v1/articles/${first.slug}`);
    await app.as.publisher
      .patch(`/v1/manage/images/${imageId}`, { caption: 'Corrected.', creditLine: 'Right' })
      .set('if-match', '"1"')
      .expect(200);
    expect(await firstBlock(first.slug)).toMatchObject({ caption: 'Corrected.', image: { creditLine: 'Right' } });
    expect(await firstBlock(second.slug)).toMatchObject({
      caption: 'Its own.',
      image: { caption: 'Corrected.', creditLine: 'Right' },
    });
    const after = await app.anybody.get(`/v1/articles/${first.slug}`);
    expect(after.body.data).toMatchObject({ deck: null, contentUpdatedAt: before.body.data.contentUpdatedAt });
    expect(after.headers.etag).not.toBe(before.headers.etag);
    expect((await app.anybody.get(`/v1/images/${imageId}`)).body.data.caption).toBe('Corrected.');
    const summary = (await app.anybody.get('/v1/articles')).body.data.find(({ id }: { id: string }) => id === first.id);
    expect(summary.leadImage.creditLine).toBe('Right');
  });

  it('may not lose what preflight asks for, and the refusal names the story', async () => {
    const story = await liveStory(app);
    const path = `/v1/manage/images/${story.sections[0]?.blocks[0]?.imageId}`;
    const { body } = await app.as.publisher
      .patch(path, { alt: null, creditLine: null })
      .set('if-match', '"1"')
      .expect(422);
    expect(body.errors.map(({ code }: { code: string }) => code)).toEqual(['missing_alt', 'missing_credit']);
    expect(body.detail).toContain(story.slug);
    expect((await firstBlock(story.slug)).image.alt).toBe(image.alt);
  });

  it('reaches stories through an embed that it is the thumbnail of', async () => {
    const thumbnail = (await app.as.editor.post('/v1/manage/images', image).expect(201)).body.data;
    const blocks = [{ type: 'embed', embed: { ...embed, thumbnailImageId: thumbnail.id } }];
    const { slug } = await liveStory(app, shortStory({ sections: [{ blocks }] }));
    await app.as.publisher
      .patch(`/v1/manage/images/${thumbnail.id}`, { caption: 'New.' })
      .set('if-match', '"1"')
      .expect(200);
    const block = await firstBlock(slug);
    expect(block.embed.thumbnail.caption).toBe('New.');
    expect((await app.anybody.get(`/v1/embeds/${block.embed.id}`)).body.data.thumbnail.caption).toBe('New.');
  });

  it('is an editor’s while only working copies use it', async () => {
    const { sections } = await createStory(app);
    await app.as.editor
      .patch(`/v1/manage/images/${sections[0]?.blocks[0]?.imageId}`, { alt: null })
      .set('if-match', '"1"')
      .expect(200);
  });
});
