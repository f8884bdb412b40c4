// Sitemaps (sitemaps.org) and Google's news sitemap.
import { x } from 'xastscript';
import type { ArticleSummary } from '../../blocks/story.js';
import type { Site } from '../formats/format.js';
import { xmlDocument } from './xml.js';

const sitemapsNamespace = 'http://www.sitemaps.org/schemas/sitemap/0.9';

/** Addresses in one sitemap; the protocol allows 50,000. */
export const urlsMax = 10_000;
/** Stories in a news sitemap, and how old they may be (Google Search Central, "Create a news sitemap"). */
export const newsMax = 1000;
export const newsAgeMs = 2 * 86_400_000;

type Located = Pick<ArticleSummary, 'id' | 'slug' | 'language' | 'headline' | 'publishedAt' | 'contentUpdatedAt'>;

/** The stories of the last two days. */
export function newsSitemap(stories: readonly Located[], site: Site): string {
  const urls = stories.map((story) =>
    x('url', [
      x('loc', site.storyUrl(story)),
      x('lastmod', story.contentUpdatedAt),
      x('news:news', [
        x('news:publication', [x('news:name', site.name), x('news:language', newsLanguage(story.language))]),
        x('news:publication_date', story.publishedAt),
        x('news:title', story.headline),
      ]),
    ]),
  );
  const namespaces = { xmlns: sitemapsNamespace, 'xmlns:news': 'http://www.google.com/schemas/sitemap-news/0.9' };
  return xmlDocument(x('urlset', namespaces, urls));
}

/** ISO 639, but for Chinese, whose script is told. */
function newsLanguage(language: string): string {
  const [base = language] = language.toLowerCase().split('-');
  if (base !== 'zh') return base;
  return /-(hant|tw|hk|mo)\b/i.test(language) ? 'zh-tw' : 'zh-cn';
}

export function sitemap(stories: readonly Located[], site: Site): string {
  const urls = stories.map((story) => x('url', [x('loc', site.storyUrl(story)), x('lastmod', story.contentUpdatedAt)]));
  return xmlDocument(x('urlset', { xmlns: sitemapsNamespace }, urls));
}

/** Where all sitemaps are. */
export function sitemapIndex(addresses: readonly string[]): string {
  return xmlDocument(
    x(
      'sitemapindex',
      { xmlns: sitemapsNamespace },
      addresses.map((address) => x('sitemap', [x('loc', address)])),
    ),
  );
}
