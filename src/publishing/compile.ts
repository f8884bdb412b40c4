// Makes of a story the bytes that readers get. Pure: everything it needs is handed to it.
import { allBlocks, deliverBlock, readingTextOf } from '../blocks/index.js';
import type { Image, Library, ResourceKind } from '../blocks/library.js';
import { searchTextsOf } from '../blocks/search-texts.js';
import type { Article, ArticleLink, ArticleSummary, Correction, Section } from '../blocks/story.js';
import type { ArticleContent } from '../content/history.js';
import { entityTag } from '../kernel/entity-tag.js';
import { countWords } from '../kernel/inline-text.js';
import type { StoryTexts } from '../kernel/search/documents.js';
import { countedFacetsOf, facetsOf } from './facets.js';

const wordsPerMinute = 238;

/** Rises when compiled stories get another form, so that those of the form before are compiled anew after an upgrade. */
export const compiledFormat = 4;

export interface PublicationTimes {
  firstPublishedAt: string;
  publishedAt: string;
  contentUpdatedAt: string;
}

export interface CompileInput {
  id: string;
  content: ArticleContent;
  times: PublicationTimes;
  library: Library;
  /** The library resources that the story shows. */
  uses: readonly { kind: ResourceKind; id: string }[];
  /** Names of the desk and the tags, by key. */
  names: { desk(key: string): string; tag(key: string): string };
  /** The live stories that this one points at, by id. */
  links: ReadonlyMap<string, ArticleLink>;
  /** The other members of its group of translations. */
  translations: readonly string[];
  /** What readers are told was wrong, or is new; the oldest first. */
  corrections: readonly Correction[];
}

export interface CompiledStory {
  slug: string;
  language: string;
  headline: string;
  retracted: boolean;
  /** The whole answer, as sent. */
  body: Buffer;
  /** Strong entity tag of the body. */
  etag: string;
  /** The ArticleSummary, as JSON. */
  summary: string;
  /** What lists can find it by. */
  facets: string[];
  /** Those that searches count. */
  countedFacets: string[];
  /** What searches can find it by. */
  texts: StoryTexts;
  contentUpdatedAt: string;
  publishedAt: string;
}

export function compileStory(input: CompileInput): CompiledStory {
  const { fields, sections: parts } = input.content;
  const sections: Section[] = parts.map(({ id, anchor, heading, blocks }) => ({
    id,
    anchor,
    heading,
    blocks: blocks.map((block) => deliverBlock(block, input.library)),
  }));
  const summary = summaryOf(input, sections);
  const { slug, language, headline, retracted } = summary;
  const story: Article = {
    ...summary,
    firstPublishedAt: input.times.firstPublishedAt,
    seo: fields.seo,
    sources: fields.sources,
    dateline: fields.dateline,
    translationOf: (fields.translationOf !== null && input.links.get(fields.translationOf)) || null,
    translations: byLanguage(input.translations.flatMap((id) => input.links.get(id) ?? [])),
    related: fields.related.flatMap((id) => input.links.get(id) ?? []),
    corrections: input.corrections.map(({ id, kind, text, at }) => ({ id, kind, text, at })),
    sections,
  };
  const body = Buffer.from(JSON.stringify({ data: story }));
  const blocks = sections.flatMap((section) => section.blocks);
  const facets = facetsOf(input.content, blocks, input.uses, input.library);
  return {
    slug,
    language,
    headline,
    retracted,
    body,
    etag: entityTag(body),
    summary: JSON.stringify(summary),
    facets,
    countedFacets: countedFacetsOf(facets, language),
    texts: searchTextsOf(story),
    publishedAt: input.times.publishedAt,
    contentUpdatedAt: input.times.contentUpdatedAt,
  };
}

function summaryOf(
  { id, content: { fields }, times, library, names, corrections }: CompileInput,
  sections: readonly Section[],
): ArticleSummary {
  const wordCount = countWordsOf(sections);
  return {
    id,
    slug: fields.slug,
    language: fields.language,
    headline: fields.headline ?? '',
    shortHeadline: fields.shortHeadline,
    kicker: fields.kicker,
    deck: fields.deck,
    summary: fields.summary,
    desk: { key: fields.desk, name: names.desk(fields.desk) },
    tags: fields.tags.map((key) => ({ key, name: names.tag(key) })),
    bylines: fields.bylines,
    leadImage: fields.leadImageId === null ? firstImage(sections) : library.image(fields.leadImageId),
    publishedAt: times.publishedAt,
    contentUpdatedAt: times.contentUpdatedAt,
    retracted: corrections.some(({ kind }) => kind === 'retraction'),
    wordCount,
    readingSeconds: Math.ceil((wordCount * 60) / wordsPerMinute),
  };
}

/** In an order that stays: by language, then by id. */
function byLanguage(links: readonly ArticleLink[]): ArticleLink[] {
  const keyOf = ({ language, id }: ArticleLink) => `${language} ${id}`;
  return [...links].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function countWordsOf(sections: readonly Section[]): number {
  return sections.reduce(
    (count, { heading, blocks }) =>
      count + countWords(heading ?? '') + blocks.reduce((words, block) => words + countWords(readingTextOf(block)), 0),
    0,
  );
}

function firstImage(sections: readonly Section[]): Image | null {
  for (const { blocks } of sections) {
    for (const block of allBlocks(blocks)) if (block.type === 'image') return block.image;
  }
  return null;
}
