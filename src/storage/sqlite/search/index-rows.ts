// What is written into the full-text index (FTS5), and how it is asked.
import { createHash } from 'node:crypto';
import { type QuoteTexts, quoteFields, type StoryTexts, storyFields } from '../../../kernel/search/documents.js';
import type { Phrase, SearchQuery } from '../../../kernel/search/query.js';
import { foldedWordsIn } from '../../../kernel/search/words.js';
import { anyStory, isPair } from '../../facets.js';
import type { StoryDocument } from '../../search.js';
import type { Statement } from '../../statement.js';

/** Rises when the same text comes to have other words in the index. */
const wordsForm = 1;

/** Stands between the lines of a field, so that no phrase reaches from one to the next. It is no word that can be asked for. */
const lineBreak = '¶';

/** A word that every quote has, for searches that only say what must not be there. */
const every = 'every';

/** The words of a text as they are written into the index: folded, and set apart by spaces. */
function indexed(text: string): string {
  const lines = text.split('\n').map((line) => foldedWordsIn(line).join(' '));
  return lines.filter((line) => line !== '').join(` ${lineBreak} `);
}

/** A facet as a word of the index. */
function facetWord(facet: string): string {
  return `f${createHash('sha256').update(facet).digest('hex').slice(0, 16)}`;
}

function hashOf(columns: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([wordsForm, columns]))
    .digest('base64url');
}

function statement(sql: string, ...params: (string | number)[]): Statement {
  return { query: { toSQL: () => ({ sql, params }) } };
}

/** Writes a document's words in place of those before, unless they are the same. */
function wordStatements(
  [documents, index, key]: readonly [string, string, string],
  id: string,
  fields: readonly string[],
  columns: readonly string[],
  isAnew: boolean,
): Statement[] {
  const hash = hashOf(columns);
  const [mine, isOther] = [`FROM ${documents} WHERE ${key} = ?`, isAnew ? "? <> ''" : 'hash <> ?'];
  return [
    statement(`DELETE FROM ${index} WHERE rowid = (SELECT id ${mine} AND hash <> '' AND (${isOther}))`, id, hash),
    statement(
      `INSERT INTO ${index} (rowid, ${fields.join(', ')}) SELECT id${', ?'.repeat(fields.length)} ${mine} AND (${isOther})`,
      ...columns,
      id,
      hash,
    ),
    statement(`UPDATE ${documents} SET hash = ? WHERE ${key} = ? AND hash <> ?`, hash, id, hash),
  ];
}

export function putStory(document: StoryDocument, isAnew = false): Statement[] {
  const { articleId, publishedAt, contentUpdatedAt, facets, counted, texts } = document;
  const columns = [
    ...storyFields.map((field) => indexed(texts[field])),
    facets
      .filter((facet) => !isPair(facet))
      .map(facetWord)
      .toSorted()
      .join(' '),
  ];
  return [
    statement(
      `INSERT INTO story_documents (article_id, published_at, content_updated_at, counted, hash) VALUES (?, ?, ?, ?, '')
ON CONFLICT (article_id) DO UPDATE SET published_at = excluded.published_at, content_updated_at = excluded.content_updated_at, counted = excluded.counted`,
      articleId,
      publishedAt,
      contentUpdatedAt,
      counted.join('\n'),
    ),
    statement(
      `INSERT INTO story_texts (id, texts) SELECT id, ? FROM story_documents WHERE article_id = ?
ON CONFLICT (id) DO UPDATE SET texts = excluded.texts WHERE texts <> excluded.texts`,
      JSON.stringify(texts),
      articleId,
    ),
    ...wordStatements(
      ['story_documents', 'story_index', 'article_id'],
      articleId,
      [...storyFields, 'facets'],
      columns,
      isAnew,
    ),
  ];
}

export function putQuote(id: string, texts: QuoteTexts, isAnew = false): Statement[] {
  const columns = [...quoteFields.map((field) => indexed(texts[field])), every];
  return [
    statement("INSERT INTO quote_documents (quote_id, hash) VALUES (?, '') ON CONFLICT (quote_id) DO NOTHING", id),
    ...wordStatements(['quote_documents', 'quote_index', 'quote_id'], id, [...quoteFields, 'every'], columns, isAnew),
  ];
}

/** Empties both indexes. The command of FTS5 does it even where a row could not be taken out. */
export function clear(): Statement[] {
  return [
    statement("INSERT INTO story_index (story_index) VALUES ('delete-all')"),
    statement("INSERT INTO quote_index (quote_index) VALUES ('delete-all')"),
    statement("UPDATE story_documents SET hash = ''"),
    statement("UPDATE quote_documents SET hash = ''"),
  ];
}

/** How much a match in each field counts, in the order of the fields; a facet says nothing of relevance. */
const storyWeights: Record<keyof StoryTexts, number> = {
  headline: 10,
  deck: 5,
  body: 1,
  quotes: 2,
  captions: 1,
  tags: 4,
  bylines: 3,
};
const quoteWeights: Record<keyof QuoteTexts, number> = { text: 1, speaker: 2, context: 0.5 };

export const storyRank = `-bm25(story_index, ${[...storyFields.map((field) => storyWeights[field]), 0].join(', ')})`;
export const quoteRank = `-bm25(quote_index, ${[...quoteFields.map((field) => quoteWeights[field]), 0].join(', ')})`;

/** A phrase in the language of MATCH. Words are of letters and digits only, so nothing in them has a meaning there. */
function phraseOf({ words, isPrefix }: Phrase): string {
  return `"${words.join(' ')}"${isPrefix ? '*' : ''}`;
}

function inFields(fields: readonly string[], phrases: readonly Phrase[], operator: string): string[] {
  if (phrases.length === 0) return [];
  return [`({${fields.join(' ')}} : (${phrases.map(phraseOf).join(operator)}))`];
}

function ofFacets(facets: readonly string[], operator: string): string[] {
  return facets.length === 0 ? [] : [`(facets : (${facets.map(facetWord).join(operator)}))`];
}

/** The MATCH expression of a search. What asks for no word that must be there is asked of every story. */
export function storyExpression({ all, none }: SearchQuery, wanted: readonly string[], unwanted: readonly string[]) {
  const required = [...inFields(storyFields, all, ' '), ...ofFacets(wanted, ' ')];
  const conditions = required.length > 0 ? required : ofFacets([anyStory], ' ');
  return without(conditions.join(' AND '), [...inFields(storyFields, none, ' OR '), ...ofFacets(unwanted, ' OR ')]);
}

/** The same for quotes. */
export function quoteExpression({ all, none }: SearchQuery): string {
  const [required = `(every : "${every}")`] = inFields(quoteFields, all, ' ');
  return without(required, inFields(quoteFields, none, ' OR '));
}

function without(expression: string, excluded: readonly string[]): string {
  return excluded.reduce((kept, one) => `(${kept}) NOT ${one}`, expression);
}
