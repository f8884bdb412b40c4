import { DomainError } from '../../kernel/errors.js';
import type { ArticleRecord } from './repository.js';

/** More than the writes that may come one after the other while an article is read. */
const readsMax = 30;

/**
 * Reads what belongs to an article as it was at one moment: again when somebody has written between the queries, since every such
 * write raises the article's version.
 * @throws whatever `getRecord` and `read` throw, `unavailable` when somebody has written every time
 */
export async function readAtOneVersion<Read>(
  getRecord: (idOrSlug: string) => Promise<ArticleRecord>,
  idOrSlug: string,
  read: (record: ArticleRecord) => Promise<Read>,
): Promise<Read> {
  let record = await getRecord(idOrSlug);
  for (let attempt = 1; attempt <= readsMax; attempt++) {
    const result = await read(record);
    const { id, version } = record.summary;
    // By its id: its slug may be another's by now.
    record = await getRecord(id);
    if (record.summary.version === version) return result;
  }
  throw new DomainError('unavailable', 'Too many others are changing this at the same time. Try again.');
}
