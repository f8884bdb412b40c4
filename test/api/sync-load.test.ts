// Mirrors that ask at once, leave before they are answered, or are too many.
import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/storage/store.js';
import { startApp, type TestApp } from '../support/app.js';
import { Barrier } from '../support/barrier.js';
import { editStory } from '../support/editing.js';
import { type Answered, ask } from '../support/open-loop.js';
import { liveStory, publishStory, shortStory } from '../support/stories.js';

/** Stands between the server and its store, counts the pages that are made, and has them wait until it is opened. */
class PageBarrier extends Barrier {
  pages = 0;

  readonly wrap = (store: Store): Store => ({
    ...store,
    all: async (query) => {
      const isPage = String((query as { toSQL?(): { sql: string } }).toSQL?.().sql).includes('row_number() OVER');
      if (!isPage) return store.all(query);
      this.pages += 1;
      await this.passed();
      return store.all(query);
    },
  });
}

let barrier: PageBarrier;
let app: TestApp;
let agent: Agent;
beforeEach(async () => {
  barrier = new PageBarrier();
  app = await startApp({ wrapStore: barrier.wrap });
  agent = new Agent({ keepAlive: true });
  return () => {
    barrier.open();
    agent.destroy();
    return app.close();
  };
});

const address = () => `http://127.0.0.1:${(app.app.server.address() as AddressInfo).port}`;
const get = (path: string): Promise<Answered> => ask(agent, address(), { method: 'GET', path }, 60_000);

/** Waits until what was done has come to the server. */
const whenSent = () => new Promise((resolve) => setTimeout(resolve, 500));

/** Stories whose page is no small answer. */
async function longStories(): Promise<{ id: string }[]> {
  const blocks = Array.from({ length: 20 }, () => ({ type: 'paragraph', text: 'Words of a long story. '.repeat(300) }));
  const stories = [];
  for (let i = 0; i < 3; i++) stories.push(await liveStory(app, shortStory({ sections: [{ blocks }] })));
  return stories;
}

describe('GET /v1/sync by many at once', () => {
  it('makes what all of them ask for once, and again as soon as anything has changed', async () => {
    const [story] = await longStories();
    const many = async () => {
      const answers = await Promise.all(Array.from({ length: 30 }, () => get('/v1/sync')));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      return JSON.parse(answers[0]?.text ?? '').data.map(
        (item: { story: { headline: string } }) => item.story.headline,
      );
    };
    const before = await many();
    expect(await many()).toEqual(before);
    expect(barrier.pages).toBe(1);
    await editStory(app, story?.id ?? '', { headline: 'Edited' });
    await publishStory(app, story?.id ?? '');
    expect(await many()).toContain('Edited');
    expect(barrier.pages).toBe(2);
  });

  it('answers others in between', async () => {
    await longStories();
    expect((await get('/healthz')).status).toBe(200);
    barrier.close();
    const order: string[] = [];
    const told = (path: string) => get(path).then(({ status }) => order.push(`${path} ${status}`));
    const pages = Array.from({ length: 40 }, (_, i) => told(`/v1/sync?limit=${i + 1}`));
    await whenSent();
    barrier.open();
    await Promise.all([told('/healthz'), ...pages]);
    expect(order).toHaveLength(41);
    expect(order.indexOf('/healthz 200')).toBeLessThan(20);
  });

  it('answers 503 with Retry-After to those that are too many, and the others when it is their turn', async () => {
    await longStories();
    barrier.close();
    const all = Array.from({ length: 300 }, (_, i) => get(`/v1/sync?limit=${(i % 100) + 1}`));
    const refused: Answered[] = [];
    for (const one of all) one.then((answer) => refused.push(answer));
    await expect.poll(() => refused.length, { timeout: 30_000 }).toBe(44);
    for (const { status, headers, text } of refused) {
      expect([status, headers['retry-after']]).toEqual([503, expect.stringMatching(/^\d+$/)]);
      expect(JSON.parse(text)).toMatchObject({ type: '/problems/unavailable', status: 503 });
    }
    barrier.open();
    const statuses = (await Promise.all(all)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(256);
  });

  it('makes nothing for who has gone', async () => {
    await longStories();
    barrier.close();
    const first = get('/v1/sync?limit=1');
    await expect.poll(() => barrier.pages).toBe(1);
    const leaving = request(`${address()}/v1/sync?limit=2`).on('error', () => undefined);
    leaving.end();
    await whenSent();
    leaving.destroy();
    await whenSent();
    barrier.open();
    expect((await first).status).toBe(200);
    expect((await get('/v1/sync?limit=3')).status).toBe(200);
    expect(barrier.pages).toBe(2);
  });
});
