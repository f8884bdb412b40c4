import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { dataOf } from '../../http/lists.js';
import { jsonBody, managedOperation, patchBody, sendCreated, sendManaged } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { SectionAnswer, SectionCreation, SectionMove, SectionPatch } from './schemas.js';
import type { SectionService } from './service.js';

const ofArticle = z.object({
  id: z
    .string()
    .meta({ description: 'Id or working slug of the article.', example: 'putin-lukashenko-minsk-december-2022' }),
});
const ofSection = z.object({
  id: z.string().meta({ description: 'Id of the section.', example: '01852a5c-9d00-7a11-8b22-000000000001' }),
});
const none = z.strictObject({});
const chapter = { group: 'Management', chapter: 'Sections' } as const;
const ofArticlePath = '/v1/manage/articles/{id}/sections';
const path = '/v1/manage/sections';

const sectionExample = {
  heading: 'Sanctions hit exports',
  blocks: [{ type: 'paragraph', text: 'Western sanctions keep Belarusian potash from Baltic ports.' }],
};
const answer = { description: 'The section.', schema: dataOf(SectionAnswer), headers: ['ETag'] } as const;

export function sectionRoutes(api: Api, sections: SectionService): void {
  const target = ({ id }: { id: string }) => sections.get(id);
  const articleTarget = ({ id }: { id: string }) => sections.getArticle(id);

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: ofArticlePath,
    operationId: 'listManagedSections',
    summary: 'List the sections of a working copy',
    description: 'All of them, in the article’s order.',
    role: 'viewer',
    params: ofArticle,
    query: none,
    answers: { 200: { description: 'The sections.', schema: z.object({ data: z.array(SectionAnswer) }) } },
    errors: ['not_found'],
    handle: async ({ params: { id } }) => ({ data: await sections.list(id) }),
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path: ofArticlePath,
    operationId: 'createSection',
    summary: 'Add a section',
    description:
      'Adds a section to the article, last unless `after` says where. If-Match, when sent, is of the article.',
    role: 'editor',
    params: ofArticle,
    query: none,
    target: articleTarget,
    ifMatch: 'optional',
    body: { schema: SectionCreation, mediaTypes: jsonBody, isRequired: true, example: sectionExample },
    answers: { 201: { ...answer, headers: ['ETag', 'Location'] } },
    errors: ['not_found'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) => {
      const section = await sections.create(id, body, ifMatch, actor);
      return sendCreated(reply, section, `${path}/${section.id}`);
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/{id}`,
    operationId: 'getManagedSection',
    summary: 'Get a section',
    description: 'The section as editors see it. Its ETag is its own version; articleVersion is that of its article.',
    role: 'viewer',
    params: ofSection,
    query: none,
    target,
    answers: { 200: answer },
    errors: ['not_found'],
    handle: async ({ params: { id } }, reply) => sendManaged(reply, await sections.get(id)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'PATCH',
    path: `${path}/{id}`,
    operationId: 'patchSection',
    summary: 'Change a section',
    description:
      'JSON Merge Patch (RFC 7396) of heading and blocks. Needs only the section’s own version, so that others can work on other sections. Blocks with a known id keep their identity.',
    role: 'editor',
    params: ofSection,
    query: none,
    target,
    ifMatch: 'required',
    body: { schema: SectionPatch, mediaTypes: patchBody, isRequired: true, example: sectionExample },
    answers: { 200: answer },
    errors: ['not_found'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) =>
      sendManaged(reply, await sections.patch(id, body, ifMatch, actor)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'DELETE',
    path: `${path}/{id}`,
    operationId: 'deleteSection',
    summary: 'Delete a section',
    description: 'Takes the section out of its article. Its revisions stay.',
    role: 'editor',
    params: ofSection,
    query: none,
    target,
    ifMatch: 'required',
    answers: { 204: { description: 'It is deleted.' } },
    errors: ['not_found'],
    handle: async ({ params: { id }, ifMatch, actor }, reply) => {
      await sections.remove(id, ifMatch, actor);
      return noContent(reply);
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path: `${path}/{id}/move`,
    operationId: 'moveSection',
    summary: 'Move a section',
    description:
      'Puts the section behind another of the same article, or first. The order is the article’s, so the section keeps its version.',
    role: 'editor',
    params: ofSection,
    query: none,
    target,
    ifMatch: 'required',
    body: { schema: SectionMove, mediaTypes: jsonBody, isRequired: true, example: { after: null } },
    answers: { 200: answer },
    errors: ['not_found'],
    handle: async ({ params: { id }, body, ifMatch, actor }, reply) =>
      sendManaged(reply, await sections.move(id, body.after, ifMatch, actor)),
  });
}

function noContent(reply: FastifyReply): FastifyReply {
  return reply.code(204).send();
}
