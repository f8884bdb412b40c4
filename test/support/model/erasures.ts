// Erasures: what was erased is nowhere any more, and what it was used by goes on without it.
import fc from 'fast-check';
import { expect } from 'vitest';
import { tracesOf } from '../traces.js';
import { type Area, stepsHeldBy } from './command.js';
import { requireLibrary } from './library.js';
import { type Erased, isUsed, liveUsers, type Newsroom, type Real, type Story, tell, without } from './newsroom.js';
import { requireStories } from './story-holds.js';

const path = '/v1/manage/erasures';
const addressOf = ({ kind, id }: Pick<Erased, 'kind' | 'id'>) => `/v1/manage/${kind}s/${id}`;

async function requireAsModelled(newsroom: Newsroom, { app }: Real): Promise<void> {
  const known = new Set(newsroom.stories.flatMap(({ content, seenSlugs }) => [content.slug, ...seenSlugs]));
  // What working copies lost is told in their revisions.
  for (const story of newsroom.stories)
    await app.as.viewer.get(`/v1/manage/articles/${story.id}/revisions?limit=3`).expect(200);
  for (const erased of newsroom.erased) {
    const { kind, id, wasSeen, slugs, tokens } = erased;
    await app.as.viewer.get(addressOf(erased)).expect(404);
    await app.as.viewer.get(`${addressOf(erased)}/revisions/1`).expect(410);
    await app.anybody.get(`/v1/${kind}s/${id}`).expect(kind === 'article' && wasSeen ? 410 : 404);
    for (const slug of slugs) if (!known.has(slug)) await app.anybody.get(`/v1/articles/${slug}`).expect(404);
    for (const token of tokens) await app.anybody.get(`/v1/preview/${token}`).expect(404);
    await app.as.publisher
      .post(`${addressOf(erased)}/undelete`, {})
      .set('if-match', '"1"')
      .expect(404);
  }
}

/** Asks for the erasure of the version that a thing has now. */
async function ask(
  thing: { kind: Erased['kind']; id: string; isDeleted: boolean; deletedTag: string },
  body: object,
  { app }: Real,
) {
  const { kind, id, isDeleted, deletedTag } = thing;
  const tag = isDeleted ? deletedTag : ((await app.as.admin.get(addressOf(thing)).expect(200)).headers.etag ?? '');
  return app.as.admin.post(path, { kind, id, reason: 'A court said so.', ...body }).set('if-match', tag);
}

/** Waits until working copies and embeds have followed. */
async function followed(id: string, { app }: Real): Promise<void> {
  const state = async () => (await app.as.admin.get(`${path}/${id}`).expect(200)).body.data.state;
  await expect.poll(state).not.toBe('replacing');
}

const step = stepsHeldBy(requireStories, requireLibrary, requireAsModelled);

const eraseResource = step(
  'erase a resource',
  ({ resources }) => resources,
  fc.boolean(),
  async (resource, isRemoved, newsroom, real) => {
    const { kind, id, history } = resource;
    const isKept = !isRemoved && isUsed(newsroom, id);
    const answer = await ask(resource, isRemoved ? { uses: 'remove' } : {}, real);
    expect(answer.status).toBe(isKept ? 409 : 201);
    if (isKept) return;
    await followed(answer.body.data.id, real);
    const words = [...new Set([...history.values()].map((facts) => facts.words))];
    for (const story of liveUsers(newsroom, id)) tell(newsroom, 'updated', story.id);
    for (const story of newsroom.stories) loses(story, id);
    for (const embed of newsroom.resources)
      if (!embed.isDeleted && embed.facts.thumbnail === id) embed.facts = { ...embed.facts, thumbnail: null };
    newsroom.resources = newsroom.resources.filter((one) => one !== resource);
    newsroom.erased.push({ kind, id, erasureId: answer.body.data.id, wasSeen: false, slugs: [], tokens: [], words });
  },
);

/** What readers see and the working copy lose it; versions that were, and a deleted story, go on to point at it. */
function loses(story: Story, id: string): void {
  const isGone = (one: string) => one === id;
  if (story.shown) story.shown = without(story.shown, isGone);
  if (!story.isDeleted) story.content = without(story.content, isGone);
}

const eraseStory = step(
  'erase a story',
  ({ stories }) => stories,
  fc.constant(undefined),
  async (story, _, newsroom, real) => {
    const { id, seenSlugs, content, history, links } = story;
    const answer = await ask({ ...story, kind: 'article' }, {}, real);
    expect(answer.status).toBe(201);
    await followed(answer.body.data.id, real);
    const wasSeen = seenSlugs.size > 0;
    if (wasSeen) tell(newsroom, 'erased', id);
    newsroom.stories = newsroom.stories.filter((one) => one !== story);
    const slugs = [...new Set([...seenSlugs, content.slug, ...[...history.values()].map(({ slug }) => slug)])];
    const tokens = links.map(({ token }) => token);
    const words = slugs.filter((slug) => !newsroom.sharedSlugs.has(slug));
    newsroom.erased.push({ kind: 'article', id, erasureId: answer.body.data.id, wasSeen, slugs, tokens, words });
  },
);

/** Holds the files of the database to having no trace of what was erased. */
export async function requireNoTraces(erased: readonly Erased[], { app }: Real): Promise<void> {
  for (const { erasureId } of erased) {
    const state = async () => (await app.as.admin.get(`${path}/${erasureId}`).expect(200)).body.data.state;
    await expect.poll(state).toBe('done');
  }
  await app.raw.gatherStatistics();
  const words = erased.flatMap((one) => one.words);
  expect(tracesOf(words, await app.raw.files())).toEqual([]);
}

export const erasures: Area = { steps: [eraseResource, eraseStory], requireAsModelled };
