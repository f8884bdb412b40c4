import { h } from 'hastscript';
import { z } from 'zod';
import { blockId, defineBlock, draftBlockId } from './block.js';

const type = z.literal('divider');

export const divider = defineBlock({
  type: 'divider',
  draft: z.strictObject({ ...draftBlockId, type }).meta({ id: 'DividerDraft' }),
  managed: z.object({ ...blockId, type }).meta({ id: 'ManagedDivider' }),
  delivered: z.object({ ...blockId, type }).meta({ id: 'Divider', description: 'A break between two thoughts.' }),

  store: () => ({}),
  references: () => [],
  deliver: () => ({}),
  readingText: () => '',
  shown: () => [],
  html: () => [h('hr')],
  markdown: () => [{ type: 'thematicBreak' }],
  plainText: () => '* * *',
});
