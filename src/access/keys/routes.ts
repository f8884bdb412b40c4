import { z } from 'zod';
import { dataOf, pageOf, pageQuery, sendPage } from '../../http/lists.js';
import { jsonBody, managedOperation, patchBody, sendCreated, sendManaged } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { ApiKeyDraft, ApiKeyPatch, ApiKeyRotation, IssuedKey, keyStates, ManagedKey } from './schemas.js';
import type { KeyService } from './service.js';

const path = '/v1/manage/keys';
const chapter = { group: 'Management', chapter: 'Keys', role: 'admin' } as const;
const none = z.strictObject({});
const params = z.object({ id: z.string().meta({ description: 'Id of the key.', example: '4b1f6c0a92d3' }) });
const answer = { description: 'The key, without its text.', schema: dataOf(ManagedKey), headers: ['ETag'] } as const;
const issued = {
  description: 'The new key with its text, which is never told again.',
  schema: dataOf(IssuedKey),
  headers: ['ETag', 'Location', 'Cache-Control'],
} as const;
const state = z.enum(keyStates).optional().meta({ description: 'Only those that are so.', example: 'active' });

export function keyRoutes(api: Api, keys: KeyService): void {
  const target = ({ id }: { id: string }) => keys.get(id);

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path,
    operationId: 'listApiKeys',
    summary: 'List API keys',
    description: 'Every key that was ever made, the last made first, with its role, its end and when it was last used.',
    params: none,
    query: z.strictObject({ ...pageQuery, state }),
    answers: { 200: { description: 'A page of keys.', schema: pageOf(ManagedKey), headers: ['Link'] } },
    errors: [],
    handle: async ({ query }, reply) => sendPage(reply, path, query, await keys.list(query)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path,
    operationId: 'createApiKey',
    answersSecret: true,
    summary: 'Make an API key',
    description:
      'Makes a key for one client. Its text is in this answer and nowhere else; only a hash of it is stored.',
    params: none,
    query: none,
    body: {
      schema: ApiKeyDraft,
      mediaTypes: jsonBody,
      isRequired: true,
      example: { name: 'Newsroom tool', role: 'editor', expiresAt: null },
    },
    answers: { 201: issued },
    errors: [],
    handle: async ({ body, actor }, reply) => {
      const key = await keys.create(body, actor);
      return sendCreated(reply, key, `${path}/${key.id}`);
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/{id}`,
    operationId: 'getApiKey',
    summary: 'Get an API key',
    description: 'What is known of the key. Neither its text nor the hash of it can be read.',
    params,
    query: none,
    target,
    answers: { 200: answer },
    errors: ['not_found'],
    handle: async ({ params: { id } }, reply) => sendManaged(reply, await keys.get(id)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'PATCH',
    path: `${path}/{id}`,
    operationId: 'patchApiKey',
    summary: 'Change the name or the end of an API key',
    description:
      'JSON Merge Patch (RFC 7396). A key that was rotated can only end sooner, and the last admin’s key not before another.',
    params,
    query: none,
    target,
    ifMatch: 'required',
    body: { schema: ApiKeyPatch, mediaTypes: patchBody, isRequired: true, example: { name: 'Newsroom tool (old)' } },
    answers: { 200: answer },
    errors: ['not_found', 'conflict'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) =>
      sendManaged(reply, await keys.patch(id, body, ifMatch, actor)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path: `${path}/{id}/rotate`,
    operationId: 'rotateApiKey',
    answersSecret: true,
    summary: 'Rotate an API key',
    description:
      'Makes a second key for the same client, with the same name and role. Both are good until the overlap ends; then the old one has expired. A key can be rotated once: after that it is the turn of the new one.',
    params,
    query: none,
    target,
    ifMatch: 'required',
    body: { schema: ApiKeyRotation, mediaTypes: jsonBody, isRequired: false, example: { overlap: 'PT36H' } },
    answers: { 201: issued },
    errors: ['not_found', 'conflict'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) => {
      const key = await keys.rotate(id, body, ifMatch, actor);
      return sendCreated(reply, key, `${path}/${key.id}`);
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path: `${path}/{id}/revoke`,
    operationId: 'revokeApiKey',
    summary: 'Revoke an API key',
    description:
      'Ends the key for good: it is refused from the next request on. The last admin’s key that is active cannot be revoked here.',
    params,
    query: none,
    target,
    ifMatch: 'required',
    body: { schema: none, mediaTypes: jsonBody, isRequired: false, example: {} },
    answers: { 200: answer },
    errors: ['not_found', 'conflict'],
    handle: async ({ params: { id }, ifMatch, actor }, reply) =>
      sendManaged(reply, await keys.revoke(id, ifMatch, actor)),
  });
}
