import { z } from 'zod';
import { sendRepresentation } from '../../http/conditional.js';
import { fieldsQuery, trimmed, trimmedNote } from '../../http/fields.js';
import { shortLivedHeaders } from '../../http/headers.js';
import { dataOf } from '../../http/lists.js';
import type { Api } from '../../http/operation.js';
import { publicOperation } from '../../http/public-operation.js';
import { addressOf } from '../articles/routes.js';
import type { StoryService } from '../articles/service.js';
import { HistoryEntry } from './schemas.js';
import type { HistoryService } from './service.js';

export function historyRoutes(api: Api, stories: StoryService, history: HistoryService): void {
  publicOperation(api, {
    group: 'Delivery',
    chapter: 'Articles',
    isConditional: true,
    path: '/v1/articles/{slug}/history',
    operationId: 'getArticleHistory',
    summary: 'Get the history of a story',
    description:
      'When a live story was published, updated, withdrawn and brought back, and what its readers were told of corrections; the last first.',
    params: z.object({
      slug: z
        .string()
        .meta({ description: 'Slug or id of the story.', example: 'putin-lukashenko-minsk-december-2022' }),
    }),
    query: z.strictObject({ fields: fieldsQuery(HistoryEntry, 'at,kind') }),
    answers: {
      200: {
        description: `The history. ${trimmedNote}`,
        schema: dataOf(z.array(HistoryEntry)),
        headers: ['ETag', 'Cache-Control', 'Content-Location'],
      },
      308: { description: 'The story has another slug now: see Location.', headers: ['Location', 'Cache-Control'] },
    },
    errors: ['not_found', 'gone'],
    handle: async ({ param, query: { fields } }, request, reply) => {
      const located = await stories.locate(param);
      const slug = typeof located === 'string' ? located : located.slug;
      const address = addressOf(slug, '/history', request);
      if (typeof located === 'string')
        return reply.headers(shortLivedHeaders).code(308).header('location', address).send();
      if (param !== slug) reply.header('content-location', address);
      return sendRepresentation(request, reply, trimmed(await history.read(located.articleId), fields));
    },
  });
}
