// A real server with something of everything, and what there is in it at this moment.
import { join } from 'node:path';
import { type Role, roles } from '../../../src/kernel/actor.js';
import { RunningServer, run, temporaryFolder } from '../../support/processes.js';
import { embed, image, quote, shortStory } from '../../support/stories.js';
import { pixel } from './bodies.js';
import type { Request } from './requests.js';
import { type Answer, send } from './sending.js';
import { placeholder } from './values.js';

interface Data {
  id: string;
  slug: string;
  key: string;
  token: string;
  [name: string]: unknown;
}
type Values = Record<string, string>;
type Settings = Values & { DATA_DIR: string };

const managedKinds = [
  ...['articles', 'images', 'quotes', 'embeds', 'desks', 'tags'],
  ...['keys', 'webhooks', 'schedules', 'erasures', 'propagations'],
];

/** What is made twice, once to stay and once to be deleted. */
const stockOfLibrary = [
  ['/v1/manage/articles', { language: 'en', desk: 'world' }],
  ['/v1/manage/images', image],
  ['/v1/manage/quotes', quote],
  ['/v1/manage/embeds', embed],
] as const;

export class Newsroom {
  readonly server: RunningServer;
  readonly keys: Record<Role, string>;
  /** Variables of the environment that lead a process to the same database and folder. */
  readonly settings: Settings;
  /** What there is, by kind: what the parameters of a path would be. */
  readonly #there = new Map<string, Values[]>();
  #made = 0;

  private constructor(server: RunningServer, keys: Record<Role, string>, settings: Settings) {
    this.server = server;
    this.keys = keys;
    this.settings = settings;
  }

  /** @param settings lead it to another database than a file of its own */
  static async open(settings: Values = {}): Promise<Newsroom> {
    const place = { DATA_DIR: join(temporaryFolder(), 'data'), ...settings };
    const made: [Role, string][] = [];
    for (const role of roles) {
      const { stdout } = await run('src/cli/keys.ts', ['create', '--role', role, '--name', role], place);
      made.push([role, stdout.trim().split('\n').at(-1) ?? '']);
    }
    const server = await RunningServer.start({ LOG_LEVEL: 'warn', WEBHOOK_TIMEOUT_MS: '500', ...place });
    return new Newsroom(server, Object.fromEntries(made) as Record<Role, string>, place);
  }

  /** Asks as an admin, and takes what there is from the answer. */
  async #ask(method: string, path: string, body?: unknown, headers: Values = {}): Promise<Answer> {
    const answer = await send(this.server.address, {
      method,
      path,
      headers: {
        authorization: `Bearer ${this.keys.admin}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: Buffer.isBuffer(body) ? body : body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  async #data(method: string, path: string, body?: unknown, headers?: Values): Promise<Data> {
    return JSON.parse((await this.#ask(method, path, body, headers)).text).data;
  }

  async #list(path: string): Promise<Data[]> {
    return JSON.parse((await this.#ask('GET', path)).text).data;
  }

  /** Publishes a story with a picture, and leaves something of everything that goes with one. */
  async stock(): Promise<void> {
    this.#made += 1;
    const { id } = await this.#data(
      'POST',
      '/v1/manage/articles',
      shortStory({ slug: `stock-${this.#made}-${Date.now()}` }),
    );
    const article = `/v1/manage/articles/${id}`;
    await this.#data('POST', `${article}/publish`, {}, await this.versionOf(article));
    await this.#data(
      'POST',
      `${article}/corrections`,
      { kind: 'update', text: 'More is known.' },
      await this.versionOf(article),
    );
    await this.#data(
      'POST',
      `${article}/schedule`,
      { action: 'withdraw', at: '2031-01-01T00:00:00Z' },
      await this.versionOf(article),
    );
    const { id: linkId, token } = await this.#data('POST', `${article}/preview-links`, {});
    const [first] = (await this.#data('GET', article)).sections as { id: string; blocks: { imageId: string }[] }[];
    const picture = `/v1/manage/images/${first?.blocks[0]?.imageId}`;
    await this.#ask('PUT', `${picture}/file`, pixel, {
      'content-type': 'image/png',
      ...(await this.versionOf(picture)),
    });
    const { id: kept } = await this.#data('POST', '/v1/manage/articles', { language: 'en', desk: 'world' });
    const embargo = { until: '2031-01-01T00:00:00Z', reason: 'By agreement.' };
    await this.#data('POST', `/v1/manage/articles/${kept}/embargo`, embargo, { 'if-match': '"1"' });
    for (const [path, body] of stockOfLibrary) {
      await this.#data('POST', path, body);
      const gone = await this.#data('POST', path, body);
      await this.#ask('DELETE', `${path}/${gone.id}`, undefined, { 'if-match': '"1"' });
    }
    const webhooks = await this.#list('/v1/manage/webhooks?limit=100');
    for (const { id, version } of webhooks.slice(20))
      await this.#ask('DELETE', `/v1/manage/webhooks/${id}`, undefined, { 'if-match': `"${version}"` });
    const webhook = await this.#data('POST', '/v1/manage/webhooks', {
      url: 'https://nowhere.invalid/',
      state: 'disabled',
    });
    const delivery = await this.#data('POST', `/v1/manage/webhooks/${webhook.id}/ping`);
    await this.#data('POST', '/v1/manage/keys', { name: 'spare', role: 'viewer' });
    this.#put('links', { id, linkId });
    this.#put('previews', { token });
    this.#put('deliveries', { id: webhook.id, delivery: delivery.id });
    await this.#look();
  }

  #put(kind: string, ...values: Values[]): void {
    this.#there.set(kind, [...values, ...(this.#there.get(kind) ?? [])].slice(0, 60));
  }

  async #look(): Promise<void> {
    const own = new Set(Object.values(this.keys).map((key) => key.split('_')[1]));
    for (const kind of managedKinds) {
      const found = await this.#list(`/v1/manage/${kind}?limit=40`);
      this.#set(kind, found, ({ id, key }) => (own.has(id) ? [] : [{ id, key }]));
    }
    for (const kind of ['articles', 'images', 'quotes', 'embeds']) {
      const found = await this.#list(`/v1/manage/${kind}?deleted=true&limit=40`);
      this.#set(`deleted ${kind}`, found, ({ id, version }) => [{ id, version: String(version) }]);
    }
    await this.#lookAsReader();
  }

  /** What readers can ask for. */
  async #lookAsReader(): Promise<void> {
    for (const kind of ['images', 'quotes', 'embeds'])
      this.#set(`live ${kind}`, await this.#list(`/v1/${kind}?limit=40`), ({ id }) => [{ id }]);
    const live = await this.#list('/v1/articles?limit=10');
    this.#set('live articles', live, ({ id, slug }) => [{ slug }, { slug: id }]);
    this.#set('live sections', live, ({ slug }) => [{ slug, section: 'the-middle' }]);
    const sections = await Promise.all(live.map(({ id }) => this.#list(`/v1/manage/articles/${id}/sections`)));
    this.#set('sections', sections.flat(), ({ id }) => [{ id }]);
    this.#set('media', await this.#list('/v1/images?limit=40'), ({ renditions }) => picturesIn(renditions));
    const { page } = JSON.parse((await this.#ask('GET', '/v1/articles?limit=1')).text);
    const sync = JSON.parse((await this.#ask('GET', '/v1/sync?limit=1')).text);
    this.#put('cursors', { id: String(page.next) });
    this.#put('tokens', { id: String(sync.page.next) });
    this.#there.set('sitemaps', [{ file: `${new Date().toISOString().slice(0, 7)}-1.xml` }]);
  }

  #set(kind: string, found: Data[], valuesOf: (data: Data) => Values[]): void {
    this.#there.set(kind, found.flatMap(valuesOf));
  }

  /** The header that names the version of what a request is about, as it is now. */
  async currentVersion({ operation, pick, path }: Request, body: string | Buffer | undefined): Promise<Values> {
    if (operation.operationId === 'erase') return this.versionOf(erasedIn(String(body)));
    if (operation.path.endsWith('/undelete')) {
      const { version } = this.#pick(operation.path, pick);
      return version === undefined ? {} : { 'if-match': `"${version}"` };
    }
    return this.versionOf(this.fill(path, operation.path, pick).split('/').slice(0, 5).join('/'));
  }

  /** The header that names the version a resource has. */
  async versionOf(path: string): Promise<Values> {
    const { headers } = await send(this.server.address, {
      method: 'GET',
      path,
      headers: { authorization: `Bearer ${this.keys.admin}` },
    });
    return headers.etag === undefined ? {} : { 'if-match': headers.etag };
  }

  #pick(template: string, pick: number): Values {
    const there = this.#there.get(kindOf(template)) ?? [];
    return there[pick % Math.max(1, there.length)] ?? {};
  }

  /** A path with what there is in place of its parameters. */
  fill(path: string, template: string, pick: number): string {
    const values = this.#pick(template, pick);
    return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(values[name] ?? (name === 'version' ? String(1 + (pick % 3)) : 'nothing')),
    );
  }

  /** A text with ids of what there is in place of its placeholders. */
  fillText(text: string): string {
    return text.replaceAll(placeholder, (_, kind: string, n: string) => {
      const there = this.#there.get(kind) ?? [];
      return there[Number(n) % Math.max(1, there.length)]?.id ?? '01852a5c-0000-7000-8000-00000000dead';
    });
  }
}

/** The picture files that an image has, as the parameters of their path. */
function picturesIn(renditions: unknown): Values[] {
  const paths = JSON.stringify(renditions ?? {}).match(/\/media\/[^"?]+/g) ?? [];
  return paths.map((path) => {
    const [, , imageId = '', version = '', frame = '', rendition = ''] = path.split('/');
    return { imageId, version, frame, rendition: /\.\w+$/.test(rendition) ? rendition : `${rendition}.jpg` };
  });
}

/** Where that is which a body asks to erase. */
function erasedIn(body: string): string {
  try {
    const { kind, id } = JSON.parse(body);
    return `/v1/manage/${encodeURIComponent(`${kind}s`)}/${encodeURIComponent(id)}`;
  } catch {
    return '/v1/manage/articles/none';
  }
}

function kindOf(template: string): string {
  if (template.startsWith('/media/')) return 'media';
  if (template.includes('{linkId}')) return 'links';
  if (template.includes('{delivery}')) return 'deliveries';
  if (template.includes('{section}')) return 'live sections';
  if (template.includes('{token}')) return 'previews';
  const [, , group = '', kind = ''] = template.split('/');
  if (template.endsWith('/undelete')) return `deleted ${kind}`;
  return group === 'manage' ? kind : group === 'sitemaps' ? group : `live ${group}`;
}
