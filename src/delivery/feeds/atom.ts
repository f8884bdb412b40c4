// Atom (RFC 4287), with the whole text as HTML.
import { x } from 'xastscript';
import type { Article } from '../../blocks/story.js';
import { notedFragment } from '../formats/html.js';
import { type FeedInput, type FeedKind, teaserOf, updatedAt } from './feed.js';
import { xmlDocument } from './xml.js';

function render({ title, url, site, stories }: FeedInput): string {
  const entries = stories.map((story) => {
    const teaser = teaserOf(story);
    return x('entry', { 'xml:lang': story.language }, [
      x('id', `urn:uuid:${story.id}`),
      x('title', story.headline),
      x('link', { rel: 'alternate', type: 'text/html', href: site.storyUrl(story) }),
      ...enclosure(story),
      x('published', story.publishedAt),
      x('updated', story.contentUpdatedAt),
      ...story.bylines.map((byline) =>
        x('author', [x('name', byline.name), byline.url === null ? null : x('uri', byline.url)]),
      ),
      x('category', { term: story.desk.key, label: story.desk.name }),
      ...story.tags.map(({ key, name }) => x('category', { term: key, label: name })),
      teaser === null ? null : x('summary', teaser),
      x('content', { type: 'html' }, notedFragment(story)),
    ]);
  });
  return xmlDocument(
    x('feed', { xmlns: 'http://www.w3.org/2005/Atom' }, [
      x('id', url),
      x('title', title),
      x('link', { rel: 'self', type: 'application/atom+xml', href: url }),
      x('link', { rel: 'alternate', type: 'text/html', href: site.origin }),
      x('updated', updatedAt(stories)),
      // Every entry has an author or the feed has (RFC 4287, 4.1.1).
      x('author', [x('name', site.name)]),
      ...entries,
    ]),
  );
}

/** The lead image (RFC 4287, 4.2.7.2). */
function enclosure({ leadImage }: Article) {
  const href = leadImage?.renditions?.src;
  return href === undefined ? [] : [x('link', { rel: 'enclosure', type: 'image/jpeg', href })];
}

export const atom: FeedKind = {
  name: 'atom',
  file: 'atom.xml',
  mediaType: 'application/atom+xml',
  description: 'Atom (RFC 4287).',
  render,
};
