// Values by their JSON schema, as a client would send them, and the same with one thing wrong.
import fc from 'fast-check';

export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  pattern?: string;
  format?: string;
}
export type Schemas = Record<string, Schema>;

/** Stands in a request for the id of something that there is when it is sent, such as `@images:3@`. */
export const placeholder = /@(\w+):(\d+)@/g;
const idOf = (kind: string) => fc.nat(40).map((n) => `@${kind}:${n}@`);

/** What a field holds that its schema does not tell, by its name. */
const byName: Record<string, fc.Arbitrary<unknown>> = {
  imageId: idOf('images'),
  leadImageId: idOf('images'),
  thumbnailImageId: idOf('images'),
  quoteId: idOf('quotes'),
  embedId: idOf('embeds'),
  translationOf: idOf('articles'),
  after: fc.oneof(fc.constant(null), idOf('sections')),
  language: fc.constantFrom('en', 'be', 'ru', 'zh-Hant'),
  desk: fc.constantFrom('world', 'sport', 'new-desk'),
};
const link = fc.constantFrom('https://news.example/a', 'http://news.example/?b=c#d', 'https://hooks.example/x');

const byFormat: Record<string, fc.Arbitrary<string>> = {
  date: fc.constantFrom('2022-12-19', '2024-02-29', '1999-01-01'),
  'date-time': fc.constantFrom('2022-12-19T10:00:00Z', '2031-01-01T00:00:00+02:00', '2020-02-29T23:59:59.999Z'),
  duration: fc.constantFrom('PT2M4S', 'PT1H', 'P1D', 'PT0S'),
  uuid: fc.oneof(fc.uuid({ version: 7 }), idOf('articles')),
};

const readable = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .map((text) => text.replaceAll(/[\p{Cc}@]|\p{Zl}|\p{Zp}/gu, 'x').toWellFormed());

function text({ format, pattern, minLength = 0, maxLength = 1000 }: Schema, name: string): fc.Arbitrary<unknown> {
  const known = byName[name] ?? byFormat[format ?? ''];
  if (known) return known;
  if (/url|href/i.test(name)) return link;
  if (pattern !== undefined && !pattern.includes('(?')) return fc.stringMatching(new RegExp(pattern), { size: '-1' });
  const long = fc.constantFrom('long ').map((word) => word.repeat(Math.ceil(maxLength / 5)).slice(0, maxLength));
  const short = readable.map((made) => made.slice(0, maxLength).toWellFormed().padEnd(minLength, 'x'));
  return fc.oneof({ weight: 12, arbitrary: short }, { weight: 1, arbitrary: long });
}

function number({ type, minimum, maximum, exclusiveMinimum }: Schema): fc.Arbitrary<number> {
  const least = minimum ?? (exclusiveMinimum === undefined ? -5 : exclusiveMinimum + 1);
  const most = Math.max(least, Math.min(maximum ?? least + 50, least + 5000));
  if (type === 'integer') return fc.oneof(fc.integer({ min: least, max: most }), fc.constantFrom(least, most));
  return fc.integer({ min: 0, max: 8 }).map((n) => least + ((most - least) * n) / 8);
}

/** Values that a schema takes, or nearly: what fields demand of one another, no schema tells. */
export function valueFor(schema: Schema, schemas: Schemas, name = '', depth = 0): fc.Arbitrary<unknown> {
  const inner = (part: Schema, of = name) => valueFor(part, schemas, of, depth + 1);
  if (schema.$ref !== undefined) return inner(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const options = schema.anyOf ?? schema.oneOf;
  // Deep down, the first option will do: it is the plainest, and things come to an end.
  if (options?.[0]) return depth > 8 ? inner(options[0]) : fc.oneof(...options.map((option) => inner(option)));
  if (schema.allOf?.[0]) return inner(schema.allOf[0]);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'string':
      return text(schema, name);
    case 'integer':
    case 'number':
      return number(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array': {
      const { minItems = 0, maxItems = 3, items = {} } = schema;
      const most = Math.max(minItems, Math.min(maxItems, depth > 6 ? 1 : 3));
      return fc.array(name === 'related' ? idOf('articles') : inner(items), { minLength: minItems, maxLength: most });
    }
    case 'object':
      return object(schema, schemas, depth);
    default:
      return fc.jsonValue({ maxDepth: 1 });
  }
}

function object({ properties = {}, required = [] }: Schema, schemas: Schemas, depth: number): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, part]) => {
    const value = valueFor(part, schemas, name, depth + 1);
    const isRequired = required.includes(name);
    return [name, isRequired ? value : fc.option(value, { nil: undefined, freq: depth > 4 ? 1 : 2 })] as const;
  });
  return fc.record(Object.fromEntries(fields), { noNullPrototype: true });
}

/** Values that are seldom right anywhere. */
export const oddValue: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  ...[null, true, 0, -1, 0.5, 1e308, 2 ** 53, '', ' ', 'x'.repeat(10_000), [], {}, [[]], [null], { a: {} }],
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
