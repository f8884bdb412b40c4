// The `fields` parameter: readers name what they want of an answer, and get only that.
import { z } from 'zod';
import { derivedTag } from '../kernel/entity-tag.js';
import { fieldTree, project, type Selection, selectionOf, unknownFields } from '../kernel/selection.js';
import type { Representation } from './conditional.js';
import { leaseOf } from './direct-answer.js';

const namesMax = 100;
const lengthMax = 2000;

/**
 * What the document says of an answer that can be trimmed. The schema stays that of the whole: with every member optional it
 * would be of no use to those who ask for the whole, and to the clients made of it.
 */
export const trimmedNote =
  'With `fields`, data has only what that names, each as the schema says; what was not named is left out, required or not.';

/** The parameter for answers whose data is of a schema, or a list of such. The example must be of names that it has. */
export function fieldsQuery(schema: z.ZodType, example: string) {
  const known = fieldTree(schema);
  return z
    .string()
    .max(lengthMax, { abort: true })
    .refine((text) => text.split(',').length <= namesMax, {
      error: `must have at most ${namesMax} names`,
      params: { code: 'too_big' },
      abort: true,
    })
    .superRefine((text, context) => {
      for (const message of unknownFields(text, known)) {
        context.addIssue({ code: 'custom', message, params: { code: 'unknown_field' } });
      }
    })
    .transform(selectionOf)
    .optional()
    .meta({
      description: `Only these fields of data, or of each of its items: names separated by commas, without spaces. A dot leads into an object or into every item of an array; a name takes all below it. What is null stays null, and an item that has none of the fields is {}. At most ${namesMax} names. Every selection has an ETag of its own.`,
      example,
    });
}

/**
 * A representation with only what was selected. Its tag follows from that of the whole and the names, so that whether the client
 * has it is known without reading a byte; the bytes are made only if they are sent. Without a selection it is the whole.
 */
export function trimmed(whole: Representation, selection: Selection | undefined): Representation {
  if (selection === undefined) return whole;
  const { text, tree } = selection;
  return {
    ...whole,
    etag: derivedTag(whole.etag, text),
    // Names have no letters that an address would have to escape.
    links: whole.links?.replaceAll('>;', `&fields=${text}>;`),
    body: {
      read() {
        const answer = parsed(whole.body);
        const bytes = Buffer.from(JSON.stringify({ ...answer, data: project(answer.data, tree) }));
        return { bytes, release: () => undefined };
      },
    },
  };
}

function parsed(body: Representation['body']): { data: unknown } {
  const { bytes, release } = leaseOf(body);
  const answer = JSON.parse(bytes.toString());
  release();
  return answer;
}
