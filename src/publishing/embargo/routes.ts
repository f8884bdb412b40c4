import { z } from 'zod';
import { ManagedArticle } from '../../content/articles/schemas.js';
import type { ArticleService } from '../../content/articles/service.js';
import { dataOf } from '../../http/lists.js';
import { jsonBody, managedOperation, sendManaged } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { EmbargoLift, EmbargoRequest } from './schemas.js';
import type { EmbargoService } from './service.js';

const params = z.object({
  id: z
    .string()
    .meta({ description: 'Id or working slug of the article.', example: 'putin-lukashenko-minsk-december-2022' }),
});
const path = '/v1/manage/articles/{id}/embargo';
const answers = {
  200: { description: 'The working copy.', schema: dataOf(ManagedArticle), headers: ['ETag'] as const },
};
const shared = { group: 'Management', chapter: 'Publishing', method: 'POST', ifMatch: 'required', answers } as const;

export function embargoRoutes(api: Api, articles: ArticleService, embargoes: EmbargoService): void {
  const target = ({ id }: { id: string }) => articles.getRecord(id);
  const query = z.strictObject({});

  managedOperation(api, {
    ...shared,
    path,
    operationId: 'embargoArticle',
    summary: 'Put a story under embargo',
    description:
      'Until then nobody can publish the story, by hand or by a schedule. What is live stays live. An embargo in force is prolonged in the same way; ending it sooner needs a key with the role publisher.',
    role: 'editor',
    params,
    query,
    target,
    body: {
      schema: EmbargoRequest,
      mediaTypes: jsonBody,
      isRequired: true,
      example: { until: '2036-06-15T12:00:00.000Z', reason: 'The report is public on Monday at noon.' },
    },
    errors: ['not_found'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) =>
      sendManaged(reply, await embargoes.impose(id, body, ifMatch, actor)),
  });

  managedOperation(api, {
    ...shared,
    path: `${path}/lift`,
    operationId: 'liftEmbargo',
    summary: 'Lift an embargo',
    description: 'Ends the embargo in force before its time. The reason is told with the version and in the log.',
    role: 'publisher',
    params,
    query,
    target,
    body: {
      schema: EmbargoLift,
      mediaTypes: jsonBody,
      isRequired: true,
      example: { reason: 'The ministry has published the report itself.' },
    },
    errors: ['not_found', 'conflict'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) =>
      sendManaged(reply, await embargoes.lift(id, body, ifMatch, actor)),
  });
}
