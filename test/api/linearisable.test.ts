// Many at work on the same few things through two servers: what each of them saw fits into one order of events.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { type Clients, createResource, type Members } from '../support/editing.js';
import { seenElsewhereMs } from '../support/engine.js';
import { History, live, type Span } from '../support/history.js';
import { chanceOf, rounds } from '../support/rounds.js';
import { startBeside } from '../support/second-server.js';
import { image, liveStory, quote } from '../support/stories.js';

const actorsPerServer = 5;
const deedsPerActor = rounds({ quick: 30, short: 150, long: 2000 });
const storyCount = 2;

let app: TestApp;
let beside: Awaited<ReturnType<typeof startBeside>>;
beforeAll(async () => {
  app = await startApp();
  beside = await startBeside(app);
});
afterAll(async () => {
  await beside.close();
  await app.close();
});

interface Story {
  id: string;
  sections: string[];
  imageId: string;
  quoteId: string;
}

/** A story that shows an image and a quote of its own. */
async function begin(): Promise<Story> {
  const imageId = (await createResource(app, 'images', image)).id;
  const quoteId = (await createResource(app, 'quotes', quote)).id;
  const sections = [
    { heading: 'One', blocks: [{ type: 'image', imageId }] },
    { heading: 'Two', blocks: [{ type: 'quote', quoteId }] },
  ];
  const { id } = await liveStory(app, { headline: 'First', language: 'en', desk: 'world', sections });
  const { data } = (await app.as.viewer.get(`/v1/manage/articles/${id}`).expect(200)).body;
  return { id, sections: data.sections.map((section: Members) => section.id), imageId, quoteId };
}

/** Which versions have the words that readers are given, by which they are told apart. */
class Words {
  readonly #versions = new Map<string, { first: number; last: number }>();

  are(of: string, text: string, version: number): void {
    const known = this.#versions.get(`${of} ${text}`) ?? { first: version, last: version };
    const [first, last] = [Math.min(known.first, version), Math.max(known.last, version)];
    this.#versions.set(`${of} ${text}`, { first, last });
  }

  /** @throws when nobody was told of such a version */
  versions(of: string, text: string): { first: number; last: number } {
    const known = this.#versions.get(`${of} ${text}`);
    if (!known) throw new Error(`Nobody made ${of} ${text}`);
    return known;
  }
}

interface Delivered extends Span {
  of: string;
  text: string;
}

class Actor {
  readonly #clients: Clients;
  readonly #name: string;
  readonly #chance: () => number;
  readonly #known = new Map<string, number>();
  #count = 0;
  accepted = 0;
  stale = 0;

  constructor(clients: Clients, name: string) {
    this.#clients = clients;
    this.#name = name;
    this.#chance = chanceOf(name);
  }

  async act({ id, sections, imageId, quoteId }: Story): Promise<void> {
    const chance = this.#chance();
    const word = `${this.#name} ${++this.#count}`;
    const section = sections[Math.floor(this.#chance() * sections.length)] ?? '';
    if (chance < 0.2) return this.#deliver(id, imageId);
    if (chance < 0.3) return this.#write('patch', `articles/${id}`, '', { headline: word });
    if (chance < 0.45) return this.#write('patch', `sections/${section}`, '', { heading: word });
    if (chance < 0.6) return this.#write('patch', `images/${imageId}`, '', { creditLine: word });
    if (chance < 0.7) return this.#write('patch', `quotes/${quoteId}`, '', { context: word });
    if (chance < 0.85) return this.#write('post', `articles/${id}`, '/publish', {});
    if (chance < 0.9) return this.#restore(id);
    await this.#read(`articles/${id}`);
  }

  async #read(path: string): Promise<number> {
    const begun = performance.now();
    const { body } = await this.#clients.as.viewer.get(`/v1/manage/${path}`).expect(200);
    return this.#learn(path, body.data, { begun, ended: performance.now() });
  }

  #learn(path: string, data: Members & { version: number }, span: Span): number {
    history.saw(path, data.version, span);
    // What is told of its article beside a section is the article's.
    const { articleVersion: _, ...content } = data;
    history.is(path, data.version, content);
    this.#known.set(path, data.version);
    return data.version;
  }

  async #restore(id: string): Promise<void> {
    const path = `articles/${id}`;
    const version = this.#known.get(path) ?? (await this.#read(path));
    await this.#write('post', path, `/revisions/${Math.max(1, version - 3)}/restore`, {});
  }

  /** Writes from the version that it has just read, or from one that it read some time ago. */
  async #write(method: 'patch' | 'post', path: string, suffix: string, body: Members): Promise<void> {
    const isFresh = this.#chance() < 0.7 || !this.#known.has(path);
    const from = isFresh ? await this.#read(path) : (this.#known.get(path) ?? 0);
    const begun = performance.now();
    const asked = this.#clients.as.publisher[method](`/v1/manage/${path}${suffix}`, body).set('if-match', `"${from}"`);
    const answer = await asked;
    const span = { begun, ended: performance.now() };
    if (answer.status === 412) {
      this.stale += 1;
      history.saw(path, answer.body.currentVersion, span);
      expect(answer.body.currentVersion).toBeGreaterThan(from);
      return;
    }
    expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, '']);
    this.#take(path, suffix, from, answer.body.data, span);
  }

  #take(path: string, suffix: string, from: number, data: Members & { version: number }, span: Span): void {
    const { version } = data;
    // What would change nothing writes nothing.
    if (version !== from) {
      expect([path, suffix, version]).toEqual([path, suffix, from + 1]);
      this.accepted += 1;
      history.wrote(path, version, span);
      if (path.startsWith('sections/')) history.wrote(`articles/${data.articleId}`, Number(data.articleVersion), span);
      if (path.startsWith('images/')) words.are(path, String(data.creditLine), version);
      if (suffix.endsWith('/restore')) this.#takeSections(data, span);
      if (suffix === '/publish') {
        words.are(live(path), String(data.headline), version);
        history.wrote(live(path), version, span);
      }
    }
    this.#learn(path, data, span);
  }

  /** What is as old as the article's version was made by the same write. */
  #takeSections({ updatedAt, sections }: Members, span: Span): void {
    for (const section of sections as { id: string; version: number; updatedAt: string }[])
      if (section.updatedAt === updatedAt) history.wrote(`sections/${section.id}`, section.version, span);
  }

  async #deliver(id: string, imageId: string): Promise<void> {
    const begun = performance.now();
    const { data } = (await this.#clients.anybody.get(`/v1/articles/${id}`).expect(200)).body;
    const span = { begun, ended: performance.now() };
    delivered.push({ of: live(`articles/${id}`), text: data.headline, ...span });
    delivered.push({ of: `images/${imageId}`, text: data.sections[0].blocks[0].image.creditLine, ...span });
  }
}

const history = new History();
const words = new Words();
const delivered: Delivered[] = [];
describe('what many see who work on the same few stories through two servers', () => {
  it('fits into one order of events for each story, section, image and quote', async () => {
    const stories: Story[] = [];
    for (let i = 0; i < storyCount; i++) stories.push(await begin());
    for (const { id, imageId } of stories) {
      words.are(live(`articles/${id}`), 'First', 2);
      words.are(`images/${imageId}`, image.creditLine, 1);
    }
    const actors = [app, beside].flatMap((clients, server) =>
      Array.from({ length: actorsPerServer }, (_, i) => new Actor(clients, `actor ${server}-${i}`)),
    );
    const work = async (actor: Actor) => {
      for (let i = 0; i < deedsPerActor; i++) await actor.act(stories[i % storyCount] as Story);
    };
    await Promise.all(actors.map(work));
    for (const { of, text, ...span } of delivered) {
      const { first, last } = words.versions(of, text);
      history.saw(of, last, span, first, seenElsewhereMs);
    }
    history.requireOneOrder();
    for (const { id } of stories) {
      const { version } = (await app.as.viewer.get(`/v1/manage/articles/${id}`).expect(200)).body.data;
      expect(history.latest(`articles/${id}`)).toBe(version);
    }
    const sum = (of: (actor: Actor) => number) => actors.reduce((all, actor) => all + of(actor), 0);
    const [accepted, stale] = [sum((actor) => actor.accepted), sum((actor) => actor.stale)];
    console.log(
      `${accepted} writes accepted, ${stale} refused as stale, ${history.observations} versions seen, ${delivered.length / 2} stories delivered`,
    );
    expect(Math.min(accepted, stale, delivered.length)).toBeGreaterThan(0);
  }, 1_800_000);
});
