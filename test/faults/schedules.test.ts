// Schedules of two real servers on one database file, which are killed at random, while the clock jumps by an hour.
import { dirname, join } from 'node:path';
import DatabaseFile from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArticleDraft } from '../../src/content/articles/schemas.js';
import { commandLine } from '../../src/kernel/actor.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { startApp, type TestApp } from '../support/app.js';
import { canMoveTime, FakeTime } from '../support/fake-time.js';
import { eachOf } from '../support/parallel.js';
import { RunningServer, send, temporaryFolder } from '../support/processes.js';
import { chanceOf, rounds } from '../support/rounds.js';
import { servicesIn } from '../support/services.js';
import { shortStory } from '../support/stories.js';
import { latenessOf, Uptime } from '../support/uptime.js';

const hourMs = 3_600_000;
/** How many come due each second while servers run and are killed. */
const perSecond = 12;
/** Some that come due one after the other, some in the hour that the clock leaves out, some while no server runs. */
const counts = {
  spread: rounds({ quick: 30, short: 70, long: 800 }),
  skipped: rounds({ quick: 5, short: 15, long: 100 }),
  missed: rounds({ quick: 5, short: 15, long: 100 }),
};
/** Promised are 2 s while a server runs, and 5 s after a start. The rest is for a machine that is busy with other things. */
const latenessMaxMs = { running: 10_000, started: 15_000 };

interface Story {
  id: string;
  headline: string;
}

describe.runIf(canMoveTime)('two servers on one file', () => {
  const time = new FakeTime();
  const chance = chanceOf('schedules');
  const settings = {
    DATA_DIR: temporaryFolder(),
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    ...time.settings,
  };
  const path = join(settings.DATA_DIR, 'copydesk.db');
  const uptime = new Uptime(() => time.now());
  /** Only its document is asked. */
  let reference: TestApp;
  let file: DatabaseFile.Database;
  beforeAll(async () => {
    reference = await startApp();
    await openSqlite({ path, cacheBytesMax: 0 }).close();
    file = new DatabaseFile(path, { readonly: true, timeout: 30_000 });
  });
  afterAll(async () => {
    file.close();
    await reference.close();
  });

  const count = (sql: string) => Number(file.prepare(sql).pluck().get());
  const pending = () => count("SELECT count(*) FROM schedules WHERE state = 'pending'");
  const published = () => count('SELECT count(*) FROM publications');
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  async function start(): Promise<RunningServer> {
    const server = await RunningServer.start(settings);
    uptime.started(server);
    return server;
  }

  async function kill(server: RunningServer): Promise<void> {
    uptime.ended(server);
    await server.kill();
  }

  /** Stories that are planned as they are, each at an instant, and edited at once. */
  async function plan(instants: readonly number[]): Promise<Story[]> {
    const store = openSqlite({ path, cacheBytesMax: 0 });
    const { articles, schedules } = servicesIn(dirname(path), store, { now: () => new Date(time.now()) });
    const stories: Story[] = [];
    await eachOf([...instants.entries()], 10, async ([i, instant]) => {
      const headline = `Planned ${i} for ${instant}`;
      const draft = ArticleDraft.parse(shortStory({ headline, slug: `planned-${i}-${instant}` }));
      const { id } = await articles.create(draft, commandLine);
      const at = new Date(instant).toISOString();
      await schedules.create(id, { action: 'publish', at }, '"1"', commandLine);
      await articles.patch(id, { headline: 'Edited' }, '"2"', commandLine);
      stories.push({ id, headline });
    });
    await store.close();
    return stories;
  }

  /** Kills a server at random, now and then both, and starts them again, until all is done. @returns the servers, and the kills */
  async function killAtRandom(servers: RunningServer[], isDone: () => boolean) {
    let running = servers;
    let kills = 0;
    for (;;) {
      await sleep(500 + chance() * 2000);
      if (isDone()) return { running, kills };
      const killed = running.splice(Math.floor(chance() * 2), chance() < 0.25 ? 2 : 1);
      await Promise.all(killed.map(kill));
      kills += killed.length;
      running = [...running, ...(await Promise.all(killed.map(start)))];
    }
  }

  /** Looks again and again whether something is with readers whose time has not come. What servers say of the time is not asked. */
  function watchForEarly() {
    const early: string[] = [];
    const latest = file.prepare(
      'SELECT max(at) FROM schedules WHERE article_id IN (SELECT article_id FROM publications)',
    );
    const timer = setInterval(() => {
      const at = latest.pluck().get() as string | null;
      if (at !== null && Date.parse(at) > time.now()) early.push(at);
    }, 20);
    return {
      end: () => {
        clearInterval(timer);
        return early;
      },
    };
  }

  const waitingBefore = (instant: number) =>
    count(`SELECT count(*) FROM schedules WHERE state = 'pending' AND at < '${new Date(instant).toISOString()}'`);

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
    expect(rows).toHaveLength(stories.length);
    for (const { id } of stories) {
      expect(found.get(id)).toMatchObject({ state: 'done', content: 1, publications: 1, changes: 1 });
      expect((found.get(id)?.at ?? '') >= (found.get(id)?.planned ?? 'never')).toBe(true);
    }
    await eachOf(stories, 8, async ({ id, headline }) => {
      const { body } = await send(reference.app, server, 'get', `/v1/articles/${id}`).expect(200);
      expect(body.data.headline).toBe(headline);
    });
  }

  it(`fire each of ${counts.spread + counts.skipped + counts.missed} schedules once, whatever happens`, async () => {
    // The instants are an hour ahead, for the clock to be moved to once all is planned.
    const base = time.now() + hourMs;
    const end = base + Math.round((counts.spread / perSecond) * 1000);
    const spread = Array.from({ length: counts.spread }, (_, i) => base + Math.round((i * 1000) / perSecond));
    const skipped = Array.from({ length: counts.skipped }, () => end + 60_000 + Math.round(chance() * 1_800_000));
    const missed = Array.from({ length: counts.missed }, (_, i) => end + hourMs + 60_000 + i);
    const stories = await plan([...spread, ...skipped, ...missed]);
    const first = [await start(), await start()];
    await sleep(1500);
    expect(published()).toBe(0);

    uptime.jumped(time.move(base - 500 - time.now()));
    const watch = watchForEarly();
    const { running, kills } = await killAtRandom(first, () => waitingBefore(end) === 0);
    expect(watch.end()).toEqual([]);
    expect(published()).toBe(counts.spread);
    const whileRunning = latenessOf(file, uptime, base, end);

    uptime.jumped(time.move(hourMs));
    await expect.poll(published, { interval: 50 }).toBe(counts.spread + counts.skipped);
    const ofJump = latenessOf(file, uptime, end, end + hourMs);
    uptime.jumped(time.move(-hourMs));
    await sleep(1500);
    expect(published()).toBe(counts.spread + counts.skipped);
    uptime.jumped(time.move(hourMs));

    await Promise.all(running.map(kill));
    expect(pending()).toBe(counts.missed);
    uptime.jumped(time.move(end + hourMs + 90_000 - time.now()));
    const last = await Promise.all([start(), start()]);
    await expect.poll(pending, { interval: 50 }).toBe(0);
    const atStart = latenessOf(file, uptime, end + hourMs, Number.POSITIVE_INFINITY);

    console.log(`Killed ${kills} times. Lateness while servers run and are killed: ${whileRunning}`);
    console.log(`Lateness of what came due at once by a jump of the clock: ${ofJump}`);
    console.log(`Lateness, after a start, of what came due while no server ran: ${atStart}`);
    expect(whileRunning.max).toBeLessThan(latenessMaxMs.running);
    expect(ofJump.max).toBeLessThan(latenessMaxMs.running);
    expect(atStart.max).toBeLessThan(latenessMaxMs.started);
    await requireOnce(last[0], stories);
    expect(last.map(({ stderr }) => stderr)).toEqual(['', '']);
    await Promise.all(last.map(kill));
    expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
  });
});
