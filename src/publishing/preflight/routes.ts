import { z } from 'zod';
import type { ArticleService } from '../../content/articles/service.js';
import { dataOf } from '../../http/lists.js';
import { managedOperation } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { rules } from './index.js';
import { PreflightReport } from './schemas.js';
import type { PreflightService } from './service.js';

const table = ['| code | severity | found when |', '|---|---|---|']
  .concat(rules.map(({ code, severity, meaning }) => `| \`${code}\` | ${severity} | ${meaning} |`))
  .join('\n');

export function preflightRoutes(api: Api, articles: ArticleService, preflight: PreflightService): void {
  managedOperation(api, {
    group: 'Management',
    chapter: 'Publishing',
    method: 'GET',
    path: '/v1/manage/articles/{id}/preflight',
    operationId: 'preflightArticle',
    summary: 'See whether a working copy is fit to be published',
    description: `Holds the working copy to the rules that every publication is held to, and says of each finding where it is and how to mend it. Nothing is changed.\n\n${table}`,
    role: 'viewer',
    params: z.object({
      id: z
        .string()
        .meta({ description: 'Id or working slug of the article.', example: 'putin-lukashenko-minsk-december-2022' }),
    }),
    query: z.strictObject({}),
    target: ({ id }) => articles.getRecord(id),
    answers: { 200: { description: 'What the rules found.', schema: dataOf(PreflightReport) } },
    errors: ['not_found'],
    handle: async ({ params: { id } }) => ({ data: await preflight.check(id) }),
  });
}
