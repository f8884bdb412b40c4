import { z } from 'zod';
import { pageOf, pageQuery, sendPage } from '../../http/lists.js';
import { managedOperation } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { Change, changeFilters } from './schemas.js';
import type { ChangeLog } from './service.js';

const path = '/v1/manage/changes';

export function changeRoutes(api: Api, changes: ChangeLog): void {
  managedOperation(api, {
    group: 'Management',
    chapter: 'Changes',
    method: 'GET',
    path,
    operationId: 'listChanges',
    summary: 'Read the log',
    description:
      'Every accepted write: who did what to which resource, and when, the last first. Nothing in it is ever changed or removed. When filters leave few of many entries, a page may have fewer than `limit` and still a next one.',
    role: 'viewer',
    params: z.strictObject({}),
    query: z.strictObject({ ...pageQuery, ...changeFilters }),
    answers: { 200: { description: 'A page of changes.', schema: pageOf(Change), headers: ['Link'] } },
    errors: [],
    handle: async ({ query }, reply) => sendPage(reply, path, query, await changes.list(query)),
  });
}
