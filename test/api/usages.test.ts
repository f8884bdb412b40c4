import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { createResource, editStory, type Members } from '../support/editing.js';
import { usagesOf } from '../support/removal.js';
import { createStory, embed, image, liveStory, publishStory, quote, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const by = (a: Members, b: Members) => (String(a.id) < String(b.id) ? -1 : 1);

describe('GET /v1/manage/images/{id}/usages', () => {
  it('tells of every place in every scope, each as it is named there', async () => {
    const { id } = await createResource(app, 'images', image);
    const path = `/v1/manage/images/${id}`;
    expect(await usagesOf(app, path)).toEqual([]);
    const film = await createResource(app, 'embeds', { ...embed, thumbnailImageId: id });
    const blocks = [{ type: 'image', imageId: id }];
    const story = await liveStory(app, shortStory({ leadImageId: id, sections: [{ blocks }] }));
    await editStory(app, story.id, { headline: 'Renamed', slug: 'renamed' });
    const { db, tables, commit } = app.store;
    const scheduled = { scope: 'scheduled', userKind: 'article', userId: story.id, sectionId: '' } as const;
    await commit([{ query: db.insert(tables.whereUsed).values({ ...scheduled, kind: 'image', resourceId: id }) }]);
    const working = { kind: 'article', id: story.id, slug: 'renamed', title: 'Renamed' };
    const live = { ...working, slug: story.slug, title: 'A short story' };
    const ofStory = [
      { scope: 'working', ...working, sectionId: null },
      { scope: 'working', ...working, sectionId: story.sections[0]?.id },
    ];
    const ofFilm = { scope: 'working', kind: 'embed', id: film.id, sectionId: null, slug: null, title: 'A video' };
    expect(await usagesOf(app, path)).toEqual([
      { scope: 'live', ...live, sectionId: null },
      { scope: 'scheduled', ...working, sectionId: null },
      ...[...ofStory, ofFilm].sort(by),
    ]);
    expect(await usagesOf(app, path, '?scope=live')).toEqual([{ scope: 'live', ...live, sectionId: null }]);
    expect(await usagesOf(app, path, '?scope=working')).toHaveLength(3);
  });

  it('leads through all pages and back, by cursors that hold while others come', async () => {
    const { id } = await createResource(app, 'images', image);
    const path = `/v1/manage/images/${id}/usages`;
    const section = { blocks: [{ type: 'image', imageId: id }] };
    const stories = [];
    for (let i = 0; i < 3; i++) stories.push(await createStory(app, shortStory({ sections: [section, section] })));
    await publishStory(app, stories[1]?.id ?? '');
    const whole = await usagesOf(app, `/v1/manage/images/${id}`);
    expect(whole).toHaveLength(7);
    const page = async (query: string) => (await app.as.viewer.get(`${path}?limit=3${query}`).expect(200)).body;
    const first = await page('');
    const second = await page(`&cursor=${first.page.next}`);
    const third = await page(`&cursor=${second.page.next}`);
    expect([...first.data, ...second.data, ...third.data]).toEqual(whole);
    expect([first.page.previous, third.page.next]).toEqual([null, null]);
    await publishStory(app, stories[0]?.id ?? '');
    expect((await page(`&cursor=${third.page.previous}`)).data).toEqual(second.data);
    expect((await page(`&cursor=${second.page.previous}`)).data).toEqual(first.data);
    const { headers } = await app.as.viewer.get(`${path}?limit=3&scope=working`).expect(200);
    expect(headers.link).toMatch(new RegExp(`^<${path}\\?scope=working&limit=3&cursor=[^>]+>; rel="next"$`));
  });

  it('answers 400 for a scope or parameter that it does not know and for the cursor of another list, 404 for no image', async () => {
    const { id } = await createResource(app, 'images', image);
    const path = `/v1/manage/images/${id}/usages`;
    const section = { blocks: [{ type: 'image', imageId: id }] };
    await createStory(app, shortStory({ sections: [section, section] }));
    const { next } = (await app.as.viewer.get(`${path}?limit=1`).expect(200)).body.page;
    for (const query of ['scope=draft', 'scope=', 'kind=article', 'limit=0', `scope=working&cursor=${next}`]) {
      const { errors } = (await app.as.viewer.get(`${path}?${query}`).expect(400)).body;
      expect(errors).toMatchObject([{ parameter: query.includes('cursor') ? 'cursor' : query.split('=')[0] }]);
    }
    const other = await createResource(app, 'images', image);
    await app.as.viewer.get(`/v1/manage/images/${other.id}/usages?cursor=${next}`).expect(400);
    await app.as.viewer.get('/v1/manage/images/01852a5c-0000-7000-8000-00000000dead/usages').expect(404);
    await app.anybody.get(path).expect(401);
  });
});

describe('GET /v1/manage/{quotes|embeds}/{id}/usages', () => {
  it.each([
    ['quotes', quote, 'quote', 'quoteId'],
    ['embeds', embed, 'embed', 'embedId'],
  ] as const)('tells where %s stand', async (plural, draft, type, field) => {
    const { id } = await createResource(app, plural, draft);
    const story = await createStory(app, shortStory({ sections: [{ blocks: [{ type, [field]: id }] }] }));
    expect(await usagesOf(app, `/v1/manage/${plural}/${id}`)).toMatchObject([{ id: story.id, scope: 'working' }]);
  });
});

describe('GET /v1/manage/articles/{id}/usages', () => {
  it('tells which articles point at it, by id and by slug', async () => {
    const { id, slug } = await liveStory(app);
    const related = await createStory(app, shortStory({ related: [id] }));
    const translation = await liveStory(app, shortStory({ translationOf: id, language: 'be' }));
    const usages = await usagesOf(app, `/v1/manage/articles/${id}`);
    expect(usages.map((usage) => [usage.scope, usage.id])).toEqual([
      ['live', translation.id],
      ...[related.id, translation.id].sort().map((user) => ['working', user]),
    ]);
    expect(await usagesOf(app, `/v1/manage/articles/${slug}`)).toEqual(usages);
  });
});
