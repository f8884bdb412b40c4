// Values by their JSON schema, as a client would send them, and the same with one thing wrong.
import fc from 'fast-check';
import { chanceOf } from '../../support/rounds.js';

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

const chance = chanceOf('long texts');
/**
 * Of three bytes each, in words, and nothing in it twice: PostgreSQL compresses what an index holds, so that a text that says one
 * thing again and again would fit where others do not.
 */
export const unlike = Array.from({ length: 100_000 }, (_, i) =>
  i % 9 === 8 ? ' ' : String.fromCharCode(0x3400 + Math.floor(chance() * 0x6a00)),
).join('');
/** Each is as many as it takes once it is compared without its forms: letters of 18, 4 and 3, and one of two units that is a word. */
const unfolding = ['\ufdfa', '\u3316', '\u33a8', '\ufb03', '\u{1f1e6}'];

const readable = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .map((text) => text.replaceAll(/[\p{Cc}@]|\p{Zl}|\p{Zp}/gu, 'x').toWellFormed());

function text({ format, pattern, minLength = 0, maxLength = 1000 }: Schema, name: string): fc.Arbitrary<unknown> {
  const known = byName[name] ?? byFormat[format ?? ''];
  if (known) return known;
  if (/url|href/i.test(name)) return link;
  if (pattern !== undefined && !pattern.includes('(?')) return fc.stringMatching(new RegExp(pattern), { size: '-1' });
  const long = fc.constantFrom('long ', unlike, ...unfolding).map((made) => filledBy(made, maxLength));
  const short = readable.map((made) => made.slice(0, maxLength).toWellFormed().padEnd(minLength, 'x'));
  return fc.oneof({ weight: 12, arbitrary: short }, { weight: 1, arbitrary: long });
}

/** A text again and again, as long as asked. */
export function filledBy(text: string, length: number): string {
  return text
    .repeat(Math.ceil(length / text.length))
    .slice(0, length)
    .toWellFormed();
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
