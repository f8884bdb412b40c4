import { z } from 'zod';
import { dataOf, pageOf, pageQuery, sendPage } from '../../http/lists.js';
import { jsonBody, managedOperation } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import type { WebhookService } from '../service.js';
import { Delivery, deliveryFilters, Replay, ReplayRequest } from './schemas.js';
import type { DeliveryService } from './service.js';

const path = '/v1/manage/webhooks/{id}';
const chapter = { group: 'Management', chapter: 'Webhooks', role: 'admin' } as const;
const none = z.strictObject({});
const id = z.string().meta({ description: 'Id of the webhook.', example: '01852a5c-9d00-7a11-8b22-000000000001' });
const delivery = z
  .string()
  .meta({ description: 'Id of the delivery.', example: '01852a5c-9d00-7a11-8b22-000000000002' });
const emptyBody = { schema: none, mediaTypes: jsonBody, isRequired: false, example: {} };

export function deliveryRoutes(api: Api, webhooks: WebhookService, deliveries: DeliveryService): void {
  const target = ({ id }: { id: string }) => webhooks.get(id);
  const one = {
    params: z.object({ id, delivery }),
    query: none,
    target: (names: { id: string; delivery: string }) => deliveries.get(names.id, names.delivery),
    errors: ['not_found'],
  } as const;

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/deliveries`,
    operationId: 'listWebhookDeliveries',
    summary: 'List what a webhook was sent',
    description:
      'Every message of the last 30 days, the last made first, with each attempt: when it was, how long it took, and what was answered.',
    params: z.object({ id }),
    query: z.strictObject({ ...pageQuery, ...deliveryFilters }),
    target,
    answers: { 200: { description: 'A page of deliveries.', schema: pageOf(Delivery), headers: ['Link'] } },
    errors: ['not_found'],
    handle: async ({ params, query }, reply) =>
      sendPage(reply, `/v1/manage/webhooks/${params.id}/deliveries`, query, await deliveries.list(params.id, query)),
  });

  managedOperation(api, {
    ...chapter,
    ...one,
    method: 'GET',
    path: `${path}/deliveries/{delivery}`,
    operationId: 'getWebhookDelivery',
    summary: 'Get a delivery',
    description: 'One message to a webhook, and what came of it.',
    answers: { 200: { description: 'The delivery.', schema: dataOf(Delivery) } },
    handle: async ({ params }) => ({ data: await deliveries.get(params.id, params.delivery) }),
  });

  managedOperation(api, {
    ...chapter,
    ...one,
    method: 'POST',
    path: `${path}/deliveries/{delivery}/replay`,
    operationId: 'replayWebhookDelivery',
    summary: 'Send a message again',
    description:
      'Whatever came of it before, and at once: under the same `webhook-id`, with what the story is called now, and if it fails as often as a new one. One that is being sent right now is left to that.',
    body: emptyBody,
    answers: { 202: { description: 'The delivery, which waits to be sent.', schema: dataOf(Delivery) } },
    handle: async ({ params, actor }, reply) => {
      reply.code(202);
      return { data: await deliveries.replay(params.id, params.delivery, actor) };
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path: `${path}/replay`,
    operationId: 'replayWebhook',
    summary: 'Send the messages of a time again',
    description:
      'Those that are dead, unless `states` says otherwise, in their order and under the same ids. Without a time, all of the last 30 days.',
    params: z.object({ id }),
    query: none,
    target,
    body: {
      schema: ReplayRequest,
      mediaTypes: jsonBody,
      isRequired: false,
      example: { states: ['dead'], from: '2022-12-19T17:00:00.000Z' },
    },
    answers: { 202: { description: 'How many wait to be sent again.', schema: dataOf(Replay) } },
    errors: ['not_found'],
    handle: async ({ params, body, actor }, reply) => {
      reply.code(202);
      return { data: await deliveries.replayAll(params.id, body, actor) };
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path: `${path}/ping`,
    operationId: 'pingWebhook',
    summary: 'Try a webhook',
    description:
      'Sends a message of type `ping`, to a disabled webhook as well, and once. What came of it is told at /v1/manage/webhooks/{id}/deliveries/{delivery}.',
    params: z.object({ id }),
    query: none,
    target,
    body: emptyBody,
    answers: { 202: { description: 'The delivery, which waits to be sent.', schema: dataOf(Delivery) } },
    errors: ['not_found'],
    handle: async ({ params, actor }, reply) => {
      reply.code(202);
      return { data: await deliveries.ping(params.id, actor) };
    },
  });
}
