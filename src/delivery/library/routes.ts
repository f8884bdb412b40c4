import { z } from 'zod';
import { type ResourceKind, resourceKinds } from '../../blocks/library.js';
import { answered } from '../../http/abandoned.js';
import { sendRepresentation } from '../../http/conditional.js';
import { fieldsQuery, trimmed, trimmedNote } from '../../http/fields.js';
import { dataOf, pageLinks, pageOf, pageQuery } from '../../http/lists.js';
import type { Api } from '../../http/operation.js';
import { publicOperation } from '../../http/public-operation.js';
import type { Page } from '../../kernel/cursors.js';
import { entityTag } from '../../kernel/entity-tag.js';
import type { Total } from '../../storage/search.js';
import type { Store } from '../../storage/store.js';
import { total } from '../search/schemas.js';
import { listedResources, publishedResources, resourceFilters } from './schemas.js';
import { getPublished, listPublished, searchQuotes } from './service.js';

const kinds = {
  image: {
    chapter: 'Images',
    example: { id: '01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17', fields: 'alt,creditLine' },
  },
  quote: {
    chapter: 'Quotes',
    example: { id: '01852a5c-7083-72d5-8b39-e14a6f0c925d', fields: 'text,speaker.name,stories.slug' },
  },
  embed: {
    chapter: 'Embeds',
    example: { id: '01852a5c-ebf0-70cb-b693-81e4dc3f952a', fields: 'title,thumbnail.alt' },
  },
} as const;

/** The library as readers see it: each resource only while a live story shows it. */
export function deliveredLibraryRoutes(api: Api, store: Store): void {
  for (const kind of resourceKinds) {
    listRoute(api, store, kind);
    singleRoute(api, store, kind);
  }
}

function listRoute(api: Api, store: Store, kind: ResourceKind): void {
  const { chapter } = kinds[kind];
  const path = `/v1/${kind}s`;
  publicOperation(api, {
    group: 'Delivery',
    chapter,
    isConditional: true,
    path,
    operationId: `list${chapter}`,
    summary: `List ${kind}s`,
    description: `The ${kind}s that live stories show, the newest first, each with the stories that it stands in. When filters leave few of many, a page may have fewer than \`limit\` and still a next one.`,
    query: listQuery(kind).extend({ fields: fieldsQuery(listedResources[kind], kinds[kind].example.fields) }),
    answers: {
      200: {
        description: `A page of ${kind}s. ${trimmedNote}`,
        schema: kind === 'quote' ? pageOf(listedResources.quote).extend({ total }) : pageOf(listedResources[kind]),
        headers: ['ETag', 'Cache-Control', 'Link'],
      },
    },
    errors: [],
    handle: ({ query: { fields: selection, ...asked } }, request, reply) =>
      answered(request, reply, async () => {
        const { q, ...filters } = asked;
        const page = await (q === undefined
          ? listPublished(store, kind, filters)
          : searchQuotes(store, q, filters, request.signal));
        const body = bodyOf(page);
        const { cursor: _cursor, limit, ...kept } = asked;
        const links = pageLinks(path, { ...kept, limit }, page);
        return sendRepresentation(request, reply, trimmed({ body, etag: entityTag(body), links }, selection));
      }),
  });
}

/** A page whose items are JSON already. */
function bodyOf({ data, page, ...rest }: Page<string> & { total?: Total | undefined }): string {
  const total = rest.total === undefined ? '' : `,"total":${JSON.stringify(rest.total)}`;
  return `{"data":[${data.join(',')}],"page":${JSON.stringify(page)}${total}}`;
}

/** What lists of a kind are asked by; for the compiler, as if every kind had every filter. */
function listQuery(kind: ResourceKind) {
  const shape = { ...pageQuery, ...resourceFilters[kind] };
  return z.strictObject(
    shape as typeof pageQuery & (typeof resourceFilters)['quote'] & (typeof resourceFilters)['embed'],
  );
}

function singleRoute(api: Api, store: Store, kind: ResourceKind): void {
  const { chapter, example } = kinds[kind];
  publicOperation(api, {
    group: 'Delivery',
    chapter,
    isConditional: true,
    path: `/v1/${kind}s/{id}`,
    operationId: `get${chapter.slice(0, -1)}`,
    summary: `Get a published ${kind}`,
    description: 'With the live stories that it stands in. Found only while there are any.',
    params: z.object({ id: z.string().meta({ description: 'Its id.', example: example.id }) }),
    query: z.strictObject({ fields: fieldsQuery(publishedResources[kind], example.fields) }),
    answers: {
      200: {
        description: `It. ${trimmedNote}`,
        schema: dataOf(publishedResources[kind]),
        headers: ['ETag', 'Last-Modified', 'Cache-Control'],
      },
    },
    errors: ['not_found'],
    handle: async ({ param, query }, request, reply) => {
      const { body, madeAt } = await getPublished(store, kind, param);
      const whole = `{"data":${body}}`;
      const representation = trimmed({ body: whole, etag: entityTag(whole) }, query.fields);
      return sendRepresentation(request, reply, representation, new Date(madeAt).toUTCString());
    },
  });
}
