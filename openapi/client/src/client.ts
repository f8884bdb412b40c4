// A typed client of Copydesk's API: requests by its OpenAPI document, and the help that a document cannot give.
import createFetchClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './schema.js';

export { eachItem, type ListAnswer } from './pages.js';
export { type Answer, CopydeskProblem, dataOf } from './problems.js';
export { type FollowOptions, follow, type StreamEvent } from './stream.js';
export { changeFromRead, type Read } from './versions.js';
export { type Happening, verifyWebhook, type WebhookHeaders, type WebhookMessage } from './webhooks.js';
export type { components, paths };

/** The schemas of the document by name: `Schemas['Article']`. */
export type Schemas = components['schemas'];
/** Answers are typed as JSON. What is asked for in another format is got by `parseAs: 'text'`. */
type Json = 'application/json' | 'application/problem+json';
export type CopydeskClient = Client<paths, Json>;

export interface ClientOptions {
  /** Where the server is, such as `https://api.news.example`. */
  baseUrl: string;
  /** An API key; Delivery needs none. */
  key?: string | undefined;
  /** The person on whose behalf it is done, for the record. */
  actor?: string | undefined;
  fetch?: (request: Request) => Promise<Response>;
}

/** Makes a client with a method for each HTTP method, typed by path: `client.GET('/v1/articles', { params: { query: { desk: 'world' } } })`. */
export function copydeskClient({ baseUrl, key, actor, fetch }: ClientOptions): CopydeskClient {
  return createFetchClient<paths, Json>({
    baseUrl,
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(actor !== undefined && { 'x-actor': actor }),
    },
    ...(fetch && { fetch }),
  });
}
