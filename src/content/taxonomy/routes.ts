import { z } from 'zod';
import { dataOf, pageOf, pageQuery, sendPage } from '../../http/lists.js';
import {
  dryRun,
  jsonBody,
  managedOperation,
  patchBody,
  sendChanged,
  sendCreated,
  sendManaged,
} from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { reachShape } from '../propagation.js';
import type { TermKind } from './repository.js';
import { ManagedTerm, TermDraft, TermPatch } from './schemas.js';
import type { TaxonomyService } from './service.js';

const none = z.strictObject({});
const examples: Record<TermKind, { key: string; name: string }> = {
  desk: { key: 'world', name: 'World' },
  tag: { key: 'belarus', name: 'Belarus' },
};

/** The routes of desks, or of tags. */
export function taxonomyRoutes(api: Api, kind: TermKind, terms: TaxonomyService): void {
  const path = `/v1/manage/${kind}s`;
  const named = kind === 'desk' ? 'Desk' : 'Tag';
  const chapter = { group: 'Management', chapter: `${named}s` } as const;
  const params = z.object({
    key: z.string().meta({ description: `Key of the ${kind}.`, example: examples[kind].key }),
  });
  const answer = { description: `The ${kind}.`, schema: dataOf(ManagedTerm), headers: ['ETag'] } as const;

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path,
    operationId: `listManaged${named}s`,
    summary: `List the ${kind}s`,
    description: `Every ${kind}, by key, with the number of live stories that have it.`,
    role: 'viewer',
    params: none,
    query: z.strictObject(pageQuery),
    answers: { 200: { description: `A page of ${kind}s.`, schema: pageOf(ManagedTerm), headers: ['Link'] } },
    errors: [],
    handle: async ({ query }, reply) => sendPage(reply, path, query, await terms.list(query)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path,
    operationId: `create${named}`,
    summary: `Make a ${kind}`,
    description: `Makes a ${kind} before any article uses it. One that an article names is made by itself, with a name made from its key.`,
    role: 'editor',
    params: none,
    query: none,
    body: { schema: TermDraft, mediaTypes: jsonBody, isRequired: true, example: { key: 'energy', name: 'Energy' } },
    answers: { 201: { ...answer, headers: ['ETag', 'Location'] } },
    errors: ['conflict'],
    handle: async ({ body, actor }, reply) => {
      const term = await terms.create(body, actor);
      return sendCreated(reply, term, `${path}/${term.key}`);
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/{key}`,
    operationId: `getManaged${named}`,
    summary: `Get a ${kind}`,
    description: `The ${kind} with its version.`,
    role: 'viewer',
    params,
    query: none,
    target: ({ key }) => terms.get(key),
    answers: { 200: answer },
    errors: ['not_found'],
    handle: async ({ params: { key } }, reply) => sendManaged(reply, await terms.get(key)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'PATCH',
    path: `${path}/{key}`,
    operationId: `patch${named}`,
    summary: `Rename a ${kind}`,
    description: `JSON Merge Patch (RFC 7396). Every live story with the ${kind} shows the new name at once; when there are any, it needs a publisher’s key. More than 500 of them are reached one after another: the answer then names the propagation.`,
    role: 'editor',
    params,
    query: z.strictObject({ dryRun }),
    target: ({ key }, actor) => terms.authorizeChange(key, actor),
    ifMatch: 'required',
    body: { schema: TermPatch, mediaTypes: patchBody, isRequired: true, example: { name: examples[kind].name } },
    answers: { 200: { ...answer, schema: z.object({ data: ManagedTerm, ...reachShape }) } },
    errors: ['not_found'],
    handle: async ({ params: { key }, query, body, ifMatch, actor }, reply) =>
      sendChanged(reply, await terms.patch(key, body, ifMatch, query.dryRun, actor)),
  });
}
