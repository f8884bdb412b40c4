// RSS 2.0 (rssboard.org), with the whole text by the content module and authors by Dublin Core.
import { x } from 'xastscript';
import { usualOf } from '../../blocks/renditions.js';
import type { Article } from '../../blocks/story.js';
import { notedFragment } from '../formats/html.js';
import { type FeedInput, type FeedKind, teaserOf, updatedAt } from './feed.js';
import { xmlDocument } from './xml.js';

/** RFC 822 with a year of four digits, as RSS asks for. */
const rssDate = (at: string) => new Date(at).toUTCString();

function render({ title, url, site, stories }: FeedInput): string {
  const items = stories.map((story) =>
    x('item', [
      x('title', story.headline),
      x('link', site.storyUrl(story)),
      x('guid', { isPermaLink: 'false' }, `urn:uuid:${story.id}`),
      x('pubDate', rssDate(story.publishedAt)),
      ...story.bylines.map(({ name }) => x('dc:creator', name)),
      x('category', story.desk.name),
      ...story.tags.map(({ name }) => x('category', name)),
      ...mediaOf(story),
      x('description', teaserOf(story) ?? ''),
      x('content:encoded', notedFragment(story)),
    ]),
  );
  return xmlDocument(
    x(
      'rss',
      {
        version: '2.0',
        'xmlns:atom': 'http://www.w3.org/2005/Atom',
        'xmlns:content': 'http://purl.org/rss/1.0/modules/content/',
        'xmlns:media': 'http://search.yahoo.com/mrss/',
        'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
      },
      x('channel', [
        x('title', title),
        x('link', site.origin),
        x('description', title),
        x('atom:link', { rel: 'self', type: 'application/rss+xml', href: url }),
        x('lastBuildDate', rssDate(updatedAt(stories))),
        ...items,
      ]),
    ),
  );
}

/** The lead image, by Media RSS. */
function mediaOf({ leadImage }: Article) {
  if (!leadImage?.renditions) return [];
  const { url, width, height } = usualOf(leadImage.renditions);
  return [x('media:content', { url, medium: 'image', type: 'image/jpeg', width, height })];
}

export const rss: FeedKind = {
  name: 'rss',
  file: 'rss.xml',
  mediaType: 'application/rss+xml',
  description: 'RSS 2.0.',
  render,
};
