// What stories are to readers: published, corrected, withdrawn, kept back by an embargo.
import fc from 'fast-check';
import { expect } from 'vitest';
import { matching } from '../client.js';
import { type Area, nothing, stepsHeldBy } from './command.js';
import { hourMs, instantOf, isFit, type Newsroom, type Note, now, type Real, type Story, tell } from './newsroom.js';
import { address, readStory, requireStories, thereAre, write } from './story-holds.js';

const step = stepsHeldBy(requireStories);

/** Takes a content to readers. */
export function goLive(
  newsroom: Newsroom,
  story: Story,
  { content, liveVersion, correction }: { content: Story['content']; liveVersion: number; correction: Note | null },
): void {
  const wasLive = story.state === 'live';
  tell(newsroom, wasLive ? (correction ? 'corrected' : 'updated') : 'published', story.id);
  const [shown, published] = [structuredClone(content), structuredClone(content)];
  Object.assign(story, { state: 'live', liveVersion, shown, published });
  story.seenSlugs.add(content.slug);
  if (correction) story.corrections.push(correction);
}

export function goneFromReaders(newsroom: Newsroom, story: Story): void {
  if (story.state === 'live') tell(newsroom, 'withdrawn', story.id);
  story.state = 'withdrawn';
}

const notes = fc.record({
  kind: fc.constantFrom('correction', 'clarification', 'update', 'retraction'),
  text: fc.constantFrom('It was not so.', 'There is more.'),
});

export async function publishStory(
  story: Story,
  correction: Note | null,
  newsroom: Newsroom,
  real: Real,
): Promise<void> {
  const { data } = (await readStory(story, real)).body;
  const isUnchanged = story.state === 'live' && !data.publication.hasUnpublishedChanges && !correction;
  const isRefused = now(real) < story.embargoUntil || !isFit(newsroom, story.content);
  const { status, body } = await write(story, real, 'post', '/publish', correction ? { correction } : {});
  expect(status).toBe(isRefused && !isUnchanged ? 422 : 200);
  if (status !== 200) return;
  expect(body.data.version).toBe(data.version + (isUnchanged ? 0 : 1));
  if (isUnchanged) return;
  goLive(newsroom, story, { content: story.content, liveVersion: body.data.version, correction });
}

const publish = step('publish', thereAre, fc.option(notes, { nil: null, freq: 3 }), publishStory);

const withdraw = step('withdraw', thereAre, nothing, async (story, _, newsroom, real) => {
  const { status } = await write(story, real, 'post', '/withdraw', {});
  expect(status).toBe(story.state === 'unpublished' ? 409 : 200);
  if (status !== 200) return;
  // Who takes a story down does not want it back by itself.
  delete story.plans.publish;
  goneFromReaders(newsroom, story);
});

const correct = step('correct', thereAre, notes, async (story, note, newsroom, real) => {
  const { status } = await write(story, real, 'post', '/corrections', note);
  expect(status).toBe(story.state === 'live' ? 201 : 409);
  if (status !== 201) return;
  story.corrections.push(note);
  tell(newsroom, 'corrected', story.id);
});

const embargo = step(
  'embargo',
  thereAre,
  fc.record({ hours: fc.constantFrom(0.5, 1.5, 3), isEditor: fc.boolean() }),
  async (story, { hours, isEditor }, _, real) => {
    const tag = matching(await readStory(story, real));
    const at = now(real);
    const until = at + hours * hourMs;
    const isSooner = at < story.embargoUntil && until < story.embargoUntil;
    const by = real.app.as[isEditor ? 'editor' : 'publisher'];
    const body = { until: instantOf(until), reason: 'Not yet.' };
    const { status } = await by.post(`${address(story)}/embargo`, body).set(tag);
    expect(status).toBe(isSooner && isEditor ? 403 : 200);
    if (status === 200) story.embargoUntil = until;
  },
);

/** Now and then of one that has ended by itself. */
const embargoed = (newsroom: Newsroom) => thereAre(newsroom).filter(({ embargoUntil }) => embargoUntil > 0);

const lift = step('lift the embargo', embargoed, nothing, async (story, _, _newsroom, real) => {
  const isInForce = now(real) < story.embargoUntil;
  const { status } = await write(story, real, 'post', '/embargo/lift', { reason: 'Now.' });
  expect(status).toBe(isInForce ? 200 : 409);
  if (status === 200) story.embargoUntil = 0;
});

export const publications: Area = {
  // Most of what there is to see is seen of stories that are live; and there is seldom an embargo to be lifted.
  steps: [publish, publish, withdraw, correct, embargo, embargo, lift, lift, lift, lift],
  requireAsModelled: requireStories,
};
