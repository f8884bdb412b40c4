// Many at work on the same few things through two servers: what each of them saw fits into one order of events.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createResource, type Members } from '../support/editing.js';
import { seenElsewhereMs } from '../support/engine.js';
import { type Delivered, History, live, type Span, Words } from '../support/history.js';
import { startTwo, type TwoServers } from '../support/own-moments.js';
import { rounds } from '../support/rounds.js';
import { image, liveStory, quote } from '../support/stories.js';
import { type Deed, tally, Witness, workSideBySide } from '../support/witness.js';

const work = { perServer: 5, deeds: rounds({ quick: 15, short: 120, long: 1500 }) };
const storyCount = 2;

let two: TwoServers;
beforeAll(async () => {
  two = await startTwo();
});
afterAll(() => two.close());

interface Story {
  id: string;
  sections: string[];
  imageId: string;
  quoteId: string;
}

/** A story that shows an image and a quote of its own. */
async function begin(): Promise<Story> {
  const { app } = two;
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

const history = new History();
const words = new Words();
const delivered: Delivered[] = [];

class Actor extends Witness {
  async act({ id, sections, imageId, quoteId }: Story): Promise<unknown> {
    const chance = this.chance();
    const word = this.word();
    const section = this.oneOf(sections);
    if (chance < 0.2) return this.#deliver(id, imageId);
    if (chance < 0.3) return this.#change({ method: 'patch', path: `articles/${id}`, body: { headline: word } });
    if (chance < 0.45) return this.#change({ method: 'patch', path: `sections/${section}`, body: { heading: word } });
    if (chance < 0.6) return this.#change({ method: 'patch', path: `images/${imageId}`, body: { creditLine: word } });
    if (chance < 0.7) return this.#change({ method: 'patch', path: `quotes/${quoteId}`, body: { context: word } });
    if (chance < 0.85) return this.#change({ method: 'post', path: `articles/${id}`, suffix: '/publish', body: {} });
    if (chance < 0.9) return this.#restore(`articles/${id}`);
    if (chance < 0.95) return this.#replace(`articles/${id}`, word);
    return this.read(`articles/${id}`);
  }

  async #restore(path: string): Promise<void> {
    const version = (await this.read(path))?.version ?? 1;
    await this.#change({ method: 'post', path, suffix: `/revisions/${Math.max(1, version - 3)}/restore`, body: {} });
  }

  /** Puts back all of a story but for the headings, which are others. */
  async #replace(path: string, word: string): Promise<void> {
    const read = await this.read(path);
    const { headline, language, desk, slug, sections } = read as Members;
    const changed = (sections as Members[]).map(({ id, blocks }, i) => ({ id, heading: `${word} ${i}`, blocks }));
    const body = { headline, language, desk, slug, sections: changed };
    const deed = { method: 'put', path, body } as const;
    const answer = await this.askFrom(read?.version ?? 0, deed);
    if (answer && this.took(deed, answer)) this.#takeSections(answer.body.data, answer.span);
  }

  async #change(deed: Deed): Promise<void> {
    const answer = await this.write(deed);
    if (!answer) return;
    const { path, suffix = '' } = deed;
    const { span } = answer;
    const { data } = answer.body;
    if (path.startsWith('sections/')) history.wrote(`articles/${data.articleId}`, Number(data.articleVersion), span);
    if (path.startsWith('images/')) words.are(path, String(data.creditLine), data.version);
    if (suffix.endsWith('/restore')) this.#takeSections(data, span);
    if (suffix === '/publish') {
      words.are(live(path), String(data.headline), data.version);
      history.wrote(live(path), data.version, span);
    }
  }

  /** What is as old as the article's version was made by the same write. */
  #takeSections({ updatedAt, sections }: Members, span: Span): void {
    for (const section of sections as { id: string; version: number; updatedAt: string }[])
      if (section.updatedAt === updatedAt) history.wrote(`sections/${section.id}`, section.version, span);
  }

  async #deliver(id: string, imageId: string): Promise<void> {
    const begun = performance.now();
    const { data } = (await this.clients.anybody.get(`/v1/articles/${id}`).expect(200)).body;
    const span = { begun, ended: performance.now() };
    delivered.push({ of: live(`articles/${id}`), text: data.headline, ...span });
    delivered.push({ of: `images/${imageId}`, text: data.sections[0].blocks[0].image.creditLine, ...span });
  }
}

describe('what many see who work on the same few stories through two servers', () => {
  it('fits into one order of events for each story, section, image and quote', async () => {
    const stories: Story[] = [];
    for (let i = 0; i < storyCount; i++) stories.push(await begin());
    for (const { id, imageId } of stories) {
      words.are(live(`articles/${id}`), 'First', 2);
      words.are(`images/${imageId}`, image.creditLine, 1);
    }
    const { app, beside } = two;
    const actors = await workSideBySide(
      [app, beside],
      work,
      (clients, name) => new Actor(clients, name, history),
      (actor, deed) => actor.act(stories[deed % storyCount] as Story),
    );
    for (const { of, text, ...span } of delivered) {
      const { first, last } = words.versions(of, text);
      history.saw(of, last, span, first, seenElsewhereMs);
    }
    history.requireOneOrder();
    for (const { id } of stories) {
      const { version } = (await app.as.viewer.get(`/v1/manage/articles/${id}`).expect(200)).body.data;
      expect(history.latest(`articles/${id}`)).toBe(version);
    }
    expect(delivered.length).toBeGreaterThan(0);
    console.log(`${tally(actors, history)}, ${delivered.length / 2} stories delivered`);
  }, 1_800_000);
});
