import { z } from 'zod';
import type { Article } from '../../blocks/story.js';
import type { ArticleService } from '../../content/articles/service.js';
import { previewHeaders } from '../../http/headers.js';
import { dataOf, pageOf, pageQuery, sendPage } from '../../http/lists.js';
import { jsonBody, managedOperation } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { publicOperation } from '../../http/public-operation.js';
import { NewPreviewLink, Preview, PreviewLink, PreviewLinkDraft } from './schemas.js';
import type { PreviewService } from './service.js';

const article = {
  id: z
    .string()
    .meta({ description: 'Id or working slug of the article.', example: 'putin-lukashenko-minsk-december-2022' }),
};
const none = z.strictObject({});
const path = '/v1/manage/articles/{id}/preview-links';
const publicPath = '/v1/preview/{token}';
const chapter = { group: 'Management', chapter: 'Previews' } as const;

/** Where previews are shown. */
export interface PreviewPlaces {
  /** Where this server is reached; where it was asked when not told. */
  origin: string | undefined;
  /** Address of the front end's preview, with `{token}`, `{id}`, `{slug}` and `{language}` where those go. */
  frontEnd: string | undefined;
}

/** The formats beside JSON, as delivery makes them of what readers get. */
export interface PreviewFormats {
  /** The parameter that names one. */
  query: z.ZodType<string | undefined>;
  all: readonly { mediaType: string; description: string }[];
  /** The story in the format that was asked for; undefined for JSON. */
  render(
    story: Article,
    format: string | undefined,
    accept: string | undefined,
  ): { text: string; headers: Readonly<Record<string, string>> } | undefined;
}

export function previewLinkRoutes(
  api: Api,
  articles: ArticleService,
  previews: PreviewService,
  { origin, frontEnd }: PreviewPlaces,
): void {
  const target = ({ id }: { id: string }) => articles.getRecord(id);

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path,
    operationId: 'createPreviewLink',
    answersSecret: true,
    summary: 'Make a link that shows an article',
    description:
      'Whoever has the link sees the article as readers would, before it is published, until it expires or is revoked. Its token is in this answer and nowhere else.',
    role: 'editor',
    params: z.object(article),
    query: none,
    target,
    body: { schema: PreviewLinkDraft, mediaTypes: jsonBody, isRequired: false, example: { expiresIn: 'P2D' } },
    answers: { 201: { description: 'The link.', schema: dataOf(NewPreviewLink) } },
    errors: ['not_found'],
    handle: async ({ params: { id }, body, actor }, reply) => {
      const { link, token, ...names } = await previews.create(id, body, actor);
      const { protocol, host } = reply.request;
      const url = `${origin ?? `${protocol}://${host}`}${publicPath.replace('{token}', token)}`;
      const frontEndUrl = frontEnd === undefined ? null : filled(frontEnd, { ...names, token, id: link.articleId });
      reply.code(201);
      return { data: { ...link, token, url, frontEndUrl } };
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path,
    operationId: 'listPreviewLinks',
    summary: 'List the preview links of an article',
    description: 'The last made first, those that show nothing any more among them; without their tokens.',
    role: 'viewer',
    params: z.object(article),
    query: z.strictObject(pageQuery),
    target,
    answers: { 200: { description: 'A page of links.', schema: pageOf(PreviewLink), headers: ['Link'] } },
    errors: ['not_found'],
    handle: async ({ params: { id }, query }, reply) =>
      sendPage(reply, path.replace('{id}', id), query, await previews.list(id, query)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'DELETE',
    path: `${path}/{linkId}`,
    operationId: 'revokePreviewLink',
    summary: 'Revoke a preview link',
    description: 'The link shows nothing from now on. It needs no If-Match: nothing can be lost by it.',
    role: 'editor',
    params: z.object({
      ...article,
      linkId: z.string().meta({ description: 'Id of the link.', example: '01852a5c-9d00-7a11-8b22-000000000001' }),
    }),
    query: none,
    target,
    answers: { 204: { description: 'It is revoked.' } },
    errors: ['not_found'],
    handle: async ({ params: { id, linkId }, actor }, reply) => {
      await previews.revoke(id, linkId, actor);
      return reply.code(204).send();
    },
  });
}

/** What the links lead to. */
export function previewRoutes(api: Api, previews: PreviewService, formats: PreviewFormats): void {
  publicOperation(api, {
    group: 'Delivery',
    chapter: 'Previews',
    path: publicPath,
    operationId: 'getPreview',
    summary: 'See an article before it is published',
    description:
      'What a preview link shows: the working copy, or one version of it, in any format of delivery. It is never cached, and 404 whether there was never such a link, it expired, or was revoked.',
    params: z.object({ token: z.string().meta({ description: 'The token of the link.', example: 'dGhlLXRva2Vu' }) }),
    query: z.strictObject({ format: formats.query }),
    answers: {
      200: { description: 'The article.', schema: Preview, headers: ['Cache-Control'], others: formats.all },
    },
    errors: ['not_found'],
    handle: async ({ param, query: { format } }, request, reply) => {
      const preview = await previews.show(param);
      const rendered = formats.render(preview.data, format, request.headers.accept);
      reply.headers({ ...previewHeaders, ...rendered?.headers });
      return reply.send(rendered?.text ?? JSON.stringify(preview));
    },
  });
}

function filled(template: string, values: Record<string, string>): string {
  return template.replaceAll(/\{(\w+)\}/g, (all, name: string) => encodeURIComponent(values[name] ?? all));
}
