import { z } from 'zod';
import { ManagedBlock } from '../../blocks/index.js';
import { Id, Instant } from '../../kernel/scalars.js';
import { sentShape } from '../../kernel/shapes.js';
import { articleShape, neverNull } from '../articles/schemas.js';
import { By, Reason } from '../managed.js';

function asInteger({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  delete jsonSchema.pattern;
  Object.assign(jsonSchema, { type: 'integer', minimum: 1 });
}

/** A version in an address. What is no number is of no version, so that it is not found. */
export const versionParam = z
  .string()
  .transform(Number)
  .meta({ description: 'Number of the version.', example: 1, override: asInteger });

/** A version in a query. */
export function versionQuery(description: string) {
  return z
    .string()
    .regex(/^[1-9]\d{0,14}$/, { error: 'must be a version: a whole number from 1' })
    .transform(Number)
    .optional()
    .meta({ description, example: 1, override: asInteger });
}

/** What lists of versions can be asked for. */
export const filterQuery = {
  action: z.string().min(1).max(50).optional().meta({
    description: 'Only versions made by this action.',
    example: 'publish',
  }),
  actor: z.string().min(1).max(200).optional().meta({
    description: 'Only versions made for this person, as X-Actor named them.',
    example: 'jane.doe',
  }),
};

const version = z.int().min(1).meta({ example: 3 });
const pointers = (description: string, example: string[]) => z.array(z.string()).meta({ description, example });

export const RevisionHead = z
  .object({
    version,
    at: Instant,
    by: By,
    action: z.string().meta({ description: 'What was done, as the change log names it.', example: 'update' }),
    reason: Reason,
  })
  .meta({ id: 'RevisionHead', description: 'A version: who made it, when, by what, and why.' });
export type RevisionHead = z.output<typeof RevisionHead>;

const changedFields = pointers('RFC 6901 pointers to what the write changed; none for what was new.', ['/headline']);

export const SectionWrite = z
  .object({
    id: Id,
    version: version.meta({ description: 'The version that the section got.', example: 2 }),
    action: z.enum(['create', 'update', 'delete', 'restore', 'detach']).meta({
      description: 'restore: a deleted section came back. detach: it lost what was erased.',
      example: 'update',
    }),
    fields: changedFields.meta({
      description: 'RFC 6901 pointers within the section to what changed.',
      example: ['/blocks/2/text'],
    }),
  })
  .meta({ id: 'SectionWrite', description: 'What a version of an article wrote to one of its sections.' });
export type SectionWrite = z.output<typeof SectionWrite>;

const articleRevisionShape = {
  ...RevisionHead.shape,
  action: RevisionHead.shape.action.meta({
    description:
      'What was done, as the change log names it: `section.update` when nothing but sections were written, else what was done to the article.',
    example: 'section.update',
  }),
  fields: changedFields.meta({
    description:
      'RFC 6901 pointers to what the write changed of the article itself; `/sections` is their order. None when only sections were written, and for a new article.',
    example: ['/headline'],
  }),
  sections: z.array(SectionWrite).meta({ description: 'The sections that were written, each with its own version.' }),
};
export const ArticleRevision = z
  .object(articleRevisionShape)
  .meta({ id: 'ArticleRevision', description: 'A version of an article, whatever part of it was written.' });
export type ArticleRevision = z.output<typeof ArticleRevision>;

export const RevisedStory = z
  .object({
    ...sentShape(articleShape, neverNull),
    sections: z.array(
      z
        .object({
          id: Id,
          version: version.meta({ description: 'The section’s own version then.', example: 2 }),
          anchor: z.string().meta({ example: 'sanctions-hit-exports' }),
          heading: z.string().nullable().meta({ example: 'Sanctions hit exports' }),
          blocks: z.array(ManagedBlock),
        })
        .meta({ id: 'RevisedSection' }),
    ),
  })
  .meta({ id: 'RevisedStory', description: 'A story as it was at a version. Blocks refer to resources by id.' });
export type RevisedStory = z.output<typeof RevisedStory>;

export const RevisedArticle = z
  .object({ ...articleRevisionShape, content: RevisedStory })
  .meta({ id: 'RevisedArticle', description: 'A version of an article with the whole story as it was.' });
export type RevisedArticle = z.output<typeof RevisedArticle>;

export const ResourceRevision = z
  .object({ ...RevisionHead.shape, fields: changedFields })
  .meta({ id: 'ResourceRevision', description: 'A version of a resource of the library.' });
export type ResourceRevision = z.output<typeof ResourceRevision>;

export const Warning = z
  .object({
    pointer: z.string().meta({ description: 'RFC 6901 pointer into data.', example: '/sections/0/blocks/1/imageId' }),
    code: z.enum(['deleted_reference', 'erased_reference', 'slug_taken', 'anchor_kept', 'original_kept']).meta({
      description:
        'deleted_reference: what is referred to is deleted, and publishing will be refused while it is. erased_reference: what was referred to was erased, so that it is left out of the place that the pointer tells. slug_taken: another article has the slug, so the present one stays. anchor_kept: the anchor stays or is another, because readers know it or another section has it. original_kept: translationOf stays, because what it was would break up a group of translations.',
      example: 'deleted_reference',
    }),
    message: z.string().meta({ example: 'image 01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17 is deleted' }),
  })
  .meta({ id: 'RestoreWarning', description: 'Something that a restored version does not bring back as it was.' });
export type Warning = z.output<typeof Warning>;

export function deletedReference(kind: string, id: string, pointer: string): Warning {
  const message = `${kind} ${id} is deleted; bring it back, or put another in its place before publishing`;
  return { pointer, code: 'deleted_reference', message };
}

export function erasedReference(kind: string, id: string, pointer: string): Warning {
  return { pointer, code: 'erased_reference', message: `${kind} ${id} was erased, and is left out` };
}

/** What an answer to restoring has beside what was restored. */
export const warningsShape = {
  warnings: z.array(Warning).meta({ description: 'What does not come back as it was. Empty when all does.' }),
};
