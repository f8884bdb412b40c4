// One whole request for every operation that writes: with the body and the version that it needs, on what is live, draft, deleted
// or missing. What it must be answered is for the caller to say.
import { ninjsExample } from '../../src/content/imports/examples.js';
import type { Role } from '../../src/kernel/actor.js';
import type { TestApp } from './app.js';
import type { Members } from './editing.js';
import { jpeg } from './pictures.js';
import { removed } from './removal.js';
import { ahead } from './schedules.js';
import { createStory, liveStory, shortStory } from './stories.js';

export const states = ['live', 'draft', 'deleted', 'missing'] as const;
export type State = (typeof states)[number];
type Kind = 'articles' | 'sections' | 'images' | 'quotes' | 'embeds';

/** A story and what it uses, in one of the states. */
export interface Thing {
  id: Record<Kind, string>;
  desk: string;
  tag: string;
  link: string;
  schedule: string;
  /** The version that what is deleted has now. */
  deleted: Partial<Record<Kind, string>>;
}

export interface Work {
  method: 'post' | 'put' | 'patch' | 'delete';
  role: Role;
  /** The role that it takes where readers see it. */
  roleOnLive?: Role;
  at(thing: Thing): string;
  /** Where the version is that it names; none where it names none. */
  versionAt?(thing: Thing): string;
  /** Instead, for what is deleted. */
  deletedKind?: Kind;
  body?(thing: Thing, app: TestApp): Members | Promise<Members | Buffer>;
  statuses: Record<State, number>;
}

export const manage = '/v1/manage';
const none = '01852a5c-0000-7000-8000-00000000dead';
let count = 0;

export async function makeThing(app: TestApp, state: State): Promise<Thing> {
  if (state === 'missing') {
    const id = { articles: none, sections: none, images: none, quotes: none, embeds: none };
    return { id, desk: 'no-desk', tag: 'no-tag', link: none, schedule: none, deleted: {} };
  }
  count += 1;
  const [desk, tag] = [`desk-${count}`, `tag-${count}`];
  const make = state === 'live' ? liveStory : createStory;
  const made = await make(app, shortStory({ desk, tags: [tag] }));
  const [first, second, third] = made.sections;
  const id = {
    articles: made.id,
    sections: second?.id ?? '',
    images: String(first?.blocks[0]?.imageId),
    quotes: String(second?.blocks[1]?.quoteId),
    embeds: String(third?.blocks[0]?.embedId),
  };
  const article = `${manage}/articles/${made.id}`;
  const link = (await app.as.editor.post(`${article}/preview-links`, {}).expect(201)).body.data.id;
  return { id, desk, tag, link, schedule: none, deleted: state === 'deleted' ? await deleteAll(app, id) : {} };
}

async function deleteAll(app: TestApp, id: Thing['id']): Promise<Thing['deleted']> {
  const deleted: Thing['deleted'] = {};
  for (const kind of ['articles', 'images', 'quotes', 'embeds'] as const)
    deleted[kind] = (await removed(app, `${manage}/${kind}/${id[kind]}`)).headers.etag ?? '';
  return deleted;
}

const found = (live: number, draft = live, deleted = 404): Record<State, number> => ({
  live,
  draft,
  deleted,
  missing: 404,
});
const own =
  (kind: Kind, suffix = '') =>
  (thing: Thing) =>
    `${manage}/${kind}/${thing.id[kind]}${suffix}`;
const article = own('articles');

/** What is done to an article. */
function onArticle(suffix: string, role: Role, statuses: Work['statuses'], body: Work['body'] = () => ({})): Work {
  return { method: 'post', role, at: own('articles', suffix), versionAt: article, body, statuses };
}

/** What a deleted article used has to be there again before it can be. */
async function bringBackUses({ id, deleted }: Thing, app: TestApp): Promise<Members> {
  for (const kind of ['images', 'quotes', 'embeds'] as const) {
    const version = deleted[kind];
    if (version === undefined) continue;
    await app.as.editor.post(`${manage}/${kind}/${id[kind]}/undelete`, {}).set('if-match', version).expect(200);
  }
  return {};
}

function ofLibrary(kind: 'images' | 'quotes' | 'embeds', named: string, change: Members): Record<string, Work> {
  const [at, roleOnLive] = [own(kind), 'publisher'] as const;
  const common = { role: 'editor', versionAt: at } as const;
  return {
    [`patch${named}`]: { ...common, roleOnLive, method: 'patch', at, body: () => change, statuses: found(200) },
    // What is used is not deleted.
    [`delete${named}`]: { ...common, method: 'delete', at, statuses: found(409) },
    [`undelete${named}`]: {
      ...common,
      method: 'post',
      at: own(kind, '/undelete'),
      deletedKind: kind,
      body: () => ({}),
      statuses: found(409, 409, 200),
    },
    [`restore${named}Revision`]: {
      ...common,
      roleOnLive,
      method: 'post',
      at: own(kind, '/revisions/1/restore'),
      body: () => ({}),
      statuses: found(200),
    },
  };
}

function ofTerms(plural: 'desks' | 'tags', named: string): Record<string, Work> {
  const at = (thing: Thing) => `${manage}/${plural}/${plural === 'desks' ? thing.desk : thing.tag}`;
  const body = () => ({ name: 'Another name' });
  return {
    // A deleted article's desk is there as ever.
    [`patch${named}`]: {
      method: 'patch',
      role: 'editor',
      roleOnLive: 'publisher',
      at,
      versionAt: at,
      body,
      statuses: found(200, 200, 200),
    },
  };
}

/** Operations on a story or on what it uses. */
export const works: Record<string, Work> = {
  replaceArticle: {
    method: 'put',
    role: 'editor',
    at: article,
    versionAt: article,
    body: ({ desk, tag }) => shortStory({ desk, tags: [tag], headline: 'Another' }),
    statuses: found(200),
  },
  patchArticle: {
    method: 'patch',
    role: 'editor',
    at: article,
    versionAt: article,
    body: () => ({ deck: 'A deck.' }),
    statuses: found(200),
  },
  deleteArticle: {
    method: 'delete',
    role: 'editor',
    roleOnLive: 'publisher',
    at: article,
    versionAt: article,
    statuses: found(409, 204),
  },
  undeleteArticle: {
    ...onArticle('/undelete', 'editor', found(409, 409, 200), bringBackUses),
    roleOnLive: 'publisher',
    deletedKind: 'articles',
  },
  createSection: onArticle('/sections', 'editor', found(201), () => ({ heading: 'More' })),
  patchSection: {
    method: 'patch',
    role: 'editor',
    at: own('sections'),
    versionAt: own('sections'),
    body: () => ({ heading: 'New' }),
    statuses: found(200),
  },
  deleteSection: {
    method: 'delete',
    role: 'editor',
    at: own('sections'),
    versionAt: own('sections'),
    statuses: found(204),
  },
  moveSection: {
    method: 'post',
    role: 'editor',
    at: own('sections', '/move'),
    versionAt: own('sections'),
    body: () => ({ after: null }),
    statuses: found(200),
  },
  publishArticle: onArticle('/publish', 'publisher', found(200)),
  withdrawArticle: onArticle('/withdraw', 'publisher', found(200, 409)),
  issueCorrection: onArticle('/corrections', 'publisher', found(201, 409), () => ({
    kind: 'correction',
    text: 'It was not so.',
  })),
  embargoArticle: onArticle('/embargo', 'editor', found(200), (_thing, app) => ({
    until: ahead(app, 86_400_000),
    reason: 'Not yet.',
  })),
  liftEmbargo: onArticle('/embargo/lift', 'publisher', found(409), () => ({ reason: 'Now.' })),
  scheduleArticle: onArticle('/schedule', 'publisher', found(201, 201), (_thing, app) => ({
    action: 'publish',
    at: ahead(app, 86_400_000),
  })),
  createPreviewLink: {
    method: 'post',
    role: 'editor',
    at: own('articles', '/preview-links'),
    body: () => ({}),
    statuses: found(201),
  },
  revokePreviewLink: {
    method: 'delete',
    role: 'editor',
    at: ({ id, link }) => `${manage}/articles/${id.articles}/preview-links/${link}`,
    statuses: found(204),
  },
  restoreArticleRevision: onArticle('/revisions/1/restore', 'editor', found(200)),
  ...ofLibrary('images', 'Image', { alt: 'New.' }),
  ...ofLibrary('quotes', 'Quote', { context: 'New.' }),
  ...ofLibrary('embeds', 'Embed', { title: 'New.' }),
  putImageFile: {
    method: 'put',
    role: 'editor',
    roleOnLive: 'publisher',
    at: own('images', '/file'),
    versionAt: own('images'),
    body: () => jpeg(60, 40) as Promise<Buffer>,
    statuses: found(200),
  },
  ...ofTerms('desks', 'Desk'),
  ...ofTerms('tags', 'Tag'),
  erase: {
    method: 'post',
    role: 'admin',
    at: () => `${manage}/erasures`,
    versionAt: own('quotes'),
    deletedKind: 'quotes',
    body: ({ id }) => ({ kind: 'quote', id: id.quotes, reason: 'A court said so.', uses: 'remove' }),
    statuses: { live: 201, draft: 201, deleted: 201, missing: 422 },
  },
};

/** Those on what belongs to no story: a thing of their own is made each time. */
export const worksOnOthers: Record<string, { role: Role; make(app: TestApp): Promise<Request> }> = {
  createArticle: {
    role: 'editor',
    make: async () => ({ method: 'post', path: `${manage}/articles`, body: shortStory(), status: 201 }),
  },
  importStory: {
    role: 'editor',
    make: async () => ({ method: 'post', path: `${manage}/imports`, body: ninjsExample, status: 201 }),
  },
  createDesk: { role: 'editor', make: () => newTerm('desks') },
  createTag: { role: 'editor', make: () => newTerm('tags') },
  createImage: {
    role: 'editor',
    make: async () => ({ method: 'post', path: `${manage}/images`, body: { alt: 'x' }, status: 201 }),
  },
  createQuote: {
    role: 'editor',
    make: async () => ({ method: 'post', path: `${manage}/quotes`, body: { text: 'x', language: 'en' }, status: 201 }),
  },
  createEmbed: {
    role: 'editor',
    make: async () => ({
      method: 'post',
      path: `${manage}/embeds`,
      body: { kind: 'video', provider: 'x', title: 'x' },
      status: 201,
    }),
  },
  patchSchedule: {
    role: 'publisher',
    make: (app) => onSchedule(app, 'patch', 200, { at: ahead(app, 2 * 86_400_000) }),
  },
  cancelSchedule: { role: 'publisher', make: (app) => onSchedule(app, 'delete', 200) },
  createApiKey: {
    role: 'admin',
    make: async () => ({ method: 'post', path: `${manage}/keys`, body: { name: 'x', role: 'viewer' }, status: 201 }),
  },
  patchApiKey: { role: 'admin', make: (app) => onKey(app, 'patch', '', 200, { name: 'y' }) },
  rotateApiKey: { role: 'admin', make: (app) => onKey(app, 'post', '/rotate', 201, {}) },
  revokeApiKey: { role: 'admin', make: (app) => onKey(app, 'post', '/revoke', 200, {}) },
  createWebhook: {
    role: 'admin',
    make: async () => ({ method: 'post', path: `${manage}/webhooks`, body: { url: receiver }, status: 201 }),
  },
  patchWebhook: { role: 'admin', make: (app) => onWebhook(app, 'patch', '', 200, { events: ['article.published'] }) },
  deleteWebhook: { role: 'admin', make: (app) => onWebhook(app, 'delete', '', 204) },
  rotateWebhookSecret: { role: 'admin', make: (app) => onWebhook(app, 'post', '/rotate', 200, {}) },
  pingWebhook: { role: 'admin', make: (app) => onWebhook(app, 'post', '/ping', 202) },
  replayWebhook: { role: 'admin', make: (app) => onWebhook(app, 'post', '/replay', 202, {}) },
  replayWebhookDelivery: {
    role: 'admin',
    make: async (app) => {
      const { path, ...rest } = await onWebhook(app, 'post', '', 202);
      const { id } = (await app.as.admin.post(`${path}/ping`).expect(202)).body.data;
      return { ...rest, path: `${path}/deliveries/${id}/replay` };
    },
  },
};

export interface Request {
  method: Work['method'];
  path: string;
  body?: Members | Buffer;
  ifMatch?: string;
  /** What it is answered when it is done. */
  status: number;
}

const receiver = 'https://127-0-0-1.invalid/';

async function newTerm(plural: 'desks' | 'tags'): Promise<Request> {
  count += 1;
  return { method: 'post', path: `${manage}/${plural}`, body: { key: `term-${count}`, name: 'A term' }, status: 201 };
}

async function onSchedule(app: TestApp, method: 'patch' | 'delete', status: number, body?: Members): Promise<Request> {
  const { id } = await createStory(app);
  const plan = { action: 'publish', at: ahead(app, 86_400_000) };
  const planned = await app.as.publisher
    .post(`${manage}/articles/${id}/schedule`, plan)
    .set('if-match', '"1"')
    .expect(201);
  return { method, path: `${manage}/schedules/${planned.body.data.id}`, ifMatch: '"1"', status, ...(body && { body }) };
}

async function onKey(
  app: TestApp,
  method: 'patch' | 'post',
  suffix: string,
  status: number,
  body: Members,
): Promise<Request> {
  const { id } = (await app.as.admin.post(`${manage}/keys`, { name: 'x', role: 'viewer' }).expect(201)).body.data;
  return { method, path: `${manage}/keys/${id}${suffix}`, ifMatch: '"1"', body, status };
}

async function onWebhook(
  app: TestApp,
  method: Work['method'],
  suffix: string,
  status: number,
  body?: Members,
): Promise<Request> {
  const draft = { url: receiver, state: 'disabled' };
  const { id } = (await app.as.admin.post(`${manage}/webhooks`, draft).expect(201)).body.data;
  return { method, path: `${manage}/webhooks/${id}${suffix}`, ifMatch: '"1"', status, ...(body && { body }) };
}
