// Schedules with real servers on one database file, which die and come back.
import { join } from 'node:path';
import DatabaseFile from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { RunningServer, run, send, temporaryFolder } from '../support/processes.js';
import { shortStory } from '../support/stories.js';

const articles = '/v1/manage/articles';
const patience = { EVENT_LOOP_DELAY_MAX_MS: '600000' };
const settings = { DATA_DIR: temporaryFolder(), NODE_ENV: 'production', LOG_LEVEL: 'warn', ...patience };

/** Only its document is asked. */
let reference: TestApp;
let key: string;
let file: DatabaseFile.Database;
beforeAll(async () => {
  reference = await startApp();
  const { stdout } = await run('src/cli/keys.ts', ['create', '--role', 'admin', '--name', 'test'], settings);
  key = stdout.trim().split('\n').at(-1) ?? '';
  file = new DatabaseFile(join(settings.DATA_DIR, 'copydesk.db'), { readonly: true });
});
afterAll(async () => {
  file.close();
  await reference.close();
});

const countOf = (sql: string) => Number(file.prepare(sql).pluck().get());
const pending = () => countOf("SELECT count(*) FROM schedules WHERE state = 'pending'");
const published = () => countOf('SELECT count(*) FROM publications');

/** Does something for each item, eight at a time. */
async function each<Item>(items: readonly Item[], work: (item: Item, index: number) => Promise<void>): Promise<void> {
  const left = [...items.entries()];
  const worker = async () => {
    for (let next = left.shift(); next; next = left.shift()) await work(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

interface Story {
  id: string;
  headline: string;
}

async function post(server: RunningServer, count: number, name: string): Promise<Story[]> {
  const stories = Array.from({ length: count }, (_, i) => ({ id: '', headline: `${name} ${i}` }));
  await each(stories, async (story) => {
    const body = shortStory({ headline: story.headline });
    story.id = (await send(reference.app, server, 'post', articles, { key, body }).expect(201)).body.data.id;
  });
  return stories;
}

/** Plans the stories as they are, at an instant or soon after, and edits them at once. */
async function plan(server: RunningServer, stories: readonly Story[], takesMs: number): Promise<void> {
  const ms = Date.now() + 5000 + takesMs;
  await each(stories, async ({ id }, i) => {
    const at = new Date(ms + (i % 40) * 50).toISOString();
    const body = { action: 'publish', at };
    await send(reference.app, server, 'post', `${articles}/${id}/schedule`, { key, body, ifMatch: '"1"' }).expect(201);
    const edit = { key, body: { headline: 'Edited' }, ifMatch: '"2"' };
    await send(reference.app, server, 'patch', `${articles}/${id}`, edit).expect(200);
  });
}

/** Each story went to readers once, as it was planned and not before, and readers have it. */
async function requireOnce(server: RunningServer, stories: readonly Story[]): Promise<void> {
  const rows = file
    .prepare(
      `SELECT s.article_id AS id, s.state, s.at AS planned, p.at, p.content_version AS content,
        (SELECT count(*) FROM publications AS q WHERE q.article_id = s.article_id) AS publications,
        (SELECT count(*) FROM changes AS c WHERE c.article_id = s.article_id AND c.action = 'publish') AS changes
      FROM schedules AS s LEFT JOIN publications AS p ON p.article_id = s.article_id`,
    )
    .all() as { id: string; planned: string; at: string }[];
  const found = new Map(rows.map((row) => [row.id, row]));
  for (const { id } of stories) {
    expect(found.get(id)).toMatchObject({ state: 'done', content: 1, publications: 1, changes: 1 });
    expect((found.get(id)?.at ?? '') >= (found.get(id)?.planned ?? 'never')).toBe(true);
  }
  await each(stories, async ({ id, headline }) => {
    const { body } = await send(reference.app, server, 'get', `/v1/articles/${id}`).expect(200);
    expect(body.data.headline).toBe(headline);
  });
}

describe('two servers on one file', () => {
  it('fire each of 240 schedules once, though one is killed in the middle and started again', async () => {
    let [first, second] = await Promise.all([RunningServer.start(settings), RunningServer.start(settings)]);
    const began = performance.now();
    const stories = await post(first, 240, 'Planned');
    // To plan and edit a story takes less than to post three.
    await plan(second, stories, 3 * (performance.now() - began));
    expect(published()).toBe(0);
    await expect.poll(published, { timeout: 60_000, interval: 5 }).toBeGreaterThan(30);
    await first.kill();
    expect(pending()).toBeGreaterThan(0);
    first = await RunningServer.start(settings);
    await expect.poll(pending, { timeout: 60_000 }).toBe(0);
    await requireOnce(first, stories);
    await requireOnce(second, stories);
    expect([first.stderr, second.stderr]).toEqual(['', '']);
    await Promise.all([first.kill(), second.kill()]);
    expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
  }, 240_000);

  it('fire at their start what came due while none ran', async () => {
    const server = await RunningServer.start(settings);
    const began = performance.now();
    const stories = await post(server, 60, 'Missed');
    await plan(server, stories, 3 * (performance.now() - began));
    await server.kill();
    expect(published()).toBe(240);
    const last = countOf("SELECT max(unixepoch(at, 'subsec') * 1000) FROM schedules");
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, last - Date.now()) + 100));
    const again = await RunningServer.start(settings);
    await expect.poll(pending, { timeout: 60_000 }).toBe(0);
    await requireOnce(again, stories);
    await again.kill();
  }, 120_000);
});
