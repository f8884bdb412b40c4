import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markdownExample } from '../../src/content/imports/examples.js';
import { startApp, type TestApp } from '../support/app.js';
import { changeResource } from '../support/editing.js';
import { deliveredAs, importStory, type Members, readStory, sendDocument } from '../support/imported.js';
import { removed } from '../support/removal.js';
import { image, liveStory, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const chosen = '?language=en&desk=world';
const importedOf = (markdown: string) => importStory(app, markdown, chosen);

/** The sections of a draft, its blocks without ids. */
async function sectionsOf(markdown: string): Promise<Members[]> {
  return bareSections((await importedOf(markdown)).data);
}

function bareSections(data: Members): Members[] {
  return (data.sections as { heading: string | null; blocks: Members[] }[]).map(({ heading, blocks }) => ({
    heading,
    blocks: blocks.map(({ id: _id, ...block }) => block),
  }));
}

async function blocksOf(markdown: string): Promise<unknown> {
  return (await sectionsOf(markdown))[0]?.blocks;
}

const plain = (text: string) => ({ type: 'paragraph', text, spans: [] });

describe('POST /v1/manage/imports with Markdown of another system', () => {
  it('makes a draft of it, with its address, its resources and what was not carried', async () => {
    const { body, headers } = await sendDocument(app, markdownExample).expect(201);
    expect(headers).toMatchObject({ etag: '"1"', location: `/v1/manage/articles/${body.data.id}` });
    const expected = {
      headline: 'Talks in Minsk',
      language: 'en',
      desk: 'world',
      stage: 'draft',
      slug: 'talks-in-minsk',
    };
    expect(body.data).toMatchObject({ ...expected, publication: { state: 'unpublished' } });
    expect(body.data.sections.map(({ heading }: Members) => heading)).toEqual([null, 'What was said']);
    expect(body.resources).toMatchObject([
      { kind: 'image', outcome: 'created' },
      { kind: 'quote', outcome: 'created' },
    ]);
    const [picture, quote] = body.resources;
    expect((await app.as.viewer.get(`/v1/manage/images/${picture.id}`).expect(200)).body.data).toMatchObject({
      alt: 'Two men shake hands.',
      caption: 'A handshake.',
      creditLine: 'Example Agency',
      sourceUrl: 'https://agency.example/handshake.jpg',
      file: null,
    });
    expect((await app.as.viewer.get(`/v1/manage/quotes/${quote.id}`).expect(200)).body.data).toMatchObject({
      text: 'It was good.',
      speaker: { name: 'Jane Doe', kind: 'person', role: 'Mayor' },
      language: 'en',
    });
    expect(body.notCarried).toEqual([
      { pointer: null, line: 10, code: 'picture_file', message: expect.stringContaining(picture.id) },
    ]);
  });

  it('marks what is marked, and makes one line of lines that were only wrapped', async () => {
    const text =
      'A **bold *and* sloped** word, `code`, [a link](https://x.example/ "t")\nand [one by name][n],\\\nnew line.';
    expect(await blocksOf(`${text}\n\n[n]: mailto:desk@x.example\n`)).toEqual([
      {
        type: 'paragraph',
        text: 'A bold and sloped word, code, a link and one by name,\nnew line.',
        spans: [
          { start: 2, end: 17, type: 'strong' },
          { start: 7, end: 10, type: 'emphasis' },
          { start: 24, end: 28, type: 'code' },
          { start: 30, end: 36, type: 'link', href: 'https://x.example/' },
          { start: 41, end: 52, type: 'link', href: 'mailto:desk@x.example' },
        ],
      },
    ]);
  });

  it('has lists in three levels, tables, code, dividers, headings and asides', async () => {
    const markdown = [
      '# H',
      '- one\n- two\n  - inner\n    - deep\n      - deepest',
      '1. first\n2. second',
      '| a | b |\n| - | - |\n| **1** | 2 |',
      '```js\nlet x;\n```',
      '***',
      '#### Deep',
      '> - a list\n>\n> beside',
    ].join('\n\n');
    const item = (text: string, items?: unknown[]) => ({ text, spans: [], ...(items && { items }) });
    expect(await blocksOf(markdown)).toMatchObject([
      {
        type: 'list',
        ordered: false,
        items: [item('one', []), item('two', [item('inner', [item('deep'), item('deepest')])])],
      },
      { type: 'list', ordered: true, items: [item('first', []), item('second', [])] },
      {
        type: 'table',
        headerRow: true,
        rows: [
          [item('a'), item('b')],
          [{ text: '1', spans: [{ start: 0, end: 1, type: 'strong' }] }, item('2')],
        ],
      },
      { type: 'paragraph', text: 'let x;', spans: [{ start: 0, end: 6, type: 'code' }] },
      { type: 'divider' },
      { type: 'heading', level: 3, text: 'Deep' },
      { type: 'aside', blocks: [{ type: 'list' }, { type: 'paragraph', text: 'beside' }] },
    ]);
  });

  it.each([
    ['on one line', "tags: [gas, \"Trade, and War\", 'Minsk ''22']\nauthor: Jane Doe, reporter"],
    ['between commas', 'keywords: gas,Trade and War , minsk-22\nbyline: "By Jane Doe, reporter"'],
    ['on lines of their own', 'tags:\n  - gas\n- "Trade and War"\n  - Minsk 22\nauthors:\n  - Jane Doe, reporter'],
  ])('takes tags and authors of front matter %s', async (_how, lines) => {
    const { data, notCarried } = await importStory(app, `---\nlayout: post\n${lines}\ntags:\n---\nText.`, chosen);
    expect(data.tags).toEqual(['gas', 'trade-and-war', 'minsk-22']);
    expect(data.bylines).toMatchObject([{ name: 'Jane Doe', role: 'reporter' }]);
    expect(notCarried).toMatchObject([{ line: 2, code: 'front_matter' }]);
  });

  it.each([
    ['a tag', (filling: string) => `tags:\n  -${filling}gas\u2028coal`, { tags: ['gas-coal'] }],
    [
      'an author',
      (filling: string) => `author: Jane${filling.replaceAll(' ', ', ')}a\u2028b`,
      { bylines: [{ name: 'Jane', role: 'a\u2028b' }] },
    ],
  ])(
    'takes no longer for %s behind much, before a line separator',
    { timeout: 30_000 },
    async (_what, lines, fields) => {
      const { data } = await importStory(app, `---\n${lines(' ')}\n---\nText.`, chosen);
      expect(data).toMatchObject(fields);
      const { status } = await sendDocument(app, `---\n${lines(' '.repeat(110_000))}\n---\nText.`, { query: chosen });
      expect([201, 400]).toContain(status);
    },
  );

  it('names the lines of lists that say no tag or author', async () => {
    const lists =
      'tags: [gas, "!?", gas]\nauthors:\n  - name: Jane\n    url: https://x.example\n  - Joe\nconstructor: x\n  - Jim';
    const { data, notCarried } = await importStory(app, `---\n${lists}\n---\nText.`, chosen);
    expect(data).toMatchObject({ tags: ['gas'], bylines: [] });
    expect(notCarried.map(({ line, code }) => [line, code])).toEqual(
      [2, 4, 5, 6, 7, 8].map((line) => [line, 'front_matter']),
    );
  });

  it('takes emphasised words behind a picture in one paragraph as its caption, and other words behind it', async () => {
    const markdown =
      '![A](https://a.example/1.jpg)\n*Two men. (Agency)*\n\n![B](https://a.example/2.jpg)\nand **then** words\n\nWords ![C](https://a.example/3.jpg)';
    const { data } = await importedOf(markdown);
    const [section] = bareSections(data) as { blocks: Members[] }[];
    expect(section?.blocks.map(({ type, text }) => [type, text])).toEqual([
      ['image', undefined],
      ['image', undefined],
      ['paragraph', 'and then words'],
      ['paragraph', 'Words '],
      ['image', undefined],
    ]);
    expect(section?.blocks[2]?.spans).toEqual([{ start: 4, end: 8, type: 'strong' }]);
    const first = await app.as.viewer.get(`/v1/manage/images/${section?.blocks[0]?.imageId}`).expect(200);
    expect(first.body.data).toMatchObject({ alt: 'A', caption: 'Two men.', creditLine: 'Agency' });
  });

  it('takes the fields of front matter that a story has', async () => {
    const front = '---\ntitle: "Said \\"so\\""\nlang: be\ndescription: A deck\nlayout: post\ntags: [a]\n---\n';
    const { data, notCarried } = await importStory(app, `${front}Text.\n\n<b>x</b>`, '?desk=world');
    expect(data).toMatchObject({ headline: 'Said "so"', language: 'be', deck: 'A deck', tags: ['a'] });
    expect(notCarried.map(({ line, code }) => [line, code])).toEqual([
      [5, 'front_matter'],
      [10, 'html'],
      [10, 'html'],
    ]);
  });

  it.each([
    ['HTML in a line', 'A <u>word</u> here.', [plain('A word here.')], ['html', 'html']],
    ['HTML as a block', '<div onclick="x()">\nNo.\n</div>\n\nYes.', [plain('Yes.')], ['html']],
    ['a comment', '<!-- not said -->\n\nYes.', [plain('Yes.')], []],
    [
      'a script in a link',
      '[run](javascript:alert(1)) [rel](/a) [file](file:///etc/passwd)',
      [plain('run rel file')],
      ['link', 'link', 'link'],
    ],
    ['marks in a quote', '> **Never** again.', [{ type: 'quote', display: 'block' }], ['formatting']],
    ['a heading that is too deep', '###### Six', [{ type: 'heading', level: 4, text: 'Six' }], ['heading_level']],
    ['a list that begins elsewhere', '4. four', [{ type: 'list', ordered: true }], ['list_start']],
    ['a quote in a list', '- item\n\n  > said', [{ type: 'list' }, { type: 'quote' }], ['list_item']],
    ['aligned columns', '| a |\n| -: |\n| 1 |', [{ type: 'table' }], ['alignment']],
    [
      'a picture in a line',
      'See ![it](https://x.example/i.jpg) here.',
      [plain('See  here.'), { type: 'image' }],
      ['picture_file'],
    ],
    [
      'an aside in an aside',
      '> - a\n>\n> > - b',
      [{ type: 'aside', blocks: [{ type: 'list' }, { type: 'list' }] }],
      ['nesting'],
    ],
  ])('tells what becomes of %s', async (_what, markdown, blocks, codes) => {
    const { data, notCarried } = await importedOf(`${markdown}\n`);
    expect(bareSections(data)[0]?.blocks).toMatchObject(blocks);
    expect(notCarried.map(({ code }) => code)).toEqual(codes);
    for (const { line, message } of notCarried)
      expect([line, message]).toEqual([expect.any(Number), expect.any(String)]);
    expect(JSON.stringify(data)).not.toMatch(/<u>|onclick|javascript:/);
  });
});

describe('POST /v1/manage/imports with Markdown that was delivered', () => {
  it('takes what was changed by hand: words, a speaker, a credit, a block more', async () => {
    const { id } = await liveStory(
      app,
      shortStory({ headline: 'By hand', deck: 'As it was.', bylines: [{ name: 'Jane' }] }),
    );
    const delivered = await deliveredAs(app, id, 'markdown');
    const changed = delivered
      .replace('# By hand', '# By another hand')
      .replace('As it was.', 'As it is.')
      .replace('\n\nJane\n', '\n\nJohn, Editor\n')
      .replace('It goes on.', 'It went on.\n\nAnd on.')
      .replace('(Example Agency)', '(Another Agency)')
      .replace('— Vladimir Putin, President', '— Jane Doe, Mayor');
    const { data, notCarried } = await importStory(app, changed);
    expect(data).toMatchObject({
      headline: 'By another hand',
      deck: 'As it is.',
      bylines: [{ name: 'John', role: 'Editor' }],
    });
    expect(bareSections(data)[1]?.blocks).toMatchObject([plain('It went on.'), plain('And on.'), { type: 'quote' }]);
    expect(notCarried.map(({ code, message }) => [code, message.match(/creditLine|speaker/)?.[0]])).toEqual([
      ['slug', undefined],
      ['library', 'creditLine'],
      ['library', 'speaker'],
    ]);
  });

  it('shows the words that the document has where the library has others', async () => {
    const { id, sections } = await liveStory(app, shortStory({ headline: 'Other words' }));
    const delivered = await deliveredAs(app, id, 'markdown');
    await changeResource(app, 'images', String(sections[0]?.blocks[0]?.imageId), { caption: 'Changed since.' });
    const { data } = await importStory(app, delivered);
    expect(bareSections(data)[0]?.blocks).toMatchObject([{ type: 'image', alt: null, caption: 'A handshake.' }, {}]);
  });

  it('finds quoted words again that have moved, and tells of those that are gone', async () => {
    const said = (start: number, end: number) => ({
      start,
      end,
      type: 'quote',
      quote: { text: 'Never.', speaker: { name: 'Ann' } },
    });
    const blocks = [
      { type: 'paragraph', text: 'He said: never.', spans: [said(9, 14)] },
      { type: 'paragraph', text: 'She said: always.', spans: [said(10, 16)] },
    ];
    const { id } = await liveStory(app, shortStory({ headline: 'Moved', sections: [{ blocks }] }));
    const delivered = await deliveredAs(app, id, 'markdown');
    const changed = delivered
      .replace('He said: never', 'What he said was: never')
      .replace('said: always', 'said: at times');
    const { data, notCarried } = await importStory(app, changed);
    expect(bareSections(data)[0]?.blocks).toMatchObject([
      { text: 'What he said was: never.', spans: [{ start: 18, end: 23, type: 'quote' }] },
      { text: 'She said: at times.', spans: [] },
    ]);
    expect(notCarried.map(({ code }) => code)).toEqual(['quote', 'slug']);
  });

  it('makes anew what is deleted here, and leaves out what was erased', async () => {
    const pictures = {
      sections: [
        {
          blocks: [
            { type: 'image', image },
            { type: 'paragraph', text: 'Told.' },
            { type: 'quote', quote: { text: 'Gone.', speaker: { name: 'Ann' } } },
          ],
        },
      ],
    };
    const { id, sections, version } = await liveStory(app, shortStory({ headline: 'Gone since', ...pictures }));
    const delivered = await deliveredAs(app, id, 'markdown');
    const [shown, , quoted] = sections[0]?.blocks ?? [];
    const [imageId, quoteId] = [String(shown?.imageId), String(quoted?.quoteId)];
    const put = { headline: 'Gone since', language: 'en', desk: 'world', sections: [] };
    await app.as.publisher.put(`/v1/manage/articles/${id}`, put).set('if-match', `"${version}"`).expect(200);
    const emptied = await app.as.publisher.get(`/v1/manage/articles/${id}`).expect(200);
    await app.as.publisher
      .post(`/v1/manage/articles/${id}/withdraw`)
      .set('if-match', emptied.headers.etag ?? '')
      .expect(200);
    const withdrawn = await app.as.publisher.get(`/v1/manage/articles/${id}`).expect(200);
    await app.as.publisher
      .delete(`/v1/manage/articles/${id}`)
      .set('if-match', withdrawn.headers.etag ?? '')
      .expect(204);
    await removed(app, `/v1/manage/images/${imageId}`);
    const erasure = { kind: 'quote', id: quoteId, reason: 'A court said so.' };
    const quote = await app.as.admin.get(`/v1/manage/quotes/${quoteId}`).expect(200);
    await app.as.admin
      .post('/v1/manage/erasures', erasure)
      .set('if-match', quote.headers.etag ?? '')
      .expect(201);
    const { data, resources, notCarried } = await importStory(app, delivered);
    expect(resources).toEqual([{ kind: 'image', id: expect.not.stringMatching(imageId), outcome: 'created' }]);
    expect(bareSections(data)[0]?.blocks).toMatchObject([{ type: 'image', imageId: resources[0]?.id }, plain('Told.')]);
    expect(notCarried.map(({ code }) => code)).toEqual(['slug', 'deleted', 'erased']);
    expect(JSON.stringify(data)).not.toContain('Gone.');
  });

  it('tells that corrections are not imported', async () => {
    const { id, version } = await liveStory(app, shortStory({ headline: 'Corrected' }));
    const correction = { kind: 'correction', text: 'It was otherwise.' };
    await app.as.publisher
      .post(`/v1/manage/articles/${id}/corrections`, correction)
      .set('if-match', `"${version}"`)
      .expect(201);
    const { data, notCarried } = await importStory(app, await deliveredAs(app, id, 'markdown'));
    expect(notCarried.map(({ code }) => code)).toEqual(['correction', 'slug']);
    expect(data.corrections).toEqual([]);
    expect(JSON.stringify(data.sections)).not.toContain('otherwise');
    expect((await readStory(app, id)).corrections).toHaveLength(1);
  });
});
