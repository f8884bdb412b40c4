// Finds quotes, in the thread of the searches.
import type DatabaseFile from 'better-sqlite3';
import { quoteFields, quoteTextsOf } from '../../../kernel/search/documents.js';
import { snippetsOf } from '../../../kernel/search/snippets.js';
import { facetOf } from '../../facets.js';
import { type FoundQuotes, matchesMax, type QuoteSearch } from '../../search.js';
import { Best, type Candidate } from './best.js';
import { quoteExpression, quoteRank } from './index-rows.js';

type Row = [quoteId: string, rank: number, speaker: string | null];
interface Match extends Candidate {
  id: string;
}

/** @param requireTime called between rows, throws when the search is to end */
export function findQuotes(file: DatabaseFile.Database, search: QuoteSearch, requireTime: () => void): FoundQuotes {
  const { query, speaker, seek, limit } = search;
  const { from, before } = search.publishedAt;
  const matches = file
    .prepare<[string, number], Row>(
      `SELECT d.quote_id, ${quoteRank}, s.speaker FROM quote_index JOIN quote_documents AS d ON d.id = quote_index.rowid JOIN library_snapshots AS s ON s.kind = 'quote' AND s.resource_id = d.quote_id WHERE quote_index MATCH ? ORDER BY quote_index.rowid DESC LIMIT ?`,
    )
    .raw();
  const standing = file
    .prepare<[string, string, string]>(
      'SELECT 1 FROM facets WHERE facet = ? AND published_at >= ? AND published_at < ? LIMIT 1',
    )
    .pluck();
  const stands = (id: string) =>
    (from === undefined && before === undefined) ||
    standing.get(facetOf.contains(id), from ?? '', before ?? latest) !== undefined;
  const best = new Best<Match>(limit, false, seek);
  let examined = 0;
  let count = 0;
  for (const [id, relevance, of] of matches.iterate(quoteExpression(query), matchesMax + 1)) {
    requireTime();
    examined += 1;
    if (examined > matchesMax) break;
    if ((speaker !== undefined && of !== speaker) || !stands(id)) continue;
    count += 1;
    best.add({ id, position: [relevance, id] });
  }
  const body = file
    .prepare<[string], string>("SELECT body FROM library_snapshots WHERE kind = 'quote' AND resource_id = ?")
    .pluck();
  const rows = best.inOrder().map(({ id, position }) => {
    const texts = quoteTextsOf(JSON.parse(body.get(id) ?? '{}'));
    return { id, position, snippets: snippetsOf(quoteFields, texts, query) };
  });
  return { rows, total: { count, exact: examined <= matchesMax } };
}

/** Behind every instant as they are written. */
const latest = '~';
