import { z } from 'zod';
import { dataOf, pageOf, pageQuery, sendPage } from '../../http/lists.js';
import { jsonBody, managedOperation } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { Erasure, ErasureRequest, erasureFilters } from './schemas.js';
import type { ErasureService } from './service.js';

const path = '/v1/manage/erasures';
const none = z.strictObject({});
const chapter = { group: 'Management', chapter: 'Erasures', role: 'admin' } as const;

export function erasureRoutes(api: Api, erasures: ErasureService): void {
  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path,
    operationId: 'listErasures',
    summary: 'List erasures',
    description:
      'What was erased, on whose word and why, the last first. Keep it beside your backups: what is restored from a backup made before an erasure must be erased again.',
    params: none,
    query: z.strictObject({ ...pageQuery, ...erasureFilters }),
    answers: { 200: { description: 'A page of erasures.', schema: pageOf(Erasure), headers: ['Link'] } },
    errors: [],
    handle: async ({ query }, reply) => sendPage(reply, path, query, await erasures.list(query)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path,
    operationId: 'erase',
    summary: 'Erase an article, image, quote or embed',
    description: `Scrubs it for good, as a court or a data subject may demand: from its row, every revision, what readers get, slugs, corrections, schedules and stored answers. It cannot be undone. Of each of its versions the number, the time and the actor stay. If-Match names the version that was read: its ETag.

Readers of an erased story get 410 by its id and 404 by any slug that it had; slugs may be taken anew, its id never. Management answers 404. The images, quotes and embeds that a story showed, its desk and its tags are things of their own and stay.

A thing that others use is refused with 409, which says where. With \`uses: remove\` it is taken out of all of them: live stories are compiled without it, from their live revision; working copies and embeds get a new version without it. A gallery loses the one picture, a text the mark but not its words, any other place the whole block. A schedule whose version shows it will fail.

The answer comes when no answer has it any more, but for live stories beyond 500, which follow one after another. Its state tells whether working copies, and the bytes of the files, have followed.`,
    params: none,
    query: none,
    ifMatch: 'required',
    body: {
      schema: ErasureRequest,
      mediaTypes: jsonBody,
      isRequired: true,
      example: {
        kind: 'quote',
        id: '01852a5c-7083-72d5-8b39-e14a6f0c925d',
        reason: 'Order of the Example District Court, 12 C 345/26',
      },
    },
    answers: { 201: { description: 'The erasure.', schema: dataOf(Erasure), headers: ['Location'] } },
    errors: ['conflict'],
    handle: async ({ body, ifMatch, actor }, reply) => {
      const erasure = await erasures.erase(body, ifMatch, actor);
      reply.code(201).header('location', `${path}/${erasure.id}`);
      return { data: erasure };
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/{id}`,
    operationId: 'getErasure',
    summary: 'Get an erasure',
    description: 'What was erased, on whose word and why, and how far it is.',
    params: z.object({
      id: z.string().meta({ description: 'Its id.', example: '01852a5c-9d00-7a11-8b22-000000000001' }),
    }),
    query: none,
    target: ({ id }) => erasures.get(id),
    answers: { 200: { description: 'The erasure.', schema: dataOf(Erasure) } },
    errors: ['not_found'],
    handle: async ({ params: { id } }) => ({ data: await erasures.get(id) }),
  });
}
