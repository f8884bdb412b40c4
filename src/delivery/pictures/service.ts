import type { ImageFile } from '../../blocks/image-file.js';
import { type Pictured, type RenditionFormat, versionOf } from '../../blocks/renditions.js';
import { DomainError } from '../../kernel/errors.js';
import type { AddressService, Signed } from '../../media/addresses/signing.js';
import type { KeptRenditions, Rendition } from '../../media/renditions/keeping.js';
import { type Asked, findRendition, formatFor, type Versioned, widthNear } from '../../media/renditions/service.js';
import type { Store } from '../../storage/store.js';
import { KeptAnswers } from '../kept-answers.js';
import { findShownImage, isViewShown } from './repository.js';

const keptMax = 10_000;

export interface PictureRequest {
  imageId: string;
  version: string;
  asked: Asked;
  accept: string | undefined;
  signed: Signed | undefined;
}

export type Picture =
  | { rendition: Rendition; format: RenditionFormat; isNegotiated: boolean; isSigned: boolean }
  /** The picture is another by now, to be had there. */
  | { version: string; width: number };

export type PictureService = ReturnType<typeof pictureService>;

/** Pictures for readers: of images that a live story shows, as it shows them; others for who was given a signed address. */
export function pictureService(store: Store, addresses: AddressService, renditions: KeptRenditions) {
  const shown = new KeptAnswers<Versioned | 'none'>(store, keptMax);

  /** An image while readers may have it, in this view. */
  async function findShown(imageId: string, view: string): Promise<Versioned | undefined> {
    const found = await shown.get(`${imageId}/${view}`, async () => {
      const image = await findShownImage(store, imageId);
      if (!image?.file || (view !== '' && !(await isViewShown(store, imageId, view)))) return 'none';
      const { id, file, focalPoint, creditLine, copyrightNotice } = image;
      return versioned({ id, file, focalPoint, creditLine, copyrightNotice }, file);
    });
    return found === 'none' ? undefined : found;
  }

  async function findSigned(imageId: string, version: string): Promise<Versioned | undefined> {
    const image = await addresses.pictured(imageId, version);
    return image?.file ? versioned(image, image.file) : undefined;
  }

  /** @throws `not_found` for what is not live, has no such rendition, or has ended; `unavailable` when too much is being made */
  async function get({ imageId, version, asked, accept, signed }: PictureRequest): Promise<Picture> {
    const isSigned = signed !== undefined && (await addresses.holds(imageId, version, asked.viewName, signed));
    if (!isSigned && (signed || asked.width === 'original')) throw nothingHere();
    const image = isSigned ? await findSigned(imageId, version) : await findShown(imageId, asked.viewName);
    if (!image) throw nothingHere();
    if (image.version !== version)
      return { version: image.version, width: widthNear(image.file, asked, image.focalPoint) };
    const format = asked.format ?? formatFor(image, asked, accept);
    const rendition = await findRendition(renditions, image, asked, format);
    if (!rendition) throw nothingHere();
    return { rendition, format, isNegotiated: asked.format === undefined, isSigned };
  }

  return { get };
}

function versioned(image: Pictured, file: ImageFile): Versioned {
  return { ...image, file, version: versionOf(image) };
}

function nothingHere(): DomainError {
  return new DomainError('not_found', 'There is no such picture here.');
}
