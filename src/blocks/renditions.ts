// Where an image can be had in which size, shape and format: fixed ladders, so that nobody can ask for what was not foreseen.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ImageFile } from './image-file.js';

/** Widths in pixels. A picture has those below its own width, and its own. */
export const ladder = [160, 320, 640, 960, 1280, 1920, 2560] as const;
const widest = 2560;
/** Shapes that a picture can be cut to; `full` is the picture, or the crop of it, uncut. */
export const shapes = ['full', '1x1', '4x3', '3x2', '16x9', '4x5', '2x3'] as const;
export type Shape = (typeof shapes)[number];
export const renditionFormats = ['avif', 'webp', 'jpg', 'png'] as const;
export type RenditionFormat = (typeof renditionFormats)[number];
/** What is shown to those who choose none: wide enough for a story's column on any screen. */
const usualWidth = 1280;

export interface Point {
  x: number;
  y: number;
}
/** A part of a picture, in shares of its width and height. */
export interface Box extends Point {
  width: number;
  height: number;
}
/** What a place of a story shows of an image, where it is not what the image says of itself. */
export interface View {
  crop: Box | null;
  focalPoint: Point | null;
}
export const wholeView: View = { crop: null, focalPoint: null };

const Source = z
  .object({
    width: z.int().meta({ description: 'In pixels, for the w of srcset.', example: 640 }),
    height: z.int().meta({ example: 427 }),
    url: z.string().meta({
      description: 'In the format that Accept prefers; with `.avif`, `.webp`, `.jpg` or `.png` behind it, in that one.',
      example: '/media/01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17/5b2a90c4d1e7f386/full/640',
    }),
  })
  .meta({ id: 'RenditionSource' });

export const Renditions = z
  .object({
    src: z.string().meta({
      description: 'For those who choose no width: a JPEG.',
      example: '/media/01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17/5b2a90c4d1e7f386/full/1280.jpg',
    }),
    width: z.int().meta({ description: 'Of what is shown, at its largest, in pixels.', example: 3000 }),
    height: z.int().meta({ example: 2000 }),
    aspectRatio: z.number().meta({ description: 'Width by height, for the place to be kept.', example: 1.5 }),
    srcset: z.array(Source).meta({ description: 'The widths there are, the narrowest first.' }),
    template: z.string().meta({
      description: `Any rendition: \`shape\` is ${shapes.join(', ')}, \`width\` one of ${ladder.join(', ')} or the largest there is, \`format\` ${renditionFormats.join(', ')}. Shapes other than full keep the focal point in frame.`,
      example: '/media/01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17/5b2a90c4d1e7f386/{shape}/{width}.{format}',
    }),
  })
  .meta({
    id: 'Renditions',
    description: 'Where the picture is to be had. Addresses are relative to the one that the API is at.',
  });
export type Renditions = z.output<typeof Renditions>;

/** What of an image decides on the bytes of its renditions. */
export interface Pictured {
  id: string;
  file: ImageFile | null;
  focalPoint: Point | null;
  creditLine: string | null;
  copyrightNotice: string | null;
}

/** A rendition in one format. */
export function inFormat(url: string, format: RenditionFormat): string {
  const [path, query] = url.split('?');
  return `${path}.${format}${query === undefined ? '' : `?${query}`}`;
}

/** What `src` of renditions leads to. */
export function usualOf({ src, srcset }: Renditions): { url: string; width: number; height: number } {
  const source = srcset.find(({ url }) => inFormat(url, 'jpg') === src);
  return { url: src, width: source?.width ?? 0, height: source?.height ?? 0 };
}

/** A story, or any part of one, with other addresses of its pictures. */
export function withAddresses<Value>(value: Value, change: (address: string) => string): Value {
  if (Array.isArray(value)) return value.map((item) => withAddresses(item, change)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => {
    if (name === 'renditions' && member !== null) return [name, renditionsAt(member as Renditions, change)];
    return [name, withAddresses(member, change)];
  });
  return Object.fromEntries(members);
}

export function renditionsAt(renditions: Renditions, change: (address: string) => string): Renditions {
  const { src, srcset, template } = renditions;
  return {
    ...renditions,
    src: change(src),
    srcset: srcset.map((source) => ({ ...source, url: change(source.url) })),
    template: change(template),
  };
}

/** Makes of a story, or a part of one, the same with addresses that hold though it is not live. */
export type SignAddresses = <Value>(value: Value) => Promise<Value>;

/** A part of a picture, in pixels. */
export interface PixelBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Names the bytes that renditions are made to be: another file, focal point or credit is another version. */
export function versionOf({ file, focalPoint, creditLine, copyrightNotice }: Pictured): string {
  const point = focalPoint && [focalPoint.x, focalPoint.y];
  const text = JSON.stringify([file?.sha256, point, creditLine, copyrightNotice]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

const steps = 10_000;
const inSteps = (share: number) => Math.round(share * steps);

/** A view as its part of an address; empty for an image as it is. */
export function viewText({ crop, focalPoint }: View): string {
  const parts = [
    crop && `c${[crop.x, crop.y, crop.width, crop.height].map(inSteps).join('-')}`,
    focalPoint && `f${[focalPoint.x, focalPoint.y].map(inSteps).join('-')}`,
  ];
  return parts.filter((part) => part !== null).join('_');
}

/** The view that a part of an address names; undefined when it names none, or one that is written otherwise. */
export function viewOfText(text: string): View | undefined {
  const match = /^(?:c(\d{1,5})-(\d{1,5})-(\d{1,5})-(\d{1,5}))?(?:_?f(\d{1,5})-(\d{1,5}))?$/.exec(text);
  if (!match) return undefined;
  const [x, y, width, height, fx, fy] = match
    .slice(1)
    .map((part) => (part === undefined ? null : Number(part) / steps));
  const view: View = {
    crop: x != null && y != null && width != null && height != null ? { x, y, width, height } : null,
    focalPoint: fx != null && fy != null ? { x: fx, y: fy } : null,
  };
  return viewText(view) === text ? view : undefined;
}

/** The part of a picture that a shape shows: as large as it can be, with the focal point as near its middle as the edges allow. */
export function boxOf(
  file: Pick<ImageFile, 'width' | 'height'>,
  view: View,
  focalPoint: Point | null,
  shape: Shape,
): PixelBox {
  const region = regionOf(file, view.crop);
  if (shape === 'full') return region;
  const [across = 1, down = 1] = shape.split('x').map(Number);
  const width = Math.max(1, Math.min(region.width, Math.round((region.height * across) / down)));
  const height = Math.max(1, Math.min(region.height, Math.round((region.width * down) / across)));
  const point = view.focalPoint ?? focalPoint;
  const middle = point
    ? { x: point.x * file.width, y: point.y * file.height }
    : { x: region.left + region.width / 2, y: region.top + region.height / 2 };
  return {
    left: between(Math.round(middle.x - width / 2), region.left, region.left + region.width - width),
    top: between(Math.round(middle.y - height / 2), region.top, region.top + region.height - height),
    width,
    height,
  };
}

function regionOf({ width, height }: Pick<ImageFile, 'width' | 'height'>, crop: Box | null): PixelBox {
  if (!crop) return { left: 0, top: 0, width, height };
  const left = Math.min(width - 1, Math.round(crop.x * width));
  const top = Math.min(height - 1, Math.round(crop.y * height));
  return {
    left,
    top,
    width: between(Math.round(crop.width * width), 1, width - left),
    height: between(Math.round(crop.height * height), 1, height - top),
  };
}

function between(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}

/** The widths that something of this width is to be had in. Nothing is made larger than it is. */
export function widthsOf(width: number): number[] {
  return [...new Set([...ladder.filter((step) => step < width), Math.min(width, widest)])];
}

export function heightAt(width: number, box: { width: number; height: number }): number {
  return Math.max(1, Math.round((width * box.height) / box.width));
}

/** The longest side that a format can have; of the others that is longer than any picture is. */
const sideMax: Partial<Record<RenditionFormat, number>> = { avif: 16_384, webp: 16_383 };

/** Whether a picture can be so large in a format. */
export function holds(format: RenditionFormat, { width, height }: { width: number; height: number }): boolean {
  return Math.max(width, height) <= (sideMax[format] ?? Number.POSITIVE_INFINITY);
}

/** Where a view of an image is to be had; null while it has no file. */
export function renditionsOf(image: Pictured, view: View = wholeView): Renditions | null {
  const { id, file } = image;
  if (!file) return null;
  const named = viewText(view);
  // As the address tells it, in whole steps: what is announced must be what is made.
  const seen = viewOfText(named) ?? wholeView;
  const base = `/media/${id}/${versionOf(image)}/${named === '' ? '' : `${named}_`}`;
  const box = boxOf(file, seen, image.focalPoint, 'full');
  const widths = widthsOf(box.width);
  const usual = widths.find((width) => width >= usualWidth) ?? widths.at(-1);
  return {
    src: `${base}full/${usual}.jpg`,
    width: box.width,
    height: box.height,
    aspectRatio: Math.round((box.width / box.height) * 10_000) / 10_000,
    srcset: widths.map((width) => ({ width, height: heightAt(width, box), url: `${base}full/${width}` })),
    template: `${base}{shape}/{width}.{format}`,
  };
}
