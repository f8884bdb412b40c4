import { h } from 'hastscript';
import { z } from 'zod';
import { line } from '../kernel/scalars.js';
import { blockId, defineBlock, draftBlockId } from './block.js';

const shape = {
  type: z.literal('heading'),
  level: z.union([z.literal(2), z.literal(3), z.literal(4)]).meta({
    description: 'How deep it stands below the section’s own heading, which is of level 1.',
    example: 2,
  }),
  text: line(300).meta({ example: 'What was agreed' }),
};

export const heading = defineBlock({
  type: 'heading',
  draft: z.strictObject({ ...draftBlockId, ...shape }).meta({ id: 'HeadingDraft' }),
  managed: z.object({ ...blockId, ...shape }).meta({ id: 'ManagedHeading' }),
  delivered: z.object({ ...blockId, ...shape }).meta({ id: 'Heading', description: 'A heading within a section.' }),

  store: ({ level, text }) => ({ level, text }),
  references: () => [],
  deliver: ({ level, text }) => ({ level, text }),
  readingText: (block) => block.text,
  shown: () => [],
  // The section's heading, of level 1 here, is an h2.
  html: ({ level, text }) => [h(`h${level + 1}`, text)],
  markdown: ({ level, text }) => [
    { type: 'heading', depth: (level + 1) as 3 | 4 | 5, children: [{ type: 'text', value: text }] },
  ],
  plainText: (block) => block.text,
});
