// Publications and withdrawals that are planned, changed and cancelled; and time, that brings them.
import fc from 'fast-check';
import { expect } from 'vitest';
import { matching } from '../client.js';
import { type Area, always, stepsHeldBy } from './command.js';
import { hourMs, instantOf, isFit, type Newsroom, now, type Plan, type Real, type Story, usesOf } from './newsroom.js';
import { goLive, goneFromReaders } from './publications.js';
import { readStory, requireStories, thereAre, write } from './story-holds.js';

const actions = fc.constantFrom('publish' as const, 'publish' as const, 'withdraw' as const);
const hours = fc.constantFrom(1, 2);
const pathOf = ({ id }: Plan) => `/v1/manage/schedules/${id}`;

async function requireAsModelled(newsroom: Newsroom, real: Real): Promise<void> {
  for (const { id, plans } of newsroom.stories)
    for (const plan of Object.values(plans)) {
      const { data } = (await real.app.as.viewer.get(pathOf(plan)).expect(200)).body;
      const { action, at, correction } = plan;
      expect(data).toMatchObject({ articleId: id, action, at: instantOf(at), state: 'pending', correction });
    }
}

const step = stepsHeldBy(requireStories, requireAsModelled);

/** A withdrawal needs a story that is live, or will be by then. */
function hasRoom({ plans, state }: Story, action: Plan['action'], at: number): boolean {
  if (plans[action]) return false;
  if (action === 'publish' || state === 'live') return true;
  return plans.publish !== undefined && plans.publish.at < at;
}

const schedule = step(
  'schedule',
  thereAre,
  fc.record({ action: actions, inHours: hours, isCorrected: fc.boolean() }),
  async (story, { action, inHours, isCorrected }, newsroom, real) => {
    const { version } = (await readStory(story, real)).body.data;
    const at = now(real) + inHours * hourMs;
    const correction = isCorrected && action === 'publish' ? { kind: 'update', text: 'More is known.' } : null;
    const request = { action, at: instantOf(at), ...(correction && { correction }) };
    const { status, body } = await write(story, real, 'post', '/schedule', request);
    const isRefused = action === 'publish' && (at < story.embargoUntil || !isFit(newsroom, story.content));
    expect(status).toBe(hasRoom(story, action, at) ? (isRefused ? 422 : 201) : 409);
    if (status !== 201) return;
    const holds = usesOf(newsroom, story.content);
    const content = structuredClone(story.content);
    story.plans[action] = { id: body.data.id, action, at, version, content, correction, holds };
  },
);

interface Planned {
  story: Story;
  plan: Plan;
}
const planned = ({ stories }: Newsroom): Planned[] =>
  stories.flatMap((story) => Object.values(story.plans).map((plan) => ({ story, plan })));

const change = step(
  'change a schedule',
  planned,
  fc.record({ inHours: hours, isCurrent: fc.boolean() }),
  async ({ story, plan }, { inHours, isCurrent }, newsroom, real) => {
    const { version } = (await readStory(story, real)).body.data;
    const tag = matching(await real.app.as.viewer.get(pathOf(plan)).expect(200));
    const at = now(real) + inHours * hourMs;
    const takesCurrent = isCurrent && plan.action === 'publish';
    const content = takesCurrent ? structuredClone(story.content) : plan.content;
    const body = { at: instantOf(at), ...(takesCurrent && { articleVersion: version }) };
    const isRefused = plan.action === 'publish' && (at < story.embargoUntil || !isFit(newsroom, content));
    await real.app.as.publisher
      .patch(pathOf(plan), body)
      .set(tag)
      .expect(isRefused ? 422 : 200);
    if (isRefused) return;
    Object.assign(plan, { at, content, holds: usesOf(newsroom, content), ...(takesCurrent && { version }) });
  },
);

const cancel = step(
  'cancel a schedule',
  planned,
  fc.constant(undefined),
  async ({ story, plan }, _, _newsroom, { app }) => {
    const tag = matching(await app.as.viewer.get(pathOf(plan)).expect(200));
    await app.as.publisher.delete(pathOf(plan)).set(tag).expect(200);
    delete story.plans[plan.action];
  },
);

/** An hour passes, and what was planned is done: what has been published since is not set back. */
const pass = step('an hour passes', always, fc.constant(undefined), async (_, _none, newsroom, real) => {
  real.app.clock.advance(hourMs + 1000);
  const at = now(real);
  const due = planned(newsroom).filter(({ plan }) => plan.at <= at);
  for (const { story, plan } of due.toSorted((a, b) => a.plan.at - b.plan.at)) {
    delete story.plans[plan.action];
    const state =
      plan.action === 'publish' ? firesPublication(newsroom, story, plan, at) : firesWithdrawal(newsroom, story);
    const look = async () => (await real.app.as.viewer.get(pathOf(plan)).expect(200)).body.data.state;
    await expect.poll(look).not.toBe('pending');
    expect(await look()).toBe(state);
  }
});

/** @returns what must become of the schedule */
function firesPublication(newsroom: Newsroom, story: Story, plan: Plan, at: number): 'done' | 'failed' {
  const { content, version, correction } = plan;
  const { liveVersion, state, published, embargoUntil } = story;
  const isShown = published !== undefined && JSON.stringify(published) === JSON.stringify(content);
  if (liveVersion !== null && liveVersion > version && !isShown) return 'failed';
  if (state === 'live' && isShown && !correction) return 'done';
  if (at < embargoUntil || !isFit(newsroom, content)) return 'failed';
  goLive(newsroom, story, { content, liveVersion: Math.max(version, liveVersion ?? 0), correction });
  return 'done';
}

function firesWithdrawal(newsroom: Newsroom, story: Story): 'done' | 'failed' {
  if (story.state === 'unpublished') return 'failed';
  goneFromReaders(newsroom, story);
  return 'done';
}

export const plans: Area = { steps: [schedule, schedule, change, cancel, pass], requireAsModelled };
