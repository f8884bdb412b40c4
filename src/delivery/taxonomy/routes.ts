import { z } from 'zod';
import { sendRepresentation } from '../../http/conditional.js';
import { fieldsQuery, trimmed, trimmedNote } from '../../http/fields.js';
import { pageLinks, pageOf, pageQuery } from '../../http/lists.js';
import type { Api } from '../../http/operation.js';
import { publicOperation } from '../../http/public-operation.js';
import { cursorScope, readPage } from '../../kernel/cursors.js';
import { entityTag } from '../../kernel/entity-tag.js';
import type { Store } from '../../storage/store.js';
import { listPublishedTerms } from './repository.js';
import { defaultSort, type PublishedTerm, publishedTerms, type TermKind, termFilters } from './schemas.js';

/** The list of desks, or of tags, that readers can ask for stories by. */
export function publishedTermRoutes(api: Api, store: Store, kind: TermKind): void {
  const plural = `${kind}s`;
  const path = `/v1/${plural}`;
  const chapter = kind === 'desk' ? 'Desks' : 'Tags';
  const schema = publishedTerms[kind];

  publicOperation(api, {
    group: 'Delivery',
    chapter,
    isConditional: true,
    path,
    operationId: `list${chapter}`,
    summary: `List the ${plural} of live stories`,
    description: `Every ${kind} that a live story has, with the number of those stories: \`/v1/articles?${kind}=…\` lists them.`,
    query: z.strictObject({ ...pageQuery, ...termFilters, fields: fieldsQuery(schema, 'key,storyCount') }),
    answers: {
      200: {
        description: `A page of ${plural}. ${trimmedNote}`,
        schema: pageOf(schema),
        headers: ['ETag', 'Cache-Control', 'Link'],
      },
    },
    errors: [],
    handle: async ({ query: { fields, sort, ...request } }, httpRequest, reply) => {
      const page = await readPage<PublishedTerm>(
        request,
        cursorScope(plural, { sort }),
        ['integer', 'text'],
        ({ storyCount, key }) => [storyCount, key],
        (limit, seek) => listPublishedTerms(store, kind, sort, limit, seek),
      );
      const body = JSON.stringify(page);
      const links = pageLinks(path, { limit: request.limit, sort: sort === defaultSort ? undefined : sort }, page);
      return sendRepresentation(httpRequest, reply, trimmed({ body, etag: entityTag(body), links }, fields));
    },
  });
}
