import { z } from 'zod';
import type { ArticleService } from '../../content/articles/service.js';
import { CorrectionDraft, ManagedCorrection } from '../../content/corrections/schemas.js';
import { dataOf, pageOf, pageQuery, sendPage } from '../../http/lists.js';
import { jsonBody, managedOperation } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { versionTag } from '../../kernel/version-tags.js';
import { IssuedCorrection } from './schemas.js';
import type { CorrectionService } from './service.js';

const params = z.object({
  id: z
    .string()
    .meta({ description: 'Id or working slug of the article.', example: 'putin-lukashenko-minsk-december-2022' }),
});
const path = '/v1/manage/articles/{id}/corrections';
const chapter = { group: 'Management', chapter: 'Corrections', path, params } as const;
const example = {
  kind: 'correction',
  text: 'An earlier version of this story misstated the month of the invasion.',
};

export function correctionRoutes(api: Api, articles: ArticleService, corrections: CorrectionService): void {
  const target = ({ id }: { id: string }) => articles.getRecord(id);

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    operationId: 'listCorrections',
    summary: 'List the corrections of a story',
    description: 'What its readers were told, the oldest first, and by whom.',
    role: 'viewer',
    query: z.strictObject(pageQuery),
    target,
    answers: { 200: { description: 'A page of corrections.', schema: pageOf(ManagedCorrection), headers: ['Link'] } },
    errors: ['not_found'],
    handle: async ({ params: { id }, query }, reply) =>
      sendPage(reply, path.replace('{id}', id), query, await corrections.list(id, query)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    operationId: 'issueCorrection',
    summary: 'Tell the readers of a live story',
    description:
      'Adds a note to what readers see, for good; nothing else of it changes, and changes of the working copy go on waiting. A retraction marks the story in lists and links as well. If-Match and the ETag of the answer are the article’s. A note that goes with changed words is part of publishing them.',
    role: 'publisher',
    query: z.strictObject({}),
    target,
    ifMatch: 'required',
    body: { schema: CorrectionDraft, mediaTypes: jsonBody, isRequired: true, example },
    answers: { 201: { description: 'The correction.', schema: dataOf(IssuedCorrection), headers: ['ETag'] } },
    errors: ['not_found', 'conflict'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) => {
      const issued = await corrections.issue(id, body, ifMatch, actor);
      reply.code(201).header('etag', versionTag(issued.articleVersion));
      return { data: issued };
    },
  });
}
