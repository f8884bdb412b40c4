// Whether the full-text index has what readers see, all of it and nothing else, and is sound.
import type { Article } from '../../src/blocks/story.js';
import { quoteTextsOf } from '../../src/kernel/search/documents.js';
import { searchDocumentOf } from '../../src/publishing/search-document.js';
import type { RawDatabase, Row, Written } from './raw.js';

/** @throws when the index of a database that nobody has open is not what it must be */
export async function requireTrueIndex(raw: RawDatabase): Promise<void> {
  const [stories, quotes] = [await liveStories(raw), await shownQuotes(raw)];
  const { rows } = raw;
  const faults = [
    ...(await raw.indexFaults([...stories, ...quotes].map(({ written }) => written))),
    ...differences(
      'stories',
      await rows(storyRows),
      stories.map(({ row }) => row),
    ),
    ...differences(
      'quotes',
      await rows('SELECT quote_id AS id, hash FROM quote_documents'),
      quotes.map(({ row }) => row),
    ),
    ...differences('texts', await rows('SELECT id FROM story_texts'), await rows('SELECT id FROM story_documents')),
    ...differences('speakers', await rows('SELECT key, story_count FROM speakers'), await rows(countedSpeakers)),
  ];
  if (faults.length > 0) throw new Error(`The full-text index is not true:\n${faults.slice(0, 10).join('\n')}`);
}

const storyRows = `SELECT article_id AS id, published_at, content_updated_at, counted, hash, texts
  FROM story_documents JOIN story_texts USING (id)`;
const countedSpeakers = `SELECT substr(facet, 9) AS key, count(*) AS story_count FROM facets WHERE substr(facet, 1, 8) = 'speaker:' GROUP BY 1`;

function differences(what: string, there: readonly Row[], wanted: readonly Row[]): string[] {
  const [has, wants] = [there, wanted].map((rows) => new Set(rows.map((row) => JSON.stringify(row))));
  const without = (a: Set<string> | undefined, b: Set<string> | undefined) =>
    [...(a ?? [])].filter((row) => !b?.has(row));
  return [
    ...without(wants, has).map((row) => `${what}: ${row} is not there`),
    ...without(has, wants).map((row) => `${what}: ${row} should not be there`),
  ];
}

/** A document as it is made of what readers see now. */
interface Fresh {
  row: Row;
  written: Written;
}

/** The hash that the last of the statements writes down. */
function hashIn({ statements }: Written): string {
  return String(statements.at(-1)?.query.toSQL().params[0]);
}

async function liveStories({ rows, putStory }: RawDatabase): Promise<Fresh[]> {
  const live = await rows('SELECT article_id, body FROM snapshots WHERE withdrawn_at IS NULL');
  const facets = Map.groupBy(await rows('SELECT article_id, facet FROM facets'), ({ article_id }) => article_id);
  return live.map(({ article_id, body }) => {
    const { data } = JSON.parse(String(body)) as { data: Article };
    const document = searchDocumentOf(
      data,
      (facets.get(article_id ?? '') ?? []).map(({ facet }) => String(facet)),
    );
    const written = { id: data.id, statements: putStory(document) };
    const row = {
      id: data.id,
      published_at: document.publishedAt,
      content_updated_at: document.contentUpdatedAt,
      counted: document.counted.join('\n'),
      hash: hashIn(written),
      texts: JSON.stringify(document.texts),
    };
    return { row, written };
  });
}

async function shownQuotes({ rows, putQuote }: RawDatabase): Promise<Fresh[]> {
  const shown = await rows("SELECT body FROM library_snapshots WHERE kind = 'quote'");
  return shown.map(({ body }) => {
    const quote = JSON.parse(String(body));
    const written = { id: quote.id, statements: putQuote(quote.id, quoteTextsOf(quote)) };
    return { row: { id: quote.id, hash: hashIn(written) }, written };
  });
}
