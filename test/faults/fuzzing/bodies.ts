// Bodies of requests, by the media types of the document: right, and with one thing wrong.
import fc from 'fast-check';
import type { Operation } from './document.js';
import { spoilt, spoiltText } from './odd-values.js';
import { type Schemas, valueFor } from './values.js';

const multipart = (parts: readonly string[], boundary = 'fuzz') =>
  `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`;
const facts = 'content-disposition: form-data; name="facts"\r\n\r\n{"alt":"A square.","creditLine":"Example"}';
const filePart = (name = 'file') =>
  `content-disposition: form-data; name="${name}"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n`;

/** A picture of one pixel. */
export const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
const withPixel = (name?: string) => `${filePart(name)}${pixel.toString('latin1')}`;

interface Body {
  type: string;
  body: string | Buffer;
}

const files: Body['body'][] = [
  ...[
    pixel.subarray(0, 20),
    Buffer.alloc(0),
    '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    'GIF89a',
    '%PDF-1.4',
  ],
  Buffer.alloc(100_000, 7),
];

function fileBodies(type: string): { right: fc.Arbitrary<Body>; wrong: fc.Arbitrary<Body> } {
  if (type !== 'multipart/form-data') {
    return {
      right: fc.constant({ type, body: pixel }),
      wrong: fc.constantFrom(...files).map((body) => ({ type, body })),
    };
  }
  const form = (text: string, boundary = 'fuzz'): Body => ({
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.from(text, 'latin1'),
  });
  const whole = multipart([withPixel(), facts]);
  return {
    right: fc.constantFrom(form(whole), form(multipart([facts, withPixel()])), form(multipart([withPixel()]))),
    wrong: fc.constantFrom(
      ...[
        form(multipart([facts])),
        form(multipart([withPixel(), withPixel()])),
        form(multipart([withPixel('nope')])),
        form(''),
      ],
      ...[
        form(whole, 'other'),
        form(whole.slice(0, 90)),
        form(whole.slice(0, -20)),
        form(multipart([])),
        form(whole, '""'),
      ],
      ...[
        form(multipart([withPixel('__proto__')])),
        form(multipart([withPixel(), `${facts}x`])),
        form(multipart([facts, facts])),
      ],
      ...[
        form(multipart([withPixel(), facts.replace('A square.', 'x'.repeat(70_000))])),
        form(multipart([filePart()])),
      ],
      { type: 'multipart/form-data', body: whole },
    ),
  };
}

/** Names what there is, which no schema can. */
const erasure = fc
  .tuple(fc.constantFrom('article', 'image', 'quote', 'embed'), fc.nat(40), fc.constantFrom('refuse', 'remove'))
  .map(([kind, n, uses]) => ({ kind, id: `@${kind}s:${n}@`, reason: 'A court order.', uses }));

/** What makes Markdown of an import wrong, or as odd as it may be. */
const oddMarkdown: Body['body'][] = [
  ...[
    '',
    ' ',
    '#',
    '# ',
    'No headline.',
    `# ${'x'.repeat(400)}`,
    '---',
    '---\nlanguage: xx-nope-nope\n---\n# A',
    '---\nslug:',
  ],
  ...['\u0000', '# A\u0000b', '\ufeff# A', '# A\r\rB\u2028C', '\u202e# A', `${'# '.repeat(5000)}A`],
  ...[`# A\n\n${'> '.repeat(5000)}b`, `# A\n\n${'- '.repeat(5000)}b`, `# A\n\n${'*'.repeat(50_000)}b`],
  ...[`# A\n\n${'['.repeat(20_000)}`, `# A\n\n${'![a](b '.repeat(5000)}`, `# A\n\n${'`'.repeat(50_000)}`],
  ...['# A\n\n<script>alert(1)</script>', '# A\n\n[b](javascript:alert(1))', '# A\n\n![](data:image/png;base64,AA)'],
  ...[
    '# A\n\n| a |\n|---|\n',
    `# A\n\n|${'a|'.repeat(3000)}\n|${'-|'.repeat(3000)}`,
    '# A\n\n<!-- copydesk: {"a": -->',
  ],
  ...['# A\n\n<!-- copydesk -->\n\nB', 'x'.repeat(300_000), '# A\n\n&#0;&#xD800;&#x110000;'],
  Buffer.from([0x23, 0x20, 0xff, 0xfe]),
];
const headlines = fc.constantFrom('# A headline', '---\nlanguage: be\n---\n# A headline\n\n*A deck.*');
const parts = fc.subarray([
  'A paragraph with **strong** and a [link](https://news.example/a).',
  '## A section\n\nMore of it.',
  '![Two men.](https://pictures.example/a.jpg)\n\n*They shake hands. (Example Agency)*',
  '> There is no expediency in this.\n>\n> — Vladimir Putin, President',
  '- one\n- two\n  1. three',
  '| a | b |\n|---|---|\n| 1 | 2 |',
]);

const markdownBodies = (type: string) => ({
  right: fc.tuple(headlines, parts).map(([head, rest]): Body => ({ type, body: [head, ...rest].join('\n\n') })),
  wrong: fc.constantFrom(...oddMarkdown).map((body): Body => ({ type, body })),
});

function jsonBody(
  operationId: string,
  { schema, example }: Operation['media'][string],
  schemas: Schemas,
): fc.Arbitrary<unknown> {
  if (operationId === 'erase') return erasure;
  const made = valueFor(schema, schemas);
  return example === undefined ? made : fc.oneof(fc.constant(example), made);
}

/** Bodies of an operation, right and wrong; undefined where it takes none. */
export function bodiesOf({ operationId, media }: Operation, schemas: Schemas) {
  const kinds = Object.entries(media).map(([type, object]) => {
    if (type === 'text/markdown') return markdownBodies(type);
    if (!type.endsWith('json')) return fileBodies(type);
    const json = jsonBody(operationId, object, schemas);
    const value = json.chain((right) => spoilt(right)).map((wrong) => JSON.stringify(wrong) ?? '');
    const text = json.chain((right) => spoiltText(JSON.stringify(right)));
    return {
      right: json.map((right): Body => ({ type, body: JSON.stringify(right) })),
      wrong: fc
        .oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: text })
        .map((body): Body => ({ type, body })),
    };
  });
  if (kinds.length === 0) return undefined;
  return { right: fc.oneof(...kinds.map(({ right }) => right)), wrong: fc.oneof(...kinds.map(({ wrong }) => wrong)) };
}
