import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import type { Members } from '../support/editing.js';
import { found, markedIn, search, searchPath, storyOf } from '../support/searching.js';
import { embed, image, quote } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const withBlocks = (...blocks: Members[]) => ({ sections: [{ heading: null, blocks }] });

describe('GET /v1/articles?q=', () => {
  it.each<[string, Members, string]>([
    ['headline', { headline: 'Quokkas return' }, 'quokkas'],
    ['headline', { shortHeadline: 'Wombats' }, 'wombats'],
    ['headline', { kicker: 'Numbats' }, 'numbats'],
    ['deck', { deck: 'Of bilbies.' }, 'bilbies'],
    ['deck', { summary: 'Of potoroos.' }, 'potoroos'],
    ['body', { sections: [{ heading: 'Bettongs', blocks: [{ type: 'paragraph', text: 'Here.' }] }] }, 'bettongs'],
    ['body', withBlocks({ type: 'list', items: [{ text: 'An echidna' }] }), 'echidna'],
    ['body', withBlocks({ type: 'aside', blocks: [{ type: 'paragraph', text: 'A platypus.' }] }), 'platypus'],
    ['body', withBlocks({ type: 'table', rows: [[{ text: 'Dingo' }]] }), 'dingo'],
    ['quotes', withBlocks({ type: 'quote', display: 'pull', quote: { ...quote, text: 'Koalas sleep.' } }), 'koalas'],
    ['quotes', withBlocks({ type: 'quote', quote: { ...quote, speaker: { name: 'Ms Kookaburra' } } }), 'kookaburra'],
    ['captions', withBlocks({ type: 'image', image: { ...image, caption: 'A cassowary.' } }), 'cassowary'],
    ['captions', withBlocks({ type: 'embed', embed: { ...embed, title: 'Lyrebirds sing' } }), 'lyrebirds'],
    ['tags', { tags: ['brolga'] }, 'brolga'],
    ['tags', { desk: 'emus' }, 'emus'],
    ['bylines', { bylines: [{ name: 'Jo Galah' }] }, 'galah'],
  ])('finds words in the %s: %j', async (field, fields, word) => {
    const id = await storyOf(app, fields);
    const { data, total } = await search(app, word);
    expect([data.map((story) => story.id), total]).toEqual([[id], { count: 1, exact: true }]);
    const [snippet] = data[0]?.snippets ?? [];
    expect(snippet?.field).toBe(field);
    expect(snippet && markedIn(snippet).map((marked) => marked.toLowerCase())).toEqual([word]);
  });

  it('asks for all words, in any field, and for phrases as they stand', async () => {
    const id = await storyOf(app, { headline: 'Axolotl census' }, 'Counted by the lake. Nobody was surprised.');
    for (const q of [
      'axolotl counted',
      'COUNTED, Axolotl!',
      '"by the lake"',
      '“by the lake” census',
      'by-the-lake axolotl',
    ])
      expect(await found(app, q), q).toEqual([id]);
    for (const q of ['axolotl otter', '"the by lake"', '"lake axolotl"', '"axolotl counted"'])
      expect(await found(app, q), q).toEqual([]);
  });

  it('finds no phrase that goes from one paragraph to the next', async () => {
    const blocks = ['It ends in tundra', 'Glaciers begin'].map((text) => ({ type: 'paragraph', text }));
    const id = await storyOf(app, withBlocks(...blocks));
    expect(await found(app, 'tundra glaciers')).toEqual([id]);
    expect(await found(app, '"tundra glaciers"')).toEqual([]);
  });

  it('finds beginnings of words, if they are long enough, and leaves out what is not wanted', async () => {
    const first = await storyOf(app, { headline: 'Marmalade tasting' });
    const second = await storyOf(app, { headline: 'Marmoset counted' });
    expect((await found(app, 'marm*')).sort()).toEqual([first, second].sort());
    expect(await found(app, 'marm* -marmoset')).toEqual([first]);
    expect(await found(app, 'marm* -"marmalade tasting"')).toEqual([second]);
    expect(await found(app, 'marm* -marmo*')).toEqual([first]);
    expect(await found(app, 'ma*')).toEqual([]);
    expect(await found(app, 'marm')).toEqual([]);
    const others = await found(app, '-marm* -quokkas', { limit: '100' });
    expect(others.length).toBeGreaterThan(0);
    expect(others).not.toContain(first);
  });

  it.each([
    ['accents', 'Łukaszenka était à Çeşme', ['lukaszenka', 'ETAIT', 'cesme', 'çeşme', '"etait a cesme"']],
    ['accents that are written by themselves', 'Cafe\u0301 noir', ['café', 'cafe', 'CAFE\u0301']],
    ['Vietnamese', 'Điện Biên Phủ', ['dien', 'điện', '"dien bien phu"']],
    ['letters that are two', 'Straße über Ærøskøbing', ['strasse', 'STRASSE', 'uber', 'aeroskobing']],
    ['Russian ё', 'Ёлка зелёная', ['елка', 'ЁЛКА', 'зеленая', 'зелёная', 'зел*']],
    ['Russian й', 'Тройственный союз', ['тройственный', 'ТРОЙСТВЕННЫЙ', 'Тройственный'.normalize('NFD')]],
    ['Belarusian', 'Аляксандр Лукашэнка ў Мінску', ['лукашэнка', 'мінску', '"ў мінску"']],
    ['Greek', 'Ο Οδυσσεύς γύρισε', ['οδυσσευσ', 'ΟΔΥΣΣΕΥΣ', 'γυρισε']],
    ['Chinese', '两国总统在明斯克会晤', ['明斯克', '总统', '会', '"总统在明斯克"', '两国 会晤']],
    ['Japanese', '大統領はミンスクで会談した', ['ミンスク', '大統領', '会談']],
    ['Korean', '서울에서 회담이 열렸다', ['서울', '회담', '"서울에서 회담"', '서울'.normalize('NFD')]],
    ['Thai', 'ประธานาธิบดีพบกันที่มินสก์', ['มินสก์', 'พบกัน']],
    ['Arabic', 'التقى الرئيسان في مينسك أمس', ['الرئيسان', 'امس', 'مِينسك']],
    ['Hindi', 'हिन्दी में समाचार', ['हिन्दी', 'समाचार']],
    ['hyphens', 'The COVID-19 state-of-the-art', ['covid-19', 'covid 19', '"COVID 19"', 'state-of-the-art', 'art']],
    ['apostrophes', "O'Neill doesn’t say", ["o'neill", 'o’neill', "doesn't", 'neill']],
    ['numbers and signs', 'AT&T paid $3.5bn in the U.S.', ['at&t', '3.5bn', 'U.S.', '$3.5bn']],
    ['characters of two code units', '𠮷野家 opens 🎉', ['𠮷野家', '𠮷', 'opens']],
  ])('knows %s', async (_what, headline, queries) => {
    const id = await storyOf(app, { headline });
    const missed: string[] = [];
    for (const q of queries) if (!(await found(app, q, { limit: '100' })).includes(id)) missed.push(q);
    expect(missed).toEqual([]);
  });

  it('keeps letters apart that are not one', async () => {
    const [moj, moi] = [await storyOf(app, { headline: 'Мой' }), await storyOf(app, { headline: 'Мои' })];
    expect([await found(app, 'мой'), await found(app, 'мои')]).toEqual([[moj], [moi]]);
    await storyOf(app, { headline: '东京' });
    expect(await found(app, '京东')).toEqual([]);
  });

  it('finds nothing where there is no word to look for', async () => {
    for (const q of ['', ' ', '—', '"', '""', '-', '*', '🎉', '"-" * -']) {
      expect(await search(app, q), q).toMatchObject({ data: [], total: { count: 0, exact: true } });
    }
  });

  it('takes whatever is typed for words, and never fails; NUL, which nobody types, is 400', async () => {
    const id = await storyOf(app, { headline: 'near or not and headline' });
    for (const q of [
      'near OR not AND headline',
      'NEAR(or not)',
      'headline : near',
      'headline:near',
      '^near + not',
      '{near} near*',
    ])
      expect(await search(app, q), q).toMatchObject({ page: {}, total: { exact: true } });
    expect(await found(app, 'near OR not AND headline')).toEqual([id]);
    expect(await found(app, 'facets : all')).toEqual([]);
    const pieces = fc.constantFrom(
      '"',
      '*',
      '-',
      '(',
      ')',
      ':',
      '^',
      '{',
      '}',
      '+',
      "'",
      '\\',
      'AND',
      'OR',
      'NOT',
      'NEAR',
      ' ',
      'near',
      'headline',
      'ё',
      '京',
      '🎉',
      ';--',
      '%00',
    );
    const typed = fc.oneof(
      fc.constant('near\0'),
      fc.array(pieces, { maxLength: 25 }).map((some) => some.join('')),
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.string({ unit: 'grapheme', maxLength: 80 }),
    );
    await fc.assert(
      fc.asyncProperty(typed, fc.constantFrom('articles' as const, 'quotes' as const), async (q, list) => {
        const { status, text } = await app.anybody.get(searchPath(list, q.slice(0, 200), { limit: '2' }));
        const expected = q.slice(0, 200).includes('\0') ? 400 : 200;
        expect([status, status === expected ? '' : text]).toEqual([expected, '']);
      }),
      { numRuns: 400 },
    );
  });

  it('refuses texts that are too long, and relevance of nothing', async () => {
    for (const [path, parameter] of [
      [searchPath('articles', 'x'.repeat(201)), 'q'],
      [searchPath('quotes', 'x'.repeat(201)), 'q'],
      ['/v1/articles?sort=relevance', 'sort'],
      ['/v1/articles?sort=relevance&facets=desk', 'sort'],
      ['/v1/articles?q=a&q=b', 'q'],
      ['/v1/quotes?q=a&sort=relevance', 'sort'],
      ['/v1/images?q=a', 'q'],
    ]) {
      const { errors } = (await app.anybody.get(String(path)).expect(400)).body;
      expect(errors).toMatchObject([{ parameter }]);
    }
  });

  it('marks what it found by offsets in UTF-16 code units, in a stretch of the text', async () => {
    const long = `${'𝒳 filler '.repeat(60)}the Zürich-Brücke 🎉 Zurich again ${'more '.repeat(80)}`;
    const id = await storyOf(app, { headline: 'Bridges' }, long);
    const { data } = await search(app, 'zurich brucke');
    expect(data.map((story) => story.id)).toEqual([id]);
    const [snippet] = data[0]?.snippets ?? [];
    expect(snippet && markedIn(snippet)).toEqual(['Zürich', 'Brücke', 'Zurich']);
    expect(snippet?.text).toMatch(/^….*…$/u);
    expect(snippet?.text.isWellFormed()).toBe(true);
    expect(long).toContain(snippet?.text.slice(1, -1));
    expect(snippet?.text.length).toBeLessThanOrEqual(242);
    const [phrase] = (await search(app, '"zurich brucke"')).data[0]?.snippets ?? [];
    expect(phrase && markedIn(phrase)).toEqual(['Zürich-Brücke']);
  });

  it('trims what it answers, and has its own tag for it', async () => {
    await storyOf(app, { headline: 'Ocelots' });
    const whole = await app.anybody.get(searchPath('articles', 'ocelots')).expect(200);
    const { body, headers } = await app.anybody.get(
      searchPath('articles', 'ocelots', { fields: 'headline,snippets.field' }),
    );
    expect(body.data).toEqual([{ headline: 'Ocelots', snippets: [{ field: 'headline' }] }]);
    expect(body.total).toEqual({ count: 1, exact: true });
    expect(headers.etag).not.toBe(whole.headers.etag);
    expect(headers['cache-control']).toMatch(/^public, max-age=30/);
    await app.anybody
      .get(searchPath('articles', 'ocelots'))
      .set('if-none-match', String(whole.headers.etag))
      .expect(304);
    await app.anybody.head(searchPath('articles', 'ocelots')).expect(200);
  });
});
