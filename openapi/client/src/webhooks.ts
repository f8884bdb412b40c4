import { Webhook } from 'standardwebhooks';

/** That something has happened to a story, with what it is called now; null when it is gone. */
export interface Happening {
  id: string;
  at: string;
  slug: string | null;
  language: string | null;
  headline: string | null;
  etag: string | null;
  url: string | null;
}

export type WebhookMessage =
  | {
      type: 'article.published' | 'article.updated' | 'article.corrected' | 'article.withdrawn' | 'article.erased';
      timestamp: string;
      data: Happening;
    }
  | { type: 'ping'; timestamp: string; data: Record<string, never> };

/** As servers have them: those of a Request of fetch, or of Node's http and what is built on it. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * What a webhook was sent, if it is signed by the secret and not older than five minutes.
 * @param body the bytes of the request as they came, as text
 * @throws when it is not
 */
export function verifyWebhook(secret: string, body: string, headers: WebhookHeaders): WebhookMessage {
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
  const sent = Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  return new Webhook(secret).verify(body, sent) as WebhookMessage;
}
