import { toHtml } from 'hast-util-to-html';
import { gfmTableToMarkdown } from 'mdast-util-gfm-table';
import { toMarkdown } from 'mdast-util-to-markdown';
import { describe, expect, it } from 'vitest';
import {
  type Block,
  blockKinds,
  htmlOfBlock,
  markdownOfBlock,
  plainTextOfBlock,
  shownIn,
} from '../../../src/blocks/index.js';
import { library } from '../../support/blocks.js';

const id = '01852a5c-9d00-7a11-8b22-000000000001';
const image = library.image('i');
const placed = { alt: 'Seen.', caption: 'Told.', crop: null, focalPoint: null, renditions: null, image };
const quote = {
  ...library.quote('q'),
  speaker: { name: 'A. Person', kind: 'person', role: 'Mayor', affiliation: null },
};
const embed = { ...library.embed('e'), url: 'https://video.example/1', duration: 'PT1H0M9S' };
const plain = (text: string) => ({ text, spans: [] });
const picture = '<div class="picture" role="img" aria-label="Seen." data-image-id="i"></div>';
const figure = `<figure class="image">${picture}<figcaption><span class="caption">Told.</span><small class="credit">Agency</small></figcaption></figure>`;

/** Each kind, as HTML, as Markdown and as plain text; and what it shows of the library. */
const cases: [type: string, block: object, html: string, markdown: string, text: string, shown: string[]][] = [
  [
    'paragraph',
    {
      text: 'A strong, *linked*\nword said.',
      spans: [
        { start: 2, end: 18, type: 'strong' },
        { start: 10, end: 18, type: 'link', href: 'https://x.example/?a&b' },
        { start: 24, end: 28, type: 'quote', quote },
      ],
    },
    '<p>A <strong>strong, <a href="https://x.example/?a&#x26;b">*linked*</a></strong><br>word <span class="quote" data-quote-id="q">said</span>.</p>',
    'A **strong, [\\*linked\\*](https://x.example/?a\\&b)**\\\nword said.',
    'A strong, *linked*\nword said.',
    ['quote'],
  ],
  ['heading', { level: 3, text: 'Deeper' }, '<h4>Deeper</h4>', '#### Deeper', 'Deeper', []],
  [
    'list',
    {
      ordered: true,
      items: [
        { ...plain('One'), items: [{ ...plain('Inner'), items: [] }] },
        { ...plain('Two'), items: [] },
      ],
    },
    '<ol><li>One<ol><li>Inner</li></ol></li><li>Two</li></ol>',
    '1. One\n   1. Inner\n2. Two',
    '1. One\n   1. Inner\n2. Two',
    [],
  ],
  ['image', placed, figure, '![Seen.](urn:uuid:i)\n\n*Told. (Agency)*', '[Picture: Told. (Agency)]', ['image']],
  [
    'gallery',
    { title: 'Both', images: [placed, placed] },
    `<section class="gallery"><p class="title">Both</p>${figure}${figure}</section>`,
    '**Both**\n\n![Seen.](urn:uuid:i)\n\n*Told. (Agency)*\n\n![Seen.](urn:uuid:i)\n\n*Told. (Agency)*',
    'Both\n[Picture: Told. (Agency)]\n[Picture: Told. (Agency)]',
    ['image', 'image'],
  ],
  [
    'quote',
    { display: 'pull', quote },
    '<figure class="quote pull" data-quote-id="q"><blockquote lang="en"><p>Said.</p></blockquote><figcaption><cite>A. Person</cite>, Mayor</figcaption></figure>',
    '> Said.\n>\n> — A. Person, Mayor',
    '“Said.”\n— A. Person, Mayor',
    ['quote'],
  ],
  [
    'embed',
    { label: 'WATCH', embed },
    '<figure class="embed video" data-embed-id="e"><p class="title"><strong class="label">WATCH</strong> <a href="https://video.example/1">Title</a> <time datetime="PT1H0M9S">1:00:09</time></p><figcaption><small class="credit">Host</small></figcaption></figure>',
    '**WATCH** [Title](https://video.example/1) (1:00:09)',
    'WATCH: Title (1:00:09) https://video.example/1',
    ['embed'],
  ],
  [
    'table',
    {
      caption: 'Gas',
      headerRow: true,
      headerColumn: true,
      rows: [
        [plain('Year'), plain('Price')],
        [plain('2022'), plain('1|2')],
      ],
    },
    '<table><caption>Gas</caption><thead><tr><th scope="col">Year</th><th scope="col">Price</th></tr></thead><tbody><tr><th scope="row">2022</th><td>1|2</td></tr></tbody></table>',
    '**Gas**\n\n| Year | Price |\n| ---- | ----- |\n| 2022 | 1\\|2  |',
    'Gas\nYear\tPrice\n2022\t1|2',
    [],
  ],
  ['divider', {}, '<hr>', '***', '* * *', []],
  [
    'aside',
    {
      title: 'Aside',
      blocks: [
        { id, type: 'paragraph', ...plain('Within.') },
        { id, type: 'divider' },
      ],
    },
    '<aside><p class="title">Aside</p><p>Within.</p><hr></aside>',
    '> **Aside**\n>\n> Within.\n>\n> ***',
    'Aside\n\nWithin.\n\n* * *',
    [],
  ],
];

describe('a block of the kind', () => {
  it.each(cases)('%s becomes HTML, Markdown and plain text', (type, fields, html, markdown, text, shown) => {
    const block = { id, type, ...fields } as Block;
    expect(toHtml(htmlOfBlock(block))).toBe(html);
    const tree = { type: 'root' as const, children: markdownOfBlock(block) };
    const written = toMarkdown(tree, { extensions: [gfmTableToMarkdown()], bullet: '-' }).trimEnd();
    expect(written.replaceAll(/<!-- copydesk:.* -->\n\n/g, '')).toBe(markdown);
    expect(plainTextOfBlock(block)).toBe(text);
    expect(shownIn(block).map(({ kind }) => kind)).toEqual(shown);
  });

  it('is among these, whatever its kind', () => {
    expect(cases.map(([type]) => type).sort()).toEqual(blockKinds.map(({ type }) => type).sort());
  });
});
