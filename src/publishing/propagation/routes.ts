import { z } from 'zod';
import { Propagation, propagationStates } from '../../content/propagation.js';
import { dataOf, pageOf, pageQuery, sendPage } from '../../http/lists.js';
import { managedOperation } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import type { PropagationService } from './service.js';

const path = '/v1/manage/propagations';
const chapter = { group: 'Management', chapter: 'Propagations', role: 'viewer', method: 'GET' } as const;
const state = z.enum(propagationStates).optional().meta({ description: 'Only those that are so.', example: 'running' });

export function propagationRoutes(api: Api, propagations: PropagationService): void {
  managedOperation(api, {
    ...chapter,
    path,
    operationId: 'listPropagations',
    summary: 'List propagations',
    description: 'Changes that reach more than 500 live stories, the last begun first, with how far they are.',
    params: z.strictObject({}),
    query: z.strictObject({ ...pageQuery, state }),
    answers: { 200: { description: 'A page of propagations.', schema: pageOf(Propagation), headers: ['Link'] } },
    errors: [],
    handle: async ({ query }, reply) => sendPage(reply, path, query, await propagations.list(query)),
  });

  managedOperation(api, {
    ...chapter,
    path: `${path}/{id}`,
    operationId: 'getPropagation',
    summary: 'Get a propagation',
    description: 'How far a change has reached.',
    params: z.object({
      id: z.string().meta({ description: 'Its id.', example: '01852a5c-9d00-7a11-8b22-000000000001' }),
    }),
    query: z.strictObject({}),
    target: ({ id }) => propagations.get(id),
    answers: { 200: { description: 'The propagation.', schema: dataOf(Propagation) } },
    errors: ['not_found'],
    handle: async ({ params: { id } }) => ({ data: await propagations.get(id) }),
  });
}
