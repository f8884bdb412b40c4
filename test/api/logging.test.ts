import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { liveStory } from '../support/stories.js';

let app: TestApp;
let lines: Record<string, unknown>[];

async function startLogged(environment: Record<string, string> = {}): Promise<void> {
  lines = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString('utf8')));
      done();
    },
  });
  app = await startApp({ environment, logger: pino({ level: 'info' }, sink) });
  lines.length = 0;
}
afterEach(() => app.close());

/** What was logged of requests; the line is written after the answer is sent. */
async function requests(count: number): Promise<Record<string, unknown>[]> {
  await expect.poll(() => lines.filter(({ msg }) => msg === 'request').length).toBe(count);
  return lines.filter(({ msg }) => msg === 'request');
}

describe('the log', () => {
  it('has one line for a managed request, with its id and the id of its key', async () => {
    await startLogged();
    await app.as.editor.get('/v1/manage/articles').set('x-actor', 'anna@desk.example').expect(200);
    const keyId = app.keys.editor.split('_')[1];
    expect(await requests(1)).toMatchObject([
      {
        level: 30,
        reqId: expect.any(String),
        method: 'GET',
        url: '/v1/manage/articles',
        status: 200,
        ms: expect.any(Number),
        key: keyId,
        actor: 'anna@desk.example',
      },
    ]);
  });

  it('tells of every refusal, by the id that the answer names', async () => {
    await startLogged();
    const refused = [
      await app.anybody.get('/v1/articles/none').expect(404),
      await app.anybody.get('/v1/manage/articles').expect(401),
      await app.as.viewer.post('/v1/manage/articles', {}).expect(403),
      await app.as.editor.post('/v1/manage/articles', {}).expect(400),
    ];
    const logged = await requests(refused.length);
    expect(logged.map(({ status }) => status)).toEqual([404, 401, 403, 400]);
    expect(logged.map(({ reqId }) => reqId)).toEqual(refused.map(({ body }) => body.requestId));
    for (const { ms } of logged) expect(ms).toBeGreaterThanOrEqual(0);
    // The quickest may round to nothing.
    expect(Math.max(...logged.map(({ ms }) => Number(ms)))).toBeGreaterThan(0);
  });

  it('takes a body that breaks off for no failure of the server', async () => {
    await startLogged();
    const { port } = app.app.server.address() as AddressInfo;
    const head = [
      'POST /v1/manage/articles HTTP/1.1',
      'host: x',
      `authorization: Bearer ${app.keys.editor}`,
      'content-type: application/json',
      'content-length: 1000',
    ];
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`${head.join('\r\n')}\r\n\r\n{`, () => socket.destroy()),
    );
    await once(socket, 'close');
    await app.anybody.get('/v1/articles/none').expect(404);
    await requests(1);
    expect(lines.filter(({ level }) => level === 50)).toEqual([]);
  });

  it('never holds a key, whether it is right or wrong', async () => {
    await startLogged({ LOG_REQUESTS: 'all' });
    const wrong = app.keys.admin.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    await app.as.admin.get('/v1/manage/articles').expect(200);
    await app.anybody.get('/v1/manage/articles').set('authorization', `Bearer ${wrong}`).expect(401);
    await app.anybody.get('/v1/articles').set('cookie', 'session=secret-cookie').expect(200);
    await requests(3);
    const text = JSON.stringify(lines);
    for (const secret of [app.keys.admin.slice(-30), 'Bearer', 'secret-cookie']) expect(text).not.toContain(secret);
  });

  it('leaves out found reads, unless they are asked for', async () => {
    await startLogged();
    const { slug } = await liveStory(app);
    await requests(3);
    await app.anybody.get(`/v1/articles/${slug}`).expect(200);
    await app.anybody.get('/v1/articles/none').expect(404);
    expect((await requests(4)).at(-1)).toMatchObject({ status: 404 });
  });

  it('has every read when LOG_REQUESTS is all', async () => {
    await startLogged({ LOG_REQUESTS: 'all' });
    await app.anybody.get('/v1/articles').expect(200);
    await app.anybody.get('/healthz').expect(200);
    expect((await requests(2)).map(({ url, level }) => [url, level])).toEqual([
      ['/v1/articles', 30],
      ['/healthz', 30],
    ]);
  });
});
