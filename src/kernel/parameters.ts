// Query parameters that lists of both APIs take.
import { z } from 'zod';
import { foldName } from './fold.js';
import { CalendarDate, Instant } from './scalars.js';

/** A parameter that may be repeated. It parses to the list of its values, each once. */
export function repeatable<Item extends z.ZodType<string>>(item: Item, description: string, example: string[]) {
  return z
    .preprocess((sent) => (typeof sent === 'string' ? [sent] : sent), z.array(item).max(20))
    .transform((values) => [...new Set(values)])
    .optional()
    .meta({
      description,
      example,
      override: ({ jsonSchema }) => {
        for (const name of Object.keys(jsonSchema))
          if (name !== 'description' && name !== 'example') delete jsonSchema[name];
        Object.assign(jsonSchema, { type: 'array', items: { type: 'string' }, maxItems: 20 });
      },
    });
}

/** A tag that a story must have, or, after `!`, must not have. */
const TagFilter = z
  .string()
  .max(101)
  .regex(/^!?[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'must be the key of a tag, after ! to exclude it' });

/** Tags that stories must have, and those that they must not have. */
export const tagsParameter = repeatable(
  TagFilter,
  'Key of a tag. Repeated: stories that have all of them. After `!`: stories that do not have it.',
  ['belarus', '!sport'],
);

/** The tags of the parameter: those that must be there, and those that must not. */
export function splitTags(tags: readonly string[] = []): { wanted: string[]; unwanted: string[] } {
  return {
    wanted: tags.filter((tag) => !tag.startsWith('!')),
    unwanted: tags.filter((tag) => tag.startsWith('!')).map((tag) => tag.slice(1)),
  };
}

/** A parameter that is true or false. */
export function flag(description: string) {
  return z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .meta({ description, example: 'true' });
}

/** Words to look for, whatever their case and accents. */
export function textParameter(description: string, example: string) {
  return z
    .string()
    .max(200)
    .refine((text) => foldName(text) !== '', { error: 'says nothing to look for', params: { code: 'blank' } })
    .optional()
    .meta({ description, example });
}

const noTime = 'must be a date such as 2022-12-19, or an instant such as 2022-12-19T17:05:00Z';
const time = z.union([z.iso.date({ error: noTime }).meta(CalendarDate.meta() ?? {}), Instant]);
const day = 86_400_000;

/** From when on, by a date or an instant; what happens then is for the description to say. */
export function fromParameter(what: string) {
  return time.optional().meta({
    description: `${what} at this instant or later; a date is taken from its beginning, in UTC.`,
    example: '2022-12-01',
  });
}

/** Until when, by a date or an instant. */
export function toParameter(what: string) {
  return time.optional().meta({
    description: `${what} before this instant; a date is taken to its end, in UTC.`,
    example: '2022-12-31',
  });
}

/** From an instant on, and before another. */
export interface Span {
  from: string | undefined;
  before: string | undefined;
}

/** What the two parameters say together. */
export function spanOf(from: string | undefined, to: string | undefined): Span {
  return { from: from && startOf(from), before: to && endOf(to) };
}

function startOf(time: string): string {
  return new Date(time).toISOString();
}

/** None for the last day that there is: its end cannot be written, and nothing is behind it. */
function endOf(time: string): string | undefined {
  if (time.includes('T')) return time;
  return time === '9999-12-31' ? undefined : new Date(Date.parse(time) + day).toISOString();
}
