// Images, quotes and embeds: what is changed of one, every live story that shows it shows at once.
import fc from 'fast-check';
import { expect } from 'vitest';
import { matching } from '../client.js';
import { putFile, upload } from '../pictures.js';
import { type Area, always, nothing, stepsHeldBy } from './command.js';
import {
  type Facts,
  isUsed,
  type Kind,
  liveUsers,
  type Members,
  type Newsroom,
  type Real,
  type Resource,
  resourceOf,
  tell,
} from './newsroom.js';
import { requireStories } from './story-holds.js';

export const pathOf = ({ kind, id }: Pick<Resource, 'kind' | 'id'>): string => `/v1/manage/${kind}s/${id}`;
const thereAre = ({ resources }: Newsroom): Resource[] => resources.filter(({ isDeleted }) => !isDeleted);

/** What is sent of facts. What makes something fit to be published is taken away by null. */
function sent(kind: Kind, { words, isFit, thumbnail }: Facts): Members {
  if (kind === 'image') return { alt: isFit ? 'A picture.' : null, caption: words, creditLine: 'Example Agency' };
  if (kind === 'quote') return { text: words, speaker: isFit ? { name: 'Jane Doe' } : null, language: 'en' };
  const url = isFit ? 'https://video.example/1' : null;
  const facts = { kind: 'video', provider: 'Example', title: words, duration: 'PT1M', url };
  return thumbnail === null ? facts : { ...facts, thumbnailImageId: thumbnail };
}

function factsOf(kind: Kind, data: Members): Facts {
  const file = data.file as { sha256: string } | null | undefined;
  const [words, need] = { image: ['caption', 'alt'], quote: ['text', 'speaker'], embed: ['title', 'url'] }[kind];
  return {
    words: String(data[words ?? '']),
    isFit: data[need ?? ''] !== null,
    picture: file?.sha256 ?? null,
    thumbnail: (data.thumbnailImageId as string | null | undefined) ?? null,
  };
}

/** Holds the library to the model: each resource, its history so far, and whether readers find it. */
export async function requireLibrary(newsroom: Newsroom, { app }: Real): Promise<void> {
  for (const resource of newsroom.resources) {
    const { kind, id, facts, history, isDeleted } = resource;
    const answer = await app.as.viewer.get(pathOf(resource)).expect(isDeleted ? 404 : 200);
    const isLive = liveUsers(newsroom, id).length > 0;
    await app.anybody.get(`/v1/${kind}s/${id}`).expect(isLive ? 200 : 404);
    if (isDeleted) continue;
    const { data } = answer.body;
    expect(factsOf(kind, data)).toEqual(facts);
    expect(history.get(data.version) ?? facts).toEqual(facts);
    history.set(data.version, structuredClone(facts));
  }
}

const step = stepsHeldBy(requireLibrary, requireStories);
const kinds = ['image', 'quote', 'embed'] as const;
const ofKindMax = 2;

interface Draft {
  kind: Kind;
  isFit: boolean;
  isUploaded: boolean;
}

export async function makeResource({ kind, isFit, isUploaded }: Draft, newsroom: Newsroom, real: Real): Promise<void> {
  if (newsroom.resources.filter((one) => one.kind === kind).length >= ofKindMax) return;
  const facts: Facts = { words: wordsOf(kind, real), isFit, picture: null, thumbnail: null };
  const body = sent(kind, facts);
  const [picture] = real.pictures;
  const isForm = kind === 'image' && isUploaded && picture !== undefined;
  const answer = isForm
    ? await upload(real.app, picture, body)
    : await real.app.as.editor.post(`/v1/manage/${kind}s`, body);
  expect(answer.status).toBe(201);
  const { id } = answer.body.data;
  facts.picture = factsOf(kind, answer.body.data).picture;
  expect(facts.picture !== null).toBe(isForm);
  const history = new Map<number, Facts>();
  newsroom.resources.push({ kind, id, facts, history, isDeleted: false, deletedTag: '', deletedAt: 0 });
}

const create = step(
  'create a resource',
  always,
  fc.record({ kind: fc.constantFrom<Kind>(...kinds), isFit: fc.boolean(), isUploaded: fc.boolean() }),
  (_, draft, newsroom, real) => makeResource(draft, newsroom, real),
);

/** Words that stand nowhere else, so that their traces can be looked for. */
function wordsOf(kind: Kind, real: Real): string {
  return `Words of ${kind} no ${real.next()}x`;
}

/** What must come of a change: it takes a publisher where readers see it, and may not make their stories unfit. */
function statusOf(newsroom: Newsroom, { id }: Resource, next: Facts, isEditor: boolean): number {
  const isLive = liveUsers(newsroom, id).length > 0;
  if (isLive && isEditor) return 403;
  const isThumbnailLost = next.thumbnail !== null && resourceOf(newsroom, next.thumbnail)?.isDeleted !== false;
  return isLive && (!next.isFit || isThumbnailLost || isUnfit(newsroom, next.thumbnail)) ? 422 : 200;
}

function isUnfit(newsroom: Newsroom, thumbnail: string | null): boolean {
  return resourceOf(newsroom, thumbnail)?.facts.isFit === false;
}

/** Takes the facts that a resource has now, and tells of it. */
function changeTo(newsroom: Newsroom, resource: Resource, next: Facts): void {
  if (JSON.stringify(resource.facts) === JSON.stringify(next)) return;
  for (const { id } of liveUsers(newsroom, resource.id)) tell(newsroom, 'updated', id);
  resource.facts = next;
}

const patch = step(
  'patch a resource',
  thereAre,
  fc.record({ isFit: fc.boolean(), isReworded: fc.boolean(), isEditor: fc.boolean() }),
  async (resource, { isFit, isReworded, isEditor }, newsroom, real) => {
    const { kind, facts } = resource;
    const next = { ...facts, isFit, ...(isReworded && { words: wordsOf(kind, real) }) };
    const tag = matching(await real.app.as.viewer.get(pathOf(resource)).expect(200));
    const by = real.app.as[isEditor ? 'editor' : 'publisher'];
    const { status } = await by.patch(pathOf(resource), sent(kind, next)).set(tag);
    expect(status).toBe(statusOf(newsroom, resource, next, isEditor));
    if (status === 200) changeTo(newsroom, resource, next);
  },
);

const giveThumbnail = step(
  'give a thumbnail',
  (newsroom) => thereAre(newsroom).filter(({ kind }) => kind === 'embed'),
  fc.option(fc.nat({ max: 2 }), { nil: undefined }),
  async (resource, which, newsroom, real) => {
    const images = thereAre(newsroom).filter(({ kind }) => kind === 'image');
    const thumbnail = which === undefined ? null : (images[which % Math.max(1, images.length)]?.id ?? null);
    const next = { ...resource.facts, thumbnail };
    const tag = matching(await real.app.as.viewer.get(pathOf(resource)).expect(200));
    const body = { thumbnailImageId: thumbnail };
    const { status } = await real.app.as.publisher.patch(pathOf(resource), body).set(tag);
    expect(status).toBe(statusOf(newsroom, resource, next, false));
    if (status === 200) changeTo(newsroom, resource, next);
  },
);

const givePicture = step(
  'give a file',
  (newsroom) => thereAre(newsroom).filter(({ kind }) => kind === 'image'),
  fc.nat({ max: 1 }),
  async (resource, which, newsroom, real) => {
    const { data } = (await real.app.as.viewer.get(pathOf(resource)).expect(200)).body;
    const picture = real.pictures[which] as Buffer;
    const answer = await putFile(real.app, resource.id, picture, data.version);
    const isFitStill = statusOf(newsroom, resource, resource.facts, false);
    expect(answer.status).toBe(isFitStill);
    if (answer.status === 200) changeTo(newsroom, resource, factsOf('image', answer.body.data));
  },
);

type Act = (resource: Resource, _: undefined, newsroom: Newsroom, real: Real) => Promise<void>;

const deletion: Act = async (resource, _, newsroom, real) => {
  const tag = matching(await real.app.as.viewer.get(pathOf(resource)).expect(200));
  const answer = await real.app.as.editor.delete(pathOf(resource)).set(tag);
  const isKept = isUsed(newsroom, resource.id);
  expect(answer.status).toBe(isKept ? 409 : 204);
  if (isKept) return;
  Object.assign(resource, { isDeleted: true, deletedTag: answer.headers.etag ?? '', deletedAt: real.next() });
};
const remove = step('delete a resource', thereAre, nothing, deletion);
const removesUnused = kinds.map((kind) =>
  step(
    `delete an ${kind} that is not used`,
    (newsroom) => thereAre(newsroom).filter((one) => one.kind === kind && !isUsed(newsroom, one.id)),
    nothing,
    deletion,
  ),
);

const undeletes = kinds.map((kind) =>
  step(
    `undelete an ${kind}`,
    ({ resources }) => resources.filter((one) => one.kind === kind && one.isDeleted),
    nothing,
    async (resource, _, newsroom, { app }) => {
      const thumbnail = resourceOf(newsroom, resource.facts.thumbnail);
      const isHindered = thumbnail?.isDeleted && thumbnail.deletedAt > resource.deletedAt;
      await app.as.editor
        .post(`${pathOf(resource)}/undelete`, {})
        .set('if-match', resource.deletedTag)
        .expect(isHindered ? 422 : 200);
      if (isHindered) return;
      resource.isDeleted = false;
      resource.facts = withoutErased(newsroom, resource.facts);
    },
  ),
);

/** What comes back comes without what was erased since. */
function withoutErased({ erased }: Newsroom, facts: Facts): Facts {
  return erased.some(({ id }) => id === facts.thumbnail) ? { ...facts, thumbnail: null } : facts;
}

const restores = kinds.map((kind) =>
  step(
    `restore an ${kind}`,
    (newsroom) => thereAre(newsroom).filter((one) => one.kind === kind),
    fc.record({ pick: fc.nat({ max: 5 }), isEditor: fc.boolean() }),
    async (resource, { pick, isEditor }, newsroom, real) => {
      const versions = [...resource.history.keys()];
      const version = versions[pick % versions.length] ?? 0;
      const next = withoutErased(newsroom, structuredClone(resource.history.get(version) ?? resource.facts));
      const tag = matching(await real.app.as.viewer.get(pathOf(resource)).expect(200));
      const by = real.app.as[isEditor ? 'editor' : 'publisher'];
      const { status } = await by.post(`${pathOf(resource)}/revisions/${version}/restore`, {}).set(tag);
      expect(status).toBe(statusOf(newsroom, resource, next, isEditor));
      if (status === 200) changeTo(newsroom, resource, next);
    },
  ),
);

export const library: Area = {
  steps: [
    ...[create, create, patch, patch, giveThumbnail, givePicture, remove],
    // What is seldom possible is tried often.
    ...[removesUnused, removesUnused, undeletes, undeletes, undeletes, undeletes, restores].flat(),
  ],
  requireAsModelled: requireLibrary,
};
