// Makes one rendition of a picture. Every pixel is decoded and written anew: nothing else of the uploaded file goes out.
import type { Sharp } from 'sharp';
import type { ImageFile } from '../../blocks/image-file.js';
import type { PixelBox, RenditionFormat } from '../../blocks/renditions.js';
import { openPicture } from '../decoding.js';

export interface Recipe {
  file: Pick<ImageFile, 'frames'>;
  box: PixelBox;
  width: number;
  height: number;
  format: RenditionFormat;
  /** Whether it is for those who work on the picture, rather than for readers. */
  isOriginal: boolean;
  /** What to say in it. */
  xmp: string | undefined;
}

/** Only WebP can move; of the others there is the first frame. */
function movesIn(file: Pick<ImageFile, 'frames'>, format: RenditionFormat): boolean {
  return file.frames > 1 && format === 'webp';
}

/** Writes it to `target`. */
export async function makeRendition(source: string, target: string, recipe: Recipe): Promise<void> {
  const { file, box, width, height, format, isOriginal, xmp } = recipe;
  const opened = await openPicture(source, movesIn(file, format));
  const picture = opened.autoOrient().extract(box).resize({ width, height, fit: 'fill' }).toColourspace('srgb');
  if (xmp !== undefined) picture.withXmp(xmp);
  await written(picture, format, isOriginal).toFile(target);
}

function written(picture: Sharp, format: RenditionFormat, isOriginal: boolean): Sharp {
  switch (format) {
    case 'avif':
      return picture.avif({ quality: isOriginal ? 80 : 55, effort: 3 });
    case 'webp':
      return picture.webp({ quality: isOriginal ? 92 : 78, effort: 3 });
    case 'jpg':
      return picture.flatten({ background: '#ffffff' }).jpeg({
        quality: isOriginal ? 95 : 80,
        mozjpeg: !isOriginal,
        chromaSubsampling: isOriginal ? '4:4:4' : '4:2:0',
      });
    case 'png':
      return picture.png({ compressionLevel: 7 });
  }
}
