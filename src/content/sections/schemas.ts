import { z } from 'zod';
import { BlockDraft, ManagedBlock } from '../../blocks/index.js';
import { Id, line } from '../../kernel/scalars.js';
import { managedShape, readOnlyShape } from '../managed.js';

const heading = line(300).meta({ description: 'None for an opening section.', example: 'Sanctions hit exports' });
const blocks = z.array(BlockDraft).nullish();

const sectionReadOnly = {
  ...managedShape,
  articleId: Id,
  anchor: z.string().meta({
    description: 'Names the section within the story; made from the heading, and fixed once readers have seen it.',
    example: 'sanctions-hit-exports',
  }),
};
const { id: _id, ...readOnlyBesideId } = sectionReadOnly;
export const sectionReadOnlyNames = Object.keys(readOnlyBesideId);

const articleVersion = z.int().meta({
  description: 'The article’s version that this read or write belongs to.',
  example: 4,
});

export const SectionDraft = z.strictObject({ heading: heading.nullish(), blocks }).meta({ id: 'SectionDraft' });
export type SectionDraft = z.output<typeof SectionDraft>;

export const SectionReplacement = z
  .strictObject({
    id: Id.optional().meta({ description: 'Of a section that the story already has; leave it out for a new one.' }),
    ...readOnlyShape(readOnlyBesideId),
    heading: heading.nullish(),
    blocks,
  })
  .meta({ id: 'SectionReplacement' });
export type SectionReplacement = z.output<typeof SectionReplacement>;

const after = Id.nullish().meta({
  description: 'The section to stand behind; null puts it first.',
  example: '01852a5c-9d00-7a11-8b22-000000000001',
});

export const SectionCreation = z
  .strictObject({
    heading: heading.nullish(),
    blocks,
    after: after.meta({ description: 'The section to stand behind; null puts it first, left out puts it last.' }),
  })
  .meta({ id: 'SectionCreation' });
export type SectionCreation = z.output<typeof SectionCreation>;

export const SectionPatch = z
  .strictObject({
    ...readOnlyShape(sectionReadOnly),
    articleVersion: z
      .unknown()
      .optional()
      .meta({ readOnly: true, description: 'Ignored: other sections may have moved it.' }),
    heading: heading.nullish(),
    blocks,
  })
  .meta({
    id: 'SectionPatch',
    description: 'JSON Merge Patch (RFC 7396): null means absent, blocks are replaced whole.',
  });
export type SectionPatch = z.output<typeof SectionPatch>;

export const SectionMove = z
  .strictObject({ after: Id.nullable().meta({ description: 'The section to stand behind; null puts it first.' }) })
  .meta({ id: 'SectionMove' });

export const ManagedSection = z
  .object({
    ...sectionReadOnly,
    heading: heading.nullable(),
    blocks: z.array(ManagedBlock),
  })
  .meta({ id: 'ManagedSection' });
export type ManagedSection = z.output<typeof ManagedSection>;

export const SectionAnswer = z
  .object({ ...ManagedSection.shape, articleVersion })
  .meta({ id: 'ManagedSectionOfArticle', description: 'A section, with the version of its article.' });
export type SectionAnswer = z.output<typeof SectionAnswer>;
