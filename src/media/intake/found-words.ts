/** The facts of an image that its file may tell. */
export const wordNames = [
  'alt',
  'caption',
  'creditLine',
  'photographer',
  'agency',
  'copyrightNotice',
  'usageTerms',
  'takenAt',
  'location',
] as const;
export type WordName = (typeof wordNames)[number];

/** As a file has them: not yet known to be such as can be kept. */
export type FoundWords = { [K in WordName]?: string | undefined };
