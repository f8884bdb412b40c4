import { z } from 'zod';
import { Id } from '../kernel/scalars.js';
import { blockId, defineBlock, draftBlockId } from './block.js';
import { Image, imageShape } from './library.js';
import { exactlyOne, imageReference } from './reference-fields.js';

const { alt, caption } = imageShape;
const override = (field: typeof alt, name: string) =>
  field.nullish().meta({ description: `Stands in for the image’s own ${name} in this story.` });

export const image = defineBlock({
  type: 'image',
  draft: z
    .strictObject({
      ...draftBlockId,
      type: z.literal('image'),
      ...imageReference,
      alt: override(alt, 'alt text'),
      caption: override(caption, 'caption'),
    })
    .superRefine(exactlyOne('image'))
    .meta({ id: 'ImageBlockDraft' }),
  managed: z
    .object({ ...blockId, type: z.literal('image'), imageId: Id, alt: alt.nullable(), caption: caption.nullable() })
    .meta({
      id: 'ManagedImageBlock',
      description: 'Its alt and caption are overrides for this story; null means the image’s own.',
    }),
  delivered: z
    .object({ ...blockId, type: z.literal('image'), alt: alt.nullable(), caption: caption.nullable(), image: Image })
    .meta({ id: 'ImageBlock', description: 'Its alt and caption are the ones to show in this story.' }),

  store: ({ imageId, image: inline, ...block }, keep) => ({
    imageId: inline ? keep('image', inline, ['image']) : (imageId ?? ''),
    alt: block.alt ?? null,
    caption: block.caption ?? null,
  }),
  references: ({ imageId }) => [{ kind: 'image', id: imageId, path: ['imageId'] }],
  deliver: ({ imageId, ...override }, library) => {
    const resource = library.image(imageId);
    return {
      alt: override.alt ?? resource.alt,
      caption: override.caption ?? resource.caption,
      image: resource,
    };
  },
  readingText: () => '',
});
