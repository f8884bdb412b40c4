// Pictures that a document shows, as inline images.
import { Url } from '../../kernel/scalars.js';
import { idOfUrn, type Members, type Place, type Reading } from './story.js';

/** Of an address that this product gives a picture; undefined for one of anybody else. */
const rendition =
  /(?:^|\/)media\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\/[0-9a-f]{16}\/[^/]+\/\d+(?:\.\w+)?(?:\?.*)?$/;

export interface Shown {
  url: string;
  alt: string | undefined;
  caption?: string | undefined;
  creditLine?: string | undefined;
}

/** What our own marks tell of an image at a place. */
interface Unshown {
  image?: Members;
  /** Of its words, those that stand only here. */
  overrides?: string[];
  crop?: unknown;
  focalPoint?: unknown;
}

/** The id of our image that an address leads to. */
export function idOfPicture(url: string): string | undefined {
  return idOfUrn(url) ?? rendition.exec(url)?.[1];
}

/**
 * An image at a place of the story, as a draft has it.
 * @param unshown what our own formats tell of it beside what they show: facts of the image, and of the place
 */
export function placedImage(reading: Reading, place: Place, shown: Shown, unshown: Members = {}): Members {
  const { image: facts = {}, overrides = [], crop, focalPoint } = unshown as Unshown;
  const id = facts.id ?? idOfPicture(shown.url);
  const words = { alt: shown.alt, caption: shown.caption };
  const isOwn = ([name]: [string, unknown]) => overrides.includes(name);
  const isOurs = id !== undefined;
  const image = defined({
    ...Object.fromEntries(Object.entries(words).filter((entry) => !isOwn(entry))),
    sourceUrl: isOurs ? undefined : sourceOf(reading, place, shown.url),
    ...facts,
    creditLine: shown.creditLine ?? facts.creditLine,
    id,
  });
  if (!/^urn:/i.test(shown.url) && shown.url !== '') reading.pictured(image, shown.url);
  reading.placed(image, place);
  return defined({ image, ...Object.fromEntries(Object.entries(words).filter(isOwn)), crop, focalPoint });
}

function sourceOf(reading: Reading, place: Place, url: string): string | undefined {
  if (Url.safeParse(url).success) return url;
  if (url !== '') reading.lose(place, 'source', 'where the picture comes from is no http or https address');
  return undefined;
}

export function defined(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null));
}
