import { z } from 'zod';
import { type ResourceKind, resourceKinds } from '../../blocks/library.js';
import { dataOf } from '../../http/lists.js';
import { jsonBody, managedOperation, sendDeleted, sendManaged } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { type AddressedKind, addressOf } from '../addresses.js';
import { ManagedArticle } from '../articles/schemas.js';
import { libraryKinds } from '../library/kinds.js';
import type { ManagedResource } from '../library/repository.js';
import { type Removal, UndeleteRequest } from './schemas.js';

const none = z.strictObject({});

export type Removals = { article: Removal<ManagedArticle> } & { [K in ResourceKind]: Removal<ManagedResource<K>> };

/** Deleting things and bringing them back. */
export function removalRoutes(api: Api, removals: Removals): void {
  const ofArticles =
    'Not while it is live, a schedule of it is pending, or other articles point at it. It uses nothing any more, so what only it used can be deleted as well. Slugs that readers never saw are free for others; a withdrawn story stays 410 to readers, and deleting it needs a publisher’s key.';
  const backOfArticles =
    'The id is needed: a deleted article has no slug. Answers 409 when its slug is another’s by now: send a slug then. Answers 422, with a pointer into the article, when something that it uses was deleted meanwhile: bring that back first; or when its original is a translation itself by now. What was erased meanwhile is left out. A story that readers have seen needs a publisher’s key.';
  removalRoute(api, 'article', removals.article, ofArticles);
  undeletionRoute(api, 'article', removals.article, UndeleteRequest, ManagedArticle, backOfArticles);
  for (const kind of resourceKinds) {
    const removal = removals[kind] as Removal<ManagedResource<ResourceKind>>;
    const back =
      kind === 'embed'
        ? 'Answers 422 when its thumbnail was deleted meanwhile: bring that back first. One that was erased is left out.'
        : '';
    removalRoute(api, kind, removal, 'Not while anything uses it.');
    undeletionRoute(api, kind, removal, none, libraryKinds[kind].Sent, back);
  }
}

function removalRoute(api: Api, kind: AddressedKind, removal: Removal<unknown>, rules: string): void {
  const { noun, named, path, chapter, params } = addressOf(kind);
  managedOperation(api, {
    ...chapter,
    method: 'DELETE',
    path,
    operationId: `delete${named}`,
    summary: `Delete the ${noun}`,
    description: `${rules} A refusal says where it is used. Deleting can be undone: the ETag of the answer is the version to undelete, and lists show what is deleted by \`deleted=true\`. Everywhere else the ${noun} is not there any more.`,
    role: 'editor',
    params,
    query: none,
    target: ({ id }, actor) => removal.authorizeRemoval(id, actor),
    ifMatch: 'required',
    answers: { 204: { description: 'It is deleted; the ETag is its version as that.', headers: ['ETag'] } },
    errors: ['not_found', 'conflict'],
    handle: async ({ params: { id }, ifMatch, actor }, reply) =>
      sendDeleted(reply, await removal.remove(id, ifMatch, actor)),
  });
}

function undeletionRoute<Thing extends { version: number }>(
  api: Api,
  kind: AddressedKind,
  removal: Removal<Thing>,
  body: z.ZodType<UndeleteRequest>,
  sent: z.ZodType,
  rules: string,
): void {
  const { noun, named, path, chapter, params } = addressOf(kind);
  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path: `${path}/undelete`,
    operationId: `undelete${named}`,
    summary: `Bring the deleted ${noun} back`,
    description:
      `As it was, under a new version. If-Match names its version as a deleted thing: the ETag of the answer that deleted it, or the version that the list with \`deleted=true\` shows. ${rules}`.trimEnd(),
    role: 'editor',
    params,
    query: none,
    target: ({ id }, actor) => removal.authorizeUndeletion(id, actor),
    ifMatch: 'required',
    body: { schema: body, mediaTypes: jsonBody, isRequired: false, example: {} },
    answers: { 200: { description: `The ${noun}.`, schema: dataOf(sent), headers: ['ETag'] } },
    errors: ['not_found', 'conflict'],
    handle: async ({ params: { id }, body: request, ifMatch, actor }, reply) =>
      sendManaged(reply, await removal.undelete(id, request, ifMatch, actor)),
  });
}
