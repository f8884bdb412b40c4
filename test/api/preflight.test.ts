import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { soundStory } from '../support/candidates.js';
import { act, createResource, editSection, editStory, type Members, withdrawStory } from '../support/editing.js';
import { Gate } from '../support/gate.js';
import { createStory, embed, image, liveStory, minskStory, publishStory, quote } from '../support/stories.js';

const path = '/v1/manage/articles';
const gate = new Gate();

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: gate.wrap });
});
afterAll(() => app.close());

const report = async (id: string) => (await app.as.viewer.get(`${path}/${id}/preflight`).expect(200)).body.data;
const places = (findings: Members[]) => findings.map(({ pointer, code }) => `${pointer} ${code}`);
const make = async (plural: 'images' | 'quotes' | 'embeds', body: Members) =>
  (await createResource(app, plural, body)).id;

describe('GET /v1/manage/articles/{id}/preflight', () => {
  it('is for every key, takes the working slug, and writes nothing', async () => {
    const { id, slug } = await createStory(app, soundStory({ slug: 'looked-at' }));
    const { db, tables, all } = app.store;
    const changes = async () => (await all(db.select().from(tables.changes))).length;
    const before = await changes();
    for (const role of ['viewer', 'editor', 'publisher', 'admin'] as const) {
      const { body, headers } = await app.as[role].get(`${path}/${slug}/preflight`).expect(200);
      expect(body.data).toEqual({ articleId: id, version: 1, publishable: true, findings: [] });
      expect(headers['cache-control']).toContain('no-store');
    }
    expect(await changes()).toBe(before);
    await app.anybody.get(`${path}/${slug}/preflight`).expect(401);
    await app.as.viewer.get(`${path}/never-was/preflight`).expect(404);
    const { body } = await app.as.viewer.get(`${path}/${slug}/preflight?version=1`).expect(400);
    expect(body.errors).toMatchObject([{ parameter: 'version', code: 'unknown_field' }]);
  });

  it('looks at the working copy, whatever is live', async () => {
    const { id, sections } = await liveStory(app, soundStory());
    await editSection(app, sections[1]?.id ?? '', { blocks: [] });
    expect(await report(id)).toMatchObject({ version: 3, publishable: false, findings: [{ code: 'empty_section' }] });
  });

  it('tells everything at once, errors first, a resource at each of its places', async () => {
    const imageId = await make('images', { caption: 'Bare.' });
    const thumbnailImageId = await make('images', { alt: 'Seen.' });
    const story = soundStory(
      { headline: null, deck: null, leadImageId: imageId },
      { type: 'gallery', images: [{ imageId }] },
      { type: 'embed', embed: { ...embed, thumbnailImageId } },
    );
    const { id } = await createStory(app, story);
    const { publishable, findings } = await report(id);
    expect(publishable).toBe(false);
    expect(places(findings)).toEqual([
      '/headline missing_headline',
      '/leadImageId missing_alt',
      '/sections/1/blocks/0/images/0/imageId missing_alt',
      '/leadImageId missing_credit',
      '/sections/1/blocks/0/images/0/imageId missing_credit',
      '/sections/1/blocks/1/embedId missing_credit',
      '/deck missing_deck',
      '/sections/1/blocks/1/embedId missing_transcript',
    ]);
    expect(findings[5].resource).toEqual({ kind: 'image', id: thumbnailImageId, pointer: '/creditLine' });
    const refused = await act(app, id, 'publish');
    expect(places(refused.body.errors)).toEqual(places(findings).slice(0, 6));
  });

  it('tells of one version, when others save while it reads', async () => {
    for (let k = 1, wasInterrupted = true; wasInterrupted; k++) {
      const { id, sections } = await createStory(app, soundStory({ headline: null }));
      const meanwhile = async () => {
        await editStory(app, id, { headline: 'Given.' });
        await editSection(app, sections[1]?.id ?? '', { blocks: [] });
      };
      const run = await gate.run(k, () => app.as.viewer.get(`${path}/${id}/preflight`).expect(200), meanwhile);
      ({ wasInterrupted } = run);
      const { version, findings } = run.result.body.data;
      const codes = findings.map(({ code }: Members) => code);
      expect([
        [1, ['missing_headline']],
        [3, ['empty_section']],
      ]).toContainEqual([version, codes]);
    }
  });

  it('finds nothing wrong with the example story but that its video cannot be read', async () => {
    const { id } = await createStory(app, minskStory());
    const { publishable, findings } = await report(id);
    expect(publishable).toBe(true);
    expect(places(findings)).toEqual(['/sections/3/blocks/4/embedId missing_transcript']);
  });
});

describe('the warnings of a publication', () => {
  it('are told each time, also when nothing is left to publish', async () => {
    const { id } = await createStory(app, soundStory({ deck: null, tags: [] }));
    for (const [version, status] of [
      [2, 200],
      [2, 200],
    ]) {
      const answer = await act(app, id, 'publish');
      expect([answer.status, answer.body.data.version]).toEqual([status, version]);
      expect(places(answer.body.warnings)).toEqual(['/deck missing_deck', '/tags missing_tags']);
    }
    await withdrawStory(app, id);
    const again = await act(app, id, 'publish');
    expect(places(again.body.warnings)).toEqual(['/deck missing_deck', '/tags missing_tags']);
  });
});

describe('what a story points at', () => {
  const remove = async (plural: 'images' | 'quotes' | 'embeds' | 'articles', id: string) => {
    const { db, tables, commit } = app.store;
    const table = tables[plural] as typeof tables.images;
    const query = db.update(table).set({ deletedAt: '2026-01-15T09:00:00.000Z' }).where(eq(table.id, id));
    await commit([{ query, rows: 1 }]);
  };
  const paragraphOf = (quoteId: string) => ({
    type: 'paragraph',
    text: quote.text,
    spans: [{ start: 0, end: 5, type: 'quote', quoteId }],
  });

  it.each([
    ['images', image, (imageId: string) => soundStory({ leadImageId: imageId }), '/leadImageId'],
    ['images', image, (imageId: string) => soundStory({}, { type: 'image', imageId }), '/sections/1/blocks/0/imageId'],
    [
      'images',
      image,
      (id: string) => soundStory({}, { type: 'aside', blocks: [{ type: 'gallery', images: [{ imageId: id }] }] }),
      '/sections/1/blocks/0/blocks/0/images/0/imageId',
    ],
    ['quotes', quote, (quoteId: string) => soundStory({}, { type: 'quote', quoteId }), '/sections/1/blocks/0/quoteId'],
    ['quotes', quote, (id: string) => soundStory({}, paragraphOf(id)), '/sections/1/blocks/0/spans/0/quoteId'],
    [
      'embeds',
      { ...embed, transcript: 'He says no.' },
      (embedId: string) => soundStory({}, { type: 'embed', embedId }),
      '/sections/1/blocks/0/embedId',
    ],
  ] as const)('may not be deleted: of the %s', async (plural, body, storyOf, pointer) => {
    const resourceId = await make(plural, body);
    const { id } = await createStory(app, storyOf(resourceId));
    expect((await report(id)).findings).toEqual([]);
    await remove(plural, resourceId);
    const { findings } = await report(id);
    expect(places(findings)).toEqual([`${pointer} dangling_reference`]);
    expect(findings[0].resource).toEqual({ kind: plural.slice(0, -1), id: resourceId, pointer: '' });
    const refused = await act(app, id, 'publish');
    expect([refused.status, places(refused.body.errors)]).toEqual([422, places(findings)]);
  });

  it('may not be deleted: of the articles', async () => {
    const [other, original] = [await createStory(app, soundStory()), await createStory(app, soundStory())];
    const { id } = await createStory(app, soundStory({ related: [other.id], translationOf: original.id }));
    expect((await report(id)).findings).toEqual([]);
    await remove('articles', other.id);
    expect(places((await report(id)).findings)).toEqual(['/related/0 dangling_reference']);
    await remove('articles', original.id);
    const both = ['/translationOf dangling_reference', '/related/0 dangling_reference'];
    expect(places((await report(id)).findings)).toEqual(both);
    const refused = await act(app, id, 'publish');
    expect([refused.status, places(refused.body.errors)]).toEqual([422, both]);
  });

  it('is held to be there until the publication is on disk', async () => {
    for (let k = 1, wasInterrupted = true; wasInterrupted; k++) {
      const other = await createStory(app, soundStory());
      const { id } = await createStory(app, soundStory({ related: [other.id] }));
      let wasLive = false;
      const meanwhile = async () => {
        wasLive = (await app.anybody.get(`/v1/articles/${id}`)).status === 200;
        await remove('articles', other.id);
      };
      const publish = () => app.as.publisher.post(`${path}/${id}/publish`).set('if-match', '"1"');
      const run = await gate.run(k, publish, meanwhile);
      ({ wasInterrupted } = run);
      expect(run.result.status).toBe(wasInterrupted && !wasLive ? 422 : 200);
    }
  });
});

describe('an embargo', () => {
  const embargo = async (id: string, until: string | null) => {
    const { db, tables, commit } = app.store;
    const values = { embargoedUntil: until, embargoReason: until && 'Agreed with the ministry.' };
    await commit([{ query: db.update(tables.articles).set(values).where(eq(tables.articles.id, id)), rows: 1 }]);
  };

  it('keeps a story from readers until it ends, changes to a live one too', async () => {
    const { id } = await createStory(app, soundStory());
    const until = new Date(app.clock.now().getTime() + 60_000).toISOString();
    await embargo(id, until);
    const refused = await act(app, id, 'publish');
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toMatchObject([
      {
        pointer: '/publication/embargoedUntil',
        code: 'embargo_in_force',
        message: `is under embargo until ${until}: Agreed with the ministry.`,
      },
    ]);
    expect((await report(id)).publishable).toBe(false);
    app.clock.advance(60_000);
    expect((await report(id)).findings).toEqual([]);
    await publishStory(app, id);

    await editStory(app, id, { deck: 'More of it.' });
    await embargo(id, new Date(app.clock.now().getTime() + 60_000).toISOString());
    expect((await act(app, id, 'publish')).status).toBe(422);
    await embargo(id, null);
    await publishStory(app, id);
  });
});

describe('a slug that another article has got hold of', () => {
  it('keeps a story from being published', async () => {
    const [{ id, slug }, other] = [await createStory(app, soundStory()), await createStory(app, soundStory())];
    const { db, tables, commit } = app.store;
    const query = db.update(tables.slugs).set({ articleId: other.id }).where(eq(tables.slugs.slug, slug));
    await commit([{ query, rows: 1 }]);
    expect((await report(id)).findings).toMatchObject([{ code: 'slug_taken', pointer: '/slug' }]);
    const refused = await act(app, id, 'publish');
    expect([refused.status, places(refused.body.errors)]).toEqual([422, ['/slug slug_taken']]);
  });
});
