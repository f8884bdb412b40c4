// An image at a place of a story, as image blocks and galleries have it: with what stands in there for the image's own.
import { z } from 'zod';
import { Id } from '../kernel/scalars.js';
import type { Keep, Reference } from './block.js';
import { Image, type InlineResources, imageShape, type Library } from './library.js';
import { imageReference } from './reference-fields.js';

const { alt, caption } = imageShape;
/** What adding two shares may be off by. */
const roundingMax = 1e-9;
const share = (description: string, example: number) => z.number().min(0).max(1).meta({ description, example });
const Crop = z
  .strictObject({
    x: share('Left edge, as a share of the width.', 0.1),
    y: share('Top edge, as a share of the height.', 0),
    width: share('As a share of the width.', 0.8).gt(0),
    height: share('As a share of the height.', 1).gt(0),
  })
  .superRefine(({ x, y, width, height }, context) => {
    const sides = [
      ['width', width, x],
      ['height', height, y],
    ] as const;
    for (const [side, size, edge] of sides) {
      if (size > 1 || edge + size <= 1 + roundingMax) continue;
      context.addIssue({
        code: 'custom',
        path: [side],
        message: 'reaches beyond the image',
        params: { code: 'outside' },
      });
    }
  })
  .meta({ id: 'Crop', description: 'The part of the image to show.' });

const override = (field: typeof alt, name: string) =>
  field.nullish().meta({ description: `Stands in for the image’s own ${name} in this story.` });

export const draftPlacedImage = {
  ...imageReference,
  alt: override(alt, 'alt text'),
  caption: override(caption, 'caption'),
  crop: Crop.nullish(),
};
const shown = { alt: alt.nullable(), caption: caption.nullable(), crop: Crop.nullable() };
export const managedPlacedImage = { imageId: Id, ...shown };
export const deliveredPlacedImage = { ...shown, image: Image };

type Crop = z.output<typeof Crop>;
type Draft = {
  imageId?: string | undefined;
  image?: InlineResources['image'] | undefined;
  alt?: string | null | undefined;
  caption?: string | null | undefined;
  crop?: Crop | null | undefined;
};
interface Managed {
  imageId: string;
  alt: string | null;
  caption: string | null;
  crop: Crop | null;
}
type Path = (string | number)[];

/** What to keep of an image that stands at `path` within its block. */
export function storePlacedImage({ imageId, image, ...draft }: Draft, keep: Keep, path: Path = []): Managed {
  return {
    imageId: image ? keep('image', image, [...path, 'image']) : (imageId ?? ''),
    alt: draft.alt ?? null,
    caption: draft.caption ?? null,
    crop: draft.crop ?? null,
  };
}

export function referenceOfPlacedImage({ imageId, alt: own }: Managed, path: Path = []): Reference {
  return { kind: 'image', id: imageId, path: [...path, 'imageId'], alt: own };
}

export function deliverPlacedImage({ imageId, ...own }: Managed, library: Library) {
  const image = library.image(imageId);
  return { alt: own.alt ?? image.alt, caption: own.caption ?? image.caption, crop: own.crop, image };
}
