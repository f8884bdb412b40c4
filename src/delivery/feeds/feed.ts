import type { Article } from '../../blocks/story.js';
import type { Site } from '../formats/format.js';

/** What a feed is made of: the newest stories of a list, whole. */
export interface FeedInput {
  /** What the list is called, for readers of the feed. */
  title: string;
  /** The feed's own address. */
  url: string;
  site: Site;
  stories: readonly Article[];
}

/** One kind of feed. */
export interface FeedKind {
  readonly name: 'rss' | 'atom' | 'json';
  /** The last part of its address. */
  readonly file: string;
  readonly mediaType: string;
  /** For the document. */
  readonly description: string;
  render(input: FeedInput): string;
}

/** When the feed last had something new: the latest change of a story in it, or the epoch of one without stories. */
export function updatedAt(stories: readonly Article[]): string {
  return stories
    .map(({ contentUpdatedAt }) => contentUpdatedAt)
    .reduce((a, b) => (a > b ? a : b), new Date(0).toISOString());
}

/** The few words that stand for a story. */
export function teaserOf({ summary, deck }: Article): string | null {
  return summary ?? deck;
}
