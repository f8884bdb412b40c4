// Whether the full-text index has what readers see, all of it and nothing else, and is sound.
import Database from 'better-sqlite3';
import { searchTextsOf } from '../../src/blocks/search-texts.js';
import type { Article } from '../../src/blocks/story.js';
import { quoteTextsOf } from '../../src/kernel/search/documents.js';
import { countedFacetsOf } from '../../src/publishing/facets.js';
import { putQuote, putStory } from '../../src/storage/sqlite/search/index-rows.js';
import type { Statement } from '../../src/storage/store.js';

type Row = Record<string, string | number>;

/** @throws when the index of a database that nobody has open is not what it must be */
export function requireTrueIndex(path: string): void {
  const faults = indexFaults(path);
  if (faults.length > 0) throw new Error(`The full-text index is not true:\n${faults.slice(0, 10).join('\n')}`);
}

/** What is wrong with the index of a database, a line each. */
function indexFaults(path: string): string[] {
  const file = new Database(path);
  const faults: string[] = [];
  for (const index of ['story_index', 'quote_index']) {
    try {
      file.exec(`INSERT INTO ${index} (${index}) VALUES ('integrity-check')`);
    } catch (error) {
      faults.push(`${index}: ${(error as Error).message}`);
    }
  }
  file.exec('BEGIN');
  const rows = (sql: string) => file.prepare(sql).all() as Row[];
  faults.push(
    ...differences('stories', rows(storyRows), liveStories(file)),
    ...differences('quotes', rows('SELECT quote_id AS id, hash FROM quote_documents'), shownQuotes(file)),
    ...differences(
      'rows of stories',
      rows('SELECT id FROM story_index_docsize'),
      rows("SELECT id FROM story_documents WHERE hash <> ''"),
    ),
    ...differences('texts', rows('SELECT id FROM story_texts'), rows('SELECT id FROM story_documents')),
    ...differences(
      'rows of quotes',
      rows('SELECT id FROM quote_index_docsize'),
      rows('SELECT id FROM quote_documents'),
    ),
    ...differences('speakers', rows('SELECT key, story_count FROM speakers'), rows(countedSpeakers)),
  );
  file.close();
  return faults;
}

const storyRows = `SELECT article_id AS id, published_at, content_updated_at, counted, hash, texts
  FROM story_documents JOIN story_texts USING (id)`;
const countedSpeakers = `SELECT substr(facet, 9) AS key, count(*) AS story_count FROM facets WHERE facet GLOB 'speaker:*' GROUP BY 1`;

function differences(what: string, there: readonly Row[], wanted: readonly Row[]): string[] {
  const [has, wants] = [there, wanted].map((rows) => new Set(rows.map((row) => JSON.stringify(row))));
  const without = (a: Set<string> | undefined, b: Set<string> | undefined) =>
    [...(a ?? [])].filter((row) => !b?.has(row));
  return [
    ...without(wants, has).map((row) => `${what}: ${row} is not there`),
    ...without(has, wants).map((row) => `${what}: ${row} should not be there`),
  ];
}

/** The hash that the last of the statements writes down. */
function hashIn(statements: readonly Statement[]): string {
  return String(statements.at(-1)?.query.toSQL().params[0]);
}

function liveStories(file: Database.Database): Row[] {
  const live = file.prepare('SELECT article_id, body FROM snapshots WHERE withdrawn_at IS NULL').all() as Row[];
  const facetsOf = file
    .prepare<[string], string>('SELECT facet FROM facets WHERE article_id = ? ORDER BY rowid')
    .pluck();
  return live.map(({ article_id, body }) => {
    const { data } = JSON.parse(String(body)) as { data: Article };
    const facets = facetsOf.all(String(article_id));
    const { publishedAt, contentUpdatedAt } = data;
    const texts = searchTextsOf(data);
    const counted = countedFacetsOf(facets, data.language);
    const statements = putStory({ articleId: data.id, publishedAt, contentUpdatedAt, facets, counted, texts });
    return {
      id: data.id,
      published_at: publishedAt,
      content_updated_at: contentUpdatedAt,
      counted: counted.join('\n'),
      hash: hashIn(statements),
      texts: JSON.stringify(texts),
    };
  });
}

function shownQuotes(file: Database.Database): Row[] {
  const shown = file.prepare<[], string>("SELECT body FROM library_snapshots WHERE kind = 'quote'").pluck().all();
  return shown.map((body) => {
    const quote = JSON.parse(body);
    return { id: quote.id, hash: hashIn(putQuote(quote.id, quoteTextsOf(quote))) };
  });
}
