// Values with one thing wrong in them, and texts of them.
import fc from 'fast-check';
import { filledBy, unlike } from './values.js';

/** Values that are seldom right anywhere. */
export const oddValue: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  ...[
    null,
    true,
    0,
    -1,
    0.5,
    1e308,
    2 ** 31,
    2 ** 32,
    2 ** 53 - 1,
    2 ** 53,
    2 ** 63,
    2 ** 64,
    '',
    ' ',
    'x'.repeat(10_000),
    ...[90, 200, 900, 3000, 20_000].map((length) => filledBy(unlike, length)),
    [],
    {},
    [[]],
    [null],
    { a: {} },
  ],
  ...['\u0000', 'a\u0000b', '\ud800', 'x\udfff', '\u202e', '\u2028', '\ufeff', '__proto__', 'constructor', 'null'],
  ...[
    "' OR 1=1 --",
    '$.a',
    '%',
    '_',
    '*',
    '"',
    '\\',
    '../../etc/passwd',
    '<script>',
    'javascript:alert(1)',
    '-1',
    '1e3',
  ],
  ...[
    '2022-02-30',
    '99999-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '0000-01-01T00:00:00+14:00',
    '0000-01-01',
    '9999-12-31',
    '9999-12-31T23:59:59-12:00',
    '294277-01-01T00:00:00Z',
    'P999999999999Y',
    'P999999D',
    'P1Y1W',
    '@articles:1@',
    '@keys:0@',
    '@webhooks:1@',
  ],
);
const oddName = fc.constantFrom(
  'nope',
  '__proto__',
  'constructor',
  'toString',
  'a/b~c',
  '',
  '\u0000',
  'internalNote',
  'id',
  'version',
);

type Path = (string | number)[];

function placesIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, item]) => placesIn(item, [...at, name]))];
}

/** A copy in which the value at a place is made another; undefined takes it out. */
function changedAt(value: unknown, [name, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (name === undefined) return change(value);
  if (Array.isArray(value)) {
    const items = value.map((item, i) => (String(i) === name ? changedAt(item, rest, change) : item));
    return items.filter((item) => item !== undefined);
  }
  const entries = Object.entries(value as object);
  return Object.fromEntries(entries.map(([key, item]) => [key, key === name ? changedAt(item, rest, change) : item]));
}

/** With a field that it should not have, wherever that may be; `__proto__` is then a field like any other. */
function withField(old: unknown, name: string, value: unknown): unknown {
  if (Array.isArray(old)) return [...old, ...old, value];
  if (typeof old !== 'object' || old === null) return [old, { [name]: value }];
  return Object.defineProperty({ ...old }, name, { value, enumerable: true, configurable: true, writable: true });
}

/** A value with one thing wrong in it, somewhere. */
export function spoilt(value: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(value);
  const change = fc.oneof(
    oddValue.map((odd) => () => odd),
    fc.constant(() => undefined),
    fc.tuple(oddName, oddValue).map(
      ([name, odd]) =>
        (old: unknown) =>
          withField(old, name, odd),
    ),
    fc.constantFrom(40, 600, 3000).map((times) => (old: unknown) => Array(times).fill(old)),
  );
  return fc.tuple(fc.constantFrom(...places), change).map(([place, how]) => changedAt(value, place, how));
}

/** The text of a value, or of something that is near to it and should not be taken for JSON. */
export function spoiltText(json: string): fc.Arbitrary<string | Buffer> {
  const twice = json.replace(/^\{"(\w+)":/, '{"$1":null,"$1":');
  return fc.constantFrom<string | Buffer>(
    ...[
      '',
      ' ',
      '\n',
      '{',
      '[]',
      '[1]',
      'null',
      '1',
      '"x"',
      'undefined',
      'NaN',
      '{"a":NaN}',
      "{'a':1}",
      '{a:1}',
      '{"a":1,}',
    ],
    ...[
      '{"a":1e400}',
      '{"a":-0}',
      '{"a":01}',
      '{"a":"\\x"}',
      '{"a":"\\ud800"}',
      '{"a":"\\u0000"}',
      '{"\\u0000":1}',
      '{"a":"\t"}',
    ],
    ...['{"__proto__":{"role":"admin"}}', '{"constructor":{"prototype":{"x":1}}}', '{"\\u005f_proto__":{"x":1}}'],
    ...[twice, json.slice(0, -1), `${json}x`, `${json}${json}`, `\ufeff${json}`, `/**/${json}`, `${json}\u0000`],
    ...[
      '['.repeat(33),
      `${'['.repeat(33)}${']'.repeat(33)}`,
      `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
      '['.repeat(500_000),
    ],
    `{"headline":"${'x'.repeat(1024 * 1024)}"}`,
    Buffer.from(json, 'utf16le'),
    Buffer.concat([Buffer.from('{"headline":"'), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from('"}')]),
    Buffer.concat([Buffer.from('{"headline":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  );
}
