import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { startApp } from '../support/app.js';

/** Keeps the event loop from turning, as too much work does. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('a server that has more to do than it can', () => {
  it('answers 503 with Retry-After rather than let requests wait, says that it lives, and recovers by itself', async () => {
    const app = await startApp({ environment: { EVENT_LOOP_DELAY_MAX_MS: '200' } });
    const statusOf = async (path: string) => (await supertest(app.app.server).get(path)).status;
    const until = async (path: string, status: number, work: () => void) => {
      for (let i = 0; i < 50; i++) {
        work();
        if ((await statusOf(path)) === status) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`${path} never answered ${status}`);
    };
    await until('/v1/articles', 503, () => block(600));
    const { body, headers } = await supertest(app.app.server).get('/v1/manage/articles').expect(503);
    expect(body.type).toBe('/problems/unavailable');
    expect(headers['retry-after']).toBe('2');
    expect(await statusOf('/healthz')).toBe(200);
    await until('/v1/articles', 200, () => undefined);
    await app.close();
  });
});
