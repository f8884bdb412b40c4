import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Page } from '../kernel/cursors.js';

export const limitMax = 100;

/** The parameters that every list has. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, { error: `must be a whole number from 1 to ${limitMax}` })
    .transform(Number)
    .refine((limit) => limit <= limitMax, {
      error: `must be a whole number from 1 to ${limitMax}`,
      params: { code: 'too_big' },
    })
    .default(20)
    .meta({
      description: 'How many at most.',
      example: 20,
      override: ({ jsonSchema }) => {
        delete jsonSchema.pattern;
        Object.assign(jsonSchema, { type: 'integer', minimum: 1, maximum: limitMax });
      },
    }),
  cursor: z
    .string()
    .max(2000)
    .optional()
    .meta({ description: 'page.next or page.previous of another page of the same list. Leave it out for the first.' }),
};

/** The answer of a list. */
export function pageOf(item: z.ZodType) {
  return z.object({
    data: z.array(item),
    page: z.object({
      limit: z.int().meta({ example: 20 }),
      next: z
        .string()
        .nullable()
        .meta({ description: 'Cursor of the page behind this, if there is one.', example: null }),
      previous: z
        .string()
        .nullable()
        .meta({ description: 'Cursor of the page before this, if there is one.', example: null }),
    }),
  });
}

/** The answer of a single resource. */
export function dataOf(item: z.ZodType) {
  return z.object({ data: item });
}

/** Links to the neighbouring pages (RFC 8288). */
export function pageLinks(path: string, query: Record<string, unknown>, { page }: Page<unknown>): string | undefined {
  const links = (['next', 'previous'] as const).flatMap((direction) => {
    const cursor = page[direction];
    if (cursor === null) return [];
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...query, cursor })) {
      for (const one of [value].flat()) if (one !== undefined) parameters.append(name, String(one));
    }
    return [`<${path}?${parameters}>; rel="${direction === 'next' ? 'next' : 'prev'}"`];
  });
  return links.length > 0 ? links.join(', ') : undefined;
}

/** Answers with a page of managed resources. */
export function sendPage<Item>(
  reply: FastifyReply,
  path: string,
  query: Record<string, unknown>,
  page: Page<Item>,
): Page<Item> {
  const links = pageLinks(path, query, page);
  if (links !== undefined) reply.header('link', links);
  return page;
}
