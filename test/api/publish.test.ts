import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { createStory, image, liveStory, publishStory, shortStory } from '../support/stories.js';

const path = '/v1/manage/articles';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const managed = (id: string) => app.as.viewer.get(`${path}/${id}`).expect(200);
const delivered = async (slug: string) => (await app.anybody.get(`/v1/articles/${slug}`).expect(200)).body.data;

async function withdraw(id: string) {
  return app.as.publisher.post(`${path}/${id}/withdraw`).set(matching(await managed(id)));
}

async function change(id: string, patch: object) {
  return app.as.editor
    .patch(`${path}/${id}`, patch)
    .set(matching(await managed(id)))
    .expect(200);
}

describe('POST /v1/manage/articles/{id}/publish', () => {
  it('makes the story live, whole', async () => {
    const story = await createStory(app);
    await app.anybody.get(`/v1/articles/${story.slug}`).expect(404);
    const { body, headers } = await app.as.publisher
      .post(`${path}/${story.id}/publish`)
      .set('if-match', '"1"')
      .expect(200);
    expect(headers.etag).toBe('"2"');
    expect(body.data.publication).toMatchObject({
      state: 'live',
      liveVersion: 2,
      hasUnpublishedChanges: false,
      withdrawnAt: null,
    });
    const { publishedAt, firstPublishedAt, contentUpdatedAt } = body.data.publication;
    expect(new Set([publishedAt, firstPublishedAt, contentUpdatedAt]).size).toBe(1);
    const data = await delivered(story.slug);
    expect(data.sections.map(({ blocks }: { blocks: { type: string }[] }) => blocks.map(({ type }) => type))).toEqual([
      ['image', 'paragraph'],
      ['paragraph', 'quote'],
      ['embed'],
    ]);
    expect(data).toMatchObject({
      desk: { key: 'world', name: 'World' },
      tags: [{ key: 'belarus', name: 'Belarus' }],
      leadImage: image,
    });
  });

  it('answers 422 with every place that is not fit', async () => {
    const blocks = [
      { type: 'image', image: {} },
      { type: 'image', image: { alt: '', creditLine: 'Agency' } },
      { type: 'image', image: { alt: '', decorative: true, creditLine: 'Agency' } },
      { type: 'image', image: { creditLine: 'Agency' }, alt: 'Here it is told.' },
    ];
    const { id } = await createStory(app, shortStory({ headline: null, sections: [{ blocks }] }));
    const { body } = await app.as.publisher.post(`${path}/${id}/publish`).set('if-match', '"1"').expect(422);
    expect(body.type).toBe('/problems/preflight-failed');
    expect(body.errors.map(({ pointer, code }: { pointer: string; code: string }) => [pointer, code])).toEqual([
      ['/headline', 'missing_headline'],
      ['/sections/0/blocks/0/imageId', 'missing_alt'],
      ['/sections/0/blocks/1/imageId', 'missing_alt'],
      ['/sections/0/blocks/0/imageId', 'missing_credit'],
    ]);
    expect((await managed(id)).body.data).toMatchObject({ version: 1, publication: { state: 'unpublished' } });
  });

  it('writes nothing when nothing has changed, or only what readers never get', async () => {
    const { id } = await liveStory(app);
    await app.as.publisher.post(`${path}/${id}/publish`).set('if-match', '"2"').expect(200).expect('etag', '"2"');
    const changed = await change(id, { internalNote: 'For us.', stage: 'ready', slugline: 'TALKS' });
    expect(changed.body.data.publication.hasUnpublishedChanges).toBe(false);
    await app.as.publisher.post(`${path}/${id}/publish`).set('if-match', '"3"').expect(200).expect('etag', '"3"');
  });

  it('shows changes only once they are published', async () => {
    const { id, slug } = await liveStory(app);
    const changed = await change(id, { deck: 'A new deck.' });
    expect(changed.body.data.publication).toMatchObject({ state: 'live', liveVersion: 2, hasUnpublishedChanges: true });
    expect((await delivered(slug)).deck).toBeNull();
    await publishStory(app, id);
    expect((await delivered(slug)).deck).toBe('A new deck.');
  });

  it('dates an archive story in the past, and never moves firstPublishedAt', async () => {
    const { id, slug } = await createStory(app);
    const past = '2022-12-19T17:05:00.000Z';
    await publishStory(app, id, { publishedAt: past });
    expect(await delivered(slug)).toMatchObject({ publishedAt: past, firstPublishedAt: past, contentUpdatedAt: past });
    await change(id, { deck: 'Changed.' });
    await publishStory(app, id);
    const later = await delivered(slug);
    expect(later).toMatchObject({ publishedAt: past, firstPublishedAt: past });
    expect(later.contentUpdatedAt > past).toBe(true);
    await publishStory(app, id, { publishedAt: '2022-12-20T00:00:00Z' });
    expect(await delivered(slug)).toMatchObject({ publishedAt: '2022-12-20T00:00:00.000Z', firstPublishedAt: past });
    const read = await managed(id);
    await app.as.publisher
      .post(`${path}/${id}/publish`, { publishedAt: '2999-01-01T00:00:00Z' })
      .set(matching(read))
      .expect(400);
  });

  it('keeps contentUpdatedAt for a minor change', async () => {
    const { id, slug } = await liveStory(app);
    const before = await delivered(slug);
    await change(id, { deck: 'A comma.' });
    await publishStory(app, id, { minor: true });
    expect(await delivered(slug)).toMatchObject({ deck: 'A comma.', contentUpdatedAt: before.contentUpdatedAt });
  });

  it('needs the current version', async () => {
    const { id } = await createStory(app);
    await app.as.publisher.post(`${path}/${id}/publish`).expect(428);
    await change(id, { deck: 'Another’s.' });
    const { body } = await app.as.publisher.post(`${path}/${id}/publish`).set('if-match', '"1"').expect(412);
    expect(body).toMatchObject({ currentVersion: 2, changed: ['/deck'] });
  });

  it('leads from the old slug to the new one, through a chain', async () => {
    const { id } = await liveStory(app, shortStory({ slug: 'slug-one' }));
    for (const slug of ['slug-two', 'slug-three']) {
      await change(id, { slug });
      await publishStory(app, id);
    }
    for (const old of ['slug-one', 'slug-two']) {
      await app.anybody.get(`/v1/articles/${old}`).expect(308).expect('location', '/v1/articles/slug-three');
    }
    await app.anybody
      .get('/v1/articles/slug-one/sections')
      .expect(308)
      .expect('location', '/v1/articles/slug-three/sections');
  });
});

describe('POST /v1/manage/articles/{id}/withdraw', () => {
  it('takes the story down for readers, and publishing brings it back', async () => {
    const { id, slug } = await liveStory(app);
    const first = await delivered(slug);
    expect((await withdraw(id)).body.data.publication).toMatchObject({ state: 'withdrawn', liveVersion: 2 });
    await app.anybody.get(`/v1/articles/${slug}`).expect(410);
    await app.anybody.get(`/v1/articles/${id}`).expect(410);
    await app.anybody.get(`/v1/articles/${slug}/sections`).expect(410);
    const listed = (await app.anybody.get('/v1/articles?limit=100')).body.data;
    expect(listed.some((summary: { id: string }) => summary.id === id)).toBe(false);
    const again = await withdraw(id);
    expect([again.status, again.headers.etag]).toEqual([200, '"3"']);
    await publishStory(app, id);
    expect((await delivered(slug)).firstPublishedAt).toBe(first.firstPublishedAt);
  });

  it('answers 409 for a story that was never live', async () => {
    const { id } = await createStory(app);
    expect((await withdraw(id)).status).toBe(409);
  });
});

describe('links between stories', () => {
  it('delivers only live targets, and follows their publication, headline, slug and withdrawal', async () => {
    const target = await createStory(app, shortStory({ headline: 'Target', slug: 'link-target' }));
    const { slug } = await liveStory(app, shortStory({ related: [target.id], translationOf: target.id }));
    const links = async () => {
      const { related, translationOf } = await delivered(slug);
      return { related, translationOf };
    };
    expect(await links()).toEqual({ related: [], translationOf: null });
    await publishStory(app, target.id);
    const link = { id: target.id, slug: 'link-target', headline: 'Target', language: 'en', retracted: false };
    expect(await links()).toEqual({ related: [link], translationOf: link });
    await change(target.id, { headline: 'Renamed', slug: 'link-target-2' });
    expect((await links()).translationOf).toEqual(link);
    await publishStory(app, target.id);
    expect((await links()).translationOf).toEqual({ ...link, headline: 'Renamed', slug: 'link-target-2' });
    await withdraw(target.id);
    expect(await links()).toEqual({ related: [], translationOf: null });
  });
});
