import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { blockKinds } from '../../blocks/index.js';
import { Article, Section } from '../../blocks/story.js';
import { answered } from '../../http/abandoned.js';
import { type Representation, sendRepresentation } from '../../http/conditional.js';
import { fieldsQuery, trimmed, trimmedNote } from '../../http/fields.js';
import { shortLivedHeaders } from '../../http/headers.js';
import { dataOf, pageLinks, pageOf, pageQuery } from '../../http/lists.js';
import type { Api } from '../../http/operation.js';
import { publicOperation } from '../../http/public-operation.js';
import type { Page } from '../../kernel/cursors.js';
import { invalid } from '../../kernel/errors.js';
import type { Selection } from '../../kernel/selection.js';
import type { StoredSnapshot } from '../../storage/store.js';
import { formatAsked, formatQuery, otherMedia } from '../formats/asked.js';
import { facetCounts, facetsParameter, ListedArticle, total, wordsParameter } from '../search/schemas.js';
import type { SearchRequest, SearchService } from '../search/service.js';
import { defaultSort, listSort, storyFilters } from './filters.js';
import { jsonHeaders, type RepresentationService } from './representations.js';
import {
  type ListBytes,
  type ListRequest,
  type StoryService,
  sectionOf,
  sectionsOf,
  unreadSectionsOf,
} from './service.js';

const slugOrId = z
  .string()
  .meta({ description: 'Slug or id of the story.', example: 'putin-lukashenko-minsk-december-2022' });
const params = z.object({ slug: slugOrId });
const sectionQuery = z.strictObject({ fields: fieldsQuery(Section, 'heading,blocks.text') });
const chapter = { group: 'Delivery', chapter: 'Articles', isConditional: true } as const;
const headers = ['ETag', 'Last-Modified', 'Cache-Control', 'Content-Location'] as const;
const moved = {
  description: 'The story has another slug now: see Location.',
  headers: ['Location', 'Cache-Control'],
} as const;
const path = '/v1/articles';
const filters = storyFilters(blockKinds.map(({ type }) => type));

const q = wordsParameter('headlines, decks, text, quotes, captions, tags and bylines');

export function storyRoutes(
  api: Api,
  stories: StoryService,
  searches: SearchService,
  representations: RepresentationService,
): void {
  publicOperation(api, {
    ...chapter,
    path,
    operationId: 'listArticles',
    summary: 'List and search stories',
    description:
      'Summaries of the live stories, the last published first; with `q` those that have its words, the most relevant first. When filters leave few of many stories, a page may have fewer than `limit` and still a next one.',
    query: z.strictObject({
      q,
      ...pageQuery,
      ...filters,
      facets: facetsParameter,
      fields: fieldsQuery(ListedArticle, 'headline,leadImage.alt'),
    }),
    answers: {
      200: {
        description: `A page of summaries. ${trimmedNote}`,
        schema: pageOf(ListedArticle).extend({ total, facets: facetCounts }),
        headers: ['ETag', 'Cache-Control', 'Link'],
      },
    },
    errors: [],
    handle: ({ query: { fields, q: words, facets, sort, ...asked } }, request, reply) => {
      const send = (page: ListBytes) => sendRepresentation(request, reply, trimmed(page, fields));
      const order = sort ?? (words === undefined ? defaultSort : 'relevance');
      if (words !== undefined || facets !== undefined) {
        const search = () => searches.list({ ...asked, sort: order, q: words, facets }, request.signal);
        return answered(request, reply, async () => send(await search()));
      }
      const listed = stories.list({ ...asked, sort: listSort(order) });
      return listed instanceof Promise ? listed.then(send) : send(listed);
    },
  });

  publicOperation(api, {
    ...chapter,
    path: `${path}/{slug}`,
    operationId: 'getArticle',
    summary: 'Get a whole story',
    description:
      'The story in one answer: every section, and every image, quote and embed where it is used. Known by its slug, or by its id. A former slug leads to the present one.',
    params,
    query: z.strictObject({ format: formatQuery, fields: fieldsQuery(Article, 'headline,sections.heading') }),
    answers: {
      200: {
        description: `The story. ${trimmedNote}`,
        schema: dataOf(Article),
        headers,
        others: otherMedia,
      },
      308: moved,
    },
    errors: ['not_found', 'gone'],
    handle: ({ param, query }, request, reply) => {
      const represent = representer(representations, query, request);
      const found = stories.find(param);
      if (found instanceof Promise || found === undefined) return answerLater(found, param, request, reply, represent);
      return answer(found, represent(found), param, request, reply);
    },
  });

  publicOperation(api, {
    ...chapter,
    path: `${path}/{slug}/sections`,
    operationId: 'listSections',
    summary: 'List the sections of a story',
    description: 'All sections of a live story, in order, whole.',
    params,
    query: sectionQuery,
    answers: {
      200: { description: `The sections. ${trimmedNote}`, schema: dataOf(z.array(Section)), headers },
      308: moved,
    },
    errors: ['not_found', 'gone'],
    handle: ({ param, query: { fields } }, request, reply) => {
      const represent =
        fields === undefined ? sectionsOf : (snapshot: StoredSnapshot) => trimmed(unreadSectionsOf(snapshot), fields);
      return answerLater(stories.find(param), param, request, reply, represent, '/sections');
    },
  });

  publicOperation(api, {
    ...chapter,
    path: `${path}/{slug}/sections/{section}`,
    operationId: 'getSection',
    summary: 'Get a section of a story',
    description: 'One section of a live story, by its anchor or id.',
    params: z.object({
      slug: slugOrId,
      section: z.string().meta({ description: 'Anchor or id.', example: 'sanctions-hit-exports' }),
    }),
    query: sectionQuery,
    answers: { 200: { description: `The section. ${trimmedNote}`, schema: dataOf(Section), headers }, 308: moved },
    errors: ['not_found', 'gone'],
    handle: ({ param, query: { fields } }, request, reply) => {
      const { section } = request.params as { section: string };
      const suffix = `/sections/${encodeURIComponent(section)}`;
      return answerLater(
        stories.find(param),
        param,
        request,
        reply,
        (snapshot) => trimmed(sectionOf(snapshot, section), fields),
        suffix,
      );
    },
  });

  async function answerLater(
    found: StoredSnapshot | undefined | Promise<StoredSnapshot | undefined>,
    asked: string,
    request: FastifyRequest,
    reply: FastifyReply,
    represent: (snapshot: StoredSnapshot) => Representation,
    suffix = '',
  ): Promise<unknown> {
    const located = await stories.locate(asked, found);
    if (typeof located !== 'string') return answer(located, represent(located), asked, request, reply, suffix);
    return reply
      .headers(shortLivedHeaders)
      .code(308)
      .header('location', addressOf(located, suffix, request))
      .send();
  }
}

/** The Link header of a page of the list. */
export function listLinks({ cursor: _cursor, sort, ...query }: ListRequest, page: Page<unknown>): string | undefined {
  return pageLinks(path, { ...query, sort: sort === defaultSort ? undefined : sort }, page);
}

/** The same for a search. Its counts are of the whole list, so the next page need not have them again. */
export function searchLinks({ cursor: _cursor, facets: _facets, sort, ...query }: SearchRequest, page: Page<unknown>) {
  const isDefault = sort === (query.q === undefined ? defaultSort : 'relevance');
  return pageLinks(path, { ...query, sort: isDefault ? undefined : sort }, page);
}

/** Where a story or a part of it is, with the query that it was asked for by. */
export function addressOf(slug: string, suffix: string, { url }: FastifyRequest): string {
  const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
  return `${path}/${slug}${suffix}${query}`;
}

function whole(snapshot: StoredSnapshot): Representation {
  const { articleId, etag } = snapshot;
  return { etag, articleId, headers: jsonHeaders, body: snapshot };
}

/** What is to be made of a snapshot. @throws `invalid` for fields of what is not JSON */
function representer(
  { represent }: RepresentationService,
  { format: name, fields }: { format?: string | undefined; fields?: Selection | undefined },
  { headers: { accept } }: FastifyRequest,
): (snapshot: StoredSnapshot) => Representation {
  const format = formatAsked(name, accept);
  if (!format) return fields === undefined ? whole : (snapshot) => trimmed(whole(snapshot), fields);
  if (fields !== undefined)
    throw invalid([{ parameter: 'fields', code: 'not_selectable', message: 'trims JSON only; leave it out' }]);
  return (snapshot) => represent(snapshot, format);
}

/** Answers with a story or a part of it; asked for by id, it says where it is by slug. */
function answer(
  snapshot: StoredSnapshot,
  representation: Representation,
  asked: string,
  request: FastifyRequest,
  reply: FastifyReply,
  suffix = '',
): void | Promise<void> {
  if (asked !== snapshot.slug) reply.header('content-location', addressOf(snapshot.slug, suffix, request));
  return sendRepresentation(request, reply, representation, snapshot.lastModified);
}
