import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import supertest, { type Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { requireConformance } from '../support/conformance.js';
import { liveStory } from '../support/stories.js';

interface Media {
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface OperationObject {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  requestBody?: { content: Record<string, Media> };
  parameters?: { name: string }[];
  responses: Record<string, { $ref?: string; headers?: object; content?: Record<string, Media> }>;
}

let app: TestApp;
let document: {
  paths: Record<string, Record<string, OperationObject>>;
  components: { responses: Record<string, { content: Record<string, Media> }> };
};
beforeAll(async () => {
  app = await startApp();
  document = (await supertest(app.app.server).get('/openapi.json').expect(200)).body;
});
afterAll(() => app.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

const parameterNames = ({ parameters = [] }: OperationObject) => parameters.map(({ name }) => name);

/** Every media type object of the document, with its pointer. */
function media(): { pointer: string; object: Media }[] {
  const escaped = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1');
  const contents = (pointer: string, content: Record<string, Media> | undefined) =>
    Object.entries(content ?? {}).map(([type, object]) => ({ pointer: `${pointer}/content/${escaped(type)}`, object }));
  return [
    ...operations().flatMap(({ path, method, operation }) => {
      const at = `/paths/${escaped(path)}/${method}`;
      return [
        ...contents(`${at}/requestBody`, operation.requestBody?.content),
        ...Object.entries(operation.responses).flatMap(([status, response]) =>
          contents(`${at}/responses/${status}`, response.content),
        ),
      ];
    }),
    ...Object.entries(document.components.responses).flatMap(([name, response]) =>
      contents(`/components/responses/${name}`, response.content),
    ),
  ];
}

describe('the document', () => {
  it('tells of every operation what it is, under a name of its own', () => {
    for (const { path, method, operation } of operations()) {
      const { operationId, summary, description, tags } = operation;
      expect({ path, method, operationId, summary, description, tags }).toEqual({
        path,
        method,
        operationId: expect.any(String),
        summary: expect.any(String),
        description: expect.any(String),
        tags: [expect.stringMatching(/^(Delivery|Management|System): /)],
      });
    }
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(app.app.operations.length);
  });

  it('has an example of every body, and every example is right by its schema', async () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    formats.default(ajv);
    ajv.addSchema(document as object, 'openapi');
    expect(media().length).toBeGreaterThan(60);
    for (const { pointer, object } of media()) {
      // The server shares this event loop, and refuses requests when it stands still for long.
      await new Promise((resolve) => setImmediate(resolve));
      const examples = object.examples ? Object.values(object.examples).map(({ value }) => value) : [object.example];
      for (const example of examples) {
        expect([pointer, example === undefined]).toEqual([pointer, false]);
        const validate = ajv.compile({ $ref: `openapi#${encodeURI(pointer)}/schema` });
        const isRight = validate(example);
        expect([pointer, isRight, validate.errors]).toEqual([pointer, true, null]);
      }
    }
  });

  it('tells every refusal as a problem', () => {
    for (const { operation } of operations()) {
      const refusals = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
      expect(refusals.length).toBeGreaterThan(0);
      for (const [status, response] of refusals) expect(response.$ref).toBe(`#/components/responses/Problem${status}`);
    }
  });

  it('has every POST take an Idempotency-Key, and tell what comes of it, unless its answer tells a secret', () => {
    const posts = operations().filter(({ method }) => method === 'post');
    expect(posts.length).toBeGreaterThan(20);
    const refusing = posts.filter(({ operation }) => !parameterNames(operation).includes('Idempotency-Key'));
    expect(refusing.map(({ operation }) => operation.operationId).sort()).toEqual([
      'createApiKey',
      'createPreviewLink',
      'createWebhook',
      'rotateApiKey',
      'rotateWebhookSecret',
    ]);
    for (const { operation } of posts.filter((post) => !refusing.includes(post))) {
      const statuses = Object.keys(operation.responses);
      expect([operation.operationId, statuses]).toEqual([
        operation.operationId,
        expect.arrayContaining(['400', '409', '422']),
      ]);
      for (const [status, { headers }] of Object.entries(operation.responses)) {
        const isReplayed = Object.keys(headers ?? {}).includes('Idempotency-Replayed');
        expect([operation.operationId, status, isReplayed]).toEqual([operation.operationId, status, status < '300']);
      }
    }
    const others = operations().filter(({ method }) => method !== 'post');
    expect(others.filter(({ operation }) => parameterNames(operation).includes('Idempotency-Key'))).toEqual([]);
  });

  it('is the same at /openapi.json and in Swagger UI, and is not sent twice', async () => {
    const { body, headers } = await supertest(app.app.server).get('/openapi.json').expect(200);
    expect((await supertest(app.app.server).get('/docs/json').expect(200)).body).toEqual(body);
    await supertest(app.app.server).get('/openapi.json').set('if-none-match', String(headers.etag)).expect(304);
  });
});

describe('the check of every answer against the document', () => {
  const check =
    (response: object, query = '') =>
    () =>
      requireConformance(app.app, 'get', `/v1/articles/x${query}`, response as Response);

  it('fails on an undocumented status, field, media type and missing header', async () => {
    const { slug } = await liveStory(app);
    const { status, headers, text } = await app.anybody.get(`/v1/articles/${slug}`).expect(200);
    const right = { status, headers, text };
    expect(check(right)).not.toThrow();
    expect(check({ ...right, status: 418 })).toThrow(/status 418/);
    const story = JSON.parse(text);
    expect(check({ ...right, text: JSON.stringify({ data: { ...story.data, internalNote: 'x' } }) })).toThrow(
      /additional/,
    );
    const { headline: _gone, ...without } = story.data;
    expect(check({ ...right, text: JSON.stringify({ data: without }) })).toThrow(/headline/);
    expect(check({ ...right, headers: { ...headers, 'content-type': 'text/csv' } })).toThrow(/media type/);
    const { etag: _none, ...others } = headers;
    expect(check({ ...right, headers: others })).toThrow(/ETag/);
  });

  it('lets fields be left out only where they were chosen, and what is there must be right even so', async () => {
    const { slug } = await liveStory(app);
    const { status, headers } = await app.anybody.get(`/v1/articles/${slug}`).expect(200);
    const answer = (body: unknown) => ({ status, headers, text: JSON.stringify(body) });
    const trimmed = { headline: 'A', sections: [{ blocks: [{}, { text: 'B' }] }] };
    expect(check(answer({ data: trimmed }), '?fields=headline,sections.blocks.text')).not.toThrow();
    expect(check(answer({ data: trimmed }))).toThrow(/required/);
    expect(check(answer({ data: { headline: 1 } }), '?fields=headline')).toThrow(/string/);
    expect(check(answer({ data: { internalNote: 'x' } }), '?fields=headline')).toThrow(/additional/);
    expect(check(answer({}), '?fields=headline')).toThrow(/data/);
  });
});
