// Many at work on webhooks, API keys and preview links through two servers: one order of events explains what all of them saw, and
// whom keys and links let in.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newClient } from '../support/client.js';
import type { Clients, Members } from '../support/editing.js';
import { History, type Span } from '../support/history.js';
import { keysPath } from '../support/keys.js';
import { startTwo, type TwoServers } from '../support/own-moments.js';
import { rounds } from '../support/rounds.js';
import { createStory } from '../support/stories.js';
import { webhooksPath } from '../support/webhooks.js';
import { tally, type Versioned, Witness, workSideBySide } from '../support/witness.js';

const perServer = 4;
const deeds = rounds({ quick: 12, short: 60, long: 1000 });

let two: TwoServers;
beforeAll(async () => {
  two = await startTwo();
});
afterAll(() => two.close());

const role = 'admin';

/** Asks, and tells how long it took. */
async function timed<Answer>(ask: () => PromiseLike<Answer>): Promise<{ answer: Answer; span: Span }> {
  const begun = performance.now();
  const answer = await ask();
  return { answer, span: { begun, ended: performance.now() } };
}

describe('what many see of webhooks', () => {
  const history = new History();
  const paths: string[] = [];

  class Operator extends Witness {
    async act(): Promise<unknown> {
      const chance = this.chance();
      if (paths.length < 2 || chance < 0.1) return this.create();
      // The last ones, those that are deleted among them.
      const path = this.oneOf(paths.slice(-4));
      const refusals = [404];
      if (chance < 0.4)
        return this.write({ method: 'patch', path, body: { description: this.word() }, role, refusals });
      if (chance < 0.55) return this.write({ method: 'patch', path, body: { state: this.#state() }, role, refusals });
      if (chance < 0.75) return this.write({ method: 'post', path, suffix: '/rotate', body: {}, role, refusals });
      if (chance < 0.85) return this.remove({ path, role, refusals });
      return this.read(path, role);
    }

    #state(): string {
      return this.oneOf(['enabled', 'disabled']);
    }

    async create(): Promise<void> {
      const body = { url: 'https://hooks.example/', description: this.word() };
      const { answer, span } = await timed(() => this.clients.as.admin.post(webhooksPath, body).expect(201));
      const path = `webhooks/${answer.body.data.id}`;
      this.made(path, answer.body.data, span);
      paths.push(path);
      // There may be only so many, and those before it nobody changes any more.
      const old = paths.at(-8);
      while (old !== undefined && (await this.read(old, role))) await this.remove({ path: old, role, refusals: [404] });
    }
  }

  it('fits into one order of events for each', async () => {
    const operators = await workSideBySide(
      [two.app, two.beside],
      { perServer, deeds },
      (clients, name) => new Operator(clients, name, history),
      (operator) => operator.act(),
    );
    history.requireOneOrder();
    console.log(`webhooks: ${tally(operators, history)}`);
  }, 1_800_000);
});

describe('what many see of API keys', () => {
  const history = new History();
  const issued: { path: string; key: string }[] = [];
  /** Whom a key lets in, until it is revoked. */
  const entry = (path: string) => `entry by ${path}`;

  function take(path: string, { key, ...data }: Versioned, span: Span, by: Witness): void {
    by.made(path, data as Versioned, span);
    history.wrote(entry(path), 1, span);
    issued.push({ path, key: String(key) });
  }

  class Admin extends Witness {
    async act(): Promise<unknown> {
      const chance = this.chance();
      if (issued.length < 2 || chance < 0.08) return this.#create();
      const { path, key } = this.oneOf(issued.slice(-4));
      const refusals = [409];
      if (chance < 0.4) return this.write({ method: 'patch', path, body: { name: this.word() }, role, refusals });
      if (chance < 0.5) return this.#rotate(path);
      if (chance < 0.6) return this.#revoke(path);
      if (chance < 0.8) return this.#enter(path, key);
      return this.read(path, role);
    }

    async #create(): Promise<void> {
      const draft = { name: this.word(), role: 'viewer' };
      const { answer, span } = await timed(() => this.clients.as.admin.post(keysPath, draft).expect(201));
      take(`keys/${answer.body.data.id}`, answer.body.data, span, this);
    }

    /** The answer is the new key; of the old one it raises the version. */
    async #rotate(path: string): Promise<void> {
      const deed = { method: 'post', path, suffix: '/rotate', body: {}, role, refusals: [409] } as const;
      const answer = await this.ask(deed);
      if (!answer) return;
      const { data } = answer.body;
      expect([answer.status, `keys/${data.rotatedFrom}`]).toEqual([201, path]);
      history.wrote(path, answer.from + 1, answer.span);
      take(`keys/${data.id}`, data, answer.span, this);
    }

    async #revoke(path: string): Promise<void> {
      const answer = await this.write({ method: 'post', path, suffix: '/revoke', body: {}, role });
      if (answer) history.removed(entry(path), 2, answer.span);
    }

    /** Tries a key on this server. */
    async #enter(path: string, key: string): Promise<void> {
      const client = newClient(two.app.app, key);
      const { answer, span } = await timed(() => client.get('/v1/manage/tags?limit=1'));
      expect([200, 401]).toContain(answer.status);
      if (answer.status === 200) history.saw(entry(path), 1, span);
      else history.sawNone(entry(path), span);
    }
  }

  it('fits into one order of events for each, a key lets in until it is revoked, and one at most takes over from it', async () => {
    const admins = await workSideBySide(
      [two.app, two.beside],
      { perServer, deeds },
      (clients, name) => new Admin(clients, name, history),
      (admin) => admin.act(),
    );
    history.requireOneOrder();
    const kept = await Promise.all(issued.map(({ path }) => two.app.as.admin.get(`/v1/manage/${path}`).expect(200)));
    const byId = new Map(kept.map(({ body }) => [body.data.id, body.data]));
    const rotated = [...byId.values()].filter(({ rotatedTo }) => rotatedTo !== null);
    const successors = [...byId.values()].filter(({ rotatedFrom }) => rotatedFrom !== null);
    expect(rotated.map(({ id, rotatedTo }) => `${id} ${rotatedTo}`).sort()).toEqual(
      successors.map(({ id, rotatedFrom }) => `${rotatedFrom} ${id}`).sort(),
    );
    for (const { path } of issued) expect(history.latest(path)).toBe(byId.get(path.slice('keys/'.length)).version);
    console.log(`keys: ${tally(admins, history)}, ${rotated.length} of ${issued.length} rotated`);
  }, 1_800_000);
});

describe('what many see through preview links', () => {
  const history = new History();
  const links: { id: string; token: string }[] = [];
  const view = (id: string) => `preview ${id}`;

  class Previewer extends Witness {
    readonly #article: string;

    constructor(clients: Clients, name: string, of: History, article: string) {
      super(clients, name, of);
      this.#article = article;
    }

    async act(): Promise<unknown> {
      const chance = this.chance();
      if (links.length < 2 || chance < 0.15) return this.#create();
      const link = this.oneOf(links.slice(-4));
      if (chance < 0.4) return this.#edit();
      if (chance < 0.5) return this.#revoke(link.id);
      if (chance < 0.6) return this.#list();
      return this.#look(link);
    }

    async #edit(): Promise<void> {
      const path = `articles/${this.#article}`;
      const answer = await this.write({ method: 'patch', path, body: { headline: this.word() } });
      if (answer) this.#told(answer.body.data.version, String(answer.body.data.headline));
    }

    #told(version: number, headline: string): void {
      history.is(`headline of articles/${this.#article}`, version, headline);
    }

    async #create(): Promise<void> {
      const path = `/v1/manage/articles/${this.#article}/preview-links`;
      const { answer, span } = await timed(() => this.clients.as.editor.post(path, {}).expect(201));
      const { id, token, state } = answer.body.data;
      expect(state).toBe('open');
      history.wrote(view(id), 1, span);
      links.push({ id, token });
    }

    async #revoke(id: string): Promise<void> {
      const path = `/v1/manage/articles/${this.#article}/preview-links/${id}`;
      const { span } = await timed(() => this.clients.as.editor.delete(path).expect(204));
      history.ended(view(id), 2, span);
    }

    async #list(): Promise<void> {
      const path = `/v1/manage/articles/${this.#article}/preview-links?limit=10`;
      const { answer, span } = await timed(() => this.clients.as.viewer.get(path).expect(200));
      for (const { id, state } of answer.body.data as Members[]) this.#noteState(String(id), state === 'open', span);
    }

    #noteState(id: string, isOpen: boolean, span: Span): void {
      if (isOpen) history.saw(view(id), 1, span);
      else history.sawNone(view(id), span);
    }

    async #look({ id, token }: { id: string; token: string }): Promise<void> {
      const { answer, span } = await timed(() => this.clients.anybody.get(`/v1/preview/${token}`));
      expect([200, 404]).toContain(answer.status);
      this.#noteState(id, answer.status === 200, span);
      if (answer.status !== 200) return;
      const { data, preview } = answer.body;
      history.saw(`articles/${this.#article}`, preview.version, span);
      this.#told(preview.version, data.headline);
    }
  }

  it('fits into one order of events for the story, and a link shows it until it is revoked', async () => {
    const { id } = await createStory(two.app);
    history.is(`headline of articles/${id}`, 1, 'A short story');
    const previewers = await workSideBySide(
      [two.app, two.beside],
      { perServer, deeds },
      (clients, name) => new Previewer(clients, name, history, id),
      (previewer) => previewer.act(),
    );
    history.requireOneOrder();
    console.log(`preview links: ${tally(previewers, history)} through ${links.length} links`);
  }, 1_800_000);
});
