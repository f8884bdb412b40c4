// Two servers fire what is planned, at the same time.
import { asc } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { eachOf } from '../support/parallel.js';
import { ahead, minuteMs, schedule } from '../support/schedules.js';
import { startBeside } from '../support/second-server.js';
import { createStory, shortStory } from '../support/stories.js';

const count = 200;
/** Promised are 2 s; the rest is for a machine that is busy with other things. */
const latenessMaxMs = 20_000;
let app: TestApp;
let other: Awaited<ReturnType<typeof startBeside>>;

beforeAll(async () => {
  app = await startApp();
  other = await startBeside(app);
});
afterAll(async () => {
  await other.close();
  await app.close();
});

describe('two servers on one database', () => {
  it(`fire each of ${count} schedules that come due together once, and in time`, async () => {
    const at = ahead(app);
    const numbers = Array.from({ length: count }, (_, i) => i);
    await eachOf(numbers, 8, async (i) => {
      const { id } = await createStory(app, shortStory({ slug: `planned-${i}` }));
      await schedule(app, id, { at });
    });
    app.clock.advance(minuteMs);
    const dueAt = performance.now();
    const { schedules, publications, changes } = app.store.tables;
    const states = async () => (await app.store.all(app.store.db.select().from(schedules))).map(({ state }) => state);
    await expect.poll(async () => (await states()).includes('pending'), { interval: 20 }).toBe(false);
    const lateMs = performance.now() - dueAt;
    console.log(`${count} schedules due at once, by two servers: all done after ${Math.round(lateMs)} ms`);
    expect(lateMs).toBeLessThan(latenessMaxMs);
    expect(await states()).toEqual(numbers.map(() => 'done'));

    const planned = await app.store.all(app.store.db.select().from(schedules).orderBy(asc(schedules.articleId)));
    const published = await app.store.all(
      app.store.db.select().from(publications).orderBy(asc(publications.articleId)),
    );
    expect(published.map(({ articleId }) => articleId)).toEqual(planned.map(({ articleId }) => articleId));
    const log = (await app.store.all(app.store.db.select().from(changes))).filter(({ action }) => action === 'publish');
    expect(log).toHaveLength(count);
    for (const server of [app, other])
      for (const i of [0, count - 1]) await server.anybody.get(`/v1/articles/planned-${i}`).expect(200);
  });
});
