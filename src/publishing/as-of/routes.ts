import { z } from 'zod';
import { Article } from '../../blocks/story.js';
import type { RevisionService } from '../../content/revisions/service.js';
import { managedOperation } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { Instant } from '../../kernel/scalars.js';
import type { AsOfService } from './service.js';

const AsOf = z.object({
  at: Instant,
  version: z.int().meta({ description: 'The version of the article that readers had.', example: 2 }),
});

export function asOfRoutes(api: Api, revisions: RevisionService, stories: AsOfService): void {
  managedOperation(api, {
    group: 'Management',
    chapter: 'Revisions',
    method: 'GET',
    path: '/v1/manage/articles/{id}/asOf',
    operationId: 'getArticleAsOf',
    summary: 'Get a story as readers had it at an instant',
    description:
      'The story as Delivery sent it then: the version that was live, with the images, quotes, embeds, names of desk and tags, links to other stories and corrections of that time, in the form that Delivery has today. Translations are those of today’s that were live as such then. 404 when it had not been published by then, 410 when it was withdrawn then. What a change to hundreds of stories brought to each of them a little later is told from the change on.',
    role: 'viewer',
    params: z.object({
      id: z
        .string()
        .meta({ description: 'Id or working slug of the article.', example: 'putin-lukashenko-minsk-december-2022' }),
    }),
    query: z.strictObject({ at: Instant.optional().meta({ description: 'An instant that is past; left out, now.' }) }),
    target: ({ id }) => revisions.getRecord(id),
    answers: {
      200: { description: 'The story as it was delivered.', schema: z.object({ data: Article, asOf: AsOf }) },
    },
    errors: ['not_found', 'gone'],
    handle: async ({ params: { id }, query: { at } }) => {
      const { article, asOf } = await stories.get(id, at);
      return { data: article, asOf };
    },
  });
}
