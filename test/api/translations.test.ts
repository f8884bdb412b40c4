import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, correct, editStory, type Members, withdrawStory } from '../support/editing.js';
import { requireFresh, requireFreshGroup } from '../support/freshness.js';
import { createStory, liveStory, publishStory } from '../support/stories.js';

const articles = '/v1/manage/articles';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const story = (language: string, fields: Members = {}) => ({
  headline: `In ${language}`,
  language,
  desk: 'world',
  ...fields,
});
const draft = async (language: string, fields?: Members) => (await createStory(app, story(language, fields))).id;
const live = async (language: string, fields?: Members) => (await liveStory(app, story(language, fields))).id;
const publish = (id: string) => publishStory(app, id);
const delivered = async (id: string) => (await app.anybody.get(`/v1/articles/${id}`).expect(200)).body.data;
const listed = async (id: string) => (await delivered(id)).translations.map((link: Members) => link.id);

/** An original and two translations, none of them live. */
async function newGroup(): Promise<{ original: string; be: string; fr: string; all: string[] }> {
  const original = await draft('en');
  const [be, fr] = [await draft('be', { translationOf: original }), await draft('fr', { translationOf: original })];
  return { original, be, fr, all: [original, be, fr] };
}
const newLiveGroup = async () => {
  const group = await newGroup();
  for (const id of group.all) await publish(id);
  return group;
};

describe('the translations of a delivered story', () => {
  it('are the other live ones of the original and its translations, by language', async () => {
    const { original, be, fr } = await newLiveGroup();
    const link = async (id: string) => {
      const { slug, language, headline, retracted } = await delivered(id);
      return { id, slug, language, headline, retracted };
    };
    const [en, byel, french] = [await link(original), await link(be), await link(fr)];
    expect(await delivered(original)).toMatchObject({ translationOf: null, translations: [byel, french] });
    expect(await delivered(be)).toMatchObject({ translationOf: en, translations: [en, french] });
    expect(await delivered(fr)).toMatchObject({ translationOf: en, translations: [byel, en] });
    const { id } = await liveStory(app);
    expect((await delivered(id)).translations).toEqual([]);
  });

  it('come and go with each publication and withdrawal, in any order', async () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
    ]) {
      const { all } = await newGroup();
      const inOrder = order.flatMap((i) => all[i] ?? []);
      for (const id of inOrder) {
        await publish(id);
        await requireFreshGroup(app, all);
      }
      for (const id of inOrder) {
        await withdrawStory(app, id);
        await requireFreshGroup(app, all);
      }
    }
  });

  it('are listed while the original is not live', async () => {
    const { original, be, fr, all } = await newGroup();
    await publish(be);
    await publish(fr);
    expect(await delivered(be)).toMatchObject({ translationOf: null, translations: [{ id: fr }] });
    await publish(original);
    await withdrawStory(app, original);
    expect(await listed(fr)).toEqual([be]);
    await requireFreshGroup(app, all);
  });

  it.each([
    ['slug', (id: string) => ({ slug: `moved-${id}` })],
    ['headline', () => ({ headline: 'Another headline' })],
    ['language', () => ({ language: 'de' })],
  ])('follow the %s of each when it is published, and not before', async (field, change) => {
    const { all } = await newLiveGroup();
    for (const id of all) {
      const [other = ''] = all.filter((member) => member !== id);
      const before = (await delivered(other)).translations;
      await editStory(app, id, change(id));
      expect((await delivered(other)).translations).toEqual(before);
      await publish(id);
      const link = (await delivered(other)).translations.find((member: Members) => member.id === id);
      expect(link).toMatchObject({ [field]: (change(id) as Members)[field] });
      await requireFreshGroup(app, all);
    }
  });

  it('say when one is retracted, and keep their own times', async () => {
    const { be, fr, all } = await newLiveGroup();
    const { contentUpdatedAt } = await delivered(fr);
    expect((await correct(app, be, 'retraction')).status).toBe(201);
    const { translations, ...others } = await delivered(fr);
    expect(translations).toMatchObject([{ id: be, retracted: true }, { retracted: false }]);
    expect(others).toMatchObject({ contentUpdatedAt, retracted: false });
    await requireFreshGroup(app, all);
  });

  it('follow one that becomes a translation of another story, and one that becomes its own', async () => {
    const [first, second] = [await newLiveGroup(), await newLiveGroup()];
    await editStory(app, first.fr, { translationOf: second.original });
    await requireFreshGroupOfOld();
    await publish(first.fr);
    expect(await listed(second.be)).toEqual(expect.arrayContaining([first.fr, second.fr, second.original]));
    await requireFreshGroup(app, [first.original, first.be]);
    await requireFreshGroup(app, [...second.all, first.fr]);
    await editStory(app, first.fr, { translationOf: null });
    await publish(first.fr);
    expect(await listed(first.fr)).toEqual([]);
    await requireFreshGroup(app, second.all);

    async function requireFreshGroupOfOld() {
      expect(await listed(first.be)).toEqual([first.original, first.fr]);
      expect(await listed(second.be)).toEqual([second.original, second.fr]);
    }
  });

  it('are not the stories that are related to one of them', async () => {
    const { original, be } = await newLiveGroup();
    const related = await live('en', { related: [original, be] });
    expect(await listed(related)).toEqual([]);
    expect(await listed(original)).not.toContain(related);
    await editStory(app, be, { headline: 'Another headline' });
    await publish(be);
    expect((await requireFresh(app, related))?.related).toMatchObject([
      { id: original },
      { id: be, headline: 'Another headline' },
    ]);
  });

  it('are told to readers and search engines by the page', async () => {
    const { original, be, fr } = await newLiveGroup();
    const page = async (id: string) => (await app.anybody.get(`/v1/articles/${id}?format=html`).expect(200)).text;
    const slugs = await Promise.all([original, be, fr].map(async (id) => (await delivered(id)).slug));
    const text = await page(be);
    for (const [i, language] of ['en', 'be', 'fr'].entries())
      expect(text).toMatch(new RegExp(`<link rel="alternate" hreflang="${language}" href="[^"]*/${slugs[i]}\\?`));
    expect(text).toMatch(/<a href="[^"]+" hreflang="fr" lang="fr">français<\/a>/);
    await withdrawStory(app, original);
    await withdrawStory(app, fr);
    expect(await page(be)).not.toContain('alternate');
  });

  it('have each their own version and state', async () => {
    const { original, be, fr } = await newGroup();
    await publish(be);
    const states = [original, be, fr].map(async (id) => {
      const { version, publication } = (await app.as.viewer.get(`${articles}/${id}`).expect(200)).body.data;
      return [version, publication.state];
    });
    expect(await Promise.all(states)).toEqual([
      [1, 'unpublished'],
      [2, 'live'],
      [1, 'unpublished'],
    ]);
  });

  it('are told of when readers see groups that editors have begun to put together otherwise', async () => {
    // What is live still says that it translates the one that becomes a translation itself.
    const { original, be } = await newLiveGroup();
    const { original: other } = await newLiveGroup();
    const [group] = [await newGroup()];
    await publish(group.original);
    await publish(group.be);
    for (const id of [group.be, group.fr]) await editStory(app, id, { translationOf: null });
    await editStory(app, group.original, { translationOf: other });
    expect((await act(app, group.original, 'publish')).status).toBe(200);
    expect(await delivered(group.be)).toMatchObject({
      translationOf: { id: group.original },
      translations: [{ id: group.original }],
    });
    expect(await listed(group.original)).toContain(other);
    expect(await listed(other)).toContain(group.original);
    await publish(group.be);
    expect(await delivered(group.be)).toMatchObject({ translationOf: null, translations: [] });
    expect(await listed(be)).toContain(original);
  });
});

describe('translationOf', () => {
  const create = (fields: Members) => app.as.editor.post(articles, story('de', fields));
  const patch = async (id: string, body: Members) =>
    app.as.editor.patch(`${articles}/${id}`, body).set(matching(await app.as.editor.get(`${articles}/${id}`)));

  it('names an original: 422 for a translation, which tells the original', async () => {
    const { original, be, fr } = await newGroup();
    const { id } = (await create({}).expect(201)).body.data;
    for (const answer of [await create({ translationOf: be }), await patch(id, { translationOf: be })]) {
      expect([answer.status, answer.body.errors]).toMatchObject([
        422,
        [{ pointer: '/translationOf', code: 'is_translation', message: expect.stringContaining(original) }],
      ]);
    }
    expect((await patch(fr, { translationOf: be })).status).toBe(422);
  });

  it('is refused on an article that has translations itself, until these are others’', async () => {
    const { original, be, fr } = await newGroup();
    const other = await draft('en');
    const refused = await patch(original, { translationOf: other });
    expect([refused.status, refused.body.errors]).toMatchObject([
      422,
      [{ pointer: '/translationOf', code: 'has_translations' }],
    ]);
    for (const id of [be, fr]) expect((await patch(id, { translationOf: other })).status).toBe(200);
    expect((await patch(original, { translationOf: other })).status).toBe(200);
  });

  it('can be sent again as it is, and be taken away', async () => {
    const { original, be } = await newGroup();
    expect((await patch(be, { translationOf: original, deck: 'More.' })).status).toBe(200);
    expect((await patch(be, { translationOf: null })).body.data.translationOf).toBeNull();
    expect((await patch(be, { translationOf: be })).body.errors).toMatchObject([{ code: 'self_reference' }]);
  });

  it('is refused where there are 200 translations already', async () => {
    const original = await draft('en');
    for (let i = 0; i < 200; i += 20) {
      const some = Array.from({ length: 20 }, () => create({ translationOf: original }).expect(201));
      await Promise.all(some);
    }
    const { status, body } = await create({ translationOf: original });
    expect([status, body.errors]).toMatchObject([422, [{ pointer: '/translationOf', code: 'too_many' }]]);
  });
});
