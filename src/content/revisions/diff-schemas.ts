// How two versions are told apart.
import { z } from 'zod';
import { ManagedBlock } from '../../blocks/index.js';
import { Id } from '../../kernel/scalars.js';
import { RevisionHead } from './schemas.js';

const offset = (description: string, example: number) => z.int().min(0).meta({ description, example });

const TextSegment = z
  .object({
    op: z.enum(['equal', 'insert', 'delete']).meta({ example: 'insert' }),
    text: z.string().meta({ example: 'cheap ' }),
    before: offset('UTF-16 code unit at which it stands in the text before; of an insertion, where it goes in.', 12),
    after: offset('UTF-16 code unit at which it stands in the text after; of a deletion, where it was taken out.', 12),
  })
  .meta({ id: 'TextSegment', description: 'A stretch of a text that stayed, came or went.' });

export const FieldChange = z
  .object({
    pointer: z.string().meta({
      description: 'RFC 6901 pointer within what has the field. Empty: the whole of it, when a block has another type.',
      example: '/text',
    }),
    before: z.unknown().meta({ description: 'null where it had none.', example: 'They spoke of gas.' }),
    after: z.unknown().meta({ description: 'null where it has none.', example: 'They spoke of cheap gas.' }),
    segments: z
      .array(TextSegment)
      .nullable()
      .meta({
        description:
          'How a text became another, by words. equal and delete together are the text before, equal and insert the text after. null for what is no text.',
        example: [
          { op: 'equal', text: 'They spoke of ', before: 0, after: 0 },
          { op: 'insert', text: 'cheap ', before: 14, after: 14 },
          { op: 'equal', text: 'gas.', before: 14, after: 20 },
        ],
      }),
  })
  .meta({
    id: 'FieldChange',
    description:
      'A field that differs. Lists of equal length are compared item by item; lists of another length, of plain values or of spans are one field.',
  });
export type FieldChange = z.output<typeof FieldChange>;

const index = offset('Place among its siblings, from 0.', 2);
const changes = z
  .array(z.enum(['added', 'removed', 'moved', 'changed']))
  .min(1)
  .meta({
    description: 'added or removed; or else moved, changed, or both. As few as possible are told as moved.',
    example: ['changed'],
  });
const fields = z.array(FieldChange).meta({ description: 'None for what was added or removed.' });

export const SectionChange = z
  .object({
    id: Id,
    changes,
    before: z.object({ index }).nullable().meta({ description: 'Where it stood; null when it was added.' }),
    after: z.object({ index }).nullable().meta({ description: 'Where it stands; null when it was removed.' }),
    anchor: z.string().meta({ description: 'After; before when it was removed.', example: 'sanctions-hit-exports' }),
    heading: z.string().nullable().meta({ description: 'After; before when it was removed.', example: 'Sanctions' }),
    fields,
  })
  .meta({
    id: 'SectionChange',
    description: 'A section that came, went, moved or changed itself. What happened to its blocks is told with those.',
  });
export type SectionChange = z.output<typeof SectionChange>;

const BlockPlace = z
  .object({
    sectionId: Id,
    asideId: Id.nullable().meta({ description: 'The aside that it stands in; null when in none.', example: null }),
    index,
  })
  .meta({ id: 'BlockPlace', description: 'Where a block stands: in a section, or in an aside of it.' });
export type BlockPlace = z.output<typeof BlockPlace>;

export const BlockChange = z
  .object({
    id: Id,
    type: z.string().meta({ description: 'After; before when it was removed.', example: 'paragraph' }),
    changes,
    before: BlockPlace.nullable().meta({ description: 'Where it stood; null when it was added.' }),
    after: BlockPlace.nullable().meta({ description: 'Where it stands; null when it was removed.' }),
    block: ManagedBlock.nullable().meta({
      description:
        'The block itself when it was added or removed. The blocks within an aside are told by themselves too.',
      example: null,
    }),
    fields,
  })
  .meta({ id: 'BlockChange', description: 'A block that came, went, moved or changed. Blocks are matched by id.' });
export type BlockChange = z.output<typeof BlockChange>;

export const ArticleDiff = z
  .object({
    from: RevisionHead,
    to: RevisionHead,
    fields: z.array(FieldChange).meta({ description: 'What differs of the article’s own fields.' }),
    sections: z
      .array(SectionChange)
      .meta({ description: 'Only those that differ: in the order they stand after, then those that were removed.' }),
    blocks: z
      .array(BlockChange)
      .meta({ description: 'Only those that differ: in the order they stand after, then those that were removed.' }),
  })
  .meta({ id: 'ArticleDiff', description: 'What makes of one version of a story another.' });
export type ArticleDiff = z.output<typeof ArticleDiff>;

export const ResourceDiff = z
  .object({ from: RevisionHead, to: RevisionHead, fields: z.array(FieldChange) })
  .meta({ id: 'ResourceDiff', description: 'What makes of one version of a resource another.' });
export type ResourceDiff = z.output<typeof ResourceDiff>;
