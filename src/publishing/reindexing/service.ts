// Makes the full-text index anew of what readers see, beside a running server or without one.
import { quoteTextsOf } from '../../kernel/search/documents.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import { guardSnapshot } from '../repository.js';
import { searchDocumentOf } from '../search-document.js';
import { dropUnseen, guardQuote, listLiveStories, listShownQuotes } from './repository.js';

/** Taken in by one commit: others wait for it. */
const perCommit = 25;

export interface Reindexed {
  stories: number;
  quotes: number;
  /** Whether the index was damaged, so that it had to be emptied first, and found less until it was full again. */
  wasDamaged: boolean;
}

/**
 * Takes everything that readers see into the index anew, and everything else out of it. What is published meanwhile is in it as
 * well, and what was sound is found all the time.
 */
export async function reindex(store: Store): Promise<Reindexed> {
  const { isSound } = await store.search.inspect();
  if (!isSound) await store.commit(store.search.clear());
  await store.commit(dropUnseen(store));
  const stories = await inBatches(store, async (beyond) => {
    const found = await listLiveStories(store, beyond, perCommit);
    return found.map(({ story, etag, facets }) => ({
      id: story.id,
      statements: [
        guardSnapshot(store, story.id, etag),
        ...store.search.putStory(searchDocumentOf(story, facets), true),
      ],
    }));
  });
  const quotes = await inBatches(store, async (beyond) => {
    const found = await listShownQuotes(store, beyond, perCommit);
    return found.map(({ quote, etag }) => ({
      id: quote.id,
      statements: [guardQuote(store, quote.id, etag), ...store.search.putQuote(quote.id, quoteTextsOf(quote), true)],
    }));
  });
  return { stories, quotes, wasDamaged: !isSound };
}

/** Commits batch after batch, in order of the ids, to the end. What has changed since it was read is read again. */
async function inBatches(
  store: Store,
  read: (beyond: string) => Promise<{ id: string; statements: Statement[] }[]>,
): Promise<number> {
  let [count, beyond] = [0, ''];
  for (;;) {
    const ids = await decideAndCommit(store, async () => {
      const batch = await read(beyond);
      return { statements: batch.flatMap(({ statements }) => statements), result: batch.map(({ id }) => id) };
    });
    const last = ids.at(-1);
    if (last === undefined) return count;
    [count, beyond] = [count + ids.length, last];
  }
}
