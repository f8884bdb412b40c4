import { beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { changeResource, createResource, editSection, type Members, withdrawStory } from '../support/editing.js';
import { erase } from '../support/erasing.js';
import { QueryLog, wholeReads } from '../support/queries.js';
import { createStory, publishStory, quote, shortStory } from '../support/stories.js';

interface Speaker {
  name: string;
  quoteCount: number;
  storyCount: number;
  latest: { quote: Members; story: Members };
}

const log = new QueryLog();
let app: TestApp;
beforeEach(async () => {
  app = await startApp({ wrapStore: log.wrap });
  return () => app.close();
});

const said = async (name: string, text = 'Words.', more: Members = {}) =>
  (await createResource(app, 'quotes', { ...quote, text, speaker: { name, ...more } })).id;
const block = (quoteId: string) => ({ type: 'quote', quoteId });

/** Publishes a story with quotes as of a day. */
async function storyWith(day: string, ...ids: string[]): Promise<{ id: string; sectionId: string }> {
  const story = await createStory(app, shortStory({ headline: `Of ${day}`, sections: [{ blocks: ids.map(block) }] }));
  await publishStory(app, story.id, { publishedAt: `${day}T12:00:00Z` });
  return { id: story.id, sectionId: story.sections[0]?.id ?? '' };
}
const list = async (query = ''): Promise<Speaker[]> =>
  (await app.anybody.get(`/v1/speakers${query}`).expect(200)).body.data;
const told = async (query = '') =>
  (await list(query)).map(({ name, quoteCount, storyCount }) => [name, quoteCount, storyCount]);

describe('GET /v1/speakers', () => {
  it('tells whom live stories quote, with counts, and what they said last and where', async () => {
    const [first, second] = [
      await said('Vladimir Putin', 'First.'),
      await said('VLADIMIR PUTIN', 'Second.', { role: 'President' }),
    ];
    const other = await said('Łukasz Nowak');
    await storyWith('2022-12-01', second, other);
    const { id } = await storyWith('2022-12-19', first);
    await storyWith('2022-11-01', first, second);
    expect(await told()).toEqual([
      ['Vladimir Putin', 2, 3],
      ['Łukasz Nowak', 1, 1],
    ]);
    const [putin] = await list();
    expect(putin).toMatchObject({
      kind: 'person',
      role: null,
      affiliation: null,
      latest: { quote: { id: first, text: 'First.' }, story: { id, headline: 'Of 2022-12-19', retracted: false } },
    });
    await storyWith('2023-01-01', second);
    expect((await list())[0]).toMatchObject({
      name: 'VLADIMIR PUTIN',
      role: 'President',
      latest: { quote: { id: second } },
    });
  });

  it('is made of what readers see: no draft, nothing withdrawn, no quote that is gone', async () => {
    const [drafted, shown] = [await said('Drafted'), await said('Shown')];
    expect(await told()).toEqual([]);
    await createStory(app, shortStory({ sections: [{ blocks: [block(drafted)] }] }));
    const { id, sectionId } = await storyWith('2022-12-01', shown);
    await editSection(app, sectionId, { blocks: [block(drafted)] });
    expect(await told()).toEqual([['Shown', 1, 1]]);
    await publishStory(app, id);
    expect(await told()).toEqual([['Drafted', 1, 1]]);
    await withdrawStory(app, id);
    expect(await told()).toEqual([]);
    await publishStory(app, id);
    expect(await told()).toEqual([['Drafted', 1, 1]]);
    await changeResource(app, 'quotes', drafted, { speaker: { name: 'Corrected' } });
    expect(await told()).toEqual([['Corrected', 1, 1]]);
    await erase(app, 'quote', drafted, { uses: 'remove' });
    expect(await told()).toEqual([]);
  });

  it('is sorted by name or by the number of stories, whose equals are sorted by name, and goes on and back', async () => {
    for (const [name, stories] of [
      ['D', 2],
      ['b', 1],
      ['A', 2],
      ['C', 3],
      ['é', 1],
    ] as const) {
      const id = await said(name);
      for (let i = 0; i < stories; i++) await storyWith(`2022-12-0${i + 1}`, id);
    }
    for (const [sort, names] of [
      ['name', 'AbCDé'],
      ['-name', 'éDCbA'],
      ['-storyCount', 'CADbé'],
      ['storyCount', 'béADC'],
    ]) {
      const pages: string[] = [];
      let [cursor, back]: [string | null, string | null] = ['', null];
      while (cursor !== null) {
        const { body }: { body: { data: Speaker[]; page: Record<'next' | 'previous', string | null> } } =
          await app.anybody
            .get(`/v1/speakers?sort=${sort}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
            .expect(200);
        pages.push(body.data.map(({ name }) => name).join(''));
        [cursor, back] = [body.page.next, body.page.previous];
      }
      expect([sort, pages.join('')]).toEqual([sort, names]);
      const before = (await app.anybody.get(`/v1/speakers?sort=${sort}&limit=2&cursor=${back}`).expect(200)).body;
      expect(before.data.map(({ name }: Speaker) => name).join('')).toBe(pages.at(-2));
    }
  });

  it('answers 304, trims, links to the next page, and refuses what it does not know', async () => {
    for (const name of ['A', 'B']) await storyWith('2022-12-01', await said(name));
    const { headers, body } = await app.anybody.get('/v1/speakers?limit=1&fields=name,latest.story.slug').expect(200);
    expect(body.data).toEqual([{ name: 'A', latest: { story: { slug: expect.any(String) } } }]);
    expect(headers.link).toBe(
      `</v1/speakers?limit=1&cursor=${body.page.next}&fields=latest.story.slug,name>; rel="next"`,
    );
    await app.anybody
      .get('/v1/speakers?limit=1&fields=name,latest.story.slug')
      .set('if-none-match', String(headers.etag))
      .expect(304);
    await app.anybody.get(`/v1/speakers?sort=-name&cursor=${body.page.next}`).expect(400);
    for (const [query, parameter] of [
      ['sort=quoteCount', 'sort'],
      ['q=a', 'q'],
      ['fields=key', 'fields'],
    ]) {
      const { errors } = (await app.anybody.get(`/v1/speakers?${query}`).expect(400)).body;
      expect(errors).toMatchObject([{ parameter }]);
    }
  });

  it('leads to what each has said', async () => {
    const id = await said('Ева Ганчарова');
    await storyWith('2022-12-01', id, await said('Other'));
    for (const { name, quoteCount, storyCount } of await list()) {
      const of = async (kind: string) =>
        (await app.anybody.get(`/v1/${kind}?${new URLSearchParams({ speaker: name })}`).expect(200)).body.data;
      expect([(await of('quotes')).length, (await of('articles')).length]).toEqual([quoteCount, storyCount]);
    }
  });

  it('takes one query for a page, along indexes', async () => {
    for (let i = 0; i < 4; i++) await storyWith('2022-12-01', await said(`Speaker ${i}`), await said('Common'));
    for (const sort of ['name', '-storyCount']) {
      const plans = await log.plansOf(app, () => app.anybody.get(`/v1/speakers?sort=${sort}&limit=3`).expect(200));
      expect(plans).toHaveLength(1);
      const steps = plans.flat();
      expect(steps.join('\n')).toContain('search facets by facets_by_publication (facet');
      expect(steps).toContain('search facets by its key (article_id, facet…)');
      expect(steps.join('\n')).toContain('search library_snapshots by library_snapshots_by_speaker (speaker');
      expect(wholeReads(steps)).toEqual([]);
    }
  });
});
