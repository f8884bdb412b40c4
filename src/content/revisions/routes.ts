import { z } from 'zod';
import { dataOf, pageOf, pageQuery, sendPage } from '../../http/lists.js';
import { managedOperation, sendManaged } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { ManagedArticle } from '../articles/schemas.js';
import type { ArticleService } from '../articles/service.js';
import { ArticleDiff } from './diff-schemas.js';
import type { RestoringService } from './restoring/service.js';
import { ArticleRevision, filterQuery, RevisedArticle, versionParam, versionQuery, warningsShape } from './schemas.js';
import type { RevisionService } from './service.js';

const id = z
  .string()
  .meta({ description: 'Id or working slug of the article.', example: 'putin-lukashenko-minsk-december-2022' });
const ofArticle = z.object({ id });
const ofVersion = z.object({ id, version: versionParam });
const none = z.strictObject({});
const chapter = { group: 'Management', chapter: 'Revisions' } as const;
const path = '/v1/manage/articles/{id}';

export function revisionRoutes(
  api: Api,
  articles: ArticleService,
  revisions: RevisionService,
  restoring: RestoringService,
): void {
  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/revisions`,
    operationId: 'listArticleRevisions',
    summary: 'List the versions of an article',
    description:
      'Every version, the last first: who made it, when, by what, and which fields. There is one for each accepted write to the article, to one of its sections or to its publication. Those of a deleted article can be read by its id.',
    role: 'viewer',
    params: ofArticle,
    query: z.strictObject({ ...pageQuery, ...filterQuery }),
    target: ({ id: asked }) => revisions.getRecord(asked),
    answers: { 200: { description: 'A page of versions.', schema: pageOf(ArticleRevision), headers: ['Link'] } },
    errors: ['not_found'],
    handle: async ({ params, query }, reply) =>
      sendPage(reply, `${path.replace('{id}', params.id)}/revisions`, query, await revisions.list(params.id, query)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/revisions/{version}`,
    operationId: 'getArticleRevision',
    summary: 'Get a story as it was at a version',
    description:
      'The whole working copy as it was: fields, sections and blocks. Images, quotes and embeds are referred to by id; they have versions of their own.',
    role: 'viewer',
    params: ofVersion,
    query: none,
    target: ({ id: asked, version }) => revisions.getRevision(asked, Number(version)),
    answers: { 200: { description: 'The story as it was.', schema: dataOf(RevisedArticle) } },
    errors: ['not_found', 'gone'],
    handle: async ({ params: { id: asked, version } }) => ({ data: await revisions.get(asked, version) }),
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path: `${path}/revisions/{version}/restore`,
    operationId: 'restoreArticleRevision',
    summary: 'Restore a version of an article',
    description:
      'Makes the working copy what it was at that version, as a new version; readers see nothing of it before it is published. Sections and blocks come back with their ids. References to what is deleted are kept, those to what was erased left out; `warnings` tells of both, and of a slug that another article has by now, and an anchor that readers know otherwise. Restoring what is there already writes nothing.',
    role: 'editor',
    params: ofVersion,
    query: none,
    target: async ({ id: asked, version }) => {
      await articles.getRecord(asked);
      await revisions.getRevision(asked, Number(version));
    },
    ifMatch: 'required',
    answers: {
      200: {
        description: 'The working copy.',
        schema: z.object({ data: ManagedArticle, ...warningsShape }),
        headers: ['ETag'],
      },
    },
    errors: ['not_found', 'gone'],
    handle: async ({ params: { id: asked, version }, ifMatch, actor }, reply) => {
      const { article, warnings } = await restoring.restore(asked, version, ifMatch, actor);
      return { ...sendManaged(reply, article), warnings };
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/diff`,
    operationId: 'diffArticle',
    summary: 'Compare two versions of an article',
    description:
      'What makes of one version the other. Sections and blocks are matched by their ids: added, removed, moved (from one section to another, too) or changed; texts are compared word by word. Applied to the version `from`, it gives the version `to`: take out what was removed or moved, change the fields, and put in what was added or moved at its place, from the first place on.',
    role: 'viewer',
    params: ofArticle,
    query: z.strictObject({
      from: versionQuery('The version to compare from; left out, the live one, which there must be then.'),
      to: versionQuery('The version to compare to; left out, the present one.'),
    }),
    target: ({ id: asked }) => revisions.getRecord(asked),
    answers: { 200: { description: 'What differs.', schema: dataOf(ArticleDiff) } },
    errors: ['not_found', 'gone'],
    handle: async ({ params: { id: asked }, query: { from, to } }) => ({
      data: await revisions.diff(asked, from, to),
    }),
  });
}
