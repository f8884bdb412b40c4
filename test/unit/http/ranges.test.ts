import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { answerErrors } from '../../../src/http/errors.js';
import { sendFile } from '../../../src/http/ranges.js';

it('a file that is gone, or cannot be opened, is 503 without a word of what it would be', async () => {
  const app = Fastify();
  app.decorate('operations', []);
  app.decorate('logger', app.log);
  answerErrors(app, false);
  const file = { etag: '"a"', size: 5, path: '/nowhere', bytes: undefined, headers: { 'content-type': 'image/png' } };
  app.get('/media/a', (request, reply) => sendFile(request, reply, file));
  const { statusCode, headers } = await app.inject('/media/a');
  expect([statusCode, headers.etag, headers['accept-ranges'], headers['content-type']]).toEqual([
    ...[503, undefined, undefined, 'application/problem+json; charset=utf-8'],
  ]);
});
