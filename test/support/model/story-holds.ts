// What must hold of stories: what the Management API tells of their working copies, what readers get, and what links show.
import { expect } from 'vitest';
import { matching } from '../client.js';
import {
  type Content,
  type Link,
  makeTerms,
  type Newsroom,
  type Note,
  now,
  type Real,
  resourceOf,
  type Story,
  without,
} from './newsroom.js';
import { contentOf, expectedOf, requireContent, shownOf } from './showing.js';

export const address = ({ id }: Pick<Story, 'id'>): string => `/v1/manage/articles/${id}`;
export const thereAre = ({ stories }: Newsroom): Story[] => stories.filter(({ isDeleted }) => !isDeleted);

export async function readStory(story: Story, { app }: Real) {
  return app.as.viewer.get(address(story)).expect(200);
}

/** Sends a write of the version that the story has now. */
export async function write(
  story: Story,
  real: Real,
  method: 'post' | 'put' | 'patch' | 'delete',
  suffix: string,
  body?: unknown,
) {
  const tag = matching(await readStory(story, real));
  const answer = await real.app.as.publisher[method](`${address(story)}${suffix}`, body).set(tag);
  // What is told of the article is what it is from now on.
  if (answer.body.data?.sections) expect((await readStory(story, real)).body.data).toEqual(answer.body.data);
  return answer;
}

/** Takes what must be the working copy for that, once the server says the same. */
export async function becomes(story: Story, expected: Content, newsroom: Newsroom, real: Real): Promise<void> {
  story.content = requireContent(expected, (await readStory(story, real)).body.data);
  makeTerms(newsroom, story.content);
}

/** Holds the server to the model: the working copy, its history so far, what readers get, and what links show. */
export async function requireStories(newsroom: Newsroom, real: Real): Promise<void> {
  for (const story of newsroom.stories) {
    await requireManaged(story, real);
    await requireDelivered(story, newsroom, real);
    for (const link of story.links) await requireLink(story, link, newsroom, real);
  }
}

async function requireManaged(story: Story, real: Real): Promise<void> {
  const { content, history, state, isDeleted, plans, corrections, embargoUntil, liveVersion } = story;
  if (isDeleted) return void (await real.app.as.viewer.get(address(story)).expect(404));
  const { data } = (await readStory(story, real)).body;
  expect(contentOf(data)).toEqual(content);
  const isScheduled = state !== 'live' && plans.publish !== undefined;
  const { publication } = data;
  expect(publication.state).toBe(isScheduled ? 'scheduled' : state);
  expect(publication.scheduledFor && Date.parse(publication.scheduledFor)).toBe(plans.publish?.at ?? null);
  expect(publication.liveVersion).toBe(liveVersion);
  expect(Date.parse(publication.embargoedUntil ?? new Date(0).toISOString())).toBe(embargoUntil);
  expect(notesOf(data)).toEqual(corrections);
  expect(history.get(data.version) ?? content).toEqual(content);
  history.set(data.version, structuredClone(content));
}

async function requireDelivered(story: Story, newsroom: Newsroom, { app }: Real): Promise<void> {
  const { id, state, shown, seenSlugs, corrections } = story;
  const expected = { unpublished: 404, live: 200, withdrawn: 410 }[state];
  const { body } = await app.anybody.get(`/v1/articles/${id}`).expect(expected);
  for (const slug of seenSlugs) {
    const status = state === 'live' ? (slug === shown?.slug ? 200 : 308) : 410;
    await app.anybody.get(`/v1/articles/${slug}`).expect(status);
  }
  if (!shown || state !== 'live') return;
  expect(shownOf(body.data)).toEqual(expectedOf(newsroom, shown));
  expect(notesOf(body.data)).toEqual(corrections);
  expect(body.data.retracted).toBe(corrections.some(({ kind }) => kind === 'retraction'));
}

async function requireLink(story: Story, link: Link, newsroom: Newsroom, real: Real): Promise<void> {
  const isOpen = !story.isDeleted && !link.isRevoked && now(real) < link.until;
  const { body } = await real.app.anybody.get(`/v1/preview/${link.token}`).expect(isOpen ? 200 : 404);
  if (!isOpen) return;
  const content = link.content ?? story.content;
  const left = without(content, (id) => resourceOf(newsroom, id)?.isDeleted !== false);
  expect(shownOf(body.data)).toEqual(expectedOf(newsroom, left));
}

function notesOf({ corrections }: { corrections: Note[] }): Note[] {
  return corrections.map(({ kind, text }) => ({ kind, text }));
}
