import { sql } from 'drizzle-orm';
import type { FoundQuotes, FoundStories, IndexState, Search } from '../../search.js';
import type { Database } from '../database.js';
import type { Writer } from '../writer.js';
import { clear, putQuote, putStory } from './index-rows.js';
import type { SearchThread } from './thread.js';

/** Full-text search by FTS5: what is found is written with the commits, what is asked is looked for in a thread. */
export function sqliteSearch(db: Database, writer: Writer, thread: SearchThread): Search {
  return {
    putStory,
    putQuote,
    clear,
    async findStories(search, signal) {
      const { query } = search;
      if (query && query.all.length + query.none.length === 0) return nothing;
      return (await thread.ask({ kind: 'stories', search }, signal)) as FoundStories;
    },
    async findQuotes(search, signal) {
      if (search.query.all.length + search.query.none.length === 0) return nothing;
      return (await thread.ask({ kind: 'quotes', search }, signal)) as FoundQuotes;
    },
    async inspect(): Promise<IndexState> {
      const counted = sql`SELECT (SELECT count(*) FROM story_documents) AS stories, (SELECT count(*) FROM quote_documents) AS quotes`;
      const [counts] = db.all<{ stories: number; quotes: number }>(counted);
      return { stories: counts?.stories ?? 0, quotes: counts?.quotes ?? 0, isSound: await isSound(writer) };
    },
  };
}

/** What asks for no word finds nothing. */
const nothing: FoundStories & FoundQuotes = { rows: [], total: { count: 0, exact: true }, facets: {} };

/** Whether FTS5 finds nothing wrong with its tables. */
async function isSound(writer: Writer): Promise<boolean> {
  try {
    for (const index of ['story_index', 'quote_index']) {
      const check = `INSERT INTO ${index} (${index}) VALUES ('integrity-check')`;
      await writer.commit([{ query: { toSQL: () => ({ sql: check, params: [] }) } }]);
    }
    return true;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    if (cause?.code?.startsWith('SQLITE_CORRUPT')) return false;
    throw error;
  }
}
