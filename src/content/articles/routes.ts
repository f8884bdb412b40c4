import { z } from 'zod';
import { dataOf, pageOf, pageQuery, sendPage } from '../../http/lists.js';
import { jsonBody, managedOperation, patchBody, sendCreated, sendManaged } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { articleExample, articlePatchExample } from './examples.js';
import { articleFilters, defaultSort } from './list/schemas.js';
import { ArticleDraft, ArticlePatch, ArticleReplacement, ManagedArticle, ManagedArticleSummary } from './schemas.js';
import type { ArticleService } from './service.js';

const params = z.object({
  id: z
    .string()
    .meta({ description: 'Id or working slug of the article.', example: 'putin-lukashenko-minsk-december-2022' }),
});
const none = z.strictObject({});
const chapter = { group: 'Management', chapter: 'Articles' } as const;
const path = '/v1/manage/articles';

export function articleRoutes(api: Api, articles: ArticleService): void {
  const target = ({ id }: { id: string }) => articles.getRecord(id);

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path,
    operationId: 'listManagedArticles',
    summary: 'List working copies',
    description:
      'Articles without their sections, the last changed first. When filters leave few of many articles, a page may have fewer than `limit` and still a next one.',
    role: 'viewer',
    params: none,
    query: z.strictObject({ ...pageQuery, ...articleFilters }),
    answers: {
      200: { description: 'A page of working copies.', schema: pageOf(ManagedArticleSummary), headers: ['Link'] },
    },
    errors: [],
    handle: async ({ query }, reply) => {
      const sort = query.sort === defaultSort ? undefined : query.sort;
      return sendPage(reply, path, { ...query, sort }, await articles.list(query));
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path,
    operationId: 'createArticle',
    summary: 'Create a whole story',
    description:
      'Creates an article with all its sections, blocks, images, quotes and embeds, or nothing. A block refers to a resource by id or carries it inline. Without a slug one is made from the headline.',
    role: 'editor',
    params: none,
    query: none,
    body: { schema: ArticleDraft, mediaTypes: jsonBody, isRequired: true, example: articleExample },
    answers: {
      201: { description: 'The working copy.', schema: dataOf(ManagedArticle), headers: ['ETag', 'Location'] },
    },
    errors: ['conflict'],
    handle: async ({ body, actor }, reply) => {
      const article = await articles.create(body, actor);
      return sendCreated(reply, article, `${path}/${article.id}`);
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/{id}`,
    operationId: 'getManagedArticle',
    summary: 'Get a working copy',
    description:
      'The article as editors see it, with its sections; blocks refer to resources by id. It can be sent back by PUT as it is.',
    role: 'viewer',
    params,
    query: none,
    target,
    answers: { 200: { description: 'The working copy.', schema: dataOf(ManagedArticle), headers: ['ETag'] } },
    errors: ['not_found'],
    handle: async ({ params: { id } }, reply) => sendManaged(reply, await articles.get(id)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'PUT',
    path: `${path}/{id}`,
    operationId: 'replaceArticle',
    summary: 'Replace a working copy',
    description:
      'Makes the working copy what the body says. Sections and blocks with a known id keep their identity, unchanged sections keep their version, those left out are deleted.',
    role: 'editor',
    params,
    query: none,
    target,
    ifMatch: 'required',
    body: { schema: ArticleReplacement, mediaTypes: jsonBody, isRequired: true, example: articleExample },
    answers: { 200: { description: 'The working copy.', schema: dataOf(ManagedArticle), headers: ['ETag'] } },
    errors: ['not_found', 'conflict'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) =>
      sendManaged(reply, await articles.replace(id, body, ifMatch, actor)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'PATCH',
    path: `${path}/{id}`,
    operationId: 'patchArticle',
    summary: 'Change fields of a working copy',
    description:
      'JSON Merge Patch (RFC 7396) of the article’s own fields. Sections are changed by their own operations, or by PUT.',
    role: 'editor',
    params,
    query: none,
    target,
    ifMatch: 'required',
    body: { schema: ArticlePatch, mediaTypes: patchBody, isRequired: true, example: articlePatchExample },
    answers: { 200: { description: 'The working copy.', schema: dataOf(ManagedArticle), headers: ['ETag'] } },
    errors: ['not_found', 'conflict'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) =>
      sendManaged(reply, await articles.patch(id, body, ifMatch, actor)),
  });
}
