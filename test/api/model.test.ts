// The lives of newsrooms, in any order of events, against a model that is plain objects in memory. What fails tells its seed, and with
// SEED=… in the environment happens again.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from '../../src/kernel/actor.js';
import { operationsDone } from '../support/conformance.js';
import { requireNoTraces } from '../support/model/erasures.js';
import { begin, event, requireAll } from '../support/model/lives.js';
import type { Erased, Newsroom, Real } from '../support/model/newsroom.js';
import { jpeg } from '../support/pictures.js';
import { failing, ok, Receiver } from '../support/receiver.js';
import { rounds, seed } from '../support/rounds.js';
import { startSendingApp } from '../support/webhooks.js';

const lives = rounds({ quick: 3, short: 25, long: 400 });
/** Whether there are so many lives that everything is to be done in them that can be. */
const isLongEnough = rounds({ quick: false, short: true, long: true });
/** So many that what can be done is certain to have been done: each is done in every fourth life or so. */
const livesMoreMax = 200;
/** To look for a word in every byte takes long. */
const soughtMax = 8;

let real: Real;
const erased: Erased[] = [];

beforeAll(async () => {
  const [app, receiver] = [await startSendingApp(), await Receiver.start()];
  await app.raw.keepUncompressed();
  const moods: Real['moods'] = new Map();
  receiver.answer((response, received, request) => {
    const mood = moods.get(`http://${request.headers.host}${request.url}`);
    (mood === undefined ? ok : failing(mood === 'gone' ? 410 : 500))(response, received, request);
  });
  let count = 0;
  const next = () => {
    count += 1;
    return count;
  };
  real = { app, receiver, moods, pictures: [await jpeg(60, 40), await jpeg(90, 60)], next, lives: 0, done: new Map() };
});
afterAll(async () => {
  await real.app.close();
  await real.receiver.stop();
});

/** What one life leaves behind does nothing in the next one, and there may be so many webhooks only. */
async function end(newsroom: Newsroom): Promise<void> {
  await requireAll(newsroom, real);
  erased.push(...newsroom.erased);
  const { webhooks, schedules } = real.app.services;
  for (const { id } of newsroom.hooks) await webhooks.remove(id, `"${(await webhooks.get(id)).version}"`, commandLine);
  for (const { plans } of newsroom.stories)
    for (const { id } of Object.values(plans))
      await schedules.cancel(id, `"${(await schedules.get(id)).version}"`, commandLine);
  real.receiver.received.length = 0;
}

/** How often each operation that writes has been done, the least often done first. */
function countsOfDone(): { id: string; count: number }[] {
  const writing = real.app.app.operations.filter(({ method, role }) => method !== 'GET' && role);
  const done = operationsDone(real.app.app);
  return writing.map(({ operationId: id }) => ({ id, count: done.get(id) ?? 0 })).sort((a, b) => a.count - b.count);
}
const undone = () => countsOfDone().filter(({ count }) => count === 0);

/** Everything that can be done has been done: what is new has to be modelled as well. */
function requireAllDone(): void {
  expect(undone()).toEqual([]);
  const counts = countsOfDone();
  const least = counts.slice(0, 3).map(({ id, count }) => `${id} ${count}`);
  const events = [...real.done.values()].reduce((sum, times) => sum + times, 0);
  const told = [`${real.lives} lives, ${events} events, all ${counts.length} operations that write`, `seed ${seed}`];
  console.log(`${told.join('; ')}. Least often: ${least.join(', ')}`);
}

describe('newsrooms, whatever happens in them in whatever order', () => {
  it('are what a model of plain objects says', async () => {
    const events = fc.array(event, { minLength: 30, maxLength: 70, size: 'max' });
    const life = fc.asyncProperty(fc.boolean(), events, async (isLive, some) => {
      const model = await begin(isLive, real);
      await fc.asyncModelRun(() => ({ model, real }), some);
      await end(model);
      real.lives += 1;
    });
    await fc.assert(life, { seed, numRuns: lives, endOnFailure: true });
    if (!isLongEnough) return;
    // What chance has left out comes up in a few lives more, if it can be done at all.
    for (let more = 1; more <= livesMoreMax && undone().length > 0; more++)
      await fc.assert(life, { seed: seed + more, numRuns: 1, endOnFailure: true });
    requireAllDone();
  }, 7_200_000);

  it('have nothing left of what was erased', async () => {
    if (isLongEnough) expect(erased.length).toBeGreaterThan(0);
    await requireNoTraces(erased.slice(-soughtMax), real);
  }, 600_000);
});
