// Everything that goes on in a newsroom and among its readers, a little of it at a time.
import { Listening } from './listening.js';
import { jpeg } from './pictures.js';
import type { RunningServer } from './processes.js';
import { shortStory } from './stories.js';

const storyCount = 40;
const formats = ['json', 'html', 'markdown', 'text', 'jsonld', 'ninjs'];
const codings = ['identity', 'br', 'gzip'];
const lists = [
  ...['/v1/articles', '/v1/articles?limit=100', '/v1/articles?desk=world&sort=-updatedAt', '/v1/articles?tag=belarus'],
  ...['/v1/articles?q=begins', '/v1/articles?q=%22goes+on%22&facets=desk,tag', '/v1/quotes?q=expediency'],
  ...[
    '/v1/images',
    '/v1/quotes',
    '/v1/embeds',
    '/v1/speakers',
    '/v1/desks',
    '/v1/tags',
    '/v1/sync',
    '/v1/sync?limit=5',
  ],
  ...['/v1/feeds/rss.xml', '/v1/feeds/atom.xml', '/v1/feeds/feed.json', '/v1/sitemap.xml', '/openapi.json', '/docs/'],
];
const managedLists = [
  'articles',
  'images?text=shake',
  'quotes',
  'embeds',
  'desks',
  'tags',
  'changes',
  'keys',
  'schedules',
];

interface Told {
  status: number;
  etag: string | undefined;
  data: Record<string, unknown> & { id: string; version: number };
}

interface Story {
  id: string;
  slug: string;
  imageId: string;
}

/** The server had too much to do, and said so; whoever asks comes back another time. */
class Refused extends Error {}

export class BusyDay {
  /** How much has been asked for. */
  requests = 0;
  /** How much of it the server had no time for. */
  refused = 0;
  readonly #server: RunningServer;
  readonly #key: string;
  readonly #chance: () => number;
  readonly #stories: Story[] = [];
  #picture: Buffer = Buffer.alloc(0);
  #pictures: string[] = [];
  #count = 0;

  constructor(server: RunningServer, key: string, chance: () => number) {
    this.#server = server;
    this.#key = key;
    this.#chance = chance;
  }

  /** Makes what there is to read and to change. */
  async begin(): Promise<void> {
    this.#picture = await jpeg(320, 200);
    for (let i = 0; i < storyCount; i++) {
      const { data } = await this.#manage('POST', 'articles', 201, shortStory({ slug: `story-${i}` }));
      const [{ blocks }] = data.sections as [{ blocks: { imageId: string }[] }];
      this.#stories.push({ id: data.id, slug: String(data.slug), imageId: String(blocks[0]?.imageId) });
      await this.#manage('POST', `articles/${data.id}/publish`, 200, {}, '"1"');
    }
    await this.#upload(this.#one(this.#stories).imageId);
    const images = await (await fetch(`${this.#server.address}/v1/images?limit=100`)).text();
    this.#pictures = images.match(/\/media\/[^"?]+\/full\/\d+/g) ?? [];
  }

  /** One thing that a reader does. */
  read(): Promise<void> {
    return this.#unlessRefused(() => this.#read());
  }

  /** One thing that somebody in the newsroom does. */
  work(): Promise<void> {
    return this.#unlessRefused(() => this.#work());
  }

  async #unlessRefused(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused += 1;
    }
  }

  async #read(): Promise<void> {
    const chance = this.#chance();
    if (chance < 0.5) return this.#readStory();
    if (chance < 0.8) return this.#get(this.#one(lists));
    if (chance < 0.86) return this.#readPicture();
    this.#count += 1;
    // What nobody has asked for before, and nobody asks for again.
    if (chance < 0.9) return this.#get(`/v1/articles/never-${this.#count}`, 404);
    if (chance < 0.93) return this.#get(`/v1/articles?q=never${this.#count}`);
    if (chance < 0.95) return this.#get(`/v1/articles?never=${this.#count}`, 400);
    if (chance < 0.98) return this.#guessKey();
    return this.#listen();
  }

  async #work(): Promise<void> {
    const chance = this.#chance();
    this.#count += 1;
    if (chance < 0.4) return this.#edit(this.#one(this.#stories));
    if (chance < 0.5) return this.#credit(this.#one(this.#stories));
    if (chance < 0.6) return this.#makeAndDelete();
    if (chance < 0.65) return this.#publishAndWithdraw();
    if (chance < 0.7) return this.#upload(this.#one(this.#stories).imageId);
    const { id } = this.#one(this.#stories);
    const others = [
      `articles/${id}`,
      `articles/${id}/revisions`,
      `articles/${id}/diff?from=1`,
      `articles/${id}/preflight`,
    ];
    await this.#manage('GET', this.#one([...managedLists, ...others]), 200);
  }

  #one<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#chance() * items.length)] as Item;
  }

  async #send(path: string, wanted: number, init: RequestInit = {}): Promise<Response> {
    this.requests += 1;
    const answer = await fetch(`${this.#server.address}${path}`, { redirect: 'manual', ...init });
    if (answer.status === 503 && answer.headers.has('retry-after')) throw new Refused(await answer.text());
    if (answer.status !== wanted)
      throw new Error(`${init.method ?? 'GET'} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  async #get(path: string, wanted = 200): Promise<void> {
    await (await this.#send(path, wanted)).arrayBuffer();
  }

  async #readStory(): Promise<void> {
    const path = `/v1/articles/${this.#one(this.#stories).slug}?format=${this.#one(formats)}`;
    const headers = { 'accept-encoding': this.#one(codings) };
    const answer = await this.#send(path, 200, { headers });
    await answer.arrayBuffer();
  }

  /** The address of a picture that has changed since leads to the present one. */
  async #readPicture(): Promise<void> {
    const answer = await this.#send(this.#one(this.#pictures), 200, { redirect: 'follow' });
    await answer.arrayBuffer();
  }

  /** Tries a key that is none, from an address that has not tried any. */
  async #guessKey(): Promise<void> {
    const headers = {
      authorization: `Bearer copydesk_${'0'.repeat(12)}_${'0'.repeat(64)}_00000000`,
      'x-forwarded-for': [10, this.#count >> 16, this.#count >> 8, this.#count].map((part) => part & 255).join('.'),
    };
    await (await this.#send('/v1/manage/articles', 401, { headers })).arrayBuffer();
  }

  async #listen(): Promise<void> {
    this.requests += 1;
    const listening = await Listening.open(this.#server.address);
    listening.cut();
    await listening.over;
  }

  async #manage(method: string, path: string, wanted: number, body?: unknown, ifMatch?: string): Promise<Told> {
    const answer = await this.#send(`/v1/manage/${path}`, wanted, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        'x-actor': `person-${this.#count % 50}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const data = text === '' ? {} : JSON.parse(text).data;
    return { status: answer.status, etag: answer.headers.get('etag') ?? undefined, data };
  }

  /** The version that something has now. */
  async #versionOf(path: string): Promise<string> {
    return (await this.#manage('GET', path, 200)).etag ?? '';
  }

  async #edit({ id }: Story): Promise<void> {
    const path = `articles/${id}`;
    const headline = { headline: `Headline ${this.#count}` };
    const { etag } = await this.#manage('PATCH', path, 200, headline, await this.#versionOf(path));
    await this.#manage('POST', `${path}/publish`, 200, {}, etag);
  }

  async #credit({ imageId }: Story): Promise<void> {
    const path = `images/${imageId}`;
    const credit = { creditLine: `Agency ${this.#count % 20}, ${this.#count}` };
    await this.#manage('PATCH', path, 200, credit, await this.#versionOf(path));
  }

  async #makeAndDelete(): Promise<void> {
    const { data, etag } = await this.#manage('POST', 'articles', 201, shortStory());
    await this.#manage('DELETE', `articles/${data.id}`, 204, undefined, etag);
  }

  async #publishAndWithdraw(): Promise<void> {
    const { data, etag } = await this.#manage('POST', 'articles', 201, shortStory());
    const live = await this.#manage('POST', `articles/${data.id}/publish`, 200, {}, etag);
    await this.#get(`/v1/articles/${data.id}`);
    const gone = await this.#manage('POST', `articles/${data.id}/withdraw`, 200, {}, live.etag);
    await this.#manage('DELETE', `articles/${data.id}`, 204, undefined, gone.etag);
  }

  async #upload(imageId: string): Promise<void> {
    const path = `images/${imageId}`;
    const headers = {
      authorization: `Bearer ${this.#key}`,
      'content-type': 'image/jpeg',
      'if-match': await this.#versionOf(path),
    };
    const sent = { method: 'PUT', headers, body: new Uint8Array(this.#picture) };
    await (await this.#send(`/v1/manage/${path}/file`, 200, sent)).arrayBuffer();
  }
}
