// Finds stories, in the thread of the searches.
import type DatabaseFile from 'better-sqlite3';
import type { Span } from '../../../kernel/parameters.js';
import { type StoryTexts, storyFields } from '../../../kernel/search/documents.js';
import { snippetsOf } from '../../../kernel/search/snippets.js';
import { type FoundStories, type FoundStory, matchesMax, rankedMax, type StorySearch } from '../../search.js';
import { Best, type Candidate } from './best.js';
import { FacetTally } from './facet-tally.js';
import { storyExpression, storyRank } from './index-rows.js';

/** A story published so much later than another may be half as relevant to stand beside it. */
const halfLifeMs = 2 * 365.25 * 86_400_000;
/** Of what is hardly relevant at all: a word in every story, or none that must be there. */
const relevanceMin = 1e-9;

/** Has all that are not ranked stand behind all that are, however old those are. */
const unrankedRelevance = -1000;

const joined = 'FROM story_index JOIN story_documents AS d ON d.id = story_index.rowid';
// The last to come into the index are looked at first, so that a bound on how many cuts off the oldest.
const lastFirst = 'ORDER BY story_index.rowid DESC LIMIT ?';

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

/** What is known of all that is found, so far. */
interface Finding {
  best: Best<Match>;
  tally: FacetTally;
  /** How many matches were looked at, and how many of them are in the list. */
  examined: number;
  count: number;
}

/** @param requireTime called between rows, throws when the search is to end */
export function findStories(file: DatabaseFile.Database, search: StorySearch, requireTime: () => void): FoundStories {
  const { query = { all: [], none: [] }, wanted, unwanted, order, isAscending, seek, limit, counts } = search;
  const expression = storyExpression(query, wanted, unwanted);
  const best = new Best<Match>(limit, isAscending, seek);
  const finding: Finding = { best, tally: new FacetTally(counts), examined: 0, count: 0 };
  const next = lookAtEach(file, search, expression, finding, requireTime);
  if (next !== undefined && order === 'relevance') {
    countRest(file, search, expression, next, finding);
    const isBehind = Number(seek?.position[0] ?? 0) < unrankedRelevance / 2;
    if (!best.isFull || isBehind) lookThroughRest(file, search, expression, next, finding, requireTime);
  }
  return {
    rows: best.inOrder().map((match) => tellStory(file, match, search)),
    total: { count: finding.count, exact: finding.examined <= matchesMax },
    facets: finding.tally.told(file),
  };
}

/** Looks at matches one by one, as many as may be. @returns the number of the first that is too many */
function lookAtEach(
  file: DatabaseFile.Database,
  search: StorySearch,
  expression: string,
  finding: Finding,
  requireTime: () => void,
): number | undefined {
  const { order } = search;
  const isRanked = order === 'relevance';
  const most = isRanked ? rankedMax : matchesMax;
  const matches = file
    .prepare<[string, number], Row>(
      `SELECT d.id, d.article_id, d.published_at, d.content_updated_at, d.counted, ${isRanked ? storyRank : '0'} ${joined} WHERE story_index MATCH ? ${lastFirst}`,
    )
    .raw();
  for (const row of matches.iterate(expression, most + 1)) {
    requireTime();
    const [id, articleId, publishedAt, contentUpdatedAt, counted, relevance] = row;
    finding.examined += 1;
    if (finding.examined > most) return id;
    if (!isWithin(publishedAt, search.publishedAt) || !isWithin(contentUpdatedAt, search.contentUpdatedAt)) continue;
    finding.count += 1;
    finding.tally.add(counted);
    const key = { publishedAt, contentUpdatedAt, relevance: scoreOf(order, relevance, publishedAt) }[order];
    finding.best.add({ id, articleId, position: [key, articleId] });
  }
  return undefined;
}

/** Counts those that are not ranked. SQLite does it by itself: a row costs several times as much when it comes here. */
function countRest(
  file: DatabaseFile.Database,
  { counts, publishedAt, contentUpdatedAt }: StorySearch,
  expression: string,
  next: number,
  finding: Finding,
): void {
  const most = matchesMax - rankedMax;
  const found = file
    .prepare<[string, number, number], number>(
      `SELECT count(*) FROM (SELECT 1 FROM story_index WHERE story_index MATCH ? AND story_index.rowid <= ? LIMIT ?)`,
    )
    .pluck()
    .get(expression, next, most + 1);
  const examined = found ?? 0;
  finding.examined = rankedMax + examined;
  const spans = [...spanOf('published_at', publishedAt), ...spanOf('content_updated_at', contentUpdatedAt)];
  if (counts.length + spans.length === 0) {
    finding.count += Math.min(most, examined);
    return;
  }
  const counted = counts.length === 0 ? "''" : 'd.counted';
  const values = spans.map(({ value }) => value);
  const groups = file
    .prepare<(string | number)[], [counted: string, count: number]>(
      `SELECT counted, count(*) FROM (SELECT ${counted} AS counted, d.published_at, d.content_updated_at ${joined} WHERE story_index MATCH ? AND story_index.rowid <= ? ${lastFirst}) WHERE ${['true', ...spans.map(({ sql }) => sql)].join(' AND ')} GROUP BY counted`,
    )
    .raw();
  for (const [facets, count] of groups.iterate(expression, next, most, ...values)) {
    finding.count += count;
    finding.tally.add(facets, count);
  }
}

/** Looks at those that are not ranked, for a page that has come to them. */
function lookThroughRest(
  file: DatabaseFile.Database,
  search: StorySearch,
  expression: string,
  next: number,
  { best }: Finding,
  requireTime: () => void,
): void {
  const matches = file
    .prepare<[string, number, number], [number, string, string, string]>(
      `SELECT d.id, d.article_id, d.published_at, d.content_updated_at ${joined} WHERE story_index MATCH ? AND story_index.rowid <= ? ${lastFirst}`,
    )
    .raw();
  for (const row of matches.iterate(expression, next, matchesMax - rankedMax)) {
    requireTime();
    const [id, articleId, publishedAt, contentUpdatedAt] = row;
    if (!isWithin(publishedAt, search.publishedAt) || !isWithin(contentUpdatedAt, search.contentUpdatedAt)) continue;
    const key = unrankedRelevance + Date.parse(publishedAt) / halfLifeMs;
    best.add({ id, articleId, position: [key, articleId] });
  }
}

function spanOf(column: string, { from, before }: Span): { sql: string; value: string }[] {
  return [
    ...(from === undefined ? [] : [{ sql: `${column} >= ?`, value: from }]),
    ...(before === undefined ? [] : [{ sql: `${column} < ?`, value: before }]),
  ];
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
