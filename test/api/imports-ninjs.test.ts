// ninjs of others: 3.1 with HTML of any kind, and older versions.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ninjsExample } from '../../src/content/imports/examples.js';
import { startApp, type TestApp } from '../support/app.js';
import { type Imported, importStory, type Members } from '../support/imported.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const base = { type: 'text', language: 'en', subjects: [{ name: 'World', rel: 'desk' }] };
const withHtml = (value: string, more: object = {}) =>
  importStory(app, { ...base, ...more, bodies: [{ contentType: 'text/html', value }] });

function blocksIn({ data }: Imported, section = 0): Members[] {
  const sections = data.sections as { blocks: Members[] }[];
  return (sections[section]?.blocks ?? []).map(({ id: _id, ...block }) => block);
}
const codesOf = ({ notCarried }: Imported) => notCarried.map(({ code }) => code);
const plain = (text: string) => ({ type: 'paragraph', text, spans: [] });
const readResource = async (plural: string, id: unknown) =>
  (await app.as.viewer.get(`/v1/manage/${plural}/${id}`).expect(200)).body.data;

describe('POST /v1/manage/imports with ninjs of another system', () => {
  it('takes what a story has a field for, and tells the rest', async () => {
    const imported = await importStory(app, {
      ...ninjsExample,
      headlines: [
        { role: 'main', value: 'Main' },
        { role: 'kicker', contentType: 'text/html', value: 'The <b>kicker</b>' },
        { role: 'seo', value: 'More' },
      ],
      descriptions: [
        { role: 'summary', value: 'Sum.' },
        { role: 'deck', value: 'Deck.' },
        { role: 'note', value: 'x' },
      ],
      by: 'By Jane Doe, Reporter · John Roe',
      slugline: 'MINSK-TALKS',
      edNote: 'Check names.',
      places: [{ name: 'Minsk', rel: 'dateline' }, { name: 'Kyiv' }],
      people: [{ name: 'Ann' }],
      urgency: 4,
      pubStatus: 'usable',
      embargoedUntil: '2030-01-01T00:00:00Z',
      infoSources: [
        { name: 'Agency', role: 'wire' },
        { name: 'Desk', role: 'distributor' },
      ],
      subjects: [
        { name: 'World', rel: 'desk', literal: 'world' },
        { name: 'International Relations', uri: 'http://cv.iptc.org/newscodes/mediatopic/20000638' },
        { name: '—' },
      ],
    });
    expect(imported.data).toMatchObject({
      headline: 'Main',
      kicker: 'The kicker',
      summary: 'Sum.',
      deck: 'Deck.',
      bylines: [{ name: 'Jane Doe', role: 'Reporter' }, { name: 'John Roe' }],
      slugline: 'MINSK-TALKS',
      internalNote: 'Check names.',
      dateline: { place: 'Minsk' },
      sources: [
        { name: 'Agency', kind: 'wire' },
        { name: 'Desk', kind: 'other' },
      ],
      desk: 'world',
      tags: ['international-relations'],
    });
    expect(imported.notCarried.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/headlines/2/value', 'headline'],
      ['/descriptions/2/value', 'description'],
      ['/subjects/2', 'subject'],
      ['/places/1', 'field'],
      ['/people/0', 'field'],
      ['/urgency', 'field'],
      ['/embargoedUntil', 'embargo'],
    ]);
  });

  it('makes blocks of HTML, by what its elements mean', async () => {
    const imported = await withHtml(`
      <h1>Top</h1>
      Bare words, <b>bold <i>sloped</i></b>,<br>
      and <a href="https://x.example/">a   link</a>.
      <div><p>In a box.</p><ul><li>one<li><p>two</p><ol><li>inner</ol></ul></div>
      <h2>Second</h2>
      <h3>Deeper</h3>
      <table><caption>Gas</caption><tr><th>Year<th>Price<tr><td>2022<td>1</table>
      <pre>a
  b</pre><hr>
      <aside><p class="title">Box</p><p>Beside.</p></aside>
      <p>Words with a <q>quotation</q> &amp; an entity.</p>`);
    expect((imported.data.sections as Members[]).map(({ heading }) => heading)).toEqual(['Top', 'Second']);
    const item = (text: string, items: unknown[] = []) => ({ text, spans: [], items });
    expect(blocksIn(imported)).toEqual([
      {
        type: 'paragraph',
        text: 'Bare words, bold sloped,\nand a link.',
        spans: [
          { start: 12, end: 23, type: 'strong' },
          { start: 17, end: 23, type: 'emphasis' },
          { start: 29, end: 35, type: 'link', href: 'https://x.example/' },
        ],
      },
      plain('In a box.'),
      { type: 'list', ordered: false, items: [item('one'), item('two', [item('inner')])] },
    ]);
    expect(blocksIn(imported, 1)).toMatchObject([
      { type: 'heading', level: 2, text: 'Deeper' },
      {
        type: 'table',
        caption: 'Gas',
        headerRow: true,
        headerColumn: false,
        rows: [{}, [{ text: '2022' }, { text: '1' }]],
      },
      { type: 'paragraph', text: 'a\n  b', spans: [{ start: 0, end: 5, type: 'code' }] },
      { type: 'divider' },
      { type: 'aside', title: 'Box', blocks: [{ text: 'Beside.' }] },
      plain('Words with a “quotation” & an entity.'),
    ]);
    expect(codesOf(imported)).toEqual(['list_kind']);
  });

  it('makes resources of figures, quotations, frames and players', async () => {
    const imported = await withHtml(`
      <figure><img src="https://x.example/a.jpg" alt="A man."><figcaption>At work. (Agency (Pool))</figcaption></figure>
      <blockquote><p>It was good.</p><footer>— Jane Doe, Mayor, Minsk</footer></blockquote>
      <iframe src="//video.example/embed/1" title="The talks"></iframe>
      <video controls><source src="https://video.example/1.mp4"></video>`);
    const [picture, quote, frame, player] = blocksIn(imported);
    const file = {
      alt: 'A man.',
      caption: 'At work.',
      creditLine: 'Agency (Pool)',
      sourceUrl: 'https://x.example/a.jpg',
    };
    expect(await readResource('images', picture?.imageId)).toMatchObject(file);
    const speaker = { name: 'Jane Doe', role: 'Mayor', affiliation: 'Minsk' };
    expect(await readResource('quotes', quote?.quoteId)).toMatchObject({ text: 'It was good.', speaker });
    const media = {
      kind: 'interactive',
      provider: 'video.example',
      title: 'The talks',
      embedUrl: 'https://video.example/embed/1',
    };
    expect(await readResource('embeds', frame?.embedId)).toMatchObject(media);
    expect(await readResource('embeds', player?.embedId)).toMatchObject({
      kind: 'video',
      url: 'https://video.example/1.mp4',
    });
    expect(codesOf(imported)).toEqual(['picture_file']);
  });

  it.each([
    ['a script', '<p>Yes.</p><script>alert(1)</script>', [plain('Yes.')], ['html']],
    ['a script in a line', '<p>Yes<script>alert(1)</script>.</p>', [plain('Yes.')], ['html']],
    ['a handler', '<p onclick="alert(1)">Yes.</p>', [plain('Yes.')], []],
    ['a link that runs', '<p><a href="javascript:alert(1)">Yes</a>.</p>', [plain('Yes.')], ['link']],
    ['a frame that runs', '<iframe src="javascript:alert(1)"></iframe><p>Yes.</p>', [plain('Yes.')], ['media']],
    ['marks that texts have not', '<p>H<sub>2</sub>O</p>', [plain('H2O')], ['formatting']],
    ['elements that nobody knows', '<x-box><p>Yes.</p></x-box>', [plain('Yes.')], ['html']],
    ['cells that span others', '<table><tr><td colspan=2>a<tr><td>b<td>c</table>', [{ type: 'table' }], ['cells']],
    [
      'a table in a list',
      '<ul><li>a<table><tr><td>b</table></ul>',
      [{ type: 'list' }, { type: 'table' }],
      ['list_item'],
    ],
    ['what ends nowhere', '<p><b>Yes.', [{ text: 'Yes.', spans: [{ type: 'strong' }] }], []],
  ])('tells what becomes of %s', async (_what, html, blocks, codes) => {
    const imported = await withHtml(html);
    expect(blocksIn(imported)).toMatchObject(blocks);
    expect(codesOf(imported)).toEqual(codes);
    for (const { pointer, line } of imported.notCarried) expect([pointer, line]).toEqual(['/bodies/0/value', 1]);
    expect(JSON.stringify(imported.data)).not.toMatch(/alert|onclick|script/);
  });

  it('shows pictures and media that the text does not, and none twice', async () => {
    const picture = (name: string, rel: string) => ({
      name,
      uri: `https://agency.example/${name}`,
      rel,
      type: 'picture',
      by: 'Ann',
      descriptions: [{ role: 'caption', value: `Caption of ${name}.` }],
      renditions: [
        { name: 'small', href: `https://agency.example/${name}-s.jpg`, width: 100 },
        { name: 'large', href: `https://agency.example/${name}-l.jpg`, width: 900 },
      ],
      infoSources: [{ name: 'Agency' }],
    });
    const film = {
      name: 'film',
      uri: 'x:film',
      type: 'video',
      title: 'The film',
      renditions: [{ name: 'web', href: 'https://video.example/f' }],
    };
    const text = { name: 'sidebar', uri: 'x:side', type: 'text', bodies: [{ value: 'More.' }] };
    const associations = [picture('one', 'body'), picture('two', 'lead'), picture('three', 'body'), film, text];
    const imported = await withHtml('<p>Text.</p><img src="https://agency.example/one-s.jpg" alt="One.">', {
      associations,
    });
    const blocks = blocksIn(imported);
    expect(blocks.map(({ type }) => type)).toEqual(['image', 'paragraph', 'image', 'image', 'embed']);
    expect(await readResource('images', blocks[0]?.imageId)).toMatchObject({
      caption: 'Caption of two.',
      creditLine: 'Agency',
      photographer: 'Ann',
      sourceUrl: 'https://agency.example/two-l.jpg',
    });
    expect(await readResource('embeds', blocks[4]?.embedId)).toMatchObject({
      title: 'The film',
      provider: 'video.example',
    });
    const others = imported.notCarried.filter(({ code }) => code !== 'picture_file');
    expect(others).toMatchObject([{ pointer: '/associations/4', code: 'association' }]);
  });

  it('takes plain text where there is no HTML, a blank line between paragraphs', async () => {
    const bodies = [{ contentType: 'text/plain', value: 'One\r\nline.\r\n\r\nTwo <b>.' }];
    expect(blocksIn(await importStory(app, { ...base, bodies }))).toEqual([plain('One\nline.'), plain('Two <b>.')]);
  });

  it('understands what 1.x calls otherwise', async () => {
    const imported = await importStory(app, {
      type: 'text',
      language: 'en',
      headline: 'Older',
      byline: 'By Jane Doe',
      description_text: 'Sum.',
      body_xhtml: '<div><p>Text.</p></div>',
      subject: [
        { name: 'World', rel: 'desk' },
        { name: 'Belarus', code: '1' },
      ],
      associations: {
        featuremedia: {
          type: 'picture',
          headline: 'A picture',
          description_text: 'A handshake.',
          byline: 'Ann',
          renditions: { original: { href: 'https://agency.example/p.jpg', width: 10 } },
        },
      },
    });
    const expected = {
      headline: 'Older',
      summary: 'Sum.',
      desk: 'world',
      tags: ['belarus'],
      bylines: [{ name: 'Jane Doe' }],
    };
    expect(imported.data).toMatchObject(expected);
    const [text, picture] = blocksIn(imported);
    expect(text).toEqual(plain('Text.'));
    expect(await readResource('images', picture?.imageId)).toMatchObject({
      caption: 'A handshake.',
      photographer: 'Ann',
    });
    expect(codesOf(imported)).toEqual(['picture_file']);
  });
});
