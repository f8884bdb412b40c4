import { h } from 'hastscript';
import { z } from 'zod';
import { text } from '../kernel/scalars.js';
import { blockId, defineBlock, draftBlockId } from './block.js';
import {
  deliverText,
  htmlOfText,
  markdownOfText,
  referencesOfText,
  richTextShapes,
  shownInText,
  spansFit,
  storeText,
} from './rich-text.js';

const shapes = richTextShapes(
  text(20_000, 1).meta({
    description: 'The words, always right to show as they are.',
    example: 'Putin was in Minsk on Monday.',
  }),
);
const type = z.literal('paragraph');

export const paragraph = defineBlock({
  type: 'paragraph',
  draft: z
    .strictObject({ ...draftBlockId, type, ...shapes.draft })
    .superRefine(spansFit)
    .meta({ id: 'ParagraphDraft' }),
  managed: z.object({ ...blockId, type, ...shapes.managed }).meta({ id: 'ManagedParagraph' }),
  delivered: z.object({ ...blockId, type, ...shapes.delivered }).meta({ id: 'Paragraph' }),

  store: (block, keep) => storeText(block, keep),
  references: (block) => referencesOfText(block),
  deliver: (block, library) => deliverText(block, library),
  readingText: (block) => block.text,
  shown: (block) => shownInText(block),
  html: (block) => [h('p', htmlOfText(block))],
  markdown: (block) => [{ type: 'paragraph', children: markdownOfText(block) }],
  plainText: (block) => block.text,
});
