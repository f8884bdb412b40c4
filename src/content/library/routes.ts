import { z } from 'zod';
import type { ResourceFacts, ResourceKind } from '../../blocks/library.js';
import { exampleOf } from '../../http/examples.js';
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
import { exampleIds } from '../addresses.js';
import type { Managed } from '../managed.js';
import { reachShape } from '../propagation.js';
import { type LibraryKind, libraryKinds } from './kinds.js';
import { defaultSort, libraryFilters } from './list/schemas.js';
import type { LibraryService } from './service.js';

const none = z.strictObject({});
const patchExamples: Record<ResourceKind, object> = {
  image: { creditLine: 'Konstantin Zavrazhin/Sputnik/Reuters' },
  quote: { speaker: { role: 'President of Russia' } },
  embed: { description: null },
};

/** What an item of a list has more than a resource by itself. */
export interface Listing<K extends ResourceKind> {
  Item: z.ZodType;
  of(resources: readonly (Managed & ResourceFacts[K])[]): Promise<unknown[]>;
}

/** The routes of one kind of library resource. */
export function libraryRoutes<K extends ResourceKind>(
  api: Api,
  kind: K,
  resources: LibraryService<K>,
  listing?: Listing<K>,
): void {
  const { noun, plural, Patch, Sent }: LibraryKind<K> = libraryKinds[kind];
  const path = `/v1/manage/${plural}`;
  const named = noun.charAt(0).toUpperCase() + noun.slice(1);
  const chapter = { group: 'Management', chapter: `${named}s` } as const;
  const params = z.object({
    id: z.string().meta({ description: `Id of the ${noun}.`, example: exampleIds[kind] }),
  });
  const answer = { description: `The ${noun}.`, schema: dataOf(Sent), headers: ['ETag'] } as const;

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path,
    operationId: `listManaged${named}s`,
    summary: `List ${plural} of the library`,
    description: `The ${plural} of the library, the last changed first. When filters leave few of many, a page may have fewer than \`limit\` and still a next one.`,
    role: 'viewer',
    params: none,
    query: listQuery(kind),
    answers: { 200: { description: `A page of ${plural}.`, schema: pageOf(listing?.Item ?? Sent), headers: ['Link'] } },
    errors: [],
    handle: async ({ query }, reply) => {
      const sort = query.sort === defaultSort ? undefined : query.sort;
      const page = await resources.list(query);
      const data = listing ? await listing.of(page.data) : page.data;
      return sendPage(reply, path, { ...query, sort }, { ...page, data });
    },
  });

  // An image can come with its file, so that its own route makes it.
  if (kind !== 'image') creationRoute(api, kind, resources);

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/{id}`,
    operationId: `getManaged${named}`,
    summary: `Get one of the ${plural}`,
    description: `The ${noun} with its version.`,
    role: 'viewer',
    params,
    query: none,
    target: ({ id }) => resources.get(id),
    answers: { 200: answer },
    errors: ['not_found'],
    handle: async ({ params: { id } }, reply) => sendManaged(reply, await resources.get(id)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'PATCH',
    path: `${path}/{id}`,
    operationId: `patch${named}`,
    summary: `Change one of the ${plural}`,
    description: `JSON Merge Patch (RFC 7396). Every live story that uses the ${noun} shows the change at once; when there are any, it needs a publisher’s key, and an error of preflight that it would bring to one of them refuses it (422, with how to mend it). More than 500 of them are reached one after another: the answer then names the propagation. `,
    role: 'editor',
    params,
    query: z.strictObject({ dryRun }),
    target: ({ id }, actor) => resources.authorizeChange(id, actor),
    ifMatch: 'required',
    body: { schema: Patch, mediaTypes: patchBody, isRequired: true, example: patchExamples[kind] },
    answers: { 200: { ...answer, schema: z.object({ data: Sent, ...reachShape }) } },
    errors: ['not_found'],
    handle: async ({ params: { id }, query, body, ifMatch, actor }, reply) =>
      sendChanged(reply, await resources.patch(id, body as Record<string, unknown>, ifMatch, query.dryRun, actor)),
  });
}

/** The route that adds a resource to a kind. */
function creationRoute<K extends ResourceKind>(api: Api, kind: K, resources: LibraryService<K>): void {
  const { noun, plural, Draft, Sent }: LibraryKind<K> = libraryKinds[kind];
  const path = `/v1/manage/${plural}`;
  const named = noun.charAt(0).toUpperCase() + noun.slice(1);
  managedOperation(api, {
    group: 'Management',
    chapter: `${named}s`,
    method: 'POST',
    path,
    operationId: `create${named}`,
    summary: `Add one to the ${plural}`,
    description: `Adds a library ${noun}. Stories refer to it by its id.`,
    role: 'editor',
    params: none,
    query: none,
    body: { schema: Draft, mediaTypes: jsonBody, isRequired: true, example: createExample(Draft) },
    answers: { 201: { description: `The ${noun}.`, schema: dataOf(Sent), headers: ['ETag', 'Location'] } },
    errors: [],
    handle: async ({ body, actor }, reply) => {
      const resource = await resources.create(body as Record<string, unknown>, actor);
      return sendCreated(reply, resource, `${path}/${resource.id}`);
    },
  });
}

/** What lists of a kind are asked by; for the compiler, as if every kind had every filter. */
function listQuery(kind: ResourceKind) {
  const shape = { ...pageQuery, ...libraryFilters[kind] };
  return z.strictObject(shape as typeof pageQuery & (typeof libraryFilters)['embed']);
}

/** An example without what only an id of this very database could fill. */
function createExample(schema: z.ZodType): unknown {
  const { thumbnailImageId: _unknown, ...example } = exampleOf(schema) as Record<string, unknown>;
  return example;
}
