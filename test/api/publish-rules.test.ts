import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { act, createResource, editSection, editStory, type Members, withdrawStory } from '../support/editing.js';
import { createStory, embed, image, liveStory, publishStory, shortStory } from '../support/stories.js';

const path = '/v1/manage/articles';
const past = '2022-12-19T17:05:00.000Z';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const managed = async (id: string) => (await app.as.viewer.get(`${path}/${id}`).expect(200)).body.data;
const delivered = async (id: string) => (await app.anybody.get(`/v1/articles/${id}`).expect(200)).body.data;
const make = async (body: Members) => (await createResource(app, 'images', body)).id;

/** How much has been written down so far. */
async function written(): Promise<number[]> {
  const { db, tables, all } = app.store;
  return [(await all(db.select().from(tables.changes))).length, (await all(db.select().from(tables.revisions))).length];
}

describe('preflight', () => {
  const places = (body: { errors: Members[] }) => body.errors.map(({ pointer, code }) => `${pointer} ${code}`).sort();

  it('points at every place that fails, in the story and in all that it uses', async () => {
    const [bare, noCredit] = [await make({}), await make({ alt: 'Told.' })];
    const { id: embedId } = await createResource(app, 'embeds', { ...embed, thumbnailImageId: bare });
    const story = {
      headline: null,
      leadImageId: noCredit,
      sections: [
        { blocks: [{ type: 'paragraph', text: 'Words.' }] },
        {
          heading: 'Part',
          blocks: [
            { type: 'embed', embedId },
            { type: 'image', imageId: noCredit, alt: ' ' },
            { type: 'image', imageId: bare, alt: 'Told here.' },
            { type: 'image', image },
          ],
        },
      ],
    };
    const { id } = await createStory(app, shortStory(story));
    const before = await written();
    const { status, body } = await act(app, id, 'publish');
    expect([status, body.type]).toEqual([422, '/problems/preflight-failed']);
    expect(places(body)).toEqual(
      [
        '/headline missing_headline',
        '/leadImageId missing_credit',
        '/sections/1/blocks/0/embedId missing_alt',
        '/sections/1/blocks/0/embedId missing_credit',
        '/sections/1/blocks/1/imageId missing_alt',
        '/sections/1/blocks/1/imageId missing_credit',
        '/sections/1/blocks/2/imageId missing_credit',
      ].sort(),
    );
    expect(await written()).toEqual(before);
    await app.anybody.get(`/v1/articles/${id}`).expect(404);
  });

  it('lets a decorative image have an empty alt text, and no other', async () => {
    const blocks = [{ type: 'image', image: { alt: '', decorative: true, creditLine: 'Agency' } }];
    const { id } = await liveStory(app, shortStory({ sections: [{ blocks }] }));
    expect((await delivered(id)).leadImage).toMatchObject({ alt: '', decorative: true });
    const imageId = await make(image);
    const { id: emptied } = await createStory(
      app,
      shortStory({ sections: [{ blocks: [{ type: 'image', imageId, alt: '' }] }] }),
    );
    const { body } = await act(app, emptied, 'publish');
    expect(places(body)).toEqual(['/sections/0/blocks/0/imageId missing_alt']);
  });

  it('keeps what is live as it is when a change fails', async () => {
    const { id, sections } = await liveStory(app);
    const before = await delivered(id);
    await editSection(app, sections[0]?.id ?? '', { blocks: [{ type: 'image', image: {} }] });
    expect((await act(app, id, 'publish')).status).toBe(422);
    expect(await delivered(id)).toEqual(before);
    expect((await managed(id)).publication).toMatchObject({ state: 'live', hasUnpublishedChanges: true });
  });

  it('asks for no stage', async () => {
    const { id } = await liveStory(app, shortStory({ stage: 'draft' }));
    expect((await managed(id)).stage).toBe('draft');
  });
});

describe.each(['publish', 'withdraw'] as const)('POST /v1/manage/articles/{id}/%s', (action) => {
  it('is for publishers', async () => {
    const { id } = await liveStory(app);
    await app.anybody.post(`${path}/${id}/${action}`).expect(401);
    for (const role of ['viewer', 'editor'] as const) {
      await app.as[role].post(`${path}/${id}/${action}`, {}).set('if-match', '"2"').expect(403);
    }
    await app.as.admin.post(`${path}/${id}/${action}`, {}).set('if-match', '"2"').expect(200);
  });

  it('takes the working slug, and answers 404 for what there is not', async () => {
    const { slug } = await liveStory(app);
    await app.as.publisher.post(`${path}/${slug}/${action}`, {}).set('if-match', '"2"').expect(200);
    await app.as.publisher.post(`${path}/never-was/${action}`, {}).set('if-match', '"2"').expect(404);
  });

  it('answers 428 without a version, 412 with what has changed since the one that was read', async () => {
    const { id, sections } = await liveStory(app);
    await editSection(app, sections[1]?.id ?? '', { heading: 'Another heading' });
    await editStory(app, id, { deck: 'Changed.' });
    await app.as.publisher.post(`${path}/${id}/${action}`, {}).expect(428);
    await app.as.publisher.post(`${path}/${id}/${action}`, {}).set('if-match', '*').expect(428);
    const { body } = await app.as.publisher.post(`${path}/${id}/${action}`, {}).set('if-match', '"2"').expect(412);
    expect(body).toMatchObject({ currentVersion: 4, changed: ['/deck', '/sections/1/heading'] });
    expect((await managed(id)).publication).toMatchObject({ state: 'live', hasUnpublishedChanges: true });
  });

  it('answers 400 for a field it does not know', async () => {
    const { id } = await liveStory(app);
    const { body } = await app.as.publisher
      .post(`${path}/${id}/${action}`, { nonsense: 1 })
      .set('if-match', '"2"')
      .expect(400);
    expect(body.errors).toMatchObject([{ pointer: '/nonsense', code: 'unknown_field' }]);
  });
});

describe('the times of a publication', () => {
  it('are all the same instant at first, and none moves with an image', async () => {
    const imageId = await make(image);
    const { id } = await liveStory(app, shortStory({ sections: [{ blocks: [{ type: 'image', imageId }] }] }));
    const times = async () => {
      const { publishedAt, firstPublishedAt, contentUpdatedAt } = await delivered(id);
      return { publishedAt, firstPublishedAt, contentUpdatedAt };
    };
    const before = await times();
    expect(new Set(Object.values(before)).size).toBe(1);
    expect((await managed(id)).publication).toMatchObject(before);
    app.clock.advance(60_000);
    await app.as.publisher
      .patch(`/v1/manage/images/${imageId}`, { caption: 'Changed.' })
      .set('if-match', '"1"')
      .expect(200);
    expect(await times()).toEqual(before);
    await editStory(app, id, { deck: 'Changed.' });
    await publishStory(app, id);
    const after = await times();
    expect(after).toMatchObject({ publishedAt: before.publishedAt, firstPublishedAt: before.firstPublishedAt });
    expect(Date.parse(after.contentUpdatedAt) - Date.parse(before.contentUpdatedAt)).toBeGreaterThan(60_000);
  });

  it('may be past, never to come', async () => {
    const { id } = await createStory(app);
    const soon = new Date(app.clock.now().getTime() + 60_000).toISOString();
    for (const [publishedAt, code] of [
      [soon, 'in_the_future'],
      ['yesterday', 'invalid_format'],
      ['2022-02-30T00:00:00Z', 'invalid_format'],
      [1_671_469_500, 'invalid_type'],
    ] as const) {
      const { status, body } = await act(app, id, 'publish', { publishedAt });
      expect(status).toBe(400);
      expect(body.errors[0]).toMatchObject({ pointer: '/publishedAt', code });
    }
    await app.anybody.get(`/v1/articles/${id}`).expect(404);
    await publishStory(app, id, { publishedAt: '2022-12-19T19:05:00+02:00' });
    expect(await delivered(id)).toMatchObject({ publishedAt: past, firstPublishedAt: past, contentUpdatedAt: past });
  });

  it('stay through a withdrawal, but for that of the content', async () => {
    const { id } = await createStory(app);
    await publishStory(app, id, { publishedAt: past });
    await withdrawStory(app, id);
    const { publication } = await managed(id);
    expect(publication).toMatchObject({ state: 'withdrawn', firstPublishedAt: past, withdrawnAt: expect.any(String) });
    await publishStory(app, id, { minor: true });
    expect(await delivered(id)).toMatchObject({ publishedAt: past, firstPublishedAt: past, contentUpdatedAt: past });
    expect((await managed(id)).publication).toMatchObject({ state: 'live', withdrawnAt: null });
  });
});

describe('publishing or withdrawing what is so already', () => {
  it('answers 200 with the same version, and writes nothing', async () => {
    const { id } = await liveStory(app);
    const seen = async () => {
      const { headers, text } = await app.anybody.get(`/v1/articles/${id}`);
      return [headers.etag, headers['last-modified'], text];
    };
    const [story, before, shown] = [await managed(id), await written(), await seen()];
    app.clock.advance(5000);
    for (const body of [{}, { minor: true }, { publishedAt: story.publication.publishedAt }, { publishedAt: null }]) {
      const { status, headers, body: answer } = await act(app, id, 'publish', body);
      expect([status, headers.etag, answer.data]).toEqual([200, '"2"', story]);
    }
    expect([await written(), await seen()]).toEqual([before, shown]);

    await withdrawStory(app, id);
    const [withdrawn, after] = [await managed(id), await written()];
    const { status, body } = await act(app, id, 'withdraw');
    expect([status, body.data]).toEqual([200, withdrawn]);
    expect(await written()).toEqual(after);
  });

  it('leaves a revision and a change each time it is not', async () => {
    const { id } = await createStory(app);
    const { db, tables, all } = app.store;
    for (const action of ['publish', 'withdraw', 'publish'] as const) {
      const [changes, revisions] = await written();
      expect((await act(app, id, action)).status).toBe(200);
      expect(await written()).toEqual([(changes ?? 0) + 1, (revisions ?? 0) + 1]);
      const { version } = await managed(id);
      const last = (await all(db.select().from(tables.revisions))).at(-1);
      expect(last).toMatchObject({ resourceId: id, version, action });
    }
  });
});

describe('hasUnpublishedChanges', () => {
  it('tells whether readers would see a difference', async () => {
    const { id, sections } = await liveStory(app);
    const state = async () => (await managed(id)).publication.hasUnpublishedChanges;
    expect(await state()).toBe(false);
    for (const change of [
      () => editStory(app, id, { headline: 'Another headline' }),
      () => editStory(app, id, { slug: 'another-slug' }),
      () => editSection(app, sections[1]?.id ?? '', { heading: 'Another heading' }),
      async () => {
        const { headers } = await app.as.editor.get(`/v1/manage/sections/${sections[1]?.id}`);
        const { body } = await app.as.editor
          .post(`/v1/manage/sections/${sections[1]?.id}/move`, { after: null })
          .set('if-match', headers.etag ?? '');
        expect(body.data).toMatchObject({ id: sections[1]?.id });
      },
    ]) {
      await change();
      expect(await state()).toBe(true);
      await publishStory(app, id);
      expect(await state()).toBe(false);
    }
    await editStory(app, id, { internalNote: 'For us.' });
    expect(await state()).toBe(false);
  });
});

describe('links between stories', () => {
  it('are in the order given, of live stories only, and compiled from live revisions', async () => {
    const [first, draft, second] = [await liveStory(app), await createStory(app), await liveStory(app)];
    const { id } = await liveStory(app, shortStory({ related: [second.id, draft.id, first.id] }));
    const related = async () => (await delivered(id)).related.map((link: Members) => link.id);
    expect(await related()).toEqual([second.id, first.id]);
    const { contentUpdatedAt } = await delivered(id);
    await editStory(app, id, { headline: 'Unpublished', related: [] });
    await editStory(app, first.id, { headline: 'Unpublished' });
    await publishStory(app, draft.id);
    expect(await related()).toEqual([second.id, draft.id, first.id]);
    expect(JSON.stringify(await delivered(id))).not.toContain('Unpublished');
    expect((await delivered(id)).contentUpdatedAt).toBe(contentUpdatedAt);
    await withdrawStory(app, second.id);
    expect(await related()).toEqual([draft.id, first.id]);
    await publishStory(app, id);
    expect(await related()).toEqual([]);
  });

  it('go both ways between two stories', async () => {
    const [one, two] = [await createStory(app), await createStory(app)];
    await editStory(app, one.id, { related: [two.id] });
    await editStory(app, two.id, { translationOf: one.id });
    await publishStory(app, one.id);
    await publishStory(app, two.id);
    await editStory(app, one.id, { headline: 'Another headline' });
    await publishStory(app, one.id);
    expect((await delivered(one.id)).related).toMatchObject([{ id: two.id }]);
    expect((await delivered(two.id)).translationOf).toMatchObject({ id: one.id, headline: 'Another headline' });
    await withdrawStory(app, two.id);
    expect((await delivered(one.id)).related).toEqual([]);
  });
});
