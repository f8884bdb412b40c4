import { h } from 'hastscript';
import { z } from 'zod';
import { line } from '../kernel/scalars.js';
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
import { titleParagraph } from './rich-text.js';

const imagesMax = 100;
const type = z.literal('gallery');
const title = line(300).meta({ example: 'The visit in pictures' });

const DraftItem = z.strictObject(draftPlacedImage).superRefine(exactlyOne('image')).meta({ id: 'GalleryImageDraft' });
const ManagedItem = z.object(managedPlacedImage).meta({ id: 'ManagedGalleryImage' });
const Item = z.object(deliveredPlacedImage).meta({ id: 'GalleryImage' });

export const gallery = defineBlock({
  type: 'gallery',
  draft: z
    .strictObject({ ...draftBlockId, type, title: title.nullish(), images: z.array(DraftItem).min(1).max(imagesMax) })
    .meta({ id: 'GalleryDraft' }),
  managed: z
    .object({ ...blockId, type, title: title.nullable(), images: z.array(ManagedItem) })
    .meta({ id: 'ManagedGallery' }),
  delivered: z
    .object({ ...blockId, type, title: title.nullable(), images: z.array(Item) })
    .meta({ id: 'Gallery', description: 'Pictures to be seen together, in this order.' }),

  store: (block, keep) => ({
    title: block.title ?? null,
    images: block.images.map((placed, i) => storePlacedImage(placed, keep, ['images', i])),
  }),
  references: ({ images }) => images.map((placed, i) => referenceOfPlacedImage(placed, ['images', i])),
  deliver: (block, library) => ({
    title: block.title,
    images: block.images.map((placed) => deliverPlacedImage(placed, library)),
  }),
  readingText: () => '',
  shown: ({ images }) => images.map(shownImage),
  html: ({ title: words, images }) => [
    h('section', { className: ['gallery'] }, [
      words === null ? null : h('p', { className: ['title'] }, words),
      ...images.map(htmlOfImage),
    ]),
  ],
  markdown: ({ title: words, images }) => [
    mark('gallery', { isTitled: words !== null, images: images.map(unshownOfImage) }),
    ...titleParagraph(words),
    ...images.flatMap(markdownOfImage),
  ],
  plainText: ({ title: words, images }) => [words, ...images.map(plainTextOfImage)].filter(Boolean).join('\n'),
});
