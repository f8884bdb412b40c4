// Which format a request asks for, and making it of a story that is at hand.
import { z } from 'zod';
import type { Article } from '../../blocks/story.js';
import type { Format, Site } from './format.js';
import { formatAccepted, formatNamed, formats } from './index.js';

export const formatQuery = z
  .enum(['json', ...formats.map((format) => format.name)])
  .optional()
  .meta({
    description: `How to represent the story, whatever Accept says. ${formats.map((format) => `\`${format.name}\`: ${format.description}`).join(' ')} Without it, an Accept header that names exactly one of their media types does the same.`,
    example: 'html',
  });

/** The formats beside JSON, for the document. */
export const otherMedia = formats.map(({ mediaType, description }) => ({ mediaType, description }));

/** The format that is asked for; undefined for JSON. */
export function formatAsked(name: string | undefined, accept: string | undefined): Format | undefined {
  if (name !== undefined) return formatNamed(name);
  return accept === undefined ? undefined : formatAccepted(accept);
}

/** Makes formats of stories that are no snapshots: previews. */
export function formatsAt(site: Site) {
  return {
    query: formatQuery,
    all: otherMedia,
    render(story: Article, name: string | undefined, accept: string | undefined) {
      const format = formatAsked(name, accept);
      const headers = { 'content-type': format?.contentType ?? '', ...format?.headers };
      return format && { text: format.render(story, site), headers };
    },
  };
}
