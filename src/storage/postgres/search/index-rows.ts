// What is written into the full-text index, and how it is asked.
import { createHash } from 'node:crypto';
import { type QuoteTexts, quoteFields, type StoryTexts, storyFields } from '../../../kernel/search/documents.js';
import type { Phrase, SearchQuery } from '../../../kernel/search/query.js';
import { wordsIn } from '../../../kernel/search/words.js';
import { anyStory, isPair } from '../../facets.js';
import type { StoryDocument } from '../../search.js';
import type { Statement } from '../../statement.js';

/** Rises when the same text comes to have other words in the index. */
const wordsForm = 1;

/** A word that every quote has, for searches that only say what must not be there. */
const every = '/every';

/** Longer words are told by their beginning: a lexeme has 2,046 bytes at most, and a UTF-16 code unit up to three. */
const wordLengthMax = 500;
/** Places beyond this one are all the same to PostgreSQL. */
const placeMax = 16_383;
/** So many places of a word are kept. */
const placesMax = 255;
/** A tsvector takes no more than this. */
const vectorBytesMax = 2 ** 20 - 1;

type Weight = 'A' | 'B' | 'C' | 'D';

/** How much a match in each field counts. */
const storyWeights: Record<keyof StoryTexts, Weight> = {
  headline: 'A',
  deck: 'B',
  body: 'D',
  quotes: 'C',
  captions: 'D',
  tags: 'B',
  bylines: 'C',
};
const quoteWeights: Record<keyof QuoteTexts, Weight> = { text: 'C', speaker: 'B', context: 'D' };

/** What the weights are worth, from D to A. */
export const weightValues = '{0.1, 0.25, 0.5, 1}';

function lexeme(word: string): string {
  return word.slice(0, wordLengthMax);
}

/** A facet as a word of the index. No word of a text begins so. */
function facetWord(facet: string): string {
  return `/${createHash('sha256').update(facet).digest('hex').slice(0, 16)}`;
}

/** The words of texts as a tsvector is written. No phrase reaches from one line or field to the next. */
function vectorOf<Field extends string>(
  fields: readonly Field[],
  texts: Record<Field, string>,
  weights: Record<Field, Weight>,
  labels: readonly string[],
): string {
  const places = new Map<string, string[]>();
  let place = 0;
  for (const field of fields) {
    let last = 0;
    place += 1;
    for (const { folded, line } of wordsIn(texts[field])) {
      place += line === last ? 1 : 2;
      last = line;
      const of = places.get(lexeme(folded)) ?? [];
      if (of.length < placesMax) of.push(`${Math.min(place, placeMax)}${weights[field]}`);
      places.set(lexeme(folded), of);
    }
  }
  const room = vectorBytesMax - labels.reduce((sum, label) => sum + bytesOf(label, []), 0);
  const words = fitting([...places], room).map(([word, of]) => `'${word}':${of.join(',')}`);
  return [...words, ...labels.map((label) => `'${label}'`)].join(' ');
}

type Placed = readonly [word: string, places: readonly string[]];

/** What a word takes in a tsvector, and its places. */
function bytesOf(word: string, places: readonly string[]): number {
  return 2 * (Math.ceil(Buffer.byteLength(word) / 2) + 1 + places.length);
}

/** The words that there is room for: those that count most, and of them the first. */
function fitting(words: readonly Placed[], room: number): readonly Placed[] {
  let left = room;
  for (const [word, places] of words) left -= bytesOf(word, places);
  if (left >= 0) return words;
  const bestOf = (places: readonly string[]) =>
    places.map((place) => place.at(-1) ?? 'D').reduce((a, b) => (a < b ? a : b));
  const byWeight = Map.groupBy(words, ([, places]) => bestOf(places));
  left = room;
  return (['A', 'B', 'C', 'D'] as const)
    .flatMap((weight) => byWeight.get(weight) ?? [])
    .filter(([word, places]) => {
      left -= bytesOf(word, places);
      return left >= 0;
    });
}

function hashOf(vector: string): string {
  return createHash('sha256')
    .update(JSON.stringify([wordsForm, vector]))
    .digest('base64url');
}

function statement(sql: string, ...params: (string | number)[]): Statement {
  return { query: { toSQL: () => ({ sql, params }) } };
}

/** Writes a document's words in place of those before, unless they are the same. */
function wordStatements(
  [documents, index, key]: readonly [string, string, string],
  id: string,
  vector: string,
  isAnew: boolean,
): Statement[] {
  const hash = hashOf(vector);
  const isOther = isAnew ? '$3 <> $4' : 'hash <> $3 AND $3 <> $4';
  return [
    statement(
      `INSERT INTO ${index} (id, words) SELECT id, $1::tsvector FROM ${documents} WHERE ${key} = $2 AND ${isOther}
ON CONFLICT (id) DO UPDATE SET words = excluded.words`,
      vector,
      id,
      hash,
      '',
    ),
    statement(`UPDATE ${documents} SET hash = $1 WHERE ${key} = $2 AND hash <> $1`, hash, id),
  ];
}

export function putStory(document: StoryDocument, isAnew = false): Statement[] {
  const { articleId, publishedAt, contentUpdatedAt, facets, counted, texts } = document;
  const labels = facets.filter((facet) => !isPair(facet)).map(facetWord);
  return [
    statement(
      `INSERT INTO story_documents (article_id, published_at, content_updated_at, counted, hash) VALUES ($1, $2, $3, $4, '')
ON CONFLICT (article_id) DO UPDATE SET published_at = excluded.published_at, content_updated_at = excluded.content_updated_at, counted = excluded.counted`,
      articleId,
      publishedAt,
      contentUpdatedAt,
      counted.join('\n'),
    ),
    statement(
      `INSERT INTO story_texts (id, texts) SELECT id, $1::json FROM story_documents WHERE article_id = $2
ON CONFLICT (id) DO UPDATE SET texts = excluded.texts WHERE story_texts.texts::text <> excluded.texts::text`,
      JSON.stringify(texts),
      articleId,
    ),
    ...wordStatements(
      ['story_documents', 'story_index', 'article_id'],
      articleId,
      vectorOf(storyFields, texts, storyWeights, labels.toSorted()),
      isAnew,
    ),
  ];
}

export function putQuote(id: string, texts: QuoteTexts, isAnew = false): Statement[] {
  const vector = vectorOf(quoteFields, texts, quoteWeights, [every]);
  return [
    statement("INSERT INTO quote_documents (quote_id, hash) VALUES ($1, '') ON CONFLICT (quote_id) DO NOTHING", id),
    ...wordStatements(['quote_documents', 'quote_index', 'quote_id'], id, vector, isAnew),
  ];
}

export function clear(): Statement[] {
  return [
    statement('DELETE FROM story_index'),
    statement('DELETE FROM quote_index'),
    statement("UPDATE story_documents SET hash = ''"),
    statement("UPDATE quote_documents SET hash = ''"),
  ];
}

/** A phrase as a tsquery. Words are of letters, marks and digits only, so nothing in them has a meaning there. */
function phraseOf({ words, isPrefix }: Phrase): string {
  const parts = words.map((word) => `'${lexeme(word)}'`);
  return `(${parts.join(' <-> ')}${isPrefix ? ':*' : ''})`;
}

function labelOf(facet: string): string {
  return `'${facetWord(facet)}'`;
}

/** The words that must be there, for the rank; none, when there are none. */
export function rankedWords({ all }: SearchQuery): string {
  return all.map(phraseOf).join(' & ');
}

/** The tsquery of a search. What asks for no word that must be there is asked of every story. */
export function storyExpression({ all, none }: SearchQuery, wanted: readonly string[], unwanted: readonly string[]) {
  const required = [...all.map(phraseOf), ...wanted.map(labelOf)];
  return joined(required.length > 0 ? required : [labelOf(anyStory)], [
    ...none.map(phraseOf),
    ...unwanted.map(labelOf),
  ]);
}

/** The same for quotes. */
export function quoteExpression({ all, none }: SearchQuery): string {
  return joined(all.length > 0 ? all.map(phraseOf) : [`'${every}'`], none.map(phraseOf));
}

function joined(required: readonly string[], excluded: readonly string[]): string {
  return [...required, ...excluded.map((one) => `!${one}`)].join(' & ');
}
