import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { createStory, liveStory, shortStory } from '../support/stories.js';

const path = '/v1/manage/articles';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const read = (id: string) => app.as.editor.get(`${path}/${id}`).expect(200);

async function historyLength(id: string): Promise<{ revisions: number; changes: number }> {
  const { db, tables, all } = app.store;
  const revisions = (await all(db.select().from(tables.revisions))).filter((row) => row.articleId === id);
  const changes = (await all(db.select().from(tables.changes))).filter((row) => row.articleId === id);
  return { revisions: revisions.length, changes: changes.length };
}

describe('PATCH /v1/manage/articles/{id}', () => {
  it('changes the fields it names and leaves the others', async () => {
    const { id } = await createStory(
      app,
      shortStory({ deck: 'Old.', seo: { title: 'Title' }, dateline: { place: 'Minsk', date: '2022-12-19' } }),
    );
    const patch = { deck: null, headline: 'New headline', seo: { description: 'Words.' }, dateline: { date: null } };
    const { body, headers } = await app.as.editor.patch(`${path}/${id}`, patch).set('if-match', '"1"').expect(200);
    expect(body.data).toMatchObject({
      deck: null,
      headline: 'New headline',
      tags: ['belarus'],
      seo: { title: 'Title', description: 'Words.' },
      dateline: { place: 'Minsk', date: null },
      version: 2,
    });
    expect(body.data.sections).toHaveLength(3);
    expect(headers.etag).toBe('"2"');
  });

  it('keeps tags and everything else when the patch is empty, and writes nothing', async () => {
    const { id } = await createStory(app);
    const before = await historyLength(id);
    const { body } = await app.as.editor.patch(`${path}/${id}`, {}).set('if-match', '"1"').expect(200);
    expect(body.data).toMatchObject({ version: 1, tags: ['belarus'] });
    expect(await historyLength(id)).toEqual(before);
  });

  it('takes application/merge-patch+json as well', async () => {
    const { id } = await createStory(app);
    await app.as.editor
      .patch(`${path}/${id}`)
      .set({ 'if-match': '"1"', 'content-type': 'application/merge-patch+json' })
      .send(JSON.stringify({ tags: ['russia'] }))
      .expect(200)
      .expect(({ body }) => expect(body.data.tags).toEqual(['russia']));
  });

  it('refuses sections, null for what is required, and unknown fields', async () => {
    const { id } = await createStory(app);
    const { body } = await app.as.editor
      .patch(`${path}/${id}`, { sections: [], language: null, colour: 1 })
      .set('if-match', '"1"')
      .expect(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/colour',
      '/language',
      '/sections',
    ]);
  });

  it('answers 400 when the merged whole is wrong', async () => {
    const { id } = await createStory(app);
    const { body } = await app.as.editor
      .patch(`${path}/${id}`, { dateline: { date: '2022-12-19' } })
      .set('if-match', '"1"')
      .expect(400);
    expect(body.errors).toMatchObject([{ pointer: '/dateline/place', code: 'required' }]);
  });

  it('answers 428 without If-Match or with an asterisk, 412 with what has changed when it is stale', async () => {
    const { id } = await createStory(app);
    await app.as.editor.patch(`${path}/${id}`, { deck: 'A' }).expect(428);
    await app.as.editor.patch(`${path}/${id}`, { deck: 'A' }).set('if-match', '*').expect(428);
    await app.as.editor.patch(`${path}/${id}`, { deck: 'A' }).set('if-match', 'W/"1"').expect(412);
    await app.as.editor.patch(`${path}/${id}`, { deck: 'A', tags: [] }).set('if-match', '"7", "1"').expect(200);
    const { body } = await app.as.editor.patch(`${path}/${id}`, { headline: 'B' }).set('if-match', '"1"').expect(412);
    expect(body).toMatchObject({ currentVersion: 2, changed: ['/deck', '/tags'] });
  });

  it('answers 412 with the changed section to the second of two editors on one article', async () => {
    const { id, sections } = await createStory(app);
    const blocks = sections[1]?.blocks.map((block, i) => (i === 0 ? { ...block, text: 'Changed.' } : block));
    await app.as.editor.patch(`/v1/manage/sections/${sections[1]?.id}`, { blocks }).set('if-match', '"1"').expect(200);
    const { body } = await app.as.editor.patch(`${path}/${id}`, { deck: 'Late.' }).set('if-match', '"1"').expect(412);
    expect(body).toMatchObject({ currentVersion: 2, changed: ['/sections/1/blocks/0/text'] });
  });

  it('takes a slug and frees the one that readers never saw', async () => {
    const { id } = await createStory(app, shortStory({ slug: 'first-slug' }));
    await app.as.editor.patch(`${path}/${id}`, { slug: 'second-slug' }).set('if-match', '"1"').expect(200);
    await createStory(app, shortStory({ slug: 'first-slug' }));
    await app.as.editor.patch(`${path}/${id}`, { slug: 'first-slug' }).set('if-match', '"2"').expect(409);
  });

  it('keeps a slug that readers have seen for its story, which can have it back', async () => {
    const { id } = await liveStory(app, shortStory({ slug: 'seen-slug' }));
    await app.as.editor.patch(`${path}/${id}`, { slug: 'next-slug' }).set('if-match', '"2"').expect(200);
    await app.as.editor.post(path, shortStory({ slug: 'seen-slug' })).expect(409);
    await app.as.editor.patch(`${path}/${id}`, { slug: 'seen-slug' }).set('if-match', '"3"').expect(200);
  });

  it('accepts read-only fields as they are, and refuses them changed', async () => {
    const { id } = await createStory(app);
    const { data } = (await read(id)).body;
    const same = { id, version: data.version, createdAt: data.createdAt, publication: data.publication };
    await app.as.editor.patch(`${path}/${id}`, same).set('if-match', '"1"').expect(200);
    const { body } = await app.as.editor
      .patch(`${path}/${id}`, { createdAt: '2020-01-01T00:00:00Z', version: 9 })
      .set('if-match', '"1"')
      .expect(400);
    expect(body.errors).toMatchObject([
      { pointer: '/version', code: 'read_only' },
      { pointer: '/createdAt', code: 'read_only' },
    ]);
  });

  it('leaves a revision and a change for every accepted write', async () => {
    const { id } = await createStory(app);
    const before = await historyLength(id);
    await app.as.editor.patch(`${path}/${id}`, { deck: 'A' }).set('if-match', '"1"').set('x-actor', 'jane').expect(200);
    const after = await historyLength(id);
    expect(after).toEqual({ revisions: before.revisions + 1, changes: before.changes + 1 });
    expect((await read(id)).body.data.updatedBy.actor).toBe('jane');
  });
});

describe('PUT /v1/manage/articles/{id}', () => {
  it('takes back what GET gave, and writes nothing', async () => {
    const { id } = await liveStory(app);
    const got = await read(id);
    const before = await historyLength(id);
    const { body } = await app.as.editor.put(`${path}/${id}`, got.body.data).set(matching(got)).expect(200);
    expect(body.data).toEqual(got.body.data);
    expect(await historyLength(id)).toEqual(before);
  });

  it('keeps the identity of known sections and blocks, the version of unchanged ones, and deletes the others', async () => {
    const { id, sections } = await createStory(app);
    const [first, second, third] = sections;
    if (!first || !second || !third) throw new Error('three sections expected');
    const moved = first.blocks.at(-1);
    const body = {
      ...shortStory(),
      sections: [{ heading: 'New', blocks: [moved] }, third, { ...first, blocks: first.blocks.slice(0, 1) }],
    };
    const { data } = (await app.as.editor.put(`${path}/${id}`, body).set('if-match', '"1"').expect(200)).body;
    expect(
      data.sections.map((section: { id: string; version: number }) => [section.id, section.version]).slice(1),
    ).toEqual([
      [third.id, 1],
      [first.id, 2],
    ]);
    expect(data.sections[0].blocks[0].id).toBe(moved?.id);
    await app.as.editor.get(`/v1/manage/sections/${second.id}`).expect(404);
    expect(data.version).toBe(2);
  });

  it('refuses sections and blocks of another article', async () => {
    const other = await createStory(app);
    const { id } = await createStory(app);
    const [foreign] = other.sections;
    const body = { ...shortStory(), sections: [{ id: foreign?.id, blocks: [{ ...foreign?.blocks[1] }] }] };
    const { errors } = (await app.as.editor.put(`${path}/${id}`, body).set('if-match', '"1"').expect(422)).body;
    expect(errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/sections/0/id',
      '/sections/0/blocks/0/id',
    ]);
  });

  it('refuses a section that stands twice and a read-only field that differs', async () => {
    const { id, sections } = await createStory(app);
    const [first] = sections;
    const twice = { ...shortStory(), sections: [{ id: first?.id }, { id: first?.id }] };
    await app.as.editor.put(`${path}/${id}`, twice).set('if-match', '"1"').expect(422);
    const changed = { ...shortStory(), sections: [{ ...first, anchor: 'mine' }] };
    const { errors } = (await app.as.editor.put(`${path}/${id}`, changed).set('if-match', '"1"').expect(400)).body;
    expect(errors).toMatchObject([{ pointer: '/sections/0/anchor', code: 'read_only' }]);
  });

  it('answers 428 and 412 like PATCH', async () => {
    const { id } = await createStory(app);
    await app.as.editor.put(`${path}/${id}`, shortStory()).expect(428);
    await app.as.editor.put(`${path}/${id}`, shortStory()).set('if-match', '"2"').expect(412);
  });
});

describe('GET /v1/manage/articles', () => {
  it('finds a working copy by id and by slug', async () => {
    const { id, slug } = await createStory(app);
    expect((await read(slug)).body.data.id).toBe(id);
    await app.as.viewer.get(`${path}/no-such-story`).expect(404);
  });

  it('lists the last changed first, with cursors both ways that hold while others are added', async () => {
    const fresh = await startApp();
    const made = [];
    for (let i = 0; i < 5; i++)
      made.push((await createStory(fresh, { headline: `Story ${i}`, language: 'en', desk: 'world' })).id);
    const newestFirst = made.toReversed();
    const first = await fresh.as.viewer.get(`${path}?limit=2`).expect(200);
    await createStory(fresh, { headline: 'Later', language: 'en', desk: 'world' });
    const second = await fresh.as.viewer.get(`${path}?limit=2&cursor=${first.body.page.next}`).expect(200);
    const back = await fresh.as.viewer.get(`${path}?limit=2&cursor=${second.body.page.previous}`).expect(200);
    const ids = ({ body }: { body: { data: { id: string }[] } }) => body.data.map(({ id }) => id);
    expect([ids(first), ids(second), ids(back)]).toEqual([
      newestFirst.slice(0, 2),
      newestFirst.slice(2, 4),
      newestFirst.slice(0, 2),
    ]);
    expect(first.headers.link).toContain('rel="next"');
    await fresh.as.viewer.get(`/v1/manage/images?cursor=${first.body.page.next}`).expect(400);
    await fresh.close();
  });
});
