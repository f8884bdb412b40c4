// What one process commits, others on the same database know of at once: by being told, or else by looking before long.
import { setTimeout as pause } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { insertPropagation } from '../../src/publishing/propagation/repository.js';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { onDatabase } from '../support/postgres.js';
import { startBeside } from '../support/second-server.js';
import { liveStory } from '../support/stories.js';

/** How long a process may go without looking at the log when it is told nothing. */
const pollMs = 500;
const staleMaxMs = 1000;
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

/** Withdraws a story that the other server has just served from its cache. @returns how long that served it still */
async function withdrawMs(): Promise<number> {
  const { id, slug } = await liveStory(app);
  const path = `/v1/articles/${slug}`;
  await expect.poll(async () => (await other.anybody.get(path)).status).toBe(200);
  const read = await app.as.publisher.get(`/v1/manage/articles/${id}`).expect(200);
  // It looks at the log now, so that without being told it would not look again for half a second.
  await pause(pollMs + 10);
  await other.anybody.get(path).expect(200);
  await app.as.publisher.post(`/v1/manage/articles/${id}/withdraw`, {}).set(matching(read)).expect(200);
  const withdrawnAt = performance.now();
  while ((await other.anybody.get(path)).status !== 410) await pause(2);
  return performance.now() - withdrawnAt;
}

const listeners = () =>
  onDatabase(String(app.url), async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'copydesk commits' ORDER BY pid",
    );
    return rows.map(({ pid }) => pid);
  });
const endListeners = () =>
  onDatabase(String(app.url), (client) =>
    client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'copydesk commits'",
    ),
  );

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

describe('a commit of one process', () => {
  it('is known to another well before it would look', async () => {
    const took: number[] = [];
    for (let i = 0; i < 5; i++) took.push(await withdrawMs());
    console.log(`a withdrawal elsewhere is seen after ${took.map(Math.round).join(', ')} ms`);
    expect(median(took)).toBeLessThan(pollMs / 2);
  });

  it('is known within a second to one that was not told, and that is told again afterwards', async () => {
    const before = await listeners();
    expect(before).toHaveLength(2);
    let isOver = false;
    const ending = (async () => {
      while (!isOver) {
        await endListeners();
        await pause(20);
      }
    })();
    const took: number[] = [];
    for (let i = 0; i < 5; i++) took.push(await withdrawMs());
    isOver = true;
    await ending;
    console.log(`by one that is not told, after ${took.map(Math.round).join(', ')} ms`);
    expect(median(took)).toBeLessThan(staleMaxMs);
    await expect.poll(async () => (await listeners()).length).toBe(2);
    expect((await listeners()).filter((pid) => before.includes(pid))).toEqual([]);
    const afterwards: number[] = [];
    for (let i = 0; i < 5; i++) afterwards.push(await withdrawMs());
    expect(median(afterwards)).toBeLessThan(pollMs / 2);
  });

  it('has another begin at once what it leaves to be done', async () => {
    await app.services.background.stop();
    await other.services.background.stop();
    await other.services.background.start((error) => expect.fail(String(error)));
    await pause(200);
    const { propagations } = app.store.tables;
    const begun = {
      id: newId(),
      kind: 'image' as const,
      resourceId: newId(),
      total: 0,
      startedAt: new Date().toISOString(),
    };
    await app.store.commit([insertPropagation(app.store, begun, commandLine)]);
    const finishedAt = async () => {
      const rows = app.store.db.select().from(propagations).where(eq(propagations.id, begun.id));
      return (await app.store.all(rows))[0]?.finishedAt;
    };
    // By itself it would look again after five seconds.
    await expect.poll(finishedAt, { timeout: 4000 }).toEqual(expect.any(String));
  });
});
