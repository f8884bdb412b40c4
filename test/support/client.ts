import type { FastifyInstance } from 'fastify';
import supertest, { type Response, type Test } from 'supertest';
import { requireConformance } from './conformance.js';

/** As many characters as tell what went wrong. */
const answerShownMax = 1000;

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
      return tellingAnswers(test).expect((response) => requireConformance(app, method, path, response));
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

type Done = (error: Error | null, response: Response) => void;

/** A test whose failure tells what was answered, which says more than its status. */
function tellingAnswers(test: Test): Test {
  const judged = test as Test & { assert(broken: Error | null, response: Response | undefined, done: Done): void };
  const judge = judged.assert.bind(test);
  judged.assert = (broken, response, done) =>
    judge(broken, response, (error, answer) => {
      if (error && response?.text) error.message += `; answered: ${response.text.slice(0, answerShownMax)}`;
      done(error, answer);
    });
  return test;
}

/** The If-Match header for what was read. */
export function matching(response: { headers: Record<string, string> }): { 'if-match': string } {
  return { 'if-match': response.headers.etag ?? '' };
}
