import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { createStory, liveStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const path = '/v1/manage/articles';
const raw = (body: string | Buffer, type = 'application/json') =>
  app.as.editor.post(path).set('content-type', type).send(body);

/** What comes back over a connection of its own until that is closed. */
function rawAnswer(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.on('data', (data) => {
      received += data;
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}

describe('the order of checks', () => {
  it('is 401, 403, 404, 415, 413, 428, 400, 412: a request that is wrong in all ways gets the first', async () => {
    const { id } = await createStory(app);
    const missing = `${path}/01852a5c-0000-7000-8000-00000000dead`;
    const patch = (target: string, key: string | undefined, type: string, body: string, ifMatch?: string) => {
      const test = supertest(app.app.server).patch(target).set('content-type', type);
      if (key) test.set('authorization', `Bearer ${key}`);
      if (ifMatch) test.set('if-match', ifMatch);
      return test.send(body);
    };
    const huge = `{"deck": "${'x'.repeat(1_100_000)}`;
    const { editor, viewer } = app.keys;
    const statuses = [
      await patch(missing, undefined, 'text/plain', huge),
      await patch(missing, viewer, 'text/plain', huge),
      await patch(missing, editor, 'text/plain', huge),
      await patch(`${path}/${id}`, editor, 'text/plain', huge),
      await patch(`${path}/${id}`, editor, 'application/json', huge),
      await patch(`${path}/${id}`, editor, 'application/json', '{"deck": '),
      await patch(`${path}/${id}`, editor, 'application/json', '{"deck": ', '"9"'),
      await patch(`${path}/${id}`, editor, 'application/json', '{"nope": 1}', '"9"'),
      await patch(`${path}/${id}`, editor, 'application/json', '{"deck": "x"}', '"9"'),
      await patch(`${path}/${id}`, editor, 'application/json', '{"deck": "x"}', '"1"'),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([401, 403, 404, 415, 413, 428, 400, 400, 412, 200]);
  });
});

describe('If-Match', () => {
  it('is 400 when it is no tag, such as the right version without its quotes, and 412 when it is another', async () => {
    const { id } = await createStory(app);
    const patch = (ifMatch: string) =>
      app.as.editor.patch(`${path}/${id}`).set('if-match', ifMatch).send({ deck: ifMatch });
    for (const ifMatch of ['1', 'version 1', "'1'"]) {
      const { body } = await patch(ifMatch).expect(400);
      expect(body.errors).toMatchObject([
        { header: 'If-Match', code: 'invalid_format', message: expect.stringMatching(/"3"$/) },
      ]);
    }
    for (const ifMatch of ['"7"', 'W/"1"', '"1-br"']) await patch(ifMatch).expect(412);
    await patch('"7", "1"').expect(200);
  });
});

describe('bodies', () => {
  it.each([
    ['{"headline": "x"', /^The body is not JSON: .*position 16/],
    ['{ headline', /^The body is not JSON: .*line 1 column 3/],
    ['[1,x]', /^The body is not JSON: Unexpected token 'x'/],
    ['{"__proto__": {}}', /^The body is not accepted: it has a member __proto__/],
  ])('say where they are no JSON: %s', async (body, detail) => {
    const { body: problem } = await raw(body).expect(400);
    expect(problem).toMatchObject({ type: '/problems/malformed', detail: expect.stringMatching(detail) });
  });

  it.each([
    ['broken JSON', '{"headline": "x"', 400],
    ['not JSON at all', 'headline=x', 400],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
    ['__proto__', '{"__proto__": {"a": 1}, "language": "en", "desk": "world"}', 400],
    ['a constructor prototype', '{"constructor": {"prototype": {"a": 1}}}', 400],
    ['an empty body', '', 400],
    ['JSON that is no object', '[1]', 400],
    ['33 levels', `{"a": ${'['.repeat(33)}${']'.repeat(33)}}`, 422],
  ])('are refused: %s', async (_what, body, status) => {
    const { body: problem } = await raw(body).expect(status);
    expect(problem).toMatchObject({ status, instance: path });
  });

  it('are refused with more than 50,000 items in all arrays together, whatever they would be', async () => {
    const items = (count: number, item: string) => Array(count).fill(item).join();
    for (const body of [
      `{"language": "en", "desk": "world", "sections": [${items(300_000, '{}')}]}`,
      `{"tags": [${items(500_000, '0')}]}`,
      `{"sections": [${items(100, `{"blocks": [${items(1000, '0')}]}`)}]}`,
    ]) {
      const { body: problem } = await raw(body).expect(422);
      expect(problem.errors).toEqual([
        { pointer: '', code: 'too_many', message: 'has more than 50000 items in its arrays' },
      ]);
    }
    await raw(JSON.stringify({ language: 'en', desk: 'world', headline: '[,'.repeat(100) })).expect(201);
  });

  it('that are wrong in many places are told of a thousand of them', async () => {
    const { body: problem } = await raw(
      `{"language": "en", "desk": "world", "sections": [${Array(40_000).fill('0').join()}]}`,
    ).expect(400);
    expect(problem.errors).toHaveLength(1000);
    expect(problem.errors[999].pointer).toBe('/sections/999');
    const members = Array.from({ length: 60_000 }, (_, i) => `"m${i}":0`).join();
    const { body: other } = await raw(`{${members}}`).expect(400);
    expect(other.errors).toHaveLength(1000);
  });

  it('with far too many sections are refused before anything is made of them', async () => {
    const sections = Array(40_000).fill({});
    const { body: problem } = await raw(JSON.stringify({ language: 'en', desk: 'world', sections })).expect(422);
    expect(problem.errors).toMatchObject([{ pointer: '/sections', code: 'too_many' }]);
  });

  it('are refused above a megabyte with 413', async () => {
    await raw(JSON.stringify({ headline: 'x'.repeat(1_100_000) })).expect(413);
  });

  it('are refused above a megabyte in words that arrive, however much is still on its way', async () => {
    const { port } = app.app.server.address() as AddressInfo;
    const huge = Buffer.alloc(16 * 1024 * 1024, 'x');
    for (let i = 0; i < 3; i++) {
      const socket = connect(port, '127.0.0.1');
      const answer = once(socket, 'data');
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${app.keys.editor}\r\ncontent-type: application/json\r\ncontent-length: ${huge.length}\r\n\r\n`,
      );
      socket.write(huge);
      expect(String(await answer)).toMatch(/^HTTP\/1\.1 413 /);
      socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
      expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1\.1 200 /);
      socket.destroy();
    }
  });

  it('are refused when they are coded, with what is accepted', async () => {
    const coded = raw(gzipSync('{"language": "en", "desk": "world"}')).set('content-encoding', 'gzip');
    expect((await coded.expect(415)).headers['accept-encoding']).toBe('identity');
    await raw('{"language": "en", "desk": "world"}').set('content-encoding', 'Identity').expect(201);
  });

  it('are refused with 415 and what is accepted when they are not JSON in UTF-8', async () => {
    for (const type of [
      'text/plain',
      'application/xml',
      'application/json; charset=latin1',
      'application/merge-patch+json',
      'multipart/form-data',
    ]) {
      const { headers } = await raw('{}', type).expect(415);
      expect(headers['accept-post']).toBe('application/json');
    }
    const { id } = await createStory(app);
    const { headers } = await app.as.editor
      .patch(`${path}/${id}`)
      .set({ 'content-type': 'text/plain', 'if-match': '"1"' })
      .send('x')
      .expect(415);
    expect(headers['accept-patch']).toBe('application/merge-patch+json, application/json');
  });

  it('may be JSON with its charset named', async () => {
    await raw(JSON.stringify({ language: 'en', desk: 'world' }), 'application/json; charset=UTF-8').expect(201);
  });
});

describe('parameters', () => {
  it.each([
    'limit=0',
    'limit=101',
    'limit=abc',
    'limit=',
    'limit=1&limit=2',
    'limit=1e1',
    'cursor=nonsense',
    'nope=1',
    'headline=x',
  ])('are refused with their name: %s', async (query) => {
    for (const list of ['/v1/articles', '/v1/images', path, '/v1/manage/quotes']) {
      const { body } = await app.as.viewer.get(`${list}?${query}`).expect(400);
      expect(body.errors.map(({ parameter }: { parameter: string }) => parameter)).toContain(query.split('=')[0]);
    }
  });

  it('that are unknown are told what is allowed', async () => {
    const { body } = await app.anybody.get('/v1/quotes?nope=1').expect(400);
    expect(body.errors[0].message).toContain('limit, cursor, q, speaker');
  });
});

describe('addresses', () => {
  it('with a part that is too long to be anything are 414', async () => {
    for (const address of [`/v1/articles/${'x'.repeat(501)}`, `${path}/${'x'.repeat(501)}/publish`]) {
      const { body } = await supertest(app.app.server).get(address).expect(414);
      expect(body.type).toBe('/problems/uri-too-long');
    }
  });

  it('with nothing there are 404, whatever else is wrong with the request', async () => {
    for (const type of ['text/plain', 'application/json', 'not a type', 'multipart/form-data'])
      await supertest(app.app.server).post('/v1/nothing').set('content-type', type).send('{').expect(404);
  });
});

describe('what comes with a request that takes no body', () => {
  it('is not read with GET, whatever it is called', async () => {
    for (const type of ['text/plain', 'multipart/form-data', 'not a type'])
      await app.as.viewer.get(path).set('content-type', type).expect(200);
  });

  it('is held to be JSON that can be read otherwise', async () => {
    const { id } = await createStory(app);
    const remove = (type: string, body: string) =>
      app.as.editor.delete(`${path}/${id}`).set({ 'content-type': type, 'if-match': '"1"' }).send(body);
    await remove('text/plain', 'x').expect(415);
    await remove('application/json', '{').expect(400);
    await remove('application/json', `{"a":"${'x'.repeat(1_100_000)}"}`).expect(413);
    await remove('application/json', '['.repeat(33)).expect(422);
    await remove('application/json', '{}').expect(204);
  });
});

describe('methods', () => {
  it('that an address does not have are 405 with Allow', async () => {
    for (const [address, allow] of [
      ['/v1/articles', 'GET, HEAD, OPTIONS'],
      ['/v1/articles/some-slug', 'GET, HEAD, OPTIONS'],
      [path, 'GET, HEAD, POST, OPTIONS'],
      [`${path}/some-id/publish`, 'POST, OPTIONS'],
    ] as const) {
      const { headers, body } = await app.as.admin.delete(address).expect(405);
      expect(headers.allow).toBe(allow);
      expect(body.type).toBe('/problems/method-not-allowed');
    }
  });

  it.each(['TRACE', 'QUERY', 'PROPFIND', 'PURGE'])(
    'that HTTP has beside those are 405 with Allow: %s',
    async (method) => {
      const { port } = app.app.server.address() as AddressInfo;
      for (const [address, allow] of [
        [`${path}?limit=1`, 'GET, HEAD, POST, OPTIONS'],
        ['/v1/articles/some-slug', 'GET, HEAD, OPTIONS'],
      ]) {
        const answer = await rawAnswer(port, `${method} ${address} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
        expect(answer).toMatch(/^HTTP\/1\.1 405 /);
        expect(answer).toContain(`allow: ${allow}\r\n`);
        expect(answer).toContain('/problems/method-not-allowed');
      }
    },
  );

  it('answers what a browser asks before reading from another origin, for delivery alone', async () => {
    const asked = await supertest(app.app.server)
      .options('/v1/articles')
      .set({ origin: 'https://front.example', 'access-control-request-method': 'GET' })
      .expect(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
    });
    const managed = await supertest(app.app.server).options(path).set('origin', 'https://front.example').expect(204);
    expect(managed.headers['access-control-allow-origin']).toBeUndefined();
    expect(managed.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': expect.stringContaining('no-store'),
    });
  });

  it('lets pages of the origins that are set call the Management API, and no others', async () => {
    const other = await startApp({ environment: { CORS_ORIGINS: 'https://desk.example' } });
    const ask = (origin: string) =>
      supertest(other.app.server)
        .get(path)
        .set({ origin, authorization: `Bearer ${other.keys.viewer}` });
    expect((await ask('https://desk.example')).headers['access-control-allow-origin']).toBe('https://desk.example');
    expect((await ask('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined();
    const read = await supertest(other.app.server)
      .get('/v1/articles')
      .set('origin', 'https://anyone.example')
      .expect(200);
    expect(read.headers['access-control-allow-origin']).toBe('*');
    await other.close();
  });
});

describe('headers', () => {
  it('keep management answers out of every cache', async () => {
    const { headers } = await app.as.viewer.get(path).expect(200);
    expect(headers).toMatchObject({
      'cache-control': 'private, no-store, no-transform',
      'x-content-type-options': 'nosniff',
    });
  });

  it('say who acts: X-Actor must be a name that can be kept', async () => {
    const { body } = await app.as.editor.post(path, {}).set('x-actor', 'x'.repeat(201)).expect(400);
    expect(body.errors).toMatchObject([{ header: 'X-Actor' }]);
  });

  it('let a problem name its request, its kind and its address', async () => {
    const { body, headers } = await app.anybody.get('/v1/articles/none?').expect(404);
    expect(body).toMatchObject({
      type: '/problems/not-found',
      title: 'Not found',
      status: 404,
      instance: '/v1/articles/none',
    });
    expect(body.requestId).toMatch(/^[0-9a-f]{8}-/);
    expect(headers['cache-control']).toBe('public, max-age=5');
    const page = await supertest(app.app.server).get(body.type).expect(200);
    expect(page.text).toContain('<h1>Not found</h1>');
  });

  it('challenge those without a key', async () => {
    await app.anybody
      .get(path)
      .expect(401)
      .expect('www-authenticate', /^Bearer/);
  });
});

describe('the server', () => {
  it('answers 404 with a problem where there is nothing', async () => {
    const { body } = await supertest(app.app.server)
      .get('/nothing/here')
      .expect(404)
      .expect('content-type', /problem\+json/);
    expect(body.status).toBe(404);
  });

  it('answers 400 with a problem to an address that cannot be read', async () => {
    await supertest(app.app.server)
      .get('/v1/articles/%E0%A4%A')
      .expect(400)
      .expect('content-type', /problem\+json/);
  });

  it('answers garbage with 400 and headers that are too large with 431, and closes', async () => {
    const { port } = app.app.server.address() as AddressInfo;
    const garbage = await rawAnswer(port, 'GARBAGE\r\n\r\n');
    expect(garbage).toMatch(/^HTTP\/1\.1 400 [\s\S]*problem\+json/);
    expect(garbage).toContain('x-content-type-options: nosniff\r\n');
    const long = `GET /v1/articles HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(await rawAnswer(port, long)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('tells that it lives and that it can serve', async () => {
    expect((await app.anybody.get('/healthz').expect(200)).body).toEqual({ status: 'ok' });
    for (const path of ['/readyz', '/readyz?for=readers'])
      expect((await app.anybody.get(path).expect(200)).body).toEqual({ status: 'ok' });
    await app.anybody.get('/readyz?for=editors').expect(400);
    await app.anybody.get('/healthz?nope=1').expect(400);
  });

  it('answers 500 when something unexpected fails, and says nothing of what', async () => {
    let isBroken = false;
    const failing = await startApp({
      wrapStore: (store) => ({
        ...store,
        all: (query) => (isBroken ? Promise.reject(new Error('secret reason')) : store.all(query)),
      }),
    });
    const { id } = await liveStory(failing);
    isBroken = true;
    const { body } = await supertest(failing.app.server)
      .get(`${path}/${id}`)
      .set('authorization', `Bearer ${failing.keys.viewer}`)
      .expect(500);
    expect(body.type).toBe('/problems/internal');
    expect(JSON.stringify(body)).not.toContain('secret');
    await failing.close();
  });
});
