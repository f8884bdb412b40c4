import { z } from 'zod';
import { ManagedArticle } from '../content/articles/schemas.js';
import type { ArticleService } from '../content/articles/service.js';
import { dataOf } from '../http/lists.js';
import { jsonBody, managedOperation, sendManaged } from '../http/managed-operation.js';
import type { Api } from '../http/operation.js';
import { Finding } from './preflight/schemas.js';
import { PublishRequest } from './schemas.js';
import type { PublishingService } from './service.js';

const params = z.object({
  id: z
    .string()
    .meta({ description: 'Id or working slug of the article.', example: 'putin-lukashenko-minsk-december-2022' }),
});
const none = z.strictObject({});
const chapter = { group: 'Management', chapter: 'Publishing' } as const;
const answer = {
  description: 'The working copy, its publication up to date.',
  schema: dataOf(ManagedArticle),
  headers: ['ETag'] as const,
};
const publishAnswer = {
  ...answer,
  schema: z.object({
    data: ManagedArticle,
    warnings: z.array(Finding).meta({ description: 'What preflight found that should be looked at all the same.' }),
  }),
};

export function publishingRoutes(api: Api, articles: ArticleService, publishing: PublishingService): void {
  const target = ({ id }: { id: string }) => articles.getRecord(id);

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path: '/v1/manage/articles/{id}/publish',
    operationId: 'publishArticle',
    summary: 'Publish a working copy',
    description:
      'Makes the version that If-Match names what readers get. The errors of preflight refuse it: 422 points at every place that fails. Its warnings let it pass and are told beside the story. Publishing an unchanged version writes nothing.',
    role: 'publisher',
    params,
    query: none,
    target,
    ifMatch: 'required',
    body: { schema: PublishRequest, mediaTypes: jsonBody, isRequired: false, example: {} },
    answers: { 200: publishAnswer },
    errors: ['not_found'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) => {
      const { article, warnings } = await publishing.publish(id, body, ifMatch, actor);
      return { ...sendManaged(reply, article), warnings };
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path: '/v1/manage/articles/{id}/withdraw',
    operationId: 'withdrawArticle',
    summary: 'Withdraw a story',
    description: 'Takes a live story down: its address answers 410. Publishing it again brings it back.',
    role: 'publisher',
    params,
    query: none,
    target,
    ifMatch: 'required',
    body: { schema: none, mediaTypes: jsonBody, isRequired: false, example: {} },
    answers: { 200: answer },
    errors: ['not_found', 'conflict'],
    handle: async ({ params: { id }, ifMatch, actor }, reply) =>
      sendManaged(reply, await publishing.withdraw(id, ifMatch, actor)),
  });
}
