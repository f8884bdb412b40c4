import { z } from 'zod';
import type { ArticleService } from '../../content/articles/service.js';
import { dataOf, pageOf, pageQuery, sendPage } from '../../http/lists.js';
import { jsonBody, managedOperation, patchBody, sendCreated, sendManaged } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { Finding } from '../preflight/schemas.js';
import { Schedule, SchedulePatch, ScheduleRequest, scheduleFilters } from './schemas.js';
import type { ScheduleService } from './service.js';

const path = '/v1/manage/schedules';
const chapter = { group: 'Management', chapter: 'Schedules' } as const;
const ofArticle = z.object({
  id: z
    .string()
    .meta({ description: 'Id or working slug of the article.', example: 'putin-lukashenko-minsk-december-2022' }),
});
const ofSchedule = z.object({
  id: z.string().meta({ description: 'Id of the schedule.', example: '01852a5c-9d00-7a11-8b22-000000000001' }),
});
const none = z.strictObject({});
const answer = { description: 'The schedule.', schema: dataOf(Schedule), headers: ['ETag'] } as const;
const planned = {
  ...answer,
  schema: z.object({
    data: Schedule,
    warnings: z.array(Finding).meta({ description: 'What preflight found that should be looked at all the same.' }),
  }),
} as const;
const page = { description: 'A page of schedules.', schema: pageOf(Schedule), headers: ['Link'] } as const;
const requestExample = { action: 'publish', at: '2036-06-15T06:00:00.000Z' };

export function scheduleRoutes(api: Api, articles: ArticleService, schedules: ScheduleService): void {
  ofArticleRoutes(api, articles, schedules);
  const target = ({ id }: { id: string }) => schedules.get(id);

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path,
    operationId: 'listSchedules',
    summary: 'List schedules',
    description: 'Publications and withdrawals that wait, were done, failed or were cancelled, the soonest first.',
    role: 'viewer',
    params: none,
    query: z.strictObject({ ...pageQuery, ...scheduleFilters }),
    answers: { 200: page },
    errors: [],
    handle: async ({ query }, reply) => sendPage(reply, path, query, await schedules.list(query)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/{id}`,
    operationId: 'getSchedule',
    summary: 'Get a schedule',
    description: 'What is to be done and when, or what became of it. Its ETag is its own version.',
    role: 'viewer',
    params: ofSchedule,
    query: none,
    target,
    answers: { 200: answer },
    errors: ['not_found'],
    handle: async ({ params: { id } }, reply) => sendManaged(reply, await schedules.get(id)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'PATCH',
    path: `${path}/{id}`,
    operationId: 'patchSchedule',
    summary: 'Change a schedule',
    description:
      'JSON Merge Patch (RFC 7396) of when it fires and what it asks for. Naming the article’s current version in articleVersion lets edits made since go out with it. The rules of preflight are run again. Raises the article’s version.',
    role: 'publisher',
    params: ofSchedule,
    query: none,
    target,
    ifMatch: 'required',
    body: { schema: SchedulePatch, mediaTypes: patchBody, isRequired: true, example: { at: requestExample.at } },
    answers: { 200: planned },
    errors: ['not_found', 'conflict', 'preflight_failed'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) => {
      const { schedule, warnings } = await schedules.patch(id, body, ifMatch, actor);
      return { ...sendManaged(reply, schedule), warnings };
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'DELETE',
    path: `${path}/{id}`,
    operationId: 'cancelSchedule',
    summary: 'Cancel a schedule',
    description: 'It does not fire any more, and stays to be read as cancelled. Raises the article’s version.',
    role: 'publisher',
    params: ofSchedule,
    query: none,
    target,
    ifMatch: 'required',
    answers: { 200: answer },
    errors: ['not_found', 'conflict'],
    handle: async ({ params: { id }, ifMatch, actor }, reply) =>
      sendManaged(reply, await schedules.cancel(id, ifMatch, actor)),
  });
}

function ofArticleRoutes(api: Api, articles: ArticleService, schedules: ScheduleService): void {
  const target = ({ id }: { id: string }) => articles.getRecord(id);

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path: '/v1/manage/articles/{id}/schedule',
    operationId: 'scheduleArticle',
    summary: 'Schedule a publication or withdrawal',
    description:
      'Publishes exactly the version that If-Match names at an instant, whatever is edited until then; or withdraws the story, whatever is live then. The rules of preflight are run now and once more when it fires, and an embargo must end before. A schedule that fails is kept with the reason, and shown on the article; it never sets readers back to an older version. A correction goes out with the version, and is told even if readers have the same already. An article has at most one of each kind waiting. Raises the article’s version; the ETag of the answer is the schedule’s.',
    role: 'publisher',
    params: ofArticle,
    query: none,
    target,
    ifMatch: 'required',
    body: { schema: ScheduleRequest, mediaTypes: jsonBody, isRequired: true, example: requestExample },
    answers: { 201: { ...planned, headers: ['ETag', 'Location'] } },
    errors: ['not_found', 'conflict', 'preflight_failed'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) => {
      const { schedule, warnings } = await schedules.create(id, body, ifMatch, actor);
      return { ...sendCreated(reply, schedule, `${path}/${schedule.id}`), warnings };
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: '/v1/manage/articles/{id}/schedules',
    operationId: 'listSchedulesOfArticle',
    summary: 'List the schedules of an article',
    description: 'All of them, whatever became of them, the last made first.',
    role: 'viewer',
    params: ofArticle,
    query: z.strictObject(pageQuery),
    target,
    answers: { 200: page },
    errors: ['not_found'],
    handle: async ({ params: { id }, query }, reply) =>
      sendPage(reply, `/v1/manage/articles/${id}/schedules`, query, await schedules.listOf(id, query)),
  });
}
