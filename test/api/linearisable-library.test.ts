// Many at work on embeds, desks and tags that live stories show, and on what others delete meanwhile: one order explains what all saw.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createResource, type Members } from '../support/editing.js';
import { seenElsewhereMs } from '../support/engine.js';
import { requireFresh } from '../support/freshness.js';
import { type Delivered, History, type Span, Words } from '../support/history.js';
import { startTwo, type TwoServers } from '../support/own-moments.js';
import { requireNoDeletedUses } from '../support/removal.js';
import { rounds } from '../support/rounds.js';
import { createStory, embed, image, liveStory, quote } from '../support/stories.js';
import { tally, type Versioned, Witness, workSideBySide } from '../support/witness.js';

const perServer = 4;
const deeds = rounds({ quick: 10, short: 60, long: 1000 });
const removalRounds = rounds({ quick: 3, short: 15, long: 200 });

let two: TwoServers;
beforeAll(async () => {
  two = await startTwo();
});
afterAll(() => two.close());

const desk = 'talks';
const tags = ['gas', 'oil'];

describe('what many see of embeds, desks and tags that live stories show', () => {
  const history = new History();
  const words = new Words();
  const delivered: Delivered[] = [];

  class Renamer extends Witness {
    async act(embedId: string, stories: readonly string[]): Promise<unknown> {
      const chance = this.chance();
      const story = this.oneOf(stories);
      if (chance < 0.25) return this.#rename(`embeds/${embedId}`, 'title');
      if (chance < 0.4) return this.#rename(`desks/${desk}`, 'name');
      if (chance < 0.55) return this.#rename(`tags/${this.oneOf(tags)}`, 'name');
      if (chance < 0.65) return this.#publish(story);
      if (chance < 0.75) return this.read(this.oneOf([`embeds/${embedId}`, `desks/${desk}`, `tags/${tags[0]}`]));
      return this.#deliver(story, embedId);
    }

    async #rename(path: string, member: 'title' | 'name'): Promise<void> {
      const answer = await this.write({ method: 'patch', path, body: { [member]: this.word() } });
      if (answer) words.are(path, String(answer.body.data[member]), answer.body.data.version);
    }

    /** What goes to readers then has the names and titles of that moment. */
    async #publish(id: string): Promise<void> {
      const path = `articles/${id}`;
      await this.write({ method: 'patch', path, body: { headline: this.word() } });
      await this.write({ method: 'post', path, suffix: '/publish', body: {} });
    }

    async #deliver(story: string, embedId: string): Promise<void> {
      const { anybody } = this.clients;
      const at = async (path: string) => {
        const begun = performance.now();
        const { data } = (await anybody.get(`/v1/${path}`).expect(200)).body;
        return { data, span: { begun, ended: performance.now() } };
      };
      const told = (of: string, text: string, span: Span) => delivered.push({ of, text, ...span });
      const { data, span } = await at(`articles/${story}`);
      told(`desks/${desk}`, data.desk.name, span);
      for (const { key, name } of data.tags) told(`tags/${key}`, name, span);
      told(`embeds/${embedId}`, data.sections[0].blocks[0].embed.title, span);
      const alone = await at(`embeds/${embedId}`);
      told(`embeds/${embedId}`, alone.data.title, alone.span);
      const all = await at('tags');
      for (const { key, name } of all.data) told(`tags/${key}`, name, all.span);
    }
  }

  it('fits into one order of events for each of them', async () => {
    const { app, beside } = two;
    const embedId = (await createResource(app, 'embeds', embed)).id;
    words.are(`embeds/${embedId}`, embed.title, 1);
    const stories: string[] = [];
    for (const headline of ['One', 'Two']) {
      const sections = [{ blocks: [{ type: 'embed', embedId }] }];
      stories.push((await liveStory(app, { headline, language: 'en', desk, tags, sections })).id);
    }
    words.are(`desks/${desk}`, 'Talks', 1);
    words.are('tags/gas', 'Gas', 1);
    words.are('tags/oil', 'Oil', 1);
    const renamers = await workSideBySide(
      [app, beside],
      { perServer, deeds },
      (clients, name) => new Renamer(clients, name, history),
      (renamer) => renamer.act(embedId, stories),
    );
    for (const { of, text, ...span } of delivered) {
      const { first, last } = words.versions(of, text);
      history.saw(of, last, span, first, seenElsewhereMs);
    }
    history.requireOneOrder();
    for (const id of stories) await requireFresh(app, id);
    expect(delivered.length).toBeGreaterThan(0);
    console.log(`embeds, desks and tags: ${tally(renamers, history)}, ${delivered.length} names and titles delivered`);
  }, 1_800_000);
});

describe('what many see of resources that some use, some delete and some bring back', () => {
  const history = new History();
  /** The version that a thing had when it was last deleted, by its address. */
  const deletedAt = new Map<string, number>();

  interface Place {
    story: string;
    section: string;
  }

  class Remover extends Witness {
    async act(paths: readonly string[], places: readonly Place[]): Promise<unknown> {
      const chance = this.chance();
      const path = this.oneOf(paths);
      const place = this.oneOf(places);
      if (chance < 0.3) return this.#use(place, path);
      if (chance < 0.4) return this.#leave(place);
      if (chance < 0.6) return this.#delete(path);
      if (chance < 0.8) return this.#bringBack(path);
      if (chance < 0.9) return this.write({ method: 'patch', path, body: this.#change(path), refusals: [404] });
      return this.read(path);
    }

    #change(path: string): Members {
      if (path.startsWith('embeds/')) return { title: this.word() };
      return path.startsWith('images/') ? { caption: this.word() } : { context: this.word() };
    }

    /** Shows a resource in a section, and sometimes an image as the lead of the story. */
    async #use({ story, section }: Place, path: string): Promise<void> {
      const [plural = '', id = ''] = path.split('/');
      const kind = plural.slice(0, -1);
      const refusals = [422];
      if (kind === 'image' && this.chance() < 0.5) {
        await this.write({ method: 'patch', path: `articles/${story}`, body: { leadImageId: id }, refusals });
        return;
      }
      const blocks = [{ type: kind, [`${kind}Id`]: id }];
      await this.#section({ method: 'patch', path: `sections/${section}`, body: { blocks }, refusals });
    }

    async #leave({ story, section }: Place): Promise<void> {
      await this.#section({ method: 'patch', path: `sections/${section}`, body: { blocks: [] } });
      await this.write({ method: 'patch', path: `articles/${story}`, body: { leadImageId: null } });
    }

    async #section(deed: Parameters<Witness['write']>[0]): Promise<void> {
      const answer = await this.write(deed);
      if (!answer) return;
      const { articleId, articleVersion } = answer.body.data;
      this.history.wrote(`articles/${articleId}`, Number(articleVersion), answer.span);
    }

    async #delete(path: string): Promise<void> {
      const version = await this.remove({ path, refusals: [404, 409] });
      if (version !== undefined) deletedAt.set(path, version);
    }

    async #bringBack(path: string): Promise<void> {
      const from = deletedAt.get(path);
      if (from === undefined) return;
      const deed = { method: 'post', path, suffix: '/undelete', body: {}, refusals: [409, 422] } as const;
      const begun = performance.now();
      const answer = await this.clients.as.publisher
        .post(`/v1/manage/${path}/undelete`, {})
        .set('if-match', `"${from}"`);
      const span = { begun, ended: performance.now() };
      if (answer.status === 412 || deed.refusals.some((status) => status === answer.status)) {
        this.refused += 1;
        return;
      }
      expect([path, answer.status]).toEqual([path, 200]);
      this.took(deed, { from, status: 200, headers: answer.headers, body: answer.body as { data: Versioned }, span });
    }
  }

  it('fits into one order of events, and no story ever uses what is deleted', async () => {
    const { app, beside } = two;
    const things = await Promise.all([
      ...[1, 2].map(async () => `images/${(await createResource(app, 'images', image)).id}`),
      createResource(app, 'quotes', quote).then(({ id }) => `quotes/${id}`),
      createResource(app, 'embeds', embed).then(({ id }) => `embeds/${id}`),
    ]);
    const places: Place[] = [];
    for (const headline of ['One', 'Two']) {
      const sections = [{ heading: 'A', blocks: [] }];
      const story = await createStory(app, { headline, language: 'en', desk: 'world', sections });
      places.push({ story: story.id, section: story.sections[0]?.id ?? '' });
    }
    const removers: Witness[] = [];
    for (let round = 0; round < removalRounds; round++) {
      const hired = await workSideBySide(
        [app, beside],
        { perServer, deeds: 8 },
        (clients, name) => new Remover(clients, `${name} of round ${round}`, history),
        (remover) => remover.act(things, places),
      );
      removers.push(...hired);
      await requireNoDeletedUses(app);
    }
    history.requireOneOrder();
    console.log(`used, deleted and brought back: ${tally(removers, history)}`);
  }, 1_800_000);
});
