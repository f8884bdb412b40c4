// Finds stories. One statement finds, counts and tells, so that all of it is of one moment.
import { type StoryTexts, storyFields } from '../../../kernel/search/documents.js';
import { snippetsOf } from '../../../kernel/search/snippets.js';
import { type FoundStories, type FoundStory, matchesMax, rankedMax, type StorySearch } from '../../search.js';
import type { Ask } from './asking.js';
import { type Counted, facetsOf } from './facets.js';
import { rankedWords, storyExpression, weightValues } from './index-rows.js';
import { beyond, Parameters } from './parameters.js';

/** A story published so much later than another may be half as relevant to stand beside it. */
const halfLifeSeconds = 2 * 365.25 * 86_400;
/** Of what is hardly relevant at all: a word in every story, or none that must be there. */
const relevanceMin = 1e-9;
/** Has all that are not ranked stand behind all that are, however old those are. */
const unrankedRelevance = -1000;

interface Answer {
  examined: number;
  count: number;
  page: { id: string; key: string | number; summary: string; texts: Partial<StoryTexts> }[] | null;
  counted: Counted[] | null;
}

export async function findStories(ask: Ask, search: StorySearch): Promise<FoundStories> {
  const { seek, counts, query } = search;
  const parameters = new Parameters();
  const [answer] = await ask<Answer>(storiesSql(search, parameters), parameters.values);
  if (!answer) throw new Error('a search without an answer');
  const rows = (answer.page ?? []).map(({ id, key, summary, texts }): FoundStory => {
    const snippets = query ? snippetsOf(storyFields, texts, query) : [];
    return { id, position: [key, id], summary, snippets };
  });
  return {
    rows: seek?.direction === 'previous' ? rows.reverse() : rows,
    total: { count: answer.count, exact: answer.examined <= matchesMax },
    facets: await facetsOf(ask, counts, answer.counted ?? []),
  };
}

function storiesSql(search: StorySearch, parameters: Parameters): string {
  const { query = { all: [], none: [] }, wanted, unwanted, isAscending, seek, limit, counts } = search;
  const isUpwards = isAscending !== (seek?.direction === 'previous');
  const direction = isUpwards ? 'ASC' : 'DESC';
  const expression = parameters.add(storyExpression(query, wanted, unwanted));
  const spans = [
    ...spanOf('published_at', search.publishedAt, parameters),
    ...spanOf('content_updated_at', search.contentUpdatedAt, parameters),
  ];
  const counting =
    counts.length === 0
      ? 'NULL'
      : `(SELECT json_agg(c) FROM (SELECT line, count(*) AS stories FROM fitting, unnest(string_to_array(counted, E'\\n')) AS line WHERE split_part(line, ':', 1) = ANY (${parameters.add(counts)}::text[]) GROUP BY line) AS c)`;
  // The last to come into the index are looked at first, so that a bound on how many cuts off the oldest.
  return `WITH matching AS MATERIALIZED (
  SELECT d.id, d.article_id, d.published_at, d.content_updated_at, d.counted, ${keyOf(search, parameters)} AS key
  FROM (
    SELECT id, words, row_number() OVER (ORDER BY id DESC) AS nth FROM story_index WHERE words @@ ${expression}::tsquery ORDER BY id DESC LIMIT ${matchesMax + 1}
  ) AS i JOIN story_documents AS d ON d.id = i.id
), fitting AS MATERIALIZED (
  SELECT * FROM (SELECT * FROM matching ORDER BY id DESC LIMIT ${matchesMax}) AS examined WHERE ${['true', ...spans].join(' AND ')}
), page AS (
  SELECT * FROM fitting WHERE ${beyond('key', 'article_id', isUpwards, seek, parameters)} ORDER BY key ${direction}, article_id ${direction} LIMIT ${parameters.add(limit)}
)
SELECT (SELECT count(*) FROM matching) AS examined, (SELECT count(*) FROM fitting) AS count, ${counting} AS counted,
(SELECT json_agg(json_build_object('id', p.article_id, 'key', p.key, 'summary', s.summary, 'texts', t.texts) ORDER BY p.key ${direction}, p.article_id ${direction})
  FROM page AS p JOIN snapshots AS s ON s.article_id = p.article_id LEFT JOIN story_texts AS t ON t.id = p.id) AS page`;
}

/**
 * What the list is sorted by. Relevance halves with every half-life of age, told as a logarithm: then the present moment falls out
 * of every comparison, and an order stays what it is however much time goes by.
 */
function keyOf({ order, query }: StorySearch, parameters: Parameters): string {
  if (order !== 'relevance') return order === 'publishedAt' ? 'd.published_at' : 'd.content_updated_at';
  const words = query ? rankedWords(query) : '';
  const rank = words === '' ? '0' : `ts_rank('${weightValues}'::real[], i.words, ${parameters.add(words)}::tsquery, 1)`;
  const age = `extract(epoch FROM d.published_at::timestamptz)::float8 / ${halfLifeSeconds}`;
  const relevance = `ln(greatest((${rank})::float8, ${relevanceMin})) / ln(2::float8)`;
  return `(CASE WHEN i.nth <= ${rankedMax} THEN ${relevance} ELSE ${unrankedRelevance} END + ${age})`;
}

function spanOf(column: string, { from, before }: StorySearch['publishedAt'], parameters: Parameters): string[] {
  return [
    ...(from === undefined ? [] : [`${column} >= ${parameters.add(from)}`]),
    ...(before === undefined ? [] : [`${column} < ${parameters.add(before)}`]),
  ];
}
