import { z } from 'zod';
import { durationMs } from '../kernel/durations.js';
import { managedShape, readOnlyShape } from '../kernel/managed.js';
import { distinct, Instant, line, Url } from '../kernel/scalars.js';

/** How long both secrets of a rotation are good, unless it says otherwise, and at most. */
export const overlapDefault = 'PT24H';
const overlapMax = 'P7D';
const overlapMsMax = durationMs(overlapMax) ?? 0;

export const webhookEvents = [
  'article.published',
  'article.updated',
  'article.corrected',
  'article.withdrawn',
  'article.erased',
] as const;

const url = Url.meta({
  description:
    'Where messages are posted to: an https address of the public internet. WEBHOOK_PRIVATE_HOSTS names hosts that may be others.',
  example: 'https://news.example/hooks/copydesk',
});
const description = line(200).meta({ description: 'What it is for.', example: 'Rebuilds the front page' });
const events = distinct(z.enum(webhookEvents), webhookEvents.length)
  .min(1)
  .meta({
    description: 'What it is told of, each once. All when not given.',
    example: ['article.published', 'article.withdrawn'],
    uniqueItems: true,
  });
const state = z.enum(['enabled', 'disabled']).meta({
  description:
    'A disabled webhook is sent nothing but pings. Once it is enabled it is told what has happened meanwhile, as far as the public log goes back.',
  example: 'enabled',
});

const readOnly = {
  ...managedShape,
  disabledReason: z.enum(['admin', 'gone']).nullable().meta({
    description: 'Why it is disabled: an admin has done it, or it has answered 410.',
    example: null,
  }),
  formerSecretUntil: Instant.nullable().meta({
    description: 'Until when messages are signed by the secret before as well; null when there is none that is good.',
    example: null,
  }),
};
/** Names of the fields that a body may carry only as they are. */
export const webhookReadOnlyNames = Object.keys(readOnly);

export const WebhookDraft = z
  .strictObject({ url, description: description.nullish(), events: events.nullish(), state: state.nullish() })
  .meta({ id: 'WebhookDraft' });
export type WebhookDraft = z.output<typeof WebhookDraft>;

export const WebhookPatch = z
  .strictObject({
    ...readOnlyShape(readOnly),
    url: url.optional(),
    description: description.nullish(),
    events: events.nullish(),
    state: state.optional(),
  })
  .meta({ id: 'WebhookPatch', description: 'JSON Merge Patch (RFC 7396). The secret is changed by rotating it.' });
export type WebhookPatch = z.output<typeof WebhookPatch>;

export const WebhookRotation = z
  .strictObject({
    overlap: z
      .string()
      .refine((value) => (durationMs(value) ?? Number.POSITIVE_INFINITY) <= overlapMsMax, {
        error: `must be days, hours, minutes and seconds as ISO 8601 has them, such as PT36H, and at most ${overlapMax}`,
        params: { code: 'invalid_format' },
      })
      .nullish()
      .meta({
        description: `How long messages are signed by the former secret as well, as an ISO 8601 duration of days, hours, minutes and seconds; at most ${overlapMax}, and ${overlapDefault} when not given. PT0S ends it at once.`,
        example: 'PT36H',
      }),
  })
  .meta({ id: 'WebhookRotation' });
export type WebhookRotation = z.output<typeof WebhookRotation>;

const webhookShape = { ...readOnly, url, description: description.nullable(), events, state };

export const Webhook = z
  .object(webhookShape)
  .meta({ id: 'Webhook', description: 'An address that is told what happens to stories, without its secret.' });
export type Webhook = z.output<typeof Webhook>;

export const IssuedWebhook = z
  .object({
    ...webhookShape,
    secret: z.string().meta({
      description: 'What messages are signed by, as Standard Webhooks writes it. It is told only here.',
      example: `whsec_${'A'.repeat(43)}=`,
    }),
  })
  .meta({ id: 'IssuedWebhook', description: 'A webhook with a new secret.' });
export type IssuedWebhook = z.output<typeof IssuedWebhook>;
