// Finds quotes, in one statement.
import { type QuoteTexts, quoteFields, quoteTextsOf } from '../../../kernel/search/documents.js';
import { snippetsOf } from '../../../kernel/search/snippets.js';
import { facetOf } from '../../facets.js';
import { type FoundQuotes, matchesMax, type QuoteSearch } from '../../search.js';
import type { Ask } from './asking.js';
import { quoteExpression, rankedWords, weightValues } from './index-rows.js';
import { beyond, Parameters } from './parameters.js';

interface Answer {
  examined: number;
  count: number;
  page: { id: string; key: number; body: string }[] | null;
}

export async function findQuotes(ask: Ask, search: QuoteSearch): Promise<FoundQuotes> {
  const { query, seek } = search;
  const parameters = new Parameters();
  const [answer] = await ask<Answer>(quotesSql(search, parameters), parameters.values);
  if (!answer) throw new Error('a search without an answer');
  const rows = (answer.page ?? []).map(({ id, key, body }) => {
    const texts: QuoteTexts = quoteTextsOf(JSON.parse(body));
    return { id, position: [key, id], snippets: snippetsOf(quoteFields, texts, query) };
  });
  return {
    rows: seek?.direction === 'previous' ? rows.reverse() : rows,
    total: { count: answer.count, exact: answer.examined <= matchesMax },
  };
}

function quotesSql({ query, speaker, publishedAt, seek, limit }: QuoteSearch, parameters: Parameters): string {
  const isUpwards = seek?.direction === 'previous';
  const direction = isUpwards ? 'ASC' : 'DESC';
  const words = rankedWords(query);
  const rank = words === '' ? '0' : `ts_rank('${weightValues}'::real[], i.words, ${parameters.add(words)}::tsquery, 1)`;
  const { from, before } = publishedAt;
  const isInSpan = [
    ...(from === undefined ? [] : [`f.published_at >= ${parameters.add(from)}`]),
    ...(before === undefined ? [] : [`f.published_at < ${parameters.add(before)}`]),
  ];
  const conditions = [
    'true',
    ...(speaker === undefined ? [] : [`speaker = ${parameters.add(speaker)}`]),
    ...(isInSpan.length === 0
      ? []
      : [
          `EXISTS (SELECT 1 FROM facets AS f WHERE f.facet = ${parameters.add(facetOf.contains(''))} || quote_id AND ${isInSpan.join(' AND ')})`,
        ]),
  ];
  return `WITH matching AS MATERIALIZED (
  SELECT d.id, d.quote_id, s.speaker, s.body, (${rank})::float8 AS key
  FROM quote_index AS i JOIN quote_documents AS d ON d.id = i.id JOIN library_snapshots AS s ON s.kind = 'quote' AND s.resource_id = d.quote_id
  WHERE i.words @@ ${parameters.add(quoteExpression(query))}::tsquery ORDER BY d.id DESC LIMIT ${matchesMax + 1}
), fitting AS MATERIALIZED (
  SELECT * FROM (SELECT * FROM matching ORDER BY id DESC LIMIT ${matchesMax}) AS examined WHERE ${conditions.join(' AND ')}
), page AS (
  SELECT * FROM fitting WHERE ${beyond('key', 'quote_id', isUpwards, seek, parameters)} ORDER BY key ${direction}, quote_id ${direction} LIMIT ${parameters.add(limit)}
)
SELECT (SELECT count(*) FROM matching) AS examined, (SELECT count(*) FROM fitting) AS count,
(SELECT json_agg(json_build_object('id', quote_id, 'key', key, 'body', body) ORDER BY key ${direction}, quote_id ${direction}) FROM page) AS page`;
}
