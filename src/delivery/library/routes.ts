import { z } from 'zod';
import { Embed, Image, Quote, type ResourceKind } from '../../blocks/library.js';
import { sendRepresentation } from '../../http/conditional.js';
import { fieldsQuery, trimmed, trimmedNote } from '../../http/fields.js';
import { dataOf, pageLinks, pageOf, pageQuery } from '../../http/lists.js';
import type { Api } from '../../http/operation.js';
import { publicOperation } from '../../http/public-operation.js';
import { cursorScope, readPage } from '../../kernel/cursors.js';
import { entityTag } from '../../kernel/entity-tag.js';
import { notFound } from '../../kernel/errors.js';
import { foldName } from '../../kernel/fold.js';
import type { Selection } from '../../kernel/selection.js';
import type { Store } from '../../storage/store.js';
import { findLibrarySnapshot, type LibrarySnapshot, listLibrarySnapshots } from './repository.js';

const kinds = {
  image: {
    plural: 'images',
    chapter: 'Images',
    schema: Image,
    example: '01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17',
    fields: fieldsQuery(Image, 'alt,creditLine'),
  },
  quote: {
    plural: 'quotes',
    chapter: 'Quotes',
    schema: Quote,
    example: '01852a5c-7083-72d5-8b39-e14a6f0c925d',
    fields: fieldsQuery(Quote, 'text,speaker.name'),
  },
  embed: {
    plural: 'embeds',
    chapter: 'Embeds',
    schema: Embed,
    example: '01852a5c-ebf0-70cb-b693-81e4dc3f952a',
    fields: fieldsQuery(Embed, 'title,thumbnail.alt'),
  },
} as const;

const speaker = z.string().min(1).max(200).meta({
  description: 'Only what this speaker said: the whole name, whatever its case and accents.',
  example: 'Vladimir Putin',
});

/** The library as readers see it: each resource only while a live story shows it. */
export function deliveredLibraryRoutes(api: Api, store: Store): void {
  deliveredKindRoutes(api, store, 'image', z.strictObject(pageQuery));
  deliveredKindRoutes(api, store, 'quote', z.strictObject({ ...pageQuery, speaker: speaker.optional() }));
  deliveredKindRoutes(api, store, 'embed', z.strictObject(pageQuery));
}

/** What lists are asked by; which filters there are depends on the kind. */
type Asked = { limit: number; cursor?: string; speaker?: string; fields?: Selection };

function deliveredKindRoutes(api: Api, store: Store, kind: ResourceKind, query: z.ZodObject): void {
  const { plural, chapter, schema, example, fields } = kinds[kind];
  const path = `/v1/${plural}`;
  const group = { group: 'Delivery', chapter, isConditional: true } as const;

  publicOperation(api, {
    ...group,
    path,
    operationId: `list${chapter}`,
    summary: `List ${plural}`,
    description: `The ${plural} that live stories show, the newest first.`,
    query: query.extend({ fields }),
    answers: {
      200: {
        description: `A page of ${plural}. ${trimmedNote}`,
        schema: pageOf(schema),
        headers: ['ETag', 'Cache-Control', 'Link'],
      },
    },
    errors: [],
    handle: async ({ query: asked }, request, reply) => {
      const { limit, cursor, fields: selection, ...filters } = asked as Asked;
      const folded = filters.speaker === undefined ? undefined : foldName(filters.speaker);
      const page = await readPage<LibrarySnapshot>(
        { limit, cursor },
        cursorScope(plural, { speaker: folded }),
        1,
        ({ id }) => [id],
        (rows, seek) => listLibrarySnapshots(store, kind, folded, rows, seek),
      );
      const body = `{"data":[${page.data.map((row) => row.body).join(',')}],"page":${JSON.stringify(page.page)}}`;
      const links = pageLinks(path, { ...filters, limit }, page);
      return sendRepresentation(request, reply, trimmed({ body, etag: entityTag(body), links }, selection));
    },
  });

  publicOperation(api, {
    ...group,
    path: `${path}/{id}`,
    operationId: `get${chapter.slice(0, -1)}`,
    summary: `Get a published ${kind}`,
    description: 'Found only while a live story shows it.',
    params: z.object({
      id: z.string().meta({ description: 'Its id.', example }),
    }),
    query: z.strictObject({ fields }),
    answers: {
      200: {
        description: `It. ${trimmedNote}`,
        schema: dataOf(schema),
        headers: ['ETag', 'Last-Modified', 'Cache-Control'],
      },
    },
    errors: ['not_found'],
    handle: async ({ param, query: { fields: selection } }, request, reply) => {
      const found = await findLibrarySnapshot(store, kind, param);
      if (!found) throw notFound(kind, param);
      const { etag, madeAt, body } = found;
      const whole = { etag, lastModified: new Date(madeAt).toUTCString(), body: `{"data":${body}}` };
      return sendRepresentation(request, reply, trimmed(whole, selection));
    },
  });
}
