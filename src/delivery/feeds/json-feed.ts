// JSON Feed 1.1 (jsonfeed.org), with the whole text as HTML.
import { filledOnly } from '../formats/filled-only.js';
import { notedFragment } from '../formats/html.js';
import { type FeedInput, type FeedKind, teaserOf } from './feed.js';

function render({ title, url, site, stories }: FeedInput): string {
  const items = stories.map((story) =>
    filledOnly({
      id: `urn:uuid:${story.id}`,
      url: site.storyUrl(story),
      title: story.headline,
      summary: teaserOf(story),
      content_html: notedFragment(story),
      image: story.leadImage?.renditions?.src,
      date_published: story.publishedAt,
      date_modified: story.contentUpdatedAt,
      language: story.language,
      authors: story.bylines.map(({ name, url: page }) => filledOnly({ name, url: page })),
      tags: [story.desk, ...story.tags].map(({ name }) => name),
    }),
  );
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title,
    home_page_url: site.origin,
    feed_url: url,
    authors: [{ name: site.name }],
    items,
  });
}

export const jsonFeed: FeedKind = {
  name: 'json',
  file: 'feed.json',
  mediaType: 'application/feed+json',
  description: 'JSON Feed 1.1.',
  render,
};
