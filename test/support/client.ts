import type { FastifyInstance } from 'fastify';
import supertest, { type Test } from 'supertest';
import { requireConformance } from './conformance.js';

type Send = (path: string, body?: unknown) => Test;

/** Sends requests; add headers with `.set`. Every answer must be one that the document tells of. */
export interface Client {
  get: Send;
  head: Send;
  post: Send;
  put: Send;
  patch: Send;
  delete: Send;
}

export function newClient(app: FastifyInstance, key: string | undefined): Client {
  const send = (method: keyof Client): Send => {
    return (path, body) => {
      // Bytes as they are made; that they can be had coded is held elsewhere.
      const test = supertest(app.server)[method](path).set('accept-encoding', 'identity');
      if (key !== undefined) test.set('authorization', `Bearer ${key}`);
      if (body !== undefined) test.set('content-type', 'application/json').send(JSON.stringify(body));
      return test.expect((response) => requireConformance(app, method, path, response));
    };
  };
  return {
    get: send('get'),
    head: send('head'),
    post: send('post'),
    put: send('put'),
    patch: send('patch'),
    delete: send('delete'),
  };
}

/** The If-Match header for what was read. */
export function matching(response: { headers: Record<string, string> }): { 'if-match': string } {
  return { 'if-match': response.headers.etag ?? '' };
}
