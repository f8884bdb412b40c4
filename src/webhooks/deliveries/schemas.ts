import { z } from 'zod';
import { Id, Instant } from '../../kernel/scalars.js';
import { webhookEvents } from '../schemas.js';

export const deliveryStates = ['waiting', 'delivered', 'dead'] as const;

export const attemptErrors = [
  'address_refused',
  'not_found',
  'connection_failed',
  'timeout',
  'redirected',
  'refused',
  'gone',
] as const;

const Attempt = z
  .object({
    at: Instant.meta({ description: 'When it was begun.' }),
    durationMs: z.int().meta({ description: 'How long it took, in milliseconds.', example: 84 }),
    status: z.int().nullable().meta({ description: 'What was answered; null when nothing was.', example: 500 }),
    error: z.enum(attemptErrors).nullable().meta({
      description:
        'Why it is not delivered; null when it is. `address_refused`: the host leads to an address that is not public. `not_found`: its name leads nowhere. `redirected`: redirections are not followed. `refused`: another status than 2xx. `gone`: 410.',
      example: 'refused',
    }),
    response: z.string().nullable().meta({
      description: 'The first 1,000 characters of the answer; null when there is none, or the story was erased.',
      example: 'Internal Server Error',
    }),
  })
  .meta({ id: 'WebhookAttempt' });
export type Attempt = z.output<typeof Attempt>;

export const Delivery = z
  .object({
    id: Id.meta({ description: 'The `webhook-id` of the message, the same at every attempt.' }),
    type: z
      .enum([...webhookEvents, 'ping'])
      .meta({ description: 'What the message tells of.', example: 'article.published' }),
    articleId: Id.nullable().meta({ description: 'Id of the story; null for a ping.' }),
    at: Instant.meta({ description: 'When it happened.' }),
    state: z.enum(deliveryStates).meta({
      description: 'dead: it is not tried any more, unless it is replayed.',
      example: 'delivered',
    }),
    nextAttemptAt: Instant.nullable().meta({
      description: 'When it is sent at the earliest; null unless it waits.',
      example: null,
    }),
    settledAt: Instant.nullable().meta({ description: 'When it was delivered, or given up.' }),
    attempts: z.array(Attempt).meta({ description: 'All attempts whose outcome is known, the first first.' }),
  })
  .meta({ id: 'WebhookDelivery', description: 'A message to a webhook, and what came of it. Kept for 30 days.' });
export type Delivery = z.output<typeof Delivery>;

export const deliveryFilters = {
  state: z.enum(deliveryStates).optional().meta({ description: 'Only those that are so.', example: 'dead' }),
  article: Id.optional().meta({ description: 'Only those of the story with this id.' }),
};
export type DeliveryFilters = z.output<z.ZodObject<typeof deliveryFilters>>;

export const ReplayRequest = z
  .strictObject({
    states: z
      .array(z.enum(['delivered', 'dead']))
      .min(1)
      .max(2)
      .nullish()
      .meta({ description: 'Those that are so; the dead when not given.', example: ['dead'] }),
    from: Instant.nullish().meta({ description: 'What happened at this instant or later.' }),
    to: Instant.nullish().meta({ description: 'What happened before this instant.' }),
  })
  .meta({ id: 'WebhookReplayRequest' });
export type ReplayRequest = z.output<typeof ReplayRequest>;

export const Replay = z
  .object({ count: z.int().meta({ description: 'How many are sent again.', example: 12 }) })
  .meta({ id: 'WebhookReplay' });
