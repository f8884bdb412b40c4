// Renditions of an image by what an address says of them.
import type { ImageFile } from '../../blocks/image-file.js';
import {
  boxOf,
  heightAt,
  holds,
  type Pictured,
  type RenditionFormat,
  renditionFormats,
  type Shape,
  shapes,
  type View,
  viewOfText,
  widthsOf,
} from '../../blocks/renditions.js';
import { creditXmp } from './credit.js';
import type { KeptRenditions, Rendition } from './keeping.js';

/** An image that has a file, and the version of its renditions. */
export type Versioned = Pictured & { file: ImageFile; version: string };

/** A rendition as an address asks for it. */
export interface Asked {
  /** The view as the address has it; empty for the image as it is. */
  viewName: string;
  view: View;
  shape: Shape;
  width: number | 'original';
  /** None when it is for Accept to say. */
  format: RenditionFormat | undefined;
}

const frameOf = new RegExp(`^(?:(.+)_)?(${shapes.join('|')})$`);
const fileOf = new RegExp(`^([1-9]\\d{0,3}|original)(?:\\.(${renditionFormats.join('|')}))?$`);

export const contentTypes: Record<RenditionFormat, string> = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  png: 'image/png',
};

/** What the last two parts of an address ask for; undefined when no rendition is named so. */
export function askedBy(frame: string, file: string): Asked | undefined {
  const [, viewName = '', shape] = frameOf.exec(frame) ?? [];
  const [, width, format] = fileOf.exec(file) ?? [];
  const view = viewOfText(viewName);
  if (shape === undefined || width === undefined || view === undefined) return undefined;
  return {
    viewName,
    view,
    shape: shape as Shape,
    width: width === 'original' ? width : Number(width),
    format: format as RenditionFormat | undefined,
  };
}

/** The size in which a rendition of a part of a picture is made. */
function sizeOf(box: { width: number; height: number }, width: Asked['width']): { width: number; height: number } {
  return width === 'original' ? box : { width, height: heightAt(width, box) };
}

/** The format for who names none: the smallest that it takes. A picture that moves does so only as WebP. */
export function formatFor({ file, focalPoint }: Versioned, asked: Asked, accept: string | undefined): RenditionFormat {
  const refused = /^\s*q=0(?:\.0+)?\s*$/i;
  const accepted = new Set(
    (accept ?? '').split(',').flatMap((part) => {
      const [type = '', ...parameters] = part.split(';');
      return parameters.some((parameter) => refused.test(parameter)) ? [] : type.trim().toLowerCase();
    }),
  );
  const size = sizeOf(boxOf(file, asked.view, focalPoint, asked.shape), asked.width);
  const preferred = file.frames > 1 ? (['webp'] as const) : (['avif', 'webp'] as const);
  return preferred.find((format) => accepted.has(contentTypes[format]) && holds(format, size)) ?? 'jpg';
}

/** The format in which an original goes out: without loss where it came without. */
export function originalFormat(file: Pick<ImageFile, 'mimeType' | 'width' | 'height'>): RenditionFormat {
  const { mimeType } = file;
  // A GIF can be longer than a WebP.
  if (mimeType === 'image/png' || (mimeType === 'image/gif' && !holds('webp', file))) return 'png';
  return mimeType === 'image/webp' || mimeType === 'image/gif' ? 'webp' : 'jpg';
}

/** The width nearest to one that is not on the ladder of an image, or not any more. */
export function widthNear(file: ImageFile, { view, shape, width }: Asked, focalPoint: Pictured['focalPoint']): number {
  const widths = widthsOf(boxOf(file, view, focalPoint, shape).width);
  return widths.find((step) => width !== 'original' && step >= width) ?? widths.at(-1) ?? 1;
}

/**
 * The rendition of an image that is asked for; undefined when it is not on the ladder of the image, or longer than
 * its format can be.
 * @throws `unavailable` when too much is being made
 */
export function findRendition(
  kept: KeptRenditions,
  image: Versioned,
  asked: Asked,
  format: RenditionFormat,
): Promise<Rendition> | undefined {
  const { id: imageId, version, file, focalPoint, creditLine, copyrightNotice } = image;
  const { viewName, view, shape, width: wanted } = asked;
  const box = boxOf(file, view, focalPoint, shape);
  const size = sizeOf(box, wanted);
  const isOriginal = wanted === 'original';
  if (!holds(format, size)) return undefined;
  if (isOriginal ? format !== originalFormat(file) : !widthsOf(box.width).includes(wanted)) return undefined;
  const frame = viewName === '' ? shape : `${viewName}_${shape}`;
  return kept.get({ imageId, version, frame, file: `${wanted}.${format}` }, file.sha256, () => ({
    file,
    box,
    width: size.width,
    height: size.height,
    format,
    isOriginal,
    xmp: creditXmp(creditLine, copyrightNotice),
  }));
}
