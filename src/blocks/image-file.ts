// The file of an image: what is known of it once it has been decoded.
import { z } from 'zod';

export const fileTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif'] as const;

export const ImageFile = z
  .strictObject({
    mimeType: z.enum(fileTypes).meta({ description: 'What it is, by its decoded bytes.', example: 'image/jpeg' }),
    width: z.int().min(1).meta({ description: 'In pixels, as it is to be seen: turned upright.', example: 3000 }),
    height: z.int().min(1).meta({ example: 2000 }),
    bytes: z.int().min(1).meta({ description: 'Size of the file as it was uploaded.', example: 2_411_724 }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .meta({
        description: 'SHA-256 of the file as it was uploaded, in hex.',
        example: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      }),
    frames: z.int().min(1).meta({ description: 'More than one when it moves.', example: 1 }),
    placeholder: z.string().meta({
      description: 'ThumbHash, in base64: a blurred preview of about 25 bytes.',
      example: '3OcRJYB4d3h/iIeHeEh3eIhw+j2w',
    }),
    dominantColour: z
      .string()
      .regex(/^#[0-9a-f]{6}$/)
      .meta({ description: 'What to fill its place with until it is there.', example: '#8a1c1c' }),
  })
  .meta({ id: 'ImageFile', description: 'The picture itself: what is known of the uploaded file.' });
export type ImageFile = z.output<typeof ImageFile>;
