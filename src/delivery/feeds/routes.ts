import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sendRepresentation } from '../../http/conditional.js';
import { publicHeaders } from '../../http/headers.js';
import { pageQuery } from '../../http/lists.js';
import type { Api } from '../../http/operation.js';
import { publicOperation } from '../../http/public-operation.js';
import { defaultSort, storyFilters } from '../articles/filters.js';
import { atom } from './atom.js';
import type { FeedKind } from './feed.js';
import { jsonFeed } from './json-feed.js';
import { rss } from './rss.js';
import type { FeedService } from './service.js';

const group = { group: 'Delivery', isConditional: true } as const;
const { desk, tag, language } = storyFilters([]);
const headers = ['ETag', 'Cache-Control'] as const;
const newsPath = '/v1/sitemap-news.xml';
const sitemapsPath = '/v1/sitemaps';

type Made = { etag: string; body: Buffer };

function send(request: FastifyRequest, reply: FastifyReply, contentType: string, made: Made | Promise<Made>) {
  const sendMade = (bytes: Made) =>
    sendRepresentation(request, reply, { ...bytes, headers: { ...publicHeaders, 'content-type': contentType } });
  return made instanceof Promise ? made.then(sendMade) : sendMade(made);
}

/** Feeds of the newest stories. */
export function feedRoutes(api: Api, feeds: FeedService): void {
  for (const kind of [rss, atom, jsonFeed]) feedRoute(api, feeds, kind);
}

function feedRoute(api: Api, feeds: FeedService, kind: FeedKind): void {
  const { name, file, mediaType, description } = kind;
  const path = `/v1/feeds/${file}`;
  const isJson = mediaType.endsWith('json');
  publicOperation(api, {
    ...group,
    chapter: 'Feeds',
    path,
    operationId: `get${name.charAt(0).toUpperCase()}${name.slice(1)}Feed`,
    summary: `Get the newest stories as ${description.replace(/\.$/, '')}`,
    description: 'The newest stories with their whole text: all of them, or those of a desk, a tag, a language.',
    query: z.strictObject({ limit: pageQuery.limit, desk, tag, language }),
    answers: {
      200: {
        description,
        mediaType,
        schema: isJson ? z.looseObject({}) : z.string(),
        example: isJson
          ? { version: 'https://jsonfeed.org/version/1.1', title: 'Copydesk', items: [] }
          : '<?xml version="1.0"?>…',
        headers,
      },
    },
    errors: [],
    handle: ({ query: { limit, ...filters } }, request, reply) => {
      const made = feeds.feed(kind, { filters: { ...filters, sort: defaultSort }, limit, path: request.url });
      return send(request, reply, `${mediaType}; charset=utf-8`, made);
    },
  });
}

/** Sitemaps, for search engines. */
export function sitemapRoutes(api: Api, feeds: FeedService): void {
  const xml = { mediaType: 'application/xml', schema: z.string(), example: '<?xml version="1.0"?>…', headers } as const;
  const contentType = 'application/xml; charset=utf-8';
  const chapter = 'Sitemaps';

  publicOperation(api, {
    ...group,
    chapter,
    path: newsPath,
    operationId: 'getNewsSitemap',
    summary: 'Get the news sitemap',
    description: 'The stories published in the last two days, at most 1,000, as Google News asks for.',
    query: z.strictObject({}),
    answers: { 200: { ...xml, description: 'The sitemap.' } },
    errors: [],
    handle: (_input, request, reply) => send(request, reply, contentType, feeds.news()),
  });

  publicOperation(api, {
    ...group,
    chapter,
    path: '/v1/sitemap.xml',
    operationId: 'getSitemapIndex',
    summary: 'Get the sitemap index',
    description: 'Where the sitemaps are: that of the news, and those of every month.',
    query: z.strictObject({}),
    answers: { 200: { ...xml, description: 'The index.' } },
    errors: [],
    handle: (_input, request, reply) => send(request, reply, contentType, feeds.index(sitemapsPath, newsPath)),
  });

  publicOperation(api, {
    ...group,
    chapter,
    path: `${sitemapsPath}/{file}`,
    operationId: 'getSitemap',
    summary: 'Get a sitemap',
    description: 'The addresses of the stories published in a month, 10,000 in a file.',
    params: z.object({ file: z.string().meta({ description: 'Month and part.', example: '2022-12-1.xml' }) }),
    query: z.strictObject({}),
    answers: { 200: { ...xml, description: 'The sitemap.' } },
    errors: ['not_found'],
    handle: ({ param }, request, reply) => send(request, reply, contentType, feeds.ofMonth(param)),
  });
}
