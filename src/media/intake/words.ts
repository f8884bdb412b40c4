// What a picture file says of the picture, as IPTC fields: by XMP, and where that says nothing by the older IIM.
import type { Metadata } from 'sharp';
import { imageShape, type ResourceFacts } from '../../blocks/library.js';
import { type WordName, wordNames } from './found-words.js';
import { iimIn } from './iim.js';
import { xmpIn } from './xmp.js';

export type ImageWords = { [K in WordName]?: NonNullable<ResourceFacts['image'][K]> };

const lengths: Partial<Record<WordName, number>> = {
  alt: 2000,
  caption: 2000,
  creditLine: 300,
  photographer: 200,
  agency: 200,
  copyrightNotice: 500,
  usageTerms: 2000,
  location: 300,
};
/** Fields of several lines. */
const texts = new Set<WordName>(['alt', 'caption', 'usageTerms']);

export function wordsIn({ xmpAsString, iptc }: Pick<Metadata, 'xmpAsString' | 'iptc'>): ImageWords {
  const byXmp = xmpAsString === undefined ? {} : xmpIn(xmpAsString);
  const byIim = iptc === undefined ? {} : iimIn(iptc);
  const words: ImageWords = {};
  for (const name of wordNames) {
    const value = kept(name, byXmp[name]) ?? kept(name, byIim[name]);
    if (value !== undefined) words[name] = value;
  }
  return words;
}

/** A value in a form that can be kept; undefined when there is none. */
function kept(name: WordName, found: string | undefined): string | undefined {
  if (found === undefined) return undefined;
  const space = texts.has(name) ? /[^\P{Cc}\n\t]+|\t+/gu : /[\s\p{Cc}]+/gu;
  const clean = found.toWellFormed().replaceAll(/\r\n?/g, '\n').replaceAll(space, ' ').trim();
  if (clean === '') return undefined;
  const parsed = imageShape[name].safeParse(clipped(clean, lengths[name] ?? clean.length));
  return parsed.success ? parsed.data : undefined;
}

/** At most so long, whole characters, and told to be cut. */
function clipped(value: string, lengthMax: number): string {
  return value.length <= lengthMax ? value : `${value.slice(0, lengthMax - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
