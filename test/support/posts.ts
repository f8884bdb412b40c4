// One right request for every POST that can be repeated, by its operation, on things of its own.
import { ninjsExample } from '../../src/content/imports/examples.js';
import type { Role } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import type { TestApp } from './app.js';
import { changeResource, createResource, type Members, type Plural, withdrawStory } from './editing.js';
import { removed } from './removal.js';
import { ahead } from './schedules.js';
import { createStory, embed, image, liveStory, quote, shortStory } from './stories.js';

export interface Post {
  path: string;
  body?: Members;
  ifMatch?: string;
  role: Role;
}
type Recipe = (app: TestApp) => Promise<Post>;

const manage = '/v1/manage';
const drafts: Record<Plural, Members> = { images: image, quotes: quote, embeds: embed };
const changes: Record<Plural, Members> = {
  images: { alt: 'New.' },
  quotes: { text: 'New.' },
  embeds: { title: 'New.' },
};
let count = 0;

/** What is done to an article at the version that it has. */
function onArticle(of: typeof createStory, action: string, role: Role, body?: (app: TestApp) => Members): Recipe {
  return async (app) => {
    const { id, version } = await of(app);
    return {
      path: `${manage}/articles/${id}/${action}`,
      role,
      ifMatch: `"${version}"`,
      ...(body && { body: body(app) }),
    };
  };
}

async function embargoed(app: TestApp) {
  const { id } = await createStory(app);
  const body = { until: ahead(app, 86_400_000), reason: 'Not yet.' };
  return (await app.as.editor.post(`${manage}/articles/${id}/embargo`, body).set('if-match', '"1"').expect(200)).body
    .data;
}

async function changedStory(app: TestApp) {
  const { id } = await createStory(app);
  const change = app.as.editor.patch(`${manage}/articles/${id}`, { headline: 'Another' });
  return (await change.set('if-match', '"1"').expect(200)).body.data;
}

function ofLibrary(plural: Plural, named: string): Record<string, Recipe> {
  const path = `${manage}/${plural}`;
  return {
    [`create${named}`]: async () => ({ path, body: drafts[plural], role: 'editor' }),
    [`undelete${named}`]: async (app) => {
      const { id } = await createResource(app, plural, drafts[plural]);
      const { headers } = await removed(app, `${path}/${id}`);
      return { path: `${path}/${id}/undelete`, ifMatch: headers.etag ?? '', role: 'editor' };
    },
    [`restore${named}Revision`]: async (app) => {
      const { id } = await createResource(app, plural, drafts[plural]);
      const { version } = await changeResource(app, plural, id, changes[plural]);
      return { path: `${path}/${id}/revisions/1/restore`, ifMatch: `"${version}"`, role: 'editor' };
    },
  };
}

/** What is done with a webhook that nothing is sent to but pings. */
function onWebhook(pathOf: (app: TestApp, path: string) => string | Promise<string>): Recipe {
  return async (app) => {
    const draft = { url: 'https://127-0-0-1.invalid/', state: 'disabled' };
    const { id } = (await app.as.admin.post(`${manage}/webhooks`, draft).expect(201)).body.data;
    return { path: await pathOf(app, `${manage}/webhooks/${id}`), role: 'admin' };
  };
}

/** Something that a webhook could not be told. */
function deadDelivery(webhookId: string) {
  const [id, at] = [newId(), '2026-01-15T09:00:00.000Z'];
  const event = { type: 'article.published', publicSeq: 1, articleId: newId() } as const;
  return { id, webhookId, ...event, at, state: 'dead', attempts: 10, settledAt: at } as const;
}

function ofTerms(plural: 'desks' | 'tags'): Recipe {
  return async () => {
    count += 1;
    return { path: `${manage}/${plural}`, body: { key: `term-${count}`, name: 'A term' }, role: 'editor' };
  };
}

export const posts: Record<string, Recipe> = {
  createArticle: async () => ({ path: `${manage}/articles`, body: shortStory(), role: 'editor' }),
  importStory: async () => ({ path: `${manage}/imports`, body: ninjsExample, role: 'editor' }),
  createSection: onArticle(createStory, 'sections', 'editor', () => ({ heading: 'More' })),
  moveSection: async (app) => {
    const [section] = (await createStory(app)).sections.slice(1);
    return { path: `${manage}/sections/${section?.id}/move`, body: { after: null }, ifMatch: '"1"', role: 'editor' };
  },
  publishArticle: onArticle(createStory, 'publish', 'publisher'),
  withdrawArticle: onArticle(liveStory, 'withdraw', 'publisher'),
  issueCorrection: onArticle(liveStory, 'corrections', 'publisher', () => ({
    kind: 'correction',
    text: 'It was not.',
  })),
  embargoArticle: onArticle(createStory, 'embargo', 'editor', (app) => ({
    until: ahead(app, 86_400_000),
    reason: 'Not yet.',
  })),
  liftEmbargo: onArticle(embargoed, 'embargo/lift', 'publisher', () => ({ reason: 'Now.' })),
  scheduleArticle: onArticle(createStory, 'schedule', 'publisher', (app) => ({
    action: 'publish',
    at: ahead(app, 86_400_000),
  })),
  undeleteArticle: async (app) => {
    const { id } = await liveStory(app);
    await withdrawStory(app, id);
    const { headers } = await removed(app, `${manage}/articles/${id}`, 'publisher');
    return { path: `${manage}/articles/${id}/undelete`, ifMatch: headers.etag ?? '', role: 'publisher' };
  },
  restoreArticleRevision: onArticle(changedStory, 'revisions/1/restore', 'editor'),
  ...ofLibrary('images', 'Image'),
  ...ofLibrary('quotes', 'Quote'),
  ...ofLibrary('embeds', 'Embed'),
  createDesk: ofTerms('desks'),
  createTag: ofTerms('tags'),
  revokeApiKey: async (app) => {
    const { body } = await app.as.admin.post(`${manage}/keys`, { name: 'to be revoked', role: 'viewer' }).expect(201);
    return { path: `${manage}/keys/${body.data.id}/revoke`, ifMatch: '"1"', role: 'admin' };
  },
  pingWebhook: onWebhook((_app, path) => `${path}/ping`),
  replayWebhook: onWebhook(async ({ store: { db, tables, commit } }, path) => {
    await commit([{ query: db.insert(tables.webhookDeliveries).values(deadDelivery(path.split('/').at(-1) ?? '')) }]);
    return `${path}/replay`;
  }),
  replayWebhookDelivery: onWebhook(async ({ store: { db, tables, commit } }, path) => {
    // Nothing that is being sent at that moment: it would be left to that.
    const delivery = deadDelivery(path.split('/').at(-1) ?? '');
    await commit([{ query: db.insert(tables.webhookDeliveries).values(delivery) }]);
    return `${path}/deliveries/${delivery.id}/replay`;
  }),
  erase: async (app) => {
    const { id } = await createResource(app, 'quotes', quote);
    const body = { kind: 'quote', id, reason: 'A court said so.' };
    return { path: `${manage}/erasures`, body, ifMatch: '"1"', role: 'admin' };
  },
};

/** Sends a POST with an Idempotency-Key. */
export function sendPost({ as }: Pick<TestApp, 'as'>, { path, body, ifMatch, role }: Post, key: string) {
  const test = as[role].post(path, body).set('idempotency-key', key);
  return ifMatch === undefined ? test : test.set('if-match', ifMatch);
}

/** How much was written, apart from what the server does by itself and from what is kept to be answered again. */
export async function writesSoFar({ store: { db, tables, all } }: Pick<TestApp, 'store'>): Promise<number[]> {
  const log = (await all(db.select().from(tables.changes))).filter(({ action }) => action !== 'purge');
  const { revisions, articles, sections, corrections, schedules, webhooks, webhookDeliveries } = tables;
  const others = [revisions, articles, sections, corrections, schedules, webhooks, webhookDeliveries];
  const counts = others.map(async (table) => (await all(db.select().from(table))).length);
  return [log.length, ...(await Promise.all(counts))];
}
