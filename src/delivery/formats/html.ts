// Semantic HTML: a page on its own, or the body as a fragment for a page of somebody else's.
import { createHash } from 'node:crypto';
import type { Element, ElementContent } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { h } from 'hastscript';
import { htmlOfBlock } from '../../blocks/index.js';
import { usualOf } from '../../blocks/renditions.js';
import type { Article, Section } from '../../blocks/story.js';
import { bylineOf, type Format, ours, readableTime, type Site, withWholeAddresses } from './format.js';
import { newsArticle } from './jsonld.js';
import { htmlNotes } from './notes.js';
import { pageStyle } from './page-style.js';

function htmlOfSection({ anchor, heading, blocks }: Section): Element {
  const title = heading === null ? [] : [h('h2', heading)];
  return h('section', { id: anchor }, [...title, ...blocks.flatMap(htmlOfBlock)]);
}

/** The body of a story as HTML, its sections' headings being h2. */
export function bodyFragment({ sections }: Pick<Article, 'sections'>): string {
  return toHtml(sections.map(htmlOfSection));
}

/** The same, with what readers are told of it. */
export function notedFragment(story: Article): string {
  return toHtml(bodyWithNotes(story));
}

function bodyWithNotes(story: Article): ElementContent[] {
  const { before, after } = htmlNotes(story);
  return [...before, ...story.sections.map(htmlOfSection), ...after];
}

function time(at: string, language: string): Element {
  return h('time', { dateTime: at }, readableTime(at, language));
}

/** The other languages that the story can be read in, each named as its readers name it. */
function languagesOf({ translations }: Article, site: Site): Element | null {
  if (translations.length === 0) return null;
  const links = translations.map((link) => {
    const name = new Intl.DisplayNames([link.language], { type: 'language' }).of(link.language) ?? link.language;
    return h('li', h('a', { href: site.storyUrl(link), hrefLang: link.language, lang: link.language }, name));
  });
  return h('ul', { className: ['languages'] }, links);
}

function headerOf(story: Article, site: Site): Element {
  const { kicker, headline, deck, dateline, language, publishedAt, contentUpdatedAt } = story;
  const byline = bylineOf(story);
  const updated =
    contentUpdatedAt === publishedAt ? [] : [' · ', ours(language, 'Updated'), ' ', time(contentUpdatedAt, language)];
  return h('header', [
    kicker === null ? null : h('p', { className: ['kicker'] }, kicker),
    h('h1', headline),
    deck === null ? null : h('p', { className: ['deck'] }, deck),
    byline === '' ? null : h('p', { className: ['byline'] }, byline),
    h('p', { className: ['times'] }, [
      dateline === null ? null : `${dateline.place} · `,
      time(publishedAt, language),
      ...updated,
    ]),
    languagesOf(story, site),
  ]);
}

function footerOf({ language, tags, sources, related }: Article, site: Site): Element | null {
  const parts: ElementContent[] = [];
  if (sources.length > 0)
    parts.push(
      h('p', { className: ['sources'] }, [
        ours(language, 'With reports from'),
        ' ',
        sources.map(({ name }) => name).join(', '),
      ]),
    );
  if (tags.length > 0)
    parts.push(
      h(
        'ul',
        { className: ['tags'] },
        tags.map(({ name }) => h('li', name)),
      ),
    );
  if (related.length > 0) {
    const links = related.map((link) =>
      h('li', [
        h('a', { href: site.storyUrl(link), hrefLang: link.language }, link.headline),
        ...(link.retracted ? [' · ', h('strong', ours(language, 'Retracted'))] : []),
      ]),
    );
    parts.push(h('nav', { ariaLabel: 'Related' }, h('ul', links)));
  }
  return parts.length > 0 ? h('footer', parts) : null;
}

/** All languages of the story, its own among them, as search engines want them told. */
function alternatesOf(story: Article, site: Site): Element[] {
  if (story.translations.length === 0) return [];
  return [story, ...story.translations].map((link) =>
    h('link', { rel: 'alternate', hrefLang: link.language, href: site.storyUrl(link) }),
  );
}

/** The lead image, for those who show links to the page. */
function pictureOf({ leadImage }: Article): Element[] {
  if (!leadImage?.renditions) return [];
  const { url, width, height } = usualOf(leadImage.renditions);
  const told = { image: url, 'image:width': width, 'image:height': height, 'image:alt': leadImage.alt ?? '' };
  const large = h('meta', { name: 'twitter:card', content: 'summary_large_image' });
  return [large, ...Object.entries(told).map(([name, content]) => property(`og:${name}`, String(content)))];
}

function property(name: string, content: string): Element {
  return h('meta', { property: name, content });
}

function headOf(story: Article, site: Site): Element {
  const { headline, seo, summary, deck, publishedAt, contentUpdatedAt, language } = story;
  const url = site.storyUrl(story);
  const title = seo?.title ?? headline;
  const description = seo?.description ?? summary ?? deck;
  // Within a script only "<" could end it early; JSON has another way to write that.
  const data = JSON.stringify(newsArticle(story, site)).replaceAll('<', '\\u003c');
  return h('head', [
    h('meta', { charSet: 'utf-8' }),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('title', title),
    description === null ? null : h('meta', { name: 'description', content: description }),
    h('link', { rel: 'canonical', href: url }),
    ...alternatesOf(story, site),
    property('og:type', 'article'),
    property('og:site_name', site.name),
    property('og:title', title),
    description === null ? null : property('og:description', description),
    property('og:url', url),
    ...pictureOf(story),
    property('og:locale', language.replace('-', '_')),
    property('article:published_time', publishedAt),
    property('article:modified_time', contentUpdatedAt),
    property('article:section', story.desk.name),
    ...story.tags.map(({ name }) => property('article:tag', name)),
    h('style', pageStyle),
    h('script', { type: 'application/ld+json' }, data),
  ]);
}

const styleHash = createHash('sha256').update(pageStyle).digest('base64');

export const html: Format = {
  name: 'html',
  mediaType: 'text/html',
  contentType: 'text/html; charset=utf-8',
  description: 'A page on its own, with its JSON-LD.',
  version: 4,
  headers: {
    'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; img-src 'self' https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  },
  render(story, site) {
    // The page stands where the pictures are; what is told to others has to say where that is.
    const article = h('article', [headerOf(story, site), ...bodyWithNotes(story), footerOf(story, site)]);
    const page = h('html', { lang: story.language, dir: 'auto' }, [
      headOf(withWholeAddresses(story, site), site),
      h('body', article),
    ]);
    return toHtml({ type: 'root', children: [{ type: 'doctype' }, page] });
  },
};

export const fragment: Format = {
  name: 'fragment',
  mediaType: 'text/html',
  contentType: 'text/html; charset=utf-8',
  description: 'The body alone, for a page of your own: sections with h2 headings, and corrections.',
  version: 3,
  render: (story, site) => notedFragment(withWholeAddresses(story, site)),
};
