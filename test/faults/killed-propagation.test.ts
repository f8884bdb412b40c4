// One picture in thousands of live stories is corrected while readers read and an editor works, and the server is killed half way.
import DatabaseFile from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ArticleDraft } from '../../src/content/articles/schemas.js';
import { commandLine } from '../../src/kernel/actor.js';
import { systemClock } from '../../src/kernel/clock.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { startApp, type TestApp } from '../support/app.js';
import { copyStory } from '../support/copies.js';
import type { Members } from '../support/editing.js';
import { RunningServer, send, temporaryFolder } from '../support/processes.js';
import { chanceOf, rounds } from '../support/rounds.js';
import { servicesIn } from '../support/services.js';
import { image, shortStory } from '../support/stories.js';

const storyCount = rounds({ quick: 600, short: 1500, long: 5000 });
const DATA_DIR = temporaryFolder();
const path = `${DATA_DIR}/copydesk.db`;
const [before, after] = [image.caption, 'Corrected.'];

/** Only its document is asked. */
let reference: TestApp;
let server: RunningServer;
let key: string;
let imageId: string;
let stories: { id: string; slug: string }[];

beforeAll(async () => {
  reference = await startApp();
  const store = openSqlite({ path, cacheBytesMax: 0 });
  const { library, articles, publishing, keys } = servicesIn(DATA_DIR, store, systemClock);
  imageId = (await library.image.create(image, commandLine)).id;
  const blocks = [
    { type: 'image', imageId },
    { type: 'paragraph', text: 'It is so.' },
  ];
  const draft = ArticleDraft.parse(shortStory({ slug: 'shown', sections: [{ heading: null, blocks }] }));
  const { id, slug } = await articles.create(draft, commandLine);
  await publishing.publish(id, {}, '"1"', commandLine);
  key = (await keys.create({ name: 'test', role: 'admin' }, commandLine)).key;
  stories = [{ id, slug }, ...(await copyStory(store, id, storyCount - 1))];
  await store.close();
  server = await start();
}, 120_000);
afterAll(() => reference.close());

const start = () => RunningServer.start({ DATA_DIR, NODE_ENV: 'production' });
const read = (address: string) => send(reference.app, server, 'get', address, { key });
const shown = async (slug: string) => {
  const answer = await fetch(`${server.address}/v1/articles/${slug}`);
  return { status: answer.status, story: ((await answer.json()) as { data: Members }).data };
};
const imageOf = (story: Members) => {
  const [section] = story.sections as { blocks: Members[] }[];
  return section?.blocks[0]?.image as Members;
};

/** Does something over and over until it is told to end; what fails while the server is down does not count. */
function keepOn(work: () => Promise<void>) {
  let isWanted = true;
  let count = 0;
  const ended = (async () => {
    while (isWanted) {
      const asked = server;
      try {
        await work();
        count += 1;
      } catch (error) {
        const wasDown = isDown || asked !== server;
        if (!wasDown) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  })();
  // Awaited at the end; until then a failure is not an unhandled one.
  ended.catch(() => undefined);
  const end = async () => {
    isWanted = false;
    await ended;
    return count;
  };
  return { end };
}
let isDown = false;

const chanceOfReads = chanceOf('reads');
const chanceOfEdits = chanceOf('edits');

/** Reads stories at random: each is whole, as it was or as it is corrected. */
async function readOne(): Promise<void> {
  const { slug } = stories[Math.floor(chanceOfReads() * storyCount)] ?? { slug: '' };
  const { status, story } = await shown(slug);
  expect(status).toBe(200);
  expect([before, after]).toContain(imageOf(story).caption);
}

/** Headlines by id: the last that was acknowledged, and one that was sent and may have been kept. */
const headlines = new Map<string, { acknowledged?: string; sent: string }>();
let edits = 0;

/** Gives a story another headline and publishes it, as an editor would. */
async function editOne(): Promise<void> {
  const { id } = stories[Math.floor(chanceOfEdits() * storyCount)] ?? { id: '' };
  const headline = `Edited ${edits++}`;
  const known = headlines.get(id);
  headlines.set(id, { ...known, sent: headline });
  const address = `/v1/manage/articles/${id}`;
  const change = async (method: 'patch' | 'post', to: string, body: object, ifMatch: string) =>
    (await send(reference.app, server, method, to, { key, body, ifMatch }).expect(200)).headers.etag ?? '';
  const { etag = '' } = (await read(address).expect(200)).headers;
  const edited = await change('patch', address, { headline }, etag);
  await change('post', `${address}/publish`, {}, edited);
  headlines.set(id, { acknowledged: headline, sent: headline });
}

it(`every one of ${storyCount} stories shows a correction in the end, and no edit is lost, though the server was killed half way`, async () => {
  const { etag = '' } = (await read(`/v1/manage/images/${imageId}`).expect(200)).headers;
  const change = { key, body: { caption: after }, ifMatch: etag };
  const corrected = await send(reference.app, server, 'patch', `/v1/manage/images/${imageId}`, change).expect(200);
  const { id, ...begun } = corrected.body.propagation;
  expect(begun).toMatchObject({ kind: 'image', resourceId: imageId, state: 'running', total: storyCount, done: 0 });
  const workers = [keepOn(readOne), keepOn(readOne), keepOn(editOne)];
  const progress = async () => (await read(`/v1/manage/propagations/${id}`).expect(200)).body.data;

  await expect.poll(async () => (await progress()).done, { interval: 20 }).toBeGreaterThan(0.4 * storyCount);
  const half = await progress();
  isDown = true;
  await server.kill();
  expect(half).toMatchObject({ state: 'running', finishedAt: null });
  expect(half.done).toBeLessThan(storyCount);

  server = await start();
  isDown = false;
  expect((await progress()).done).toBeGreaterThanOrEqual(half.done);
  await expect.poll(progress).toMatchObject({ state: 'done', finishedAt: expect.any(String) });
  const counts: number[] = [];
  for (const worker of workers) counts.push(await worker.end());
  const [readers, others, edited] = counts;
  console.log(
    `killed at ${half.done} of ${storyCount}; ${(readers ?? 0) + (others ?? 0)} stories read, ${edited} edited`,
  );
  expect(Math.min(...counts)).toBeGreaterThan(2);

  await requireAll();
  expect((await read('/v1/manage/propagations?state=running').expect(200)).body.data).toEqual([]);
  await server.kill();
  const file = new DatabaseFile(path);
  expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(file.pragma('foreign_key_check')).toEqual([]);
  file.close();
});

/** Every story shows the picture as the library has it, and its last headline. */
async function requireAll(): Promise<void> {
  const { data } = (await read(`/v1/images/${imageId}`).expect(200)).body;
  expect(data.caption).toBe(after);
  const { stories: _inWhich, storyCount: _inHowMany, ...picture } = data;
  const wrong: string[] = [];
  for (let i = 0; i < stories.length; i += 50) {
    await Promise.all(
      stories.slice(i, i + 50).map(async ({ id, slug }) => {
        const { status, story } = await shown(slug);
        const isFresh = status === 200 && JSON.stringify(imageOf(story)) === JSON.stringify(picture);
        const { acknowledged, sent } = headlines.get(id) ?? {};
        const expected = sent === undefined ? ['A short story'] : [acknowledged ?? 'A short story', sent];
        if (!isFresh || !expected.includes(String(story.headline))) wrong.push(slug);
      }),
    );
  }
  expect(wrong).toEqual([]);
}
