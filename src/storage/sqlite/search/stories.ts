// Finds stories, in the thread of the searches.
import type DatabaseFile from 'better-sqlite3';
import type { Span } from '../../../kernel/parameters.js';
import { type StoryTexts, storyFields } from '../../../kernel/search/documents.js';
import { snippetsOf } from '../../../kernel/search/snippets.js';
import { type FoundStories, type FoundStory, matchesMax, type StorySearch } from '../../search.js';
import { Best, type Candidate } from './best.js';
import { FacetTally } from './facet-tally.js';
import { storyExpression, storyRank } from './index-rows.js';

/** A story published so much later than another may be half as relevant to stand beside it. */
const halfLifeMs = 2 * 365.25 * 86_400_000;
/** Of what is hardly relevant at all: a word in every story, or none that must be there. */
const relevanceMin = 1e-9;

type Row = [
  id: number,
  articleId: string,
  publishedAt: string,
  contentUpdatedAt: string,
  counted: string,
  rank: number,
];
interface Match extends Candidate {
  id: number;
  articleId: string;
}

/** @param requireTime called between rows, throws when the search is to end */
export function findStories(file: DatabaseFile.Database, search: StorySearch, requireTime: () => void): FoundStories {
  const { query = { all: [], none: [] }, wanted, unwanted, order, isAscending, seek, limit, counts } = search;
  const rank = order === 'relevance' ? storyRank : '0';
  // The last to come into the index are looked at first, so that a bound on how many cuts off the oldest.
  const matches = file
    .prepare<[string, number], Row>(
      `SELECT d.id, d.article_id, d.published_at, d.content_updated_at, d.counted, ${rank} FROM story_index JOIN story_documents AS d ON d.id = story_index.rowid WHERE story_index MATCH ? ORDER BY story_index.rowid DESC LIMIT ?`,
    )
    .raw();
  const best = new Best<Match>(limit, isAscending, seek);
  const tally = new FacetTally(counts);
  let examined = 0;
  let count = 0;
  for (const row of matches.iterate(storyExpression(query, wanted, unwanted), matchesMax + 1)) {
    requireTime();
    examined += 1;
    if (examined > matchesMax) break;
    const [id, articleId, publishedAt, contentUpdatedAt, counted, relevance] = row;
    if (!isWithin(publishedAt, search.publishedAt) || !isWithin(contentUpdatedAt, search.contentUpdatedAt)) continue;
    count += 1;
    tally.add(counted);
    const key = { publishedAt, contentUpdatedAt, relevance: scoreOf(order, relevance, publishedAt) }[order];
    best.add({ id, articleId, position: [key, articleId] });
  }
  return {
    rows: best.inOrder().map((match) => tellStory(file, match, search)),
    total: { count, exact: examined <= matchesMax },
    facets: tally.told(file),
  };
}

/**
 * Relevance halves with every half-life of age, told as a logarithm: then the present moment falls out of every comparison, and an
 * order stays what it is however much time goes by.
 */
function scoreOf(order: StorySearch['order'], relevance: number, publishedAt: string): number {
  if (order !== 'relevance') return 0;
  return Math.log2(Math.max(relevance, relevanceMin)) + Date.parse(publishedAt) / halfLifeMs;
}

function isWithin(instant: string, { from, before }: Span): boolean {
  return (from === undefined || instant >= from) && (before === undefined || instant < before);
}

/** What is read only of the stories of the page. */
function tellStory(
  file: DatabaseFile.Database,
  { id, articleId, position }: Match,
  { query }: StorySearch,
): FoundStory {
  const summary = file.prepare<[string], string>('SELECT summary FROM snapshots WHERE article_id = ?').pluck();
  const told = { id: articleId, position, summary: summary.get(articleId) ?? '', snippets: [] };
  if (!query) return told;
  const stored = file.prepare<[number], string>('SELECT texts FROM story_texts WHERE id = ?').pluck().get(id);
  const texts = JSON.parse(stored ?? '{}') as Partial<StoryTexts>;
  return { ...told, snippets: snippetsOf(storyFields, texts, query) };
}
