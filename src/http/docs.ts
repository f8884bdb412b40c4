// What developers read: the OpenAPI document, Swagger UI, the guides, and a page for every kind of problem.
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { entityTag } from '../kernel/entity-tag.js';
import type { ErrorCode } from '../kernel/errors.js';
import { notFound } from '../kernel/errors.js';
import { sendRepresentation } from './conditional.js';
import { guideTitles } from './guide-titles.js';
import { openApiDocument } from './openapi.js';
import { problemTypeOf, problemTypes } from './problem.js';

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
    let guides: Promise<Map<string, string>> | undefined;
    pages.get('/guides/:name', async (request, reply) => {
      const { name } = request.params as { name: string };
      const title = Object.hasOwn(guideTitles, name) ? guideTitles[name as keyof typeof guideTitles] : undefined;
      guides ??= import('./guides.js').then(({ readGuides }) => readGuides());
      const guide = (await guides).get(name);
      if (title === undefined || guide === undefined) throw notFound('guide', name);
      return reply.type('text/html; charset=utf-8').send(page(title, guide));
    });
    pages.get('/problems', (_request, reply) => reply.type('text/html; charset=utf-8').send(problemsPage()));
    pages.get('/problems/:code', (request, reply) => {
      const { code } = request.params as { code: string };
      const name = code.replaceAll('-', '_');
      if (!Object.hasOwn(problemTypes, name)) throw notFound('kind of problem', code);
      return reply.type('text/html; charset=utf-8').send(problemPage(problemTypes[name as ErrorCode]));
    });
  });
}

const problemsTitle = 'Kinds of problems';

/** Every kind of problem, by its status. */
function problemsPage(): string {
  const rows = (Object.keys(problemTypes) as ErrorCode[])
    .sort((one, other) => problemTypes[one].status - problemTypes[other].status)
    .map((code) => {
      const { status, title, explanation } = problemTypes[code];
      const type = problemTypeOf(code);
      return `<tr><td>${status}</td><td><a href="${type}">${escaped(title)}</a><br><code>${type}</code></td><td>${escaped(explanation)}</td></tr>`;
    });
  const head = '<tr><th>Status</th><th>Kind and type</th><th>What it means, and what to do</th></tr>';
  return page(
    problemsTitle,
    `<p>Whatever is refused is answered by problem details (RFC 9457), as <code>application/problem+json</code>. <code>type</code> says of what kind it is, <code>detail</code> what it is this time, <code>errors</code> every place that is wrong.</p>
<table><thead>${head}</thead><tbody>${rows.join('\n')}</tbody></table>`,
  );
}

function problemPage({ status, title, explanation }: (typeof problemTypes)[ErrorCode]): string {
  return page(title, `<p>Status ${status}.</p>\n<p>${escaped(explanation)}</p>`);
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

const pageLinks = [
  '<a href="/docs">API documentation</a>',
  ...Object.entries(guideTitles).map(([name, title]) => `<a href="/guides/${name}">${title}</a>`),
  `<a href="/problems">${problemsTitle}</a>`,
];

/** @param body HTML */
function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title} – Copydesk</title>
<style>${pageStyle}</style>
</head>
<body>
<header>${pageLinks.join(' · ')}</header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
}

const pageStyle = `body{font:1.05rem/1.6 system-ui,sans-serif;max-width:48rem;margin:2rem auto 6rem;padding:0 1rem;overflow-wrap:break-word}
header{font-size:.9rem}
h2,h3{margin-top:2.5em;line-height:1.3}
nav ul{columns:14rem;padding-left:1.2rem}
pre{overflow-x:auto;padding:1rem;border-radius:.4rem;background:light-dark(#f4f4f2,#242424);font-size:.85rem;line-height:1.45}
code{font-family:ui-monospace,monospace;font-size:.9em}
pre code{font-size:inherit}
table{display:block;overflow-x:auto;border-collapse:collapse}
th,td{text-align:left;vertical-align:top;padding:.35rem .9rem .35rem 0;border-bottom:1px solid light-dark(#ddd,#444)}`;
