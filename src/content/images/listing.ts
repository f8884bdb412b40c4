import { z } from 'zod';
import { deliveredImage, imageFactsShape, type ResourceFacts } from '../../blocks/library.js';
import { sentShape } from '../../kernel/shapes.js';
import type { AddressService } from '../../media/addresses/signing.js';
import { type Managed, managedShape } from '../managed.js';

/** Wide enough for a list on any screen. */
const thumbnailWidth = 320;

/** An image in a list, with what shows it there. */
export const ListedImage = z
  .object({
    ...managedShape,
    ...sentShape(imageFactsShape, ['decorative']),
    thumbnail: z
      .object({
        url: z.string().meta({
          description: 'Shows the picture, live or not, to whoever has it, for the next hour or two.',
          example: '/media/01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17/5b2a90c4d1e7f386/full/320?expires=1&signature=…',
        }),
        width: z.int().meta({ example: 320 }),
        height: z.int().meta({ example: 213 }),
      })
      .nullable()
      .meta({ description: 'Null while the image has no file.' }),
  })
  .meta({ id: 'ListedImage' });

/** Gives images of a list their thumbnails. */
export function withThumbnails(addresses: AddressService) {
  return (images: readonly (Managed & ResourceFacts['image'])[]) =>
    Promise.all(
      images.map(async (image) => {
        const sources = deliveredImage(image.id, image).renditions?.srcset ?? [];
        const source = sources.find(({ width }) => width >= thumbnailWidth) ?? sources.at(-1);
        return { ...image, thumbnail: source ? { ...source, url: await addresses.signed(source.url) } : null };
      }),
    );
}
