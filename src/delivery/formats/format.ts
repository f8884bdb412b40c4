import type { Element } from 'hast';
import { h } from 'hastscript';
import { withAddresses } from '../../blocks/renditions.js';
import type { Article, ArticleLink } from '../../blocks/story.js';

/** What a representation has to know of the place that the story is published at. */
export interface Site {
  /** Who publishes it. */
  name: string;
  /** Where this server is, without a slash at the end. */
  origin: string;
  /** Where readers find a story. */
  storyUrl(story: Pick<ArticleLink, 'id' | 'slug' | 'language'>): string;
}

/**
 * The place that stories are published at.
 * @param originOf where this server is; asked for when it is needed, since a free port is known only once it listens
 * @param template address of a story, with `{slug}`, `{id}` and `{language}` where those go; without one this server's own pages
 */
export function siteAt(name: string, originOf: () => string, template: string | undefined): Site {
  return {
    name,
    get origin() {
      return originOf();
    },
    storyUrl: ({ id, slug, language }) => {
      const pattern = template ?? `${originOf()}/v1/articles/{slug}?format=html`;
      const values: Record<string, string> = { id, slug, language };
      return pattern.replaceAll(/\{(id|slug|language)\}/g, (_all, part: string) =>
        encodeURIComponent(values[part] ?? ''),
      );
    },
  };
}

/** One way to represent a story, made from what readers get as JSON and nothing else. */
export interface Format {
  readonly name: string;
  /** What Accept must say to get it, without parameters. */
  readonly mediaType: string;
  readonly contentType: string;
  /** For the document. */
  readonly description: string;
  /** Headers beside those that every representation of a story has, in place of such. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Rises when what it makes of a story changes, so that its entity tags do. */
  readonly version: number;
  render(story: Article, site: Site): string;
}

/** A story with addresses of its pictures that hold wherever it is read. */
export function withWholeAddresses(story: Article, { origin }: Pick<Site, 'origin'>): Article {
  return withAddresses(story, (address) => `${origin}${address}`);
}

/** Words of ours, which are English whatever the language of the story. */
export function ours(language: string, words: string): Element | string {
  return language.startsWith('en') ? words : h('span', { lang: 'en' }, words);
}

/** An instant of the story as a reader of its language writes it, in UTC. */
export function readableTime(at: string, language: string): string {
  const parts = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return `${parts.format(new Date(at))} UTC`;
}

/** Who wrote it, each with a role if there is one. */
export function bylineOf({ bylines }: Pick<Article, 'bylines'>): string {
  return bylines.map(({ name, role }) => (role === null ? name : `${name}, ${role}`)).join(' · ');
}
