// Pictures of HTML, and what is said below them.
import type { Element } from 'hast';
import { attribute, elementIn, hasClass, wordsOf } from './html-phrases.js';
import { idOfPicture } from './pictures.js';
import { captionOf } from './story.js';

export interface HtmlPicture {
  /** Of our image, where it is one. */
  id: string | undefined;
  alt: string | undefined;
  url: string;
}

/** The picture that an element is or holds: an img, or what stands in the place of one while our image has no file. */
export function pictureIn(node: Element): HtmlPicture | undefined {
  const image = node.tagName === 'img' ? node : elementIn(node, 'img');
  if (image) {
    const { alt } = image.properties;
    const url = attribute(image, 'src') ?? '';
    const id = attribute(image, 'dataImageId') ?? idOfPicture(url);
    return { id, alt: typeof alt === 'string' ? alt : undefined, url };
  }
  const place = node.children.find(
    (child): child is Element => child.type === 'element' && attribute(child, 'dataImageId') !== undefined,
  );
  if (!place) return undefined;
  const { ariaLabel } = place.properties;
  return {
    id: attribute(place, 'dataImageId'),
    alt: typeof ariaLabel === 'string' ? ariaLabel : undefined,
    url: '',
  };
}

/** Caption and credit: by the classes that our own have, else the credit is what stands in brackets at the end. */
export function captionFields(caption: Element): { caption?: string; creditLine?: string } {
  const credit = classed(caption, 'credit');
  const words = classed(caption, 'caption');
  if (!credit && !words) return captionOf(wordsOf(caption));
  return { ...(words && { caption: wordsOf(words) }), ...(credit && { creditLine: wordsOf(credit) }) };
}

export function classed(node: Element, name: string): Element | undefined {
  return node.children.find((child): child is Element => child.type === 'element' && hasClass(child, name));
}
