import type pg from 'pg';
import type { FoundQuotes, FoundStories, IndexState, Search } from '../../search.js';
import { onOwnConnection } from './asking.js';
import { clear, putQuote, putStory } from './index-rows.js';
import { findQuotes } from './quotes.js';
import { findStories } from './stories.js';

/**
 * Full-text search by tsvector and GIN: what is found is written with the commits, what is asked has connections of its own.
 * @param waitingMax searches that may wait for others
 */
export function postgresSearch(searchers: pg.Pool, readers: pg.Pool, waitingMax: number): Search {
  /** Ends a search that nobody waits for. It ends by itself as well, only later. */
  const cancel = (backend: number) => {
    readers.query('SELECT pg_cancel_backend($1)', [backend]).catch(() => undefined);
  };
  return {
    putStory,
    putQuote,
    clear,
    async findStories(search, signal) {
      const { query } = search;
      if (query && query.all.length + query.none.length === 0) return nothing;
      return onOwnConnection({ pool: searchers, waitingMax, cancel }, signal, (ask) => findStories(ask, search));
    },
    async findQuotes(search, signal) {
      if (search.query.all.length + search.query.none.length === 0) return nothing;
      return onOwnConnection({ pool: searchers, waitingMax, cancel }, signal, (ask) => findQuotes(ask, search));
    },
    async inspect(): Promise<IndexState> {
      const { rows } = await readers.query<IndexState>(inspection);
      const [state] = rows;
      return { stories: state?.stories ?? 0, quotes: state?.quotes ?? 0, isSound: state?.isSound ?? false };
    },
  };
}

/** What asks for no word finds nothing. */
const nothing: FoundStories & FoundQuotes = { rows: [], total: { count: 0, exact: true }, facets: {} };

/** Whether each document has words in the index, and nothing else has. */
const inspection = `SELECT (SELECT count(*) FROM story_documents) AS stories, (SELECT count(*) FROM quote_documents) AS quotes,
NOT EXISTS (SELECT 1 FROM story_documents AS d FULL JOIN story_index AS i ON i.id = d.id WHERE d.id IS NULL OR (i.id IS NULL) <> (d.hash = ''))
AND NOT EXISTS (SELECT 1 FROM quote_documents AS d FULL JOIN quote_index AS i ON i.id = d.id WHERE d.id IS NULL OR (i.id IS NULL) <> (d.hash = '')) AS "isSound"`;
