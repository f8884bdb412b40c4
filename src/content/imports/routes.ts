import { z } from 'zod';
import { TextBody } from '../../http/body.js';
import { managedOperation, sendCreated } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { markdownExample, ninjsExample } from './examples.js';
import { NinjsItem } from './ninjs-schemas.js';
import { ImportAnswer, ImportChoices } from './schemas.js';
import type { ImportService } from './service.js';

const ninjsBody = ['application/json', 'application/vnd.iptc.ninjs+json'] as const;
const markdownBody = {
  mediaType: 'text/markdown',
  schema: z.string().meta({ description: 'CommonMark, with GitHub’s tables.', example: markdownExample }),
  example: markdownExample,
};

export function importRoutes(api: Api, imports: ImportService): void {
  managedOperation(api, {
    group: 'Management',
    chapter: 'Imports',
    method: 'POST',
    path: '/v1/manage/imports',
    operationId: 'importStory',
    summary: 'Make a draft of a story in ninjs or Markdown',
    description:
      'Takes a story as another system has it, or as this API delivered it (`?format=ninjs`, `?format=markdown`), and creates an article with all its sections, blocks, images, quotes and embeds, or nothing. Resources that the document names by an id of this library are used as they are here; all others are created. Nothing is fetched: pictures are to be uploaded. HTML in the bodies of ninjs becomes blocks; HTML in Markdown does not. `notCarried` tells what the draft has not, and where that stood. Markdown may have 256 thousand characters, HTML 512 thousand.',
    role: 'editor',
    params: z.strictObject({}),
    query: ImportChoices,
    body: { schema: NinjsItem, mediaTypes: ninjsBody, isRequired: true, example: ninjsExample },
    texts: [markdownBody],
    answers: {
      201: { description: 'The draft, and what is not in it.', schema: ImportAnswer, headers: ['ETag', 'Location'] },
    },
    errors: ['conflict'],
    handle: async ({ body, query, actor }, reply) => {
      const sent = reply.request.body;
      const document = sent instanceof TextBody ? { markdown: sent.text } : { ninjs: body };
      const { article, resources, notCarried } = await imports.importStory(document, query, actor);
      return { ...sendCreated(reply, article, `/v1/manage/articles/${article.id}`), resources, notCarried };
    },
  });
}
