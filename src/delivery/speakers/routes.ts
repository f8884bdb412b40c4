import { z } from 'zod';
import { sendRepresentation } from '../../http/conditional.js';
import { fieldsQuery, trimmed, trimmedNote } from '../../http/fields.js';
import { pageLinks, pageOf, pageQuery } from '../../http/lists.js';
import type { Api } from '../../http/operation.js';
import { publicOperation } from '../../http/public-operation.js';
import { cursorScope, readPage } from '../../kernel/cursors.js';
import { entityTag } from '../../kernel/entity-tag.js';
import type { Store } from '../../storage/store.js';
import { listSpeakers, type SpeakerRow } from './repository.js';
import { defaultSort, PublishedSpeaker, sort } from './schemas.js';

const path = '/v1/speakers';

/** Whom live stories quote: with /v1/quotes, who said what. */
export function speakerRoutes(api: Api, store: Store): void {
  publicOperation(api, {
    group: 'Delivery',
    chapter: 'Quotes',
    isConditional: true,
    path,
    operationId: 'listSpeakers',
    summary: 'List whom live stories quote',
    description:
      'Everybody whom live stories quote, with what they said last and where. `/v1/quotes?speaker=…` has all that they said, `/v1/articles?speaker=…` the stories.',
    query: z.strictObject({ ...pageQuery, sort, fields: fieldsQuery(PublishedSpeaker, 'name,storyCount') }),
    answers: {
      200: {
        description: `A page of speakers. ${trimmedNote}`,
        schema: pageOf(PublishedSpeaker),
        headers: ['ETag', 'Cache-Control', 'Link'],
      },
    },
    errors: [],
    handle: async ({ query: { fields, sort: order, ...request } }, httpRequest, reply) => {
      const { data, page } = await readPage<SpeakerRow>(
        request,
        cursorScope('speakers', { sort: order }),
        ['integer', 'text'],
        ({ key, speaker }) => [speaker.storyCount, key],
        (limit, seek) => listSpeakers(store, order, limit, seek),
      );
      const listed = { data: data.map(({ speaker }) => speaker), page };
      const body = JSON.stringify(listed);
      const links = pageLinks(path, { limit: request.limit, sort: order === defaultSort ? undefined : order }, listed);
      return sendRepresentation(httpRequest, reply, trimmed({ body, etag: entityTag(body), links }, fields));
    },
  });
}
