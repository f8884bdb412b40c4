// Decodes an uploaded file once, whole, and tells what it is. What cannot be decoded is refused, whatever it is named.
import type { Metadata } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { ImageFile } from '../../blocks/image-file.js';
import { type DomainError, unprocessable } from '../../kernel/errors.js';
import { framesMax, openPicture, openPixels, pixelsMax } from '../decoding.js';
import { type ImageWords, wordsIn } from './words.js';

/** What ThumbHash takes at most, to each side. */
const thumbnailSide = 100;
const sideMax = 32_000;

export interface Inspected {
  file: Omit<ImageFile, 'bytes' | 'sha256'>;
  /** What the file says of the picture. */
  words: ImageWords;
}

/** @throws `unprocessable` when it is no picture of a kind that is taken, broken, or too much of one */
export async function inspect(path: string, pointer: string): Promise<Inspected> {
  const picture = await openPicture(path, false);
  const metadata = await picture.metadata().catch((error: Error) => {
    throw refusal(pointer, error);
  });
  const mimeType = typeOf(metadata);
  if (!mimeType) throw refused(pointer, 'unknown_type', notTaken);
  const frames = metadata.pages ?? 1;
  const { width, height } = metadata.autoOrient;
  if (frames > framesMax || width > sideMax || height > sideMax || width * height * frames > pixelsMax) {
    throw refused(
      pointer,
      'too_many_pixels',
      `has more than ${pixelsMax / 1e6} million pixels, or ${framesMax} frames`,
    );
  }
  const looks = await looksOf(path, frames > 1).catch((error: Error) => {
    throw refusal(pointer, error);
  });
  return { file: { mimeType, width, height, frames, ...looks }, words: wordsIn(metadata) };
}

const notTaken = 'is no JPEG, PNG, WebP, AVIF or GIF';

function typeOf({ format, compression }: Metadata): ImageFile['mimeType'] | undefined {
  switch (format) {
    case 'jpeg':
    case 'png':
    case 'webp':
    case 'gif':
      return `image/${format}`;
    case 'heif':
      return compression === 'av1' ? 'image/avif' : undefined;
    default:
      return undefined;
  }
}

/** Reads every pixel, which is what finds a file broken, down to a thumbnail. */
async function looksOf(path: string, isMoving: boolean): Promise<Pick<ImageFile, 'placeholder' | 'dominantColour'>> {
  // Frames that follow the first are decoded for what may be wrong with them.
  if (isMoving) await (await openPicture(path, true)).resize({ width: 16 }).raw().toBuffer();
  const picture = await openPicture(path, false);
  const { data, info } = await picture
    .autoOrient()
    .resize({ width: thumbnailSide, height: thumbnailSide, fit: 'inside' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const pixels = await openPixels(data, info.width, info.height);
  const { dominant } = await pixels.removeAlpha().stats();
  const hex = [dominant.r, dominant.g, dominant.b].map((value) => value.toString(16).padStart(2, '0')).join('');
  const placeholder = Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
  return { placeholder, dominantColour: `#${hex}` };
}

function refusal(pointer: string, { message }: Error): DomainError {
  if (/unsupported image format|corrupt header|not a known file format/i.test(message)) {
    return refused(pointer, 'unknown_type', notTaken);
  }
  if (/exceeds pixel limit/i.test(message)) {
    return refused(pointer, 'too_many_pixels', `has more than ${pixelsMax / 1e6} million pixels`);
  }
  return refused(pointer, 'broken_file', 'cannot be decoded to its end: it is broken or cut off');
}

function refused(pointer: string, code: string, message: string): DomainError {
  return unprocessable('The file is no picture that can be taken.', [{ pointer, code, message }]);
}
