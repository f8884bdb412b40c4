// Bare Fastify sending the bytes and headers that the product sends, from memory.
import Database from 'better-sqlite3';
import Fastify from 'fastify';
import { report } from './usage.js';

const [databasePath = '', productAddress = '', deepPath = '', picturePath = ''] = process.argv.slice(2);

async function answerOf(path: string): Promise<{ headers: Record<string, string>; body: Buffer }> {
  const response = await fetch(productAddress + path, { headers: { 'accept-encoding': 'identity' } });
  const headers = Object.fromEntries(response.headers);
  for (const name of ['connection', 'content-length', 'date', 'keep-alive']) delete headers[name];
  return { headers, body: Buffer.from(await response.arrayBuffer()) };
}

const app = Fastify({ logger: false });
const file = new Database(databasePath, { readonly: true });
const [first] = file.prepare('SELECT slug FROM snapshots LIMIT 1').pluck().all() as string[];
const { etag: _etag, ...headers } = (await answerOf(`/v1/articles/${first}`)).headers;
const shared = Object.freeze(headers);
const stories = new Map<string, { etag: string; body: Buffer }>();
for (const [slug, etag, body] of file
  .prepare<[], [string, string, Buffer]>('SELECT slug, etag, body FROM snapshots')
  .raw()
  .iterate()) {
  stories.set(slug, { etag, body });
}
file.close();
const [page, deepPage] = [await answerOf('/v1/articles'), await answerOf(deepPath)];

const picture = await answerOf(picturePath);
app.get(picturePath, (_request, reply) => reply.headers(picture.headers).send(picture.body));
app.get('/v1/articles/:slug', (request, reply) => {
  const story = stories.get((request.params as { slug: string }).slug);
  if (!story) return reply.code(404).send();
  return reply.headers(shared).header('etag', story.etag).send(story.body);
});
const { 'content-type': _type, ...headersOf304 } = shared;
app.get('/known/:slug', (request, reply) => {
  const story = stories.get((request.params as { slug: string }).slug);
  return reply
    .headers(headersOf304)
    .header('etag', story?.etag ?? '')
    .code(304)
    .send();
});
app.get('/v1/articles', (request, reply) => {
  const { headers: ofPage, body } = request.url.includes('cursor') ? deepPage : page;
  return reply.headers(ofPage).send(body);
});
report({ address: await app.listen({ host: '127.0.0.1', port: 0 }) });
