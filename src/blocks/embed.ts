import { z } from 'zod';
import { Id, line } from '../kernel/scalars.js';
import { blockId, defineBlock, draftBlockId } from './block.js';
import { Embed } from './library.js';
import { embedReference, exactlyOne } from './reference-fields.js';

const label = line(60).meta({ description: 'What stands before the title.', example: 'WATCH' });

export const embed = defineBlock({
  type: 'embed',
  draft: z
    .strictObject({ ...draftBlockId, type: z.literal('embed'), ...embedReference, label: label.nullish() })
    .superRefine(exactlyOne('embed'))
    .meta({ id: 'EmbedBlockDraft' }),
  managed: z
    .object({ ...blockId, type: z.literal('embed'), embedId: Id, label: label.nullable() })
    .meta({ id: 'ManagedEmbedBlock' }),
  delivered: z
    .object({ ...blockId, type: z.literal('embed'), label: label.nullable(), embed: Embed })
    .meta({ id: 'EmbedBlock' }),

  store: ({ embedId, embed: inline, ...block }, keep) => ({
    embedId: inline ? keep('embed', inline, ['embed']) : (embedId ?? ''),
    label: block.label ?? null,
  }),
  references: ({ embedId }) => [{ kind: 'embed', id: embedId, path: ['embedId'] }],
  deliver: (block, library) => ({ label: block.label, embed: library.embed(block.embedId) }),
  readingText: () => '',
});
