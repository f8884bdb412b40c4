import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { editStory, withdrawStory } from '../support/editing.js';
import { createStory, liveStory, publishStory, shortStory } from '../support/stories.js';

const path = '/v1/manage/articles';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** Where readers are led to from an address, by its slug; the slug itself where the story is. */
async function leadsTo(slug: string): Promise<string> {
  const { status, headers } = await app.anybody.get(`/v1/articles/${slug}`);
  return status === 308 ? String(headers.location).replace('/v1/articles/', '') : `${status}`;
}

describe('the slug of a story that names none', () => {
  it.each([
    ['Cyrillic', 'Путин в Минске: «Мы не поглощаем»', 'putin-v-minske-my-ne-pogloshchaem'],
    ['Chinese', '普京在明斯克', 'pujingzaimingsike'],
    ['Japanese', '北京でサミット', 'beijingdesamitto'],
    ['Korean', '서울 뉴스', 'seoul-nyuseu'],
    ['Arabic', 'بوتين في مينسك', 'bwtyn-fy-mynsk'],
    ['Greek', 'Ελλάδα', 'ellada'],
    ['accents and ligatures', 'Œuvre naïve – déjà vu', 'oeuvre-naive-deja-vu'],
    ['nothing but emoji', '😀🎉', 'grinning-tada'],
    ['an apostrophe', 'Russia’s ‘no interest’', 'russias-no-interest'],
  ])('is made of a headline in %s', async (_what, headline, slug) => {
    expect((await createStory(app, shortStory({ headline }))).slug).toBe(slug);
  });

  it.each([
    ['no headline', null],
    ['nothing but dots and dashes', '… — …'],
    ['what would be taken for an id', '01852A5C 9D00 7A11 8B22 000000000001'],
  ])('is made of the id for %s', async (_what, headline) => {
    const { id, slug } = await createStory(app, shortStory({ headline }));
    expect(slug).toBe(`story-${id.slice(-12)}`);
    expect((await app.as.viewer.get(`${path}/${slug}`).expect(200)).body.data.id).toBe(id);
  });

  it('ends with a whole word, and is short enough', async () => {
    const { slug } = await createStory(app, shortStory({ headline: 'headline '.repeat(33) }));
    expect(slug).toBe(Array(9).fill('headline').join('-'));
  });

  it('is counted on where others have it, or had it once', async () => {
    const headline = 'The same words again';
    const first = await liveStory(app, shortStory({ headline }));
    await editStory(app, first.id, { slug: 'quite-another' });
    expect((await createStory(app, shortStory({ headline }))).slug).toBe('the-same-words-again-2');
    expect((await createStory(app, shortStory({ headline }))).slug).toBe('the-same-words-again-3');
  });

  it('stays when the headline changes', async () => {
    const { id, slug } = await createStory(app, shortStory({ headline: 'As it was' }));
    await editStory(app, id, { headline: 'As it is' });
    expect((await app.as.viewer.get(`${path}/${id}`).expect(200)).body.data.slug).toBe(slug);
  });
});

describe('the slugs of a story that is renamed again and again', () => {
  const names = ['chain-one', 'chain-two', 'chain-three', 'chain-four'];

  it('all lead to the last one at once, and turn round when an earlier one is taken again', async () => {
    const { id } = await liveStory(app, shortStory({ slug: names[0] }));
    for (const slug of names.slice(1)) {
      await editStory(app, id, { slug });
      await publishStory(app, id);
    }
    for (const name of names.slice(0, -1)) expect(await leadsTo(name)).toBe('chain-four');
    expect(await leadsTo('chain-four')).toBe('200');

    await editStory(app, id, { slug: 'chain-two' });
    expect(await leadsTo('chain-two')).toBe('chain-four');
    await publishStory(app, id);
    for (const name of ['chain-one', 'chain-three', 'chain-four']) expect(await leadsTo(name)).toBe('chain-two');
    expect(await leadsTo('chain-two')).toBe('200');

    await editStory(app, id, { slug: 'chain-one' });
    await publishStory(app, id);
    for (const name of names.slice(1)) expect(await leadsTo(name)).toBe('chain-one');
    for (const name of names) {
      await app.anybody
        .get(`/v1/articles/${name}/sections/the-end?fields=heading`)
        .expect(name === 'chain-one' ? 200 : 308);
    }
  });

  it('are nobody else’s, by POST, PATCH or PUT, and the refusal names whose they are', async () => {
    const { id: owner } = (await app.as.viewer.get(`${path}/chain-one`).expect(200)).body.data;
    const { id } = await createStory(app);
    for (const slug of names) {
      const read = await app.as.editor.get(`${path}/${id}`);
      for (const request of [
        app.as.editor.post(path, shortStory({ slug })),
        app.as.editor.patch(`${path}/${id}`, { slug }).set(matching(read)),
        app.as.editor.put(`${path}/${id}`, shortStory({ slug })).set(matching(read)),
      ]) {
        const { errors } = (await request.expect(409)).body;
        expect(errors).toMatchObject([
          { pointer: '/slug', code: 'slug_taken', message: expect.stringContaining(owner) },
        ]);
      }
    }
  });

  it('answer 410, every one that readers saw, once the story is withdrawn, and lead again when it is back', async () => {
    const { id } = (await app.as.viewer.get(`${path}/chain-one`).expect(200)).body.data;
    await editStory(app, id, { slug: 'chain-never-seen' });
    await withdrawStory(app, id);
    for (const name of names) expect(await leadsTo(name)).toBe('410');
    expect(await leadsTo('chain-never-seen')).toBe('404');
    await publishStory(app, id);
    for (const name of names) expect(await leadsTo(name)).toBe('chain-never-seen');
  });
});
