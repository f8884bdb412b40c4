import type { ArticleRecord } from '../content/articles/repository.js';
import { invalid, type Violation } from '../kernel/errors.js';
import type { PublicationTimes } from './compile.js';
import type { PublishRequest } from './schemas.js';

/** What is wrong with a publication that is minor and has a correction. */
export const minorCorrection: Violation = {
  pointer: '/minor',
  code: 'not_minor',
  message: 'cannot be true with a correction, which readers are told of',
};

/**
 * The times that a story bears once it is published at an instant.
 * @throws `invalid` for a publishedAt to come, or a correction that is said to be minor
 */
export function publicationTimes(
  { summary: { publication } }: ArticleRecord,
  { publishedAt, minor, correction }: PublishRequest,
  at: string,
): PublicationTimes {
  if (correction && minor) {
    throw invalid([minorCorrection]);
  }
  if (publishedAt && publishedAt > at) {
    throw invalid([
      {
        pointer: '/publishedAt',
        code: 'in_the_future',
        message: 'must be past; a story is published now or was before',
      },
    ]);
  }
  const published = publishedAt ?? publication.publishedAt ?? at;
  const isFirst = publication.firstPublishedAt === null;
  const updated = isFirst && !correction ? published : at;
  return {
    firstPublishedAt: publication.firstPublishedAt ?? published,
    publishedAt: published,
    contentUpdatedAt: minor && publication.contentUpdatedAt !== null ? publication.contentUpdatedAt : updated,
  };
}
