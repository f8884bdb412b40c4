// Many at work on the publication of the same stories through two servers: schedules, embargoes, corrections, withdrawals and
// publications. One order of events explains what all of them saw, and readers with them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Members } from '../support/editing.js';
import { seenElsewhereMs } from '../support/engine.js';
import { requireFresh } from '../support/freshness.js';
import { History, live, type Span, Words } from '../support/history.js';
import { startTwo, type TwoServers } from '../support/own-moments.js';
import { rounds } from '../support/rounds.js';
import { ahead, minuteMs } from '../support/schedules.js';
import { image, liveStory } from '../support/stories.js';
import { type Accepted, tally, Witness, workSideBySide } from '../support/witness.js';

const perServer = 4;
const deeds = rounds({ quick: 20, short: 80, long: 1200 });
const dayMs = 24 * 60 * minuteMs;

let two: TwoServers;
beforeAll(async () => {
  two = await startTwo();
});
afterAll(() => two.close());

const history = new History();
const words = new Words();

/** What was done to a schedule, by the version of its article that did it. */
interface Planned {
  articleVersion: number;
  id: string;
  action: string;
  deed: 'create' | 'settle';
}
const planned = new Map<string, Planned[]>();
const withdrawals: { updatedAt: string; version: number; span: Span }[] = [];
const issued = new Map<string, { text: string; version: number }[]>();
const delivered: { path: string; headline: string | undefined; corrections: string[]; span: Span }[] = [];
const scheduleIds: string[] = [];

class Publisher extends Witness {
  act(path: string): Promise<unknown> {
    const chance = this.chance();
    if (chance < 0.08) return this.#publish(path);
    if (chance < 0.14) return this.#withdraw(path);
    if (chance < 0.22) return this.#correct(path);
    if (chance < 0.27) return this.#impose(path);
    if (chance < 0.36) return this.#lift(path);
    if (chance < 0.46) return this.write({ method: 'patch', path, body: { headline: this.word() } });
    if (chance < 0.6) return this.#schedule(path);
    if (chance < 0.7 && scheduleIds.length > 0) return this.#change(this.oneOf(scheduleIds.slice(-5)));
    if (chance < 0.8 && scheduleIds.length > 0) return this.#cancel(this.oneOf(scheduleIds.slice(-5)));
    return chance < 0.85 ? this.read(path) : this.#deliver(path);
  }

  async #publish(path: string): Promise<void> {
    const answer = await this.write({ method: 'post', path, suffix: '/publish', body: {}, refusals: [422] });
    if (!answer) return;
    const { version, headline } = answer.body.data;
    words.are(live(path), String(headline), version);
    history.wrote(live(path), version, answer.span);
  }

  async #withdraw(path: string): Promise<void> {
    const answer = await this.write({ method: 'post', path, suffix: '/withdraw', body: {} });
    if (!answer) return;
    const { version, updatedAt, publication } = answer.body.data;
    withdrawals.push({ updatedAt: String(updatedAt), version, span: answer.span });
    // One that was withdrawn before has only had its schedule cancelled.
    if ((publication as Members).withdrawnAt === updatedAt) history.removed(live(path), version, answer.span);
  }

  async #correct(path: string): Promise<void> {
    const text = this.word();
    const body = { kind: 'correction', text };
    const answer = await this.ask({ method: 'post', path, suffix: '/corrections', body, refusals: [409] });
    if (!answer) return;
    const version = Number(answer.body.data.articleVersion);
    expect([answer.status, version]).toEqual([201, answer.from + 1]);
    this.accepted += 1;
    history.wrote(path, version, answer.span);
    listIn(issued, path).push({ text, version });
    history.wrote(live(`corrections of ${path}`), version, answer.span);
  }

  async #impose(path: string): Promise<void> {
    const body = { until: ahead(two.app, dayMs / 2), reason: this.word() };
    await this.write({ method: 'post', path, suffix: '/embargo', body });
  }

  async #lift(path: string): Promise<void> {
    const body = { reason: this.word() };
    await this.write({ method: 'post', path, suffix: '/embargo/lift', body, refusals: [409] });
  }

  async #schedule(path: string): Promise<void> {
    const body = { action: this.oneOf(['publish', 'withdraw']), at: ahead(two.app, dayMs) };
    const answer = await this.ask({ method: 'post', path, suffix: '/schedule', body, refusals: [409, 422] });
    if (!answer) return;
    const { data } = answer.body;
    expect([answer.status, data.articleVersion, data.state]).toEqual([201, answer.from, 'pending']);
    this.made(`schedules/${data.id}`, data, answer.span);
    scheduleIds.push(String(data.id));
    this.#raised(answer, 'create');
  }

  async #change(id: string): Promise<void> {
    const body = { at: ahead(two.app, 2 * dayMs) };
    const answer = await this.write({ method: 'patch', path: `schedules/${id}`, body, refusals: [409, 422] });
    if (answer) this.#raised(answer);
  }

  async #cancel(id: string): Promise<void> {
    const answer = await this.write({ method: 'delete', path: `schedules/${id}`, refusals: [409] });
    if (answer) this.#raised(answer, 'settle');
  }

  /** A write to a schedule is one to its article as well. */
  #raised({ body: { data }, span }: Accepted, deed?: Planned['deed']): void {
    const path = `articles/${data.articleId}`;
    const articleVersion = Number((data.article as Members).version);
    history.wrote(path, articleVersion, span);
    if (deed) listIn(planned, path).push({ articleVersion, id: String(data.id), action: String(data.action), deed });
  }

  async #deliver(path: string): Promise<void> {
    const begun = performance.now();
    const { status, body } = await this.clients.anybody.get(`/v1/${path}`);
    expect([200, 410]).toContain(status);
    const corrections = status === 200 ? body.data.corrections.map(({ text }: Members) => String(text)) : [];
    const span = { begun, ended: performance.now() };
    delivered.push({ path, headline: body.data?.headline, corrections, span });
  }
}

function listIn<Item>(map: Map<string, Item[]>, of: string): Item[] {
  const list = map.get(of) ?? [];
  map.set(of, list);
  return list;
}

/** What was cancelled by a withdrawal is told by no answer but that one's. */
async function noteCancelled(path: string): Promise<void> {
  let query = '?limit=100';
  for (;;) {
    const { data, page } = (await two.app.as.viewer.get(`/v1/manage/${path}/schedules${query}`).expect(200)).body;
    for (const { id, version, action, state, settledAt } of data) {
      const by = withdrawals.find(({ updatedAt }) => updatedAt === settledAt);
      if (state === 'cancelled' && by) {
        history.wrote(`schedules/${id}`, version, by.span);
        listIn(planned, path).push({ articleVersion: by.version, id, action, deed: 'settle' });
      }
      expect(history.latest(`schedules/${id}`)).toBe(version);
    }
    if (!page.next) return;
    query = `?limit=100&cursor=${page.next}`;
  }
}

/** In the order of the article's versions, none is made while another of its kind waits, and each is settled once. */
function requireOneWaiting(path: string): void {
  const waiting = new Map<string, string>();
  for (const { id, action, deed } of listIn(planned, path).sort((a, b) => a.articleVersion - b.articleVersion)) {
    expect([path, action, waiting.get(action)]).toEqual([path, action, deed === 'create' ? undefined : id]);
    if (deed === 'create') waiting.set(action, id);
    else waiting.delete(action);
  }
}

/** Readers have the corrections of a story in the order in which they were issued, from the first on. */
function noteDelivered(): void {
  for (const { path, headline, corrections, span } of delivered) {
    const late = { begun: span.begun - seenElsewhereMs, ended: span.ended };
    if (headline === undefined) {
      history.sawNone(live(path), late);
      continue;
    }
    const { first, last } = words.versions(live(path), headline);
    history.saw(live(path), last, late, first);
    const all = listIn(issued, path).sort((a, b) => a.version - b.version);
    expect(corrections).toEqual(all.slice(0, corrections.length).map(({ text }) => text));
    const newest = all[corrections.length - 1];
    if (newest) history.saw(live(`corrections of ${path}`), newest.version, late);
  }
}

describe('what many see who publish, withdraw, schedule, correct and embargo the same stories', () => {
  it('fits into one order of events, in which at most one schedule of a kind waits', async () => {
    const paths: string[] = [];
    for (const headline of ['One', 'Two']) {
      const sections = [{ blocks: [{ type: 'image', image }] }];
      const { id, version } = await liveStory(two.app, { headline, language: 'en', desk: 'world', sections });
      words.are(live(`articles/${id}`), headline, version);
      paths.push(`articles/${id}`);
    }
    const publishers = await workSideBySide(
      [two.app, two.beside],
      { perServer, deeds },
      (clients, name) => new Publisher(clients, name, history),
      (publisher, deed) => publisher.act(paths[deed % paths.length] ?? ''),
    );
    for (const path of paths) {
      await noteCancelled(path);
      requireOneWaiting(path);
    }
    noteDelivered();
    history.requireOneOrder();
    for (const path of paths) {
      const { data } = (await two.app.as.viewer.get(`/v1/manage/${path}`).expect(200)).body;
      expect(history.latest(path)).toBe(data.version);
      expect(data.corrections.map(({ text }: Members) => text)).toEqual(listIn(issued, path).map(({ text }) => text));
      const { state, hasUnpublishedChanges } = data.publication;
      if (state === 'live' && !hasUnpublishedChanges) await requireFresh(two.app, data.id);
    }
    console.log(
      `publication: ${tally(publishers, history)}, ${scheduleIds.length} schedules, ${delivered.length} stories delivered`,
    );
  }, 1_800_000);
});
