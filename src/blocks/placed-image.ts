// An image at a place of a story, as image blocks and galleries have it: with what stands in there for the image's own.
import type { Element } from 'hast';
import { h } from 'hastscript';
import type { BlockContent } from 'mdast';
import { z } from 'zod';
import { Id } from '../kernel/scalars.js';
import type { Keep, Reference, Shown } from './block.js';
import { FocalPoint, Image, type InlineResources, imageShape, type Library } from './library.js';
import type { Facts } from './marks.js';
import { imageReference } from './reference-fields.js';
import { holds, inFormat, type Point, type RenditionFormat, Renditions, renditionsOf } from './renditions.js';

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
  focalPoint: FocalPoint.nullish().meta({ description: 'Stands in for the image’s own focal point in this story.' }),
};
const shown = {
  alt: alt.nullable(),
  caption: caption.nullable(),
  crop: Crop.nullable(),
  focalPoint: FocalPoint.nullable(),
};
export const managedPlacedImage = { imageId: Id, ...shown };
export const deliveredPlacedImage = {
  ...shown,
  renditions: Renditions.nullable().meta({ description: 'The picture as it is to be shown here: cropped.' }),
  image: Image,
};

type Crop = z.output<typeof Crop>;
type Draft = {
  imageId?: string | undefined;
  image?: InlineResources['image'] | undefined;
  alt?: string | null | undefined;
  caption?: string | null | undefined;
  crop?: Crop | null | undefined;
  focalPoint?: Point | null | undefined;
};
interface Managed {
  imageId: string;
  alt: string | null;
  caption: string | null;
  crop: Crop | null;
  focalPoint: Point | null;
}
type Path = (string | number)[];

/** What to keep of an image that stands at `path` within its block. */
export function storePlacedImage({ imageId, image, ...draft }: Draft, keep: Keep, path: Path = []): Managed {
  return {
    imageId: image ? keep('image', image, [...path, 'image']) : (imageId ?? ''),
    alt: draft.alt ?? null,
    caption: draft.caption ?? null,
    crop: draft.crop ?? null,
    focalPoint: draft.focalPoint ?? null,
  };
}

export function referenceOfPlacedImage({ imageId, alt: own }: Managed, path: Path = []): Reference {
  return { kind: 'image', id: imageId, path: [...path, 'imageId'], alt: own };
}

export function deliverPlacedImage({ imageId, ...own }: Managed, library: Library) {
  const image = library.image(imageId);
  // What was kept before a story could have its own does not tell of either.
  const [crop, focalPoint] = [own.crop ?? null, own.focalPoint ?? null];
  return {
    alt: own.alt ?? image.alt,
    caption: own.caption ?? image.caption,
    crop,
    focalPoint,
    renditions: renditionsOf(image, { crop, focalPoint }),
    image,
  };
}

interface Delivered {
  alt: string | null;
  caption: string | null;
  crop: Crop | null;
  focalPoint: Point | null;
  renditions: Renditions | null;
  image: Image;
}

export function shownImage({ alt: words, caption: line, crop, focalPoint, renditions, image }: Delivered): Shown {
  return { kind: 'image', image, alt: words, caption: line, view: { crop, focalPoint }, renditions };
}

/** A picture with what is said of it. While the image has no file, what it shows stands in its place. */
export function htmlOfImage({ alt: words, caption: line, renditions, image }: Delivered): Element {
  const said = [line === null ? [] : [h('span', { className: ['caption'] }, line)], creditOf(image)].flat();
  const picture =
    htmlOfPicture(image, renditions, words) ??
    h('div', { className: ['picture'], role: 'img', ariaLabel: words ?? '', dataImageId: image.id });
  return h('figure', { className: ['image'] }, [picture, said.length > 0 ? h('figcaption', said) : null]);
}

/** How wide it is in a column of text, until whoever shows it says otherwise. */
const sizes = '(min-width: 42rem) 40rem, 100vw';

/** A picture in every width and format that a browser can choose from; undefined while the image has no file. */
export function htmlOfPicture(
  { id, file }: Image,
  renditions: Renditions | null,
  words: string | null,
): Element | undefined {
  if (!file || !renditions) return undefined;
  const { src, srcset, width, height } = renditions;
  const widths = (format: RenditionFormat) => srcset.map((at) => `${inFormat(at.url, format)} ${at.width}w`).join(', ');
  const formats = file.frames > 1 ? (['webp'] as const) : (['avif', 'webp'] as const);
  const held = formats.filter((format) => srcset.every((at) => holds(format, at)));
  const sources = held.map((format) => h('source', { type: `image/${format}`, srcSet: widths(format), sizes }));
  const last = { src, srcSet: widths('jpg'), sizes, width, height, alt: words ?? '', decoding: 'async' as const };
  return h('picture', [...sources, h('img', { ...last, loading: 'lazy', dataImageId: id })]);
}

function creditOf({ creditLine }: Image): Element[] {
  return creditLine === null ? [] : [h('small', { className: ['credit'] }, creditLine)];
}

/** The image, by its id while it has no file, then a paragraph with caption and credit. */
export function markdownOfImage({ alt: words, caption: line, renditions, image }: Delivered): BlockContent[] {
  const said = [line, image.creditLine === null ? null : `(${image.creditLine})`].filter((part) => part !== null);
  const picture = { type: 'image' as const, url: renditions?.src ?? `urn:uuid:${image.id}`, alt: words ?? '' };
  return [
    { type: 'paragraph', children: [picture] },
    ...(said.length > 0
      ? [
          {
            type: 'paragraph' as const,
            children: [{ type: 'emphasis' as const, children: [{ type: 'text' as const, value: said.join(' ') }] }],
          },
        ]
      : []),
  ];
}

/** What Markdown does not show of an image: which one it is, its facts, and its own words where the story has others. */
export function unshownOfImage({ alt: words, caption: line, crop, focalPoint, image }: Delivered): Facts {
  const { renditions: _renditions, file: _file, alt: ownAlt, caption: ownCaption, decorative, ...facts } = image;
  const others = Object.entries({ alt: ownAlt !== words, caption: ownCaption !== line });
  const overrides = others.flatMap(([name, isOther]) => (isOther ? [name] : []));
  return {
    image: {
      ...facts,
      alt: ownAlt === words ? null : ownAlt,
      caption: ownCaption === line ? null : ownCaption,
      decorative: decorative ? true : null,
    },
    overrides: overrides.length > 0 ? overrides : null,
    crop,
    focalPoint,
    isSaid: line !== null || image.creditLine !== null,
  };
}

export function plainTextOfImage({ alt: words, caption: line, image }: Delivered): string {
  const said = [line ?? words, image.creditLine === null ? null : `(${image.creditLine})`].filter(Boolean);
  return said.length > 0 ? `[Picture: ${said.join(' ')}]` : '';
}
