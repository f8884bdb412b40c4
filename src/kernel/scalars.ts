// The small types that every schema is built from. Each has a component in the OpenAPI document only by its users.
import { z } from 'zod';
import { isId } from './ids.js';

const forbiddenControls = /[^\P{Cc}\t\n]/u;

/** What keeps a text from being stored, sent and shown; undefined when nothing does. */
export function textFault(value: string): string | undefined {
  if (!value.isWellFormed()) return 'contains a lone surrogate';
  return forbiddenControls.test(value) ? 'contains a control character' : undefined;
}

/** Text that can be stored and sent as UTF-8 without loss: no lone surrogates, no control characters but tab and newline. */
export function text(lengthMax: number, lengthMin = 0) {
  return z
    .string()
    .min(lengthMin)
    .max(lengthMax)
    .refine((value) => value.isWellFormed(), { error: 'contains a lone surrogate', params: { code: 'lone_surrogate' } })
    .refine((value) => !forbiddenControls.test(value), {
      error: 'contains a control character',
      params: { code: 'control_character' },
    });
}

/** Text of one line that says something: not blank, no line break. */
export function line(lengthMax: number) {
  return text(lengthMax, 1)
    .refine((value) => !/[\n\r]/.test(value), { error: 'contains a line break', params: { code: 'line_break' } })
    .refine((value) => value.trim() !== '', { error: 'is blank', params: { code: 'blank' } });
}

export const Id = z.uuid().toLowerCase().meta({
  description: 'UUID, lower case; new ones are UUIDv7 (RFC 9562).',
  example: '01852a5c-9d00-7a11-8b22-000000000001',
});

/** With an offset, an instant may be in another year of UTC, and no year but one of four digits can be written or compared. */
const isInYears = (value: string) => /^\d{4}-/.test(new Date(value).toISOString());

export const Instant = z.iso
  .datetime({ offset: true, abort: true })
  .refine((value) => !Number.isNaN(Date.parse(value)), {
    error: 'is not a date that exists',
    params: { code: 'invalid_format' },
    abort: true,
  })
  .refine(isInYears, {
    error: 'is not within the years 0000 to 9999 of UTC',
    params: { code: 'invalid_format' },
  })
  .overwrite((value) => (Number.isNaN(Date.parse(value)) ? value : new Date(value).toISOString()))
  .meta({ description: 'Instant, RFC 3339; sent in UTC with milliseconds.', example: '2022-12-19T17:05:00.000Z' });

export const CalendarDate = z.iso
  .date()
  .meta({ description: 'Calendar date, RFC 3339 full-date.', example: '2022-12-19' });

export const Duration = z.iso.duration().max(50).meta({ description: 'Duration, ISO 8601.', example: 'PT2M4S' });

export const Language = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, { error: 'is not a BCP 47 language tag', abort: true })
  .refine((value) => canonicalLanguage(value) !== undefined, {
    error: 'is not a BCP 47 language tag',
    params: { code: 'invalid_format' },
  })
  .overwrite((value) => canonicalLanguage(value) ?? value)
  .meta({ description: 'Language tag, BCP 47.', example: 'en' });

function canonicalLanguage(value: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(value)[0];
  } catch {
    return undefined;
  }
}

const schemesOfPages = new Set(['http:', 'https:']);
const schemesOfLinks = new Set(['http:', 'https:', 'mailto:']);

function address(schemes: Set<string>, error: string) {
  return line(2000).refine((value) => schemes.has(schemeOf(value)), { error, params: { code: 'invalid_url' } });
}

function schemeOf(value: string): string {
  return /\s/.test(value) ? '' : (URL.parse(value)?.protocol ?? '');
}

/** Address of a page or file. */
export const Url = address(schemesOfPages, 'is not an http or https address').meta({
  description: 'Absolute http or https address.',
  example: 'https://copydesk.example/about',
});

/** Address a reader can follow from running text. */
export const LinkTarget = address(schemesOfLinks, 'is not an https, http or mailto address').meta({
  description: 'Absolute https, http or mailto address.',
  example: 'https://copydesk.example/minsk',
});

export const Slug = z
  .string()
  .max(200)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'may hold only a-z, 0-9 and single hyphens between them' })
  .refine((value) => !isId(value), { error: 'looks like an id', params: { code: 'looks_like_id' } })
  .meta({
    description: 'The part of the address that names the story.',
    example: 'putin-lukashenko-minsk-december-2022',
  });

export const Key = z
  .string()
  .max(100)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'may hold only a-z, 0-9 and single hyphens between them' })
  .meta({ description: 'Key of a desk or tag.', example: 'world' });

/** A list in which nothing stands twice. */
export function distinct<Item extends z.ZodType<string>>(item: Item, lengthMax: number) {
  return z
    .array(item)
    .max(lengthMax)
    .superRefine((values, context) => {
      values.forEach((value, index) => {
        if (values.indexOf(value) === index) return;
        context.addIssue({
          code: 'custom',
          path: [index],
          message: 'stands here twice',
          params: { code: 'duplicate' },
        });
      });
    })
    .meta({ uniqueItems: true });
}
