import { searchTextsOf } from '../blocks/search-texts.js';
import type { Article } from '../blocks/story.js';
import type { StoryDocument } from '../storage/search.js';
import { countedFacetsOf } from './facets.js';

/** What a story that readers have is found by, from what they get of it. */
export function searchDocumentOf(story: Article, facets: readonly string[]): StoryDocument {
  return {
    articleId: story.id,
    publishedAt: story.publishedAt,
    contentUpdatedAt: story.contentUpdatedAt,
    facets,
    counted: countedFacetsOf(facets, story.language),
    texts: searchTextsOf(story),
  };
}
