// What can be found, over the life of a story: what readers see, at once, and nothing else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { changeResource, createResource, editSection, editStory, withdrawStory } from '../support/editing.js';
import { cleared, erase } from '../support/erasing.js';
import { removed } from '../support/removal.js';
import { found, search, storyOf } from '../support/searching.js';
import { startBeside } from '../support/second-server.js';
import { createStory, image, publishStory, quote, shortStory } from '../support/stories.js';
import { tracesOf } from '../support/traces.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const quotes = (q: string) => found(app, q, {}, 'quotes');
const showing = (...blocks: object[]) => shortStory({ headline: 'Showing', tags: [], sections: [{ blocks }] });

describe('a story', () => {
  it('is found as it was published, whatever its working copy says, and by its new words once they are', async () => {
    const { id, sections } = await createStory(app, shortStory({ headline: 'Aardvark', deck: 'Aardwolf' }));
    expect(await found(app, 'aardvark')).toEqual([]);
    await publishStory(app, id);
    expect(await found(app, 'aardvark')).toEqual([id]);
    await editStory(app, id, { headline: 'Babirusa' });
    await editSection(app, sections[1]?.id ?? '', { blocks: [{ type: 'paragraph', text: 'A caracal.' }] });
    expect([await found(app, 'aardvark'), await found(app, 'babirusa'), await found(app, 'caracal')]).toEqual([
      [id],
      [],
      [],
    ]);
    await publishStory(app, id);
    expect([await found(app, 'aardvark'), await found(app, 'babirusa'), await found(app, 'caracal')]).toEqual([
      [],
      [id],
      [id],
    ]);
    expect(await found(app, 'aardwolf')).toEqual([id]);
  });

  it('is found by what readers are told of a mistake in it', async () => {
    const id = await storyOf(app, { headline: 'Wrong' });
    const note = { kind: 'correction', text: 'It was no dhole.' };
    const read = await app.as.publisher.get(`/v1/manage/articles/${id}`);
    await app.as.publisher.post(`/v1/manage/articles/${id}/corrections`, note).set(matching(read)).expect(201);
    expect(await found(app, 'dhole')).toEqual([id]);
  });

  it('is not found when it is withdrawn, or deleted then, and is again when it is back', async () => {
    const id = await storyOf(app, { headline: 'Fossa' });
    const counted = async () => (await search(app, 'fossa', { facets: 'desk' })).facets?.desk?.values.length;
    expect([await found(app, 'fossa'), await counted()]).toEqual([[id], 1]);
    await withdrawStory(app, id);
    expect([await found(app, 'fossa'), await counted()]).toEqual([[], 0]);
    await publishStory(app, id);
    expect(await found(app, 'fossa')).toEqual([id]);
    await withdrawStory(app, id);
    await removed(app, `/v1/manage/articles/${id}`, 'publisher');
    expect(await found(app, 'fossa')).toEqual([]);
  });

  it('is found by what becomes of the pictures, quotes, tags and desks that it shows', async () => {
    const pictured = await createResource(app, 'images', { ...image, caption: 'A gerenuk.' });
    const said = await createResource(app, 'quotes', { ...quote, text: 'Hyraxes!' });
    const blocks = [
      { type: 'image', imageId: pictured.id },
      { type: 'quote', quoteId: said.id },
    ];
    const id = await storyOf(app, { tags: ['ibex'], desk: 'jerboas', sections: [{ blocks }] });
    await changeResource(app, 'images', pictured.id, { caption: 'A kudu.' });
    await changeResource(app, 'quotes', said.id, { text: 'Linsangs!' });
    for (const [path, name] of [
      ['tags/ibex', 'Markhor'],
      ['desks/jerboas', 'Numbats'],
    ]) {
      const read = await app.as.publisher.get(`/v1/manage/${path}`);
      await app.as.publisher.patch(`/v1/manage/${path}`, { name }).set(matching(read)).expect(200);
    }
    for (const word of ['kudu', 'linsangs', 'markhor', 'numbats']) expect(await found(app, word), word).toEqual([id]);
    for (const word of ['gerenuk', 'hyraxes', 'ibex', 'jerboas']) expect(await found(app, word), word).toEqual([]);
    expect([await quotes('hyraxes'), await quotes('linsangs')]).toEqual([[], [said.id]]);
  });

  it('is found by a server beside the one that published it, at once', async () => {
    const beside = await startBeside(app);
    for (let i = 0; i < 5; i++) {
      const id = await storyOf(app, { headline: `Okapi number${i}` });
      expect(await found(beside, `okapi number${i}`)).toEqual([id]);
    }
    await beside.close();
  });
});

describe('GET /v1/quotes?q=', () => {
  it('finds what live stories show of it: words, speaker, occasion', async () => {
    const speaker = { name: 'Dr Pangolin', role: 'Quollkeeper', affiliation: 'Ratel Society' };
    const said = await createResource(app, 'quotes', { ...quote, text: 'Serows sleep.', speaker, context: 'At Takin' });
    expect(await quotes('serows')).toEqual([]);
    const { id } = await createStory(app, showing({ type: 'quote', quoteId: said.id }));
    await publishStory(app, id);
    for (const q of [
      'serows',
      'SEROW* sleep',
      'pangolin',
      'quollkeeper',
      '"ratel society"',
      'takin',
      'serows pangolin',
    ])
      expect(await quotes(q), q).toEqual([said.id]);
    const { data, total } = await search(app, 'serows', {}, 'quotes');
    expect(total).toEqual({ count: 1, exact: true });
    expect(data[0]).toMatchObject({
      text: 'Serows sleep.',
      speaker: { name: 'Dr Pangolin' },
      storyCount: 1,
      stories: [{ id, headline: 'Showing' }],
      snippets: [{ field: 'text', text: 'Serows sleep.', highlights: [{ start: 0, end: 6 }] }],
    });
    await withdrawStory(app, id);
    expect(await quotes('serows')).toEqual([]);
  });

  it('combines with speaker and times, goes on from page to page, and binds its cursors', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) {
      const said = await createResource(app, 'quotes', {
        ...quote,
        text: `Tarsier ${'tarsier '.repeat(i)}`,
        speaker: { name: i % 2 ? 'Vicuna' : 'Uakari' },
      });
      ids.push(said.id);
      const { id } = await createStory(app, showing({ type: 'quote', quoteId: said.id }));
      await publishStory(app, id, { publishedAt: `201${i}-06-01T12:00:00Z` });
    }
    const of = (more: Record<string, string>) => found(app, 'tarsier', more, 'quotes');
    expect((await of({})).sort()).toEqual(ids.toSorted());
    expect((await of({ speaker: 'VICUÑA' })).sort()).toEqual([ids[1], ids[3], ids[5]].sort());
    expect((await of({ from: '2011-01-01', to: '2012-06-01' })).sort()).toEqual([ids[1], ids[2]].sort());
    expect(await of({ speaker: 'uakari', from: '2012-06-01', to: '2012-06-01' })).toEqual([ids[2]]);
    const whole = await of({});
    const paged: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await search(app, 'tarsier', { limit: '3', ...(cursor !== '' && { cursor }) }, 'quotes');
      paged.push(...page.data.map(({ id }) => id));
      cursor = page.page.next;
    }
    expect(paged).toEqual(whole);
    const { page } = await search(app, 'tarsier', { limit: '3' }, 'quotes');
    for (const path of [
      `q=other&cursor=${page.next}`,
      `cursor=${page.next}`,
      `q=tarsier&speaker=x&cursor=${page.next}`,
    ])
      await app.anybody.get(`/v1/quotes?${path}`).expect(400);
    const { headers } = await app.anybody.get('/v1/quotes?q=tarsier&limit=3').expect(200);
    expect(headers.link).toBe(`</v1/quotes?q=tarsier&limit=3&cursor=${page.next}>; rel="next"`);
  });
});

describe('what is erased', () => {
  /** Has few rows gone among many of one part of the index, which then is not merged by itself. */
  async function settleAmongOthers(): Promise<void> {
    for (let i = 0; i < 25; i++) await storyOf(app, { headline: `Other ${i}` });
    await app.raw.mergeIndex();
  }

  it('is found no more, and no word of it is left in the index, its former ones included', async () => {
    // Of letters that nothing else begins with: the index writes down only what tells a word from the one before.
    const words = ['вжщъfirst', 'гжщъsecond', 'джщъquoted', 'ежщъspeaker', 'зжщъmore'];
    const [first, second, quoted, speaker, more] = words;
    const said = await createResource(app, 'quotes', { ...quote, text: quoted, speaker: { name: speaker } });
    const id = await storyOf(app, { headline: first, sections: [{ blocks: [{ type: 'quote', quoteId: said.id }] }] });
    await editStory(app, id, { headline: second });
    await publishStory(app, id);
    const other = await storyOf(app, { sections: [{ blocks: [{ type: 'quote', quoteId: said.id }] }] });
    await changeResource(app, 'quotes', said.id, { context: more });
    expect(tracesOf(words, await app.raw.files()).length).toBeGreaterThanOrEqual(words.length);
    await settleAmongOthers();

    await erase(app, 'article', id);
    expect([await found(app, String(second)), await found(app, String(quoted))]).toEqual([[], [other]]);
    await cleared(app, await erase(app, 'quote', said.id, { uses: 'remove' }));
    expect([await found(app, String(quoted)), await quotes(String(quoted))]).toEqual([[], []]);
    expect((await app.anybody.get('/v1/speakers?limit=100')).text).not.toContain(speaker);
    expect((await app.raw.indexedWords()).filter((word) => words.includes(word))).toEqual([]);
    expect(
      tracesOf(
        words.map((word) => word.slice(0, 8)),
        await app.raw.files(),
      ),
    ).toEqual([]);
  });
});

describe('a database from before there was an index', () => {
  it('has its stories and quotes found once a server has run on it for a moment', async () => {
    const old = await startApp();
    const said = { type: 'quote', quote: { ...quote, text: 'Zorillas!' } };
    const id = await storyOf(old, { headline: 'Zebu', sections: [{ blocks: [said] }] });
    await old.raw.run(`DELETE FROM story_documents; DELETE FROM quote_documents;
      UPDATE snapshots SET format = -1 WHERE withdrawn_at IS NULL; UPDATE library_snapshots SET etag = '' WHERE kind = 'quote'`);
    const beside = await startBeside(old);
    await expect.poll(() => found(beside, 'zebu')).toEqual([id]);
    await expect.poll(() => found(beside, 'zorillas', {}, 'quotes')).toHaveLength(1);
    await beside.close();
    await old.close();
  });
});
