import { z } from 'zod';
import { blockId, defineBlock, draftBlockId } from './block.js';
import { mark } from './marks.js';
import {
  deliveredPlacedImage,
  deliverPlacedImage,
  draftPlacedImage,
  htmlOfImage,
  managedPlacedImage,
  markdownOfImage,
  plainTextOfImage,
  referenceOfPlacedImage,
  shownImage,
  storePlacedImage,
  unshownOfImage,
} from './placed-image.js';
import { exactlyOne } from './reference-fields.js';

const type = z.literal('image');

export const image = defineBlock({
  type: 'image',
  draft: z
    .strictObject({ ...draftBlockId, type, ...draftPlacedImage })
    .superRefine(exactlyOne('image'))
    .meta({ id: 'ImageBlockDraft' }),
  managed: z.object({ ...blockId, type, ...managedPlacedImage }).meta({
    id: 'ManagedImageBlock',
    description: 'Its alt and caption are overrides for this story; null means the image’s own.',
  }),
  delivered: z
    .object({ ...blockId, type, ...deliveredPlacedImage })
    .meta({ id: 'ImageBlock', description: 'Its alt and caption are the ones to show in this story.' }),

  store: (block, keep) => storePlacedImage(block, keep),
  references: (block) => [referenceOfPlacedImage(block)],
  deliver: (block, library) => deliverPlacedImage(block, library),
  readingText: () => '',
  shown: (block) => [shownImage(block)],
  html: (block) => [htmlOfImage(block)],
  markdown: (block) => [mark('image', unshownOfImage(block)), ...markdownOfImage(block)],
  plainText: (block) => plainTextOfImage(block),
});
