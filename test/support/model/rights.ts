// Acts that are tried with a key that may not do them: they are refused, and nothing changes.
import fc from 'fast-check';
import { expect } from 'vitest';
import { type Role, roles } from '../../../src/kernel/actor.js';
import { type Thing, works } from '../works.js';
import { type Area, always, stepsHeldBy } from './command.js';
import { requireLibrary } from './library.js';
import type { Kind, Newsroom, Real } from './newsroom.js';
import { requireStories } from './story-holds.js';

const missing = '01852a5c-0000-7000-8000-00000000dead';

/** What the works of other tests are done to: things of this newsroom, where there are any. */
function thingOf({ stories, resources, terms }: Newsroom, which: number): Thing {
  const story = stories[which % Math.max(1, stories.length)];
  const idOf = (kind: Kind) => resources.find((resource) => resource.kind === kind)?.id ?? missing;
  const keyOf = (kind: string) => terms.find((term) => term.kind === kind)?.key ?? 'none';
  const [section] = story?.content.sections ?? [];
  return {
    id: {
      articles: story?.id ?? missing,
      sections: section?.id ?? missing,
      images: idOf('image'),
      quotes: idOf('quote'),
      embeds: idOf('embed'),
    },
    desk: keyOf('desk'),
    tag: keyOf('tag'),
    link: story?.links[0]?.id ?? missing,
    schedule: story?.plans.publish?.id ?? missing,
    deleted: {},
  };
}

/** Those that belong to no story: the role they take, and where. */
const others: [Role, (newsroom: Newsroom) => string][] = [
  ...['articles', 'imports', 'images', 'quotes', 'embeds', 'desks', 'tags'].map((plural): [Role, () => string] => [
    'editor',
    () => `/v1/manage/${plural}`,
  ]),
  ['admin', () => '/v1/manage/keys'],
  ['admin', () => '/v1/manage/webhooks'],
  ...['rotate', 'revoke'].map((action): [Role, (newsroom: Newsroom) => string] => [
    'admin',
    ({ keys }) => `/v1/manage/keys/${keys[0]?.id ?? 'none'}/${action}`,
  ]),
  ...['rotate', 'ping', 'replay'].map((action): [Role, (newsroom: Newsroom) => string] => [
    'admin',
    ({ hooks }) => `/v1/manage/webhooks/${hooks[0]?.id ?? missing}/${action}`,
  ]),
];

const step = stepsHeldBy(requireStories, requireLibrary);
const lower = (role: Role, pick: number): Role => roles[pick % roles.indexOf(role)] as Role;
const pick = fc.nat({ max: 2 });

const work = step(
  'try without the right',
  always,
  fc.record({ name: fc.constantFrom(...Object.keys(works)), which: pick, by: pick }),
  async (_, { name, which, by }, newsroom, { app }) => {
    const tried = works[name];
    if (!tried) return;
    const thing = thingOf(newsroom, which);
    const body = await tried.body?.(thing, app);
    const isFile = Buffer.isBuffer(body);
    const test = app.as[lower(tried.role, by)][tried.method](tried.at(thing), isFile ? undefined : body);
    if (isFile) test.set('content-type', 'image/jpeg').send(body);
    await test.set('if-match', '"1"').expect(403);
  },
);

const other = step(
  'make without the right',
  always,
  fc.record({ n: fc.nat({ max: others.length - 1 }), by: pick }),
  async (_, { n, by }, newsroom, { app }: Real) => {
    const [role, at] = others[n] ?? ['admin', () => '/v1/manage/keys'];
    const { status } = await app.as[lower(role, by)].post(at(newsroom), {});
    expect(status).toBe(403);
  },
);

export const rights: Area = { steps: [work, other], requireAsModelled: requireStories };
