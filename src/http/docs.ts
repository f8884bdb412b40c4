// What developers read: the OpenAPI document, Swagger UI, and a page for every kind of problem.
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { entityTag } from '../kernel/entity-tag.js';
import type { ErrorCode } from '../kernel/errors.js';
import { notFound } from '../kernel/errors.js';
import { sendRepresentation } from './conditional.js';
import { openApiDocument } from './openapi.js';
import { problemTypes } from './problem.js';

/** The version of the API that the document names. */
const apiVersion = '1.0.0';

export async function docsRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: { openapi: '3.1.1', info: { title: 'Copydesk', version: apiVersion } },
    transform: ({ url }) => ({ url, schema: { hide: true } }),
    transformObject: () => openApiDocument(app.operations, apiVersion) as never,
  });

  let document: { body: string; etag: string } | undefined;
  app.get('/openapi.json', (request, reply) => {
    if (!document) {
      const body = JSON.stringify(app.swagger());
      document = { body, etag: entityTag(body) };
    }
    return sendRepresentation(request, reply, document);
  });

  await app.register(async (pages) => {
    await pages.register(helmet, {
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null, imgSrc: ["'self'", 'data:', 'blob:'] } },
      strictTransportSecurity: false,
    });
    await pages.register(swaggerUi, {
      routePrefix: '/docs',
      uiConfig: {
        persistAuthorization: true,
        displayRequestDuration: true,
        docExpansion: 'list',
        deepLinking: true,
        filter: true,
        defaultModelsExpandDepth: 0,
      },
      theme: {
        title: 'Copydesk API',
        css: [{ filename: 'copydesk.css', content: '.swagger-ui .topbar { display: none }' }],
      },
    });
    pages.get('/', (_request, reply) => reply.redirect('/docs', 302));
    pages.get('/problems/:code', (request, reply) => {
      const { code } = request.params as { code: string };
      const type = problemTypes[code.replaceAll('-', '_') as ErrorCode];
      if (!type) throw notFound('kind of problem', code);
      return reply.type('text/html; charset=utf-8').send(problemPage(type));
    });
  });
}

function problemPage({ status, title, explanation }: (typeof problemTypes)[ErrorCode]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title} – Copydesk</title>
<style>body{font:1.1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}</style>
<h1>${title}</h1>
<p>Status ${status}.</p>
<p>${explanation.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p>
<p><a href="/docs">API documentation</a></p>
</html>
`;
}
