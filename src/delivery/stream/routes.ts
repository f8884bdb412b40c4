import { z } from 'zod';
import { streamHeaders } from '../../http/headers.js';
import type { Api } from '../../http/operation.js';
import { publicOperation } from '../../http/public-operation.js';
import type { StreamService } from './service.js';

const lastEventId = z.string().max(100).optional().meta({
  description: 'The id of the last event that you have, for clients that cannot send Last-Event-ID, which goes first.',
  example: '17.8f3a2b1c',
});
const example = `retry: 3000
id: 17.8f3a2b1c

id: 18.0c9d41e7
event: published
data: {"id":"01852a5c-9d00-7a11-8b22-000000000001","at":"2022-12-19T17:05:00.000Z","slug":"talks-in-minsk","language":"en","headline":"Talks in Minsk","etag":"\\"Xr0K2mC1uZb3Wc5dQh7yAw\\"","url":"/v1/articles/talks-in-minsk"}

`;

/** For those who want to know at once. */
export function streamRoutes(api: Api, stream: StreamService): void {
  publicOperation(api, {
    group: 'Delivery',
    chapter: 'Sync',
    resumes: true,
    path: '/v1/stream',
    operationId: 'stream',
    summary: 'Hear what changes, at once',
    description: `Server-sent events (WHATWG HTML), for as long as you listen, from now on or behind the last event that you have.

| event | when |
|---|---|
| \`published\` | a story goes to readers, or comes back to them |
| \`updated\` | what readers get of a live story is another: it was published again, has another slug, or what it shows has changed |
| \`corrected\` | its readers were told of a correction |
| \`withdrawn\` | it was taken from readers |
| \`erased\` | it is gone for good: destroy copies of it, older ones as well |
| \`reset\` | what has happened since your last event cannot be told: it is longer ago than the log goes back (\`{"reason":"too_old"}\`, 30 days), or of another database (\`unknown\`). Synchronise at /v1/sync; the stream goes on from here |

The data of the others is JSON: \`id\` of the story, \`at\`, and what it is now: \`slug\`, \`language\`, \`headline\`, \`etag\`, \`url\` to fetch it by, all null when it is gone. Events come in the order of the commits, each once, with ids that rise; how they are made up is not for you to read. The first lines give an id before anything has happened, so that nothing is missed when a connection is lost: a client that comes back with the last id gets what it has not had. A page of /v1/sync gives in \`page.lastEventId\` where the stream goes on behind it.

A comment every 15 seconds keeps the connection open. Who reads nothing for half a minute is disconnected, and goes on where it was when it comes back. Beyond as many listeners as the server is set to have, the answer is 503.`,
    query: z.strictObject({ lastEventId }),
    answers: {
      200: {
        description: 'The events, without an end.',
        mediaType: 'text/event-stream',
        schema: z.string(),
        example,
        headers: ['Cache-Control'],
      },
    },
    errors: [],
    handle: async ({ query }, request, reply) => {
      const sent = request.headers['last-event-id'];
      const isAsked = request.method === 'HEAD';
      const beginning = isAsked ? undefined : await stream.begin((sent ?? query.lastEventId)?.toString() || undefined);
      reply.hijack();
      reply.raw.writeHead(200, streamHeaders);
      if (beginning) await stream.listen(reply.raw, beginning);
      else reply.raw.end();
    },
  });
}
