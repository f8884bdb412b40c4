import anyAscii from 'any-ascii';

/**
 * Makes a slug part from text in any script: transliterated to ASCII, lower case, words joined by hyphens.
 * Gives '' when nothing of the text can be written that way.
 */
export function slugify(text: string, lengthMax = 80): string {
  const words = anyAscii(text.normalize('NFC'))
    .toLowerCase()
    .replace(/['’]/g, '')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  let slug = '';
  for (const word of words) {
    const longer = slug === '' ? word.slice(0, lengthMax) : `${slug}-${word}`;
    if (longer.length > lengthMax) break;
    slug = longer;
  }
  return slug;
}

/** The first of `base`, `base-2`, `base-3`… that is not taken. */
export function unusedSlug(base: string, isTaken: (slug: string) => boolean): string {
  if (!isTaken(base)) return base;
  for (let n = 2; ; n++) {
    const slug = `${base}-${n}`;
    if (!isTaken(slug)) return slug;
  }
}
