import { z } from 'zod';
import { dataOf, pageOf, pageQuery, sendPage } from '../http/lists.js';
import { jsonBody, managedOperation, patchBody, sendCreated, sendManaged } from '../http/managed-operation.js';
import type { Api } from '../http/operation.js';
import { IssuedWebhook, Webhook, WebhookDraft, WebhookPatch, WebhookRotation } from './schemas.js';
import type { WebhookService } from './service.js';

const path = '/v1/manage/webhooks';
const chapter = { group: 'Management', chapter: 'Webhooks', role: 'admin' } as const;
const none = z.strictObject({});
const params = z.object({
  id: z.string().meta({ description: 'Id of the webhook.', example: '01852a5c-9d00-7a11-8b22-000000000001' }),
});
const answer = { description: 'The webhook, without its secret.', schema: dataOf(Webhook), headers: ['ETag'] } as const;
const issued = 'The webhook with its new secret, which is never told again.';

export function webhookRoutes(api: Api, webhooks: WebhookService): void {
  const target = ({ id }: { id: string }) => webhooks.get(id);

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path,
    operationId: 'listWebhooks',
    summary: 'List webhooks',
    description: 'All webhooks, the last made first, without their secrets.',
    params: none,
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'A page of webhooks.', schema: pageOf(Webhook), headers: ['Link'] } },
    errors: [],
    handle: async ({ query }, reply) => sendPage(reply, path, query, await webhooks.list(query)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path,
    operationId: 'createWebhook',
    answersSecret: true,
    summary: 'Have an address told what happens to stories',
    description: `From now on, whatever readers can see happen to a story is posted to the address, as [Standard Webhooks](https://www.standardwebhooks.com) has it: signed in \`webhook-signature\` by the secret of this answer, under a \`webhook-id\` that stays the same however often it is sent.

The body is \`{"type": "article.published", "timestamp": …, "data": {…}}\`; the data are those of the events of /v1/stream: \`id\` of the story, \`at\`, and what it is called at the time of sending, all null when it is gone. An answer of 2xx within 15 seconds is success, 410 disables the webhook, and anything else is tried again: ten times in three days. The events of one story come in their order, those of several side by side, and each at least once.`,
    params: none,
    query: none,
    body: {
      schema: WebhookDraft,
      mediaTypes: jsonBody,
      isRequired: true,
      example: { url: 'https://news.example/hooks/copydesk', events: ['article.published', 'article.withdrawn'] },
    },
    answers: {
      201: { description: issued, schema: dataOf(IssuedWebhook), headers: ['ETag', 'Location', 'Cache-Control'] },
    },
    errors: ['conflict'],
    handle: async ({ body, actor }, reply) => {
      const webhook = await webhooks.create(body, actor);
      return sendCreated(reply, webhook, `${path}/${webhook.id}`);
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/{id}`,
    operationId: 'getWebhook',
    summary: 'Get a webhook',
    description: 'The webhook as it is. Its secret cannot be read; rotate it when it is lost.',
    params,
    query: none,
    target,
    answers: { 200: answer },
    errors: ['not_found'],
    handle: async ({ params: { id } }, reply) => sendManaged(reply, await webhooks.get(id)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'PATCH',
    path: `${path}/{id}`,
    operationId: 'patchWebhook',
    summary: 'Change, disable or enable a webhook',
    description:
      'JSON Merge Patch (RFC 7396). What waits for it goes to the new address. Other events hold for what happens from then on.',
    params,
    query: none,
    target,
    ifMatch: 'required',
    body: { schema: WebhookPatch, mediaTypes: patchBody, isRequired: true, example: { state: 'disabled' } },
    answers: { 200: answer },
    errors: ['not_found'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) =>
      sendManaged(reply, await webhooks.patch(id, body, ifMatch, actor)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'DELETE',
    path: `${path}/{id}`,
    operationId: 'deleteWebhook',
    summary: 'Delete a webhook',
    description: 'For good, with its secrets and its deliveries. What waits is not sent any more.',
    params,
    query: none,
    target,
    ifMatch: 'required',
    answers: { 204: { description: 'It is gone.' } },
    errors: ['not_found'],
    handle: async ({ params: { id }, ifMatch, actor }, reply) => {
      await webhooks.remove(id, ifMatch, actor);
      return reply.code(204).send();
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path: `${path}/{id}/rotate`,
    operationId: 'rotateWebhookSecret',
    answersSecret: true,
    summary: 'Rotate the secret of a webhook',
    description:
      'Makes a new secret. Until the overlap ends messages bear two signatures, so that a receiver that knows either of the secrets takes them. At most two are good: rotated once more meanwhile, the oldest ends at once.',
    params,
    query: none,
    target,
    ifMatch: 'required',
    body: { schema: WebhookRotation, mediaTypes: jsonBody, isRequired: false, example: { overlap: 'PT36H' } },
    answers: { 200: { description: issued, schema: dataOf(IssuedWebhook), headers: ['ETag', 'Cache-Control'] } },
    errors: ['not_found'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) =>
      sendManaged(reply, await webhooks.rotate(id, body, ifMatch, actor)),
  });
}
