import { entityTag } from '../../kernel/entity-tag.js';
import type { Store } from '../../storage/store.js';
import type { Bytes } from '../articles/service.js';
import { listCorrections, listPublications } from './repository.js';
import type { HistoryEntry } from './schemas.js';

export type HistoryService = ReturnType<typeof historyService>;

/** What happened to stories before their readers: no more than they could see for themselves, at the time. */
export function historyService(store: Store) {
  /** Publications and corrections of a live story, the last first. */
  async function read(articleId: string): Promise<Bytes> {
    const publications = publicationEntries(await listPublications(store, articleId));
    const corrections = (await listCorrections(store, articleId)).map(
      (correction): HistoryEntry => ({ at: correction.at, kind: 'correction', correction }),
    );
    // Of what happened at one instant, the publication comes first, and so stands last.
    const entries = [...publications, ...corrections]
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
      .reverse();
    const body = Buffer.from(JSON.stringify({ data: entries }));
    return { body, articleId, etag: entityTag(body) };
  }

  return { read };
}

type Publication = Awaited<ReturnType<typeof listPublications>>[number];

/**
 * What each publication was to readers. The first bears the time that the story does, which for one from an archive is long
 * before it came here.
 */
function publicationEntries(publications: readonly Publication[]): HistoryEntry[] {
  return publications.map(({ action, at, firstPublishedAt, contentUpdatedAt }, i) => {
    const before = publications[i - 1];
    const entry = (kind: HistoryEntry['kind'], when = at): HistoryEntry => ({ at: when, kind, correction: null });
    if (action === 'withdraw') return entry('withdrawn');
    if (!before) return entry('published', firstPublishedAt);
    if (before.action === 'withdraw') return entry('republished');
    return entry(contentUpdatedAt === at ? 'updated' : 'revised');
  });
}
