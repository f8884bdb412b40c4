import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** Sends half a body, and gives what is answered once the server has had enough. */
function halfSent(mediaType: string, path: string, waitMs: number): Promise<string> {
  const { port } = new URL(app.app.listeningOrigin);
  const socket = connect(Number(port), '127.0.0.1');
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${app.keys.editor}\r\ncontent-type: ${mediaType}\r\ncontent-length: 100\r\n\r\n{`;
  socket.write(head);
  return new Promise((resolve) => {
    let answer = '';
    const timer = setTimeout(() => socket.destroy(), waitMs);
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

describe('a body that does not arrive', () => {
  it('is 408 after ten seconds, while a file may take longer', async () => {
    const [json, file] = await Promise.all([
      halfSent('application/json', '/v1/manage/articles', 14_000),
      halfSent('multipart/form-data; boundary=a', '/v1/manage/images', 12_000),
    ]);
    expect(json).toMatch(/^HTTP\/1\.1 408 Request timeout\r\n/);
    expect(json).toContain('/problems/request-timeout');
    expect(file).toBe('');
    await app.anybody.get('/v1/articles').expect(200);
  });
});
