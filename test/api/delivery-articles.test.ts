import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { editSection, editStory, type Members, withdrawStory } from '../support/editing.js';
import { createStory, image, liveStory, minskStory, publishStory, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const unknownId = '01852a5c-9d00-7a11-8b22-0123456789ab';
const delivered = async (slugOrId: string) => (await app.anybody.get(`/v1/articles/${slugOrId}`).expect(200)).body.data;

describe('GET /v1/articles', () => {
  let lists: TestApp;
  let ids: string[];
  beforeAll(async () => {
    lists = await startApp();
    // Published in another order than the list's.
    const days = [3, 1, 5, 2, 4];
    const made: [number, string][] = [];
    for (const day of days) {
      const { id } = await createStory(lists, shortStory({ headline: `Day ${day}` }));
      await publishStory(lists, id, { publishedAt: `2025-03-0${day}T12:00:00Z` });
      made.push([day, id]);
    }
    ids = made.sort(([a], [b]) => b - a).map(([, id]) => id);
    await createStory(lists, shortStory({ headline: 'Never published' }));
  });
  afterAll(() => lists.close());

  const list = async (query: string) => {
    const { body, headers } = await lists.anybody.get(`/v1/articles${query}`).expect(200);
    return { ids: body.data.map(({ id }: { id: string }) => id), page: body.page, link: headers.link ?? '' };
  };

  it('lists the live stories, the last published first', async () => {
    expect(await list('')).toEqual({ ids, page: { limit: 20, next: null, previous: null }, link: '' });
  });

  it('sends of each story what the story itself says', async () => {
    const { data } = (await lists.anybody.get('/v1/articles?limit=1')).body;
    const { data: story } = (await lists.anybody.get(`/v1/articles/${ids[0]}`)).body;
    const {
      firstPublishedAt,
      seo,
      sources,
      dateline,
      translationOf,
      translations,
      related,
      corrections,
      sections,
      ...summary
    } = story;
    expect(data).toEqual([summary]);
    expect(summary.leadImage).toEqual(sections[0].blocks[0].image);
  });

  it('leads through all pages and back, by cursor and by Link', async () => {
    const pages = [await list('?limit=2')];
    for (let { page } = await list('?limit=2'); page.next !== null; page = pages.at(-1)?.page ?? page) {
      pages.push(await list(`?limit=2&cursor=${page.next}`));
    }
    expect(pages.map((page) => page.ids)).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
    expect(pages.map(({ page }) => [page.previous === null, page.next === null])).toEqual([
      [true, false],
      [false, false],
      [false, true],
    ]);
    const [first, middle, last] = pages;
    expect(first?.link).toBe(`</v1/articles?limit=2&cursor=${first?.page.next}>; rel="next"`);
    expect(middle?.link).toBe(
      `</v1/articles?limit=2&cursor=${middle?.page.next}>; rel="next", </v1/articles?limit=2&cursor=${middle?.page.previous}>; rel="prev"`,
    );
    expect(last?.link).toBe(`</v1/articles?limit=2&cursor=${last?.page.previous}>; rel="prev"`);
    const back = await list(`?limit=2&cursor=${last?.page.previous}`);
    expect(back.ids).toEqual(middle?.ids);
    const start = await list(`?limit=2&cursor=${back.page.previous}`);
    expect(start).toMatchObject({ ids: first?.ids, page: { previous: null, next: first?.page.next } });
  });

  it('shows nothing twice and misses nothing when stories come and go between pages', async () => {
    const first = await list('?limit=2');
    const added = await createStory(lists, shortStory());
    await publishStory(lists, added.id);
    await withdrawStory(lists, first.ids[1]);
    expect((await list(`?limit=3&cursor=${first.page.next}`)).ids).toEqual(ids.slice(2, 5));
    expect((await list('')).ids).toEqual([added.id, ids[0], ...ids.slice(2)]);
    await publishStory(lists, first.ids[1]);
    await withdrawStory(lists, added.id);
    expect((await list('')).ids).toEqual(ids);
  });

  it('pages through stories of the same instant', async () => {
    const same: string[] = [];
    for (let i = 0; i < 4; i++) {
      const { id } = await createStory(lists, shortStory());
      await publishStory(lists, id, { publishedAt: '2020-01-01T00:00:00Z' });
      same.push(id);
    }
    const all = (await list('')).ids;
    expect(new Set(all.slice(5))).toEqual(new Set(same));
    const walked: string[] = [];
    for (let query = '?limit=1'; query !== ''; ) {
      const { ids: some, page } = await list(query);
      walked.push(...some);
      query = page.next === null ? '' : `?limit=1&cursor=${page.next}`;
    }
    expect(walked).toEqual(all);
  });

  it('answers 400 with the parameter that is not known, or not good', async () => {
    const { next } = (await list('?limit=1')).page;
    for (const [query, parameter] of [
      ['?author=jane', 'author'],
      ['?limit=0', 'limit'],
      ['?limit=101', 'limit'],
      ['?limit=1.5', 'limit'],
      ['?limit=1&limit=2', 'limit'],
      ['?cursor=nonsense', 'cursor'],
      [`?cursor=${next}x`, 'cursor'],
    ] as const) {
      const { body, headers } = await lists.anybody.get(`/v1/articles${query}`).expect(400);
      expect(body.errors).toMatchObject([{ parameter }]);
      expect(headers['cache-control']).toBe('no-store');
    }
    const { body } = await lists.anybody.get('/v1/articles?limit=0&nonsense=1').expect(400);
    expect(body.errors.map((error: Members) => error.parameter)).toEqual(['limit', 'nonsense']);
    expect(body.errors[1].message).toContain('limit, cursor');
  });

  it('answers 400 for a cursor of another list', async () => {
    const { next } = (await lists.anybody.get('/v1/images?limit=1').expect(200)).body.page;
    const managed = (await lists.as.viewer.get('/v1/manage/articles?limit=1').expect(200)).body.page.next;
    for (const cursor of [next, managed]) {
      const { body } = await lists.anybody.get(`/v1/articles?cursor=${cursor}`).expect(400);
      expect(body.errors).toMatchObject([{ parameter: 'cursor', code: 'invalid_cursor' }]);
    }
  });
});

describe('GET /v1/articles/{slug}', () => {
  it('answers with the whole story in one', async () => {
    const { slug, id } = await liveStory(app, minskStory());
    const story = await delivered(slug);
    expect(story).toMatchObject({ id, slug, language: 'en', desk: { name: expect.any(String) } });
    const blocks: Members[] = story.sections.flatMap((section: { blocks: Members[] }) => section.blocks);
    const count = (type: string) => blocks.filter((block) => block.type === type).length;
    expect(story.sections.map(({ heading }: Members) => heading === null)).toEqual([true, false, false, false]);
    expect([count('paragraph'), count('image')]).toEqual([19, 4]);
    for (const block of blocks.filter(({ type }) => type === 'image')) {
      expect(block.image).toMatchObject({ alt: expect.stringMatching(/./), creditLine: expect.stringMatching(/./) });
    }
    expect(blocks.find(({ type }) => type === 'embed')?.embed).toMatchObject({ kind: 'video', duration: 'PT2M4S' });
    expect(JSON.stringify(story).match(/"speaker":\{"name"/g)?.length).toBeGreaterThanOrEqual(6);
    expect(story.readingSeconds).toBe(Math.ceil((story.wordCount * 60) / 238));
  });

  it('shows a block’s own alt and caption, beside the image as it is', async () => {
    const blocks = [{ type: 'image', image, alt: 'Told here.', caption: 'Said here.' }];
    const { slug } = await liveStory(app, shortStory({ sections: [{ blocks }] }));
    const { sections, leadImage } = await delivered(slug);
    expect(sections[0].blocks[0]).toMatchObject({ alt: 'Told here.', caption: 'Said here.', image });
    expect(leadImage).toMatchObject(image);
  });

  it('takes an id, and says where the story is', async () => {
    const { slug, id } = await liveStory(app);
    const bySlug = await app.anybody.get(`/v1/articles/${slug}`).expect(200);
    const byId = await app.anybody.get(`/v1/articles/${id}`).expect(200);
    expect(byId.headers['content-location']).toBe(`/v1/articles/${slug}`);
    expect(bySlug.headers['content-location']).toBeUndefined();
    expect([byId.text, byId.headers.etag]).toEqual([bySlug.text, bySlug.headers.etag]);
  });

  it('leads from former slugs to the present one, once that is published', async () => {
    const { slug, id } = await liveStory(app);
    const next = `${slug}-next`;
    await editStory(app, id, { slug: next });
    await app.anybody.get(`/v1/articles/${slug}`).expect(200);
    await app.anybody.get(`/v1/articles/${next}`).expect(404);
    await publishStory(app, id);
    await app.anybody.get(`/v1/articles/${next}`).expect(200);
    const moved = await app.anybody.get(`/v1/articles/${slug}`).expect(308);
    expect(moved.headers).toMatchObject({ location: `/v1/articles/${next}`, 'cache-control': 'public, max-age=5' });
    await app.anybody.head(`/v1/articles/${slug}`).expect(308).expect('location', `/v1/articles/${next}`);
    await editStory(app, id, { slug });
    await publishStory(app, id);
    await app.anybody.get(`/v1/articles/${slug}`).expect(200);
    await app.anybody.get(`/v1/articles/${next}`).expect(308).expect('location', `/v1/articles/${slug}`);
  });

  it('answers 410 by every slug it had, and by id, for a withdrawn story', async () => {
    const { slug, id } = await liveStory(app);
    await editStory(app, id, { slug: `${slug}-next` });
    await publishStory(app, id);
    await withdrawStory(app, id);
    for (const known of [slug, `${slug}-next`, id]) {
      for (const rest of ['', '/sections', '/sections/the-middle']) {
        const { body, headers } = await app.anybody.get(`/v1/articles/${known}${rest}`).expect(410);
        expect(body).toMatchObject({ type: '/problems/gone', status: 410 });
        expect(headers['cache-control']).toBe('public, max-age=5');
      }
      await app.anybody.head(`/v1/articles/${known}`).expect(410);
    }
  });

  it('answers 404 for a draft as for what never was', async () => {
    const draft = await createStory(app);
    const answers = [];
    for (const asked of [draft.slug, draft.id, 'never-was', unknownId]) {
      for (const rest of ['', '/sections', '/sections/the-middle']) {
        const { body, headers } = await app.anybody.get(`/v1/articles/${asked}${rest}`).expect(404);
        expect(headers['cache-control']).toBe('public, max-age=5');
        answers.push({ ...body, requestId: '', instance: '', detail: body.detail.replace(asked, '…') });
      }
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('answers 400 for a parameter it does not know', async () => {
    const { slug } = await liveStory(app);
    for (const rest of ['', '/sections', '/sections/the-middle']) {
      const { body } = await app.anybody.get(`/v1/articles/${slug}${rest}?preview=1`).expect(400);
      expect(body.errors).toMatchObject([{ parameter: 'preview', code: 'unknown_field' }]);
    }
  });

  it('answers 401 to a key that is not good, though none is needed', async () => {
    const { slug } = await liveStory(app);
    await app.as.viewer.get(`/v1/articles/${slug}`).expect(200);
    const { headers } = await app.anybody
      .get(`/v1/articles/${slug}`)
      .set('authorization', 'Bearer nonsense')
      .expect(401);
    expect(headers['cache-control']).toBe('no-store');
  });
});

describe('GET /v1/articles/{slug}/sections', () => {
  it('answers with all sections, in order, whole', async () => {
    const { slug, id } = await liveStory(app);
    const { sections } = await delivered(slug);
    const answer = await app.anybody.get(`/v1/articles/${slug}/sections`).expect(200);
    expect(answer.body).toEqual({ data: sections });
    expect(answer.headers['content-location']).toBeUndefined();
    const byId = await app.anybody.get(`/v1/articles/${id}/sections`).expect(200);
    expect(byId.headers['content-location']).toBe(`/v1/articles/${slug}/sections`);
    expect(byId.body).toEqual(answer.body);
  });

  it('answers with one by its anchor or id', async () => {
    const { slug, id } = await liveStory(app);
    const { sections } = await delivered(slug);
    for (const section of sections) {
      const byAnchor = await app.anybody.get(`/v1/articles/${slug}/sections/${section.anchor}`).expect(200);
      expect(byAnchor.body).toEqual({ data: section });
      const byIds = await app.anybody.get(`/v1/articles/${id}/sections/${section.id}`).expect(200);
      expect(byIds.body).toEqual({ data: section });
    }
  });

  it('answers 404 for a section that the story has not, or not yet', async () => {
    const { slug, sections } = await liveStory(app);
    const { id: newId } = (
      await app.as.editor
        .post(`/v1/manage/articles/${slug}/sections`, {
          heading: 'Not yet',
          blocks: [{ type: 'paragraph', text: 'Words.' }],
        })
        .set('if-match', (await app.as.editor.get(`/v1/manage/articles/${slug}`)).headers.etag ?? '')
        .expect(201)
    ).body.data;
    for (const asked of ['nonsense', unknownId, newId, 'not-yet', '%2e%2e']) {
      await app.anybody.get(`/v1/articles/${slug}/sections/${asked}`).expect(404);
    }
    await editSection(app, sections[1]?.id ?? '', { heading: 'Another heading' });
    await publishStory(app, slug);
    const { data } = (await app.anybody.get(`/v1/articles/${slug}/sections/not-yet`).expect(200)).body;
    expect(data).toMatchObject({ id: newId, heading: 'Not yet' });
    const kept = await app.anybody.get(`/v1/articles/${slug}/sections/the-middle`).expect(200);
    expect(kept.body.data.heading).toBe('Another heading');
  });

  it('leads from a former slug to the same place under the present one', async () => {
    const { slug, id } = await liveStory(app);
    const next = `${slug}-next`;
    await editStory(app, id, { slug: next });
    await publishStory(app, id);
    for (const rest of ['/sections', '/sections/the-middle', '/sections/caf%C3%A9']) {
      const { headers } = await app.anybody.get(`/v1/articles/${slug}${rest}`).expect(308);
      expect(headers.location).toBe(`/v1/articles/${next}${rest}`);
    }
  });
});
