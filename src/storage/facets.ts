// What a story can be found by in lists. Publishing writes these names, delivery asks for them.

/** Every live story has this one. */
export const anyStory = 'all';

/** Names of what a story can be found by. Each kind begins with its own word, so that no two can be taken for one another. */
export const facetOf = {
  desk: (key: string) => `desk:${key}`,
  tag: (key: string) => `tag:${key}`,
  /** A language tag (BCP 47) or what such a tag begins with, since `en` asks for `en-GB` as well (RFC 4647, basic filtering). */
  language: (range: string) => `language:${range.toLowerCase()}`,
  /** A type of block, a kind of embedded media, or the id of a library resource. */
  contains: (what: string) => `contains:${what}`,
  /** A speaker's name, folded for comparison. */
  speaker: (folded: string) => `speaker:${folded}`,
  /** How the story shows an image where it is not as the image is: cropped, or with another focal point. */
  view: (imageId: string, view: string) => `view:${imageId}/${view}`,
  /** The id of the story that this one is a translation of; for publishing to find a story's translations by. */
  translationOf: (id: string) => `translation-of:${id}`,
};

/** Two of desk, tag and language together, which are often asked for at once. */
export function pairOf(first: string, second: string): string {
  return `${first} ${second}`;
}

/** Whether it is two in one. Names of speakers have spaces as well. */
export function isPair(facet: string): boolean {
  return facet.includes(' ') && !facet.startsWith(facetOf.speaker(''));
}

/**
 * Whether lists by update are read by it. Such rows bear the time of the update, which nearly every publication moves; all
 * others stay as they are while what the story is found by does.
 */
export function isReadByUpdate(facet: string): boolean {
  return facet === anyStory || (/^(desk|tag|language):/.test(facet) && !isPair(facet));
}
