// Many make, move, change and delete the sections of one story through two servers: one order of all that was accepted explains the
// order of the sections at every version; none is lost, none is there twice.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Members } from '../support/editing.js';
import { History, type Span } from '../support/history.js';
import { startTwo, type TwoServers } from '../support/own-moments.js';
import { rounds } from '../support/rounds.js';
import { createStory } from '../support/stories.js';
import { tally, Witness, workSideBySide } from '../support/witness.js';

const perServer = 4;
const deeds = rounds({ quick: 12, short: 60, long: 500 });

let two: TwoServers;
beforeAll(async () => {
  two = await startTwo();
});
afterAll(() => two.close());

/** Where a section was put: behind another, first when that is null, last when it is left out. */
interface Put {
  version: number;
  id: string;
  after: string | null | undefined;
  span: Span;
}

const history = new History();
const created: Put[] = [];
const moved: Put[] = [];
const deleted = new Map<string, Span>();
/** The sections that were read at a version of the article. */
const read: { version: number; ids: string[] }[] = [];
const sections: string[] = [];
let article = '';

class Editor extends Witness {
  act(): Promise<unknown> {
    const chance = this.chance();
    const id = this.oneOf(sections.slice(-12));
    const after = this.chance() < 0.3 ? null : this.oneOf(sections.slice(-12));
    if (chance < 0.25 || sections.length < 3) return this.#create(this.chance() < 0.3 ? undefined : after);
    if (chance < 0.45) return this.#move(id, after);
    if (chance < 0.6) return this.#change(id);
    if (chance < 0.7) return this.#delete(id);
    if (chance < 0.8) return this.read(`sections/${id}`);
    return chance < 0.9 ? this.#list() : this.#whole();
  }

  async #create(after: string | null | undefined): Promise<void> {
    const begun = performance.now();
    const body = { heading: this.oneOf(['Same', this.word()]), ...(after !== undefined && { after }) };
    const answer = await this.clients.as.editor.post(`/v1/manage/articles/${article}/sections`, body);
    const span = { begun, ended: performance.now() };
    if (answer.status === 422) {
      this.refused += 1;
      return;
    }
    if (this.isCrowdedOut(answer)) return;
    expect([answer.status, answer.status === 201 ? '' : answer.text]).toEqual([201, '']);
    const { data } = answer.body;
    this.made(`sections/${data.id}`, data, span);
    created.push({ version: data.articleVersion, id: data.id, after, span });
    sections.push(data.id);
  }

  /** The order is the article's, so the section keeps its version. */
  async #move(id: string, after: string | null): Promise<void> {
    const path = `sections/${id}`;
    const refusals = [404, 422];
    const answer = await this.ask({ method: 'post', path, suffix: '/move', body: { after }, role: 'editor', refusals });
    if (!answer) return;
    const { data } = answer.body;
    expect([path, data.version]).toEqual([path, answer.from]);
    this.learn(path, data, answer.span);
    moved.push({ version: Number(data.articleVersion), id, after, span: answer.span });
  }

  async #change(id: string): Promise<void> {
    const body = { heading: this.oneOf(['Same', this.word()]) };
    const answer = await this.write({ method: 'patch', path: `sections/${id}`, body, refusals: [404] });
    if (answer) history.wrote(`articles/${article}`, Number(answer.body.data.articleVersion), answer.span);
  }

  async #delete(id: string): Promise<void> {
    const path = `sections/${id}`;
    const answer = await this.ask({ method: 'delete', path, role: 'editor', refusals: [404] });
    if (!answer) return;
    this.accepted += 1;
    history.removed(path, answer.from + 1, answer.span);
    expect(deleted.has(id)).toBe(false);
    deleted.set(id, answer.span);
  }

  async #list(): Promise<void> {
    const { data } = (await this.clients.as.viewer.get(`/v1/manage/articles/${article}/sections`).expect(200)).body;
    const versions = new Set(data.map(({ articleVersion }: Members) => articleVersion));
    expect(versions.size).toBeLessThan(2);
    for (const version of versions) read.push({ version: Number(version), ids: idsOf(data) });
  }

  async #whole(): Promise<void> {
    const data = await this.read(`articles/${article}`);
    if (data) read.push({ version: data.version, ids: idsOf(data.sections) });
  }
}

function idsOf(list: unknown): string[] {
  return (list as Members[]).map(({ id }) => String(id));
}

/** The order that follows from another when a section is put somewhere. */
function placed(order: readonly string[], { id, after }: Put): string[] {
  const others = order.filter((other) => other !== id);
  const at = after === null ? 0 : after === undefined ? others.length : others.indexOf(after) + 1;
  return [...others.slice(0, at), id, ...others.slice(at)];
}

/** What somebody did that makes one order of the other, as the log names it. @returns when it was done */
function explain(version: number, action: string, before: readonly string[], after: readonly string[]): Span {
  const isAfter = (order: readonly string[]) => order.join() === after.join();
  const at = (put: Put) => put.version === version && isAfter(placed(before, put));
  if (action === 'section.create') return created.find(at)?.span ?? fail();
  if (action === 'section.move') return moved.find(at)?.span ?? fail();
  const [gone = '', ...others] = before.filter((id) => !after.includes(id));
  expect([version, action, others, isAfter(before.filter((id) => id !== gone))]).toEqual([
    version,
    'section.delete',
    [],
    true,
  ]);
  return deleted.get(gone) ?? fail();

  function fail(): never {
    throw new Error(`Nobody was told of what made version ${version} (${action}): ${before} became ${after}`);
  }
}

async function revisionOf(version: number): Promise<{ action: string; ids: string[] }> {
  const path = `/v1/manage/articles/${article}/revisions/${version}`;
  const { action, content } = (await two.app.as.viewer.get(path).expect(200)).body.data;
  return { action, ids: idsOf(content.sections) };
}

/** Explains every version by what was accepted. @returns the order at each */
async function replay(last: number): Promise<Map<number, string[]>> {
  const orders = new Map([[1, (await revisionOf(1)).ids]]);
  for (let version = 2; version <= last; version++) {
    const { action, ids } = await revisionOf(version);
    const before = orders.get(version - 1) ?? [];
    orders.set(version, ids);
    if (action === 'section.update') expect([version, ids]).toEqual([version, before]);
    else history.wrote(`articles/${article}`, version, explain(version, action, before, ids));
  }
  return orders;
}

describe('the sections of a story that many make, move, change and delete at once', () => {
  it('have at each version the order that follows from what was accepted', async () => {
    const story = await createStory(two.app);
    article = story.id;
    sections.push(...story.sections.map(({ id }) => id));
    const editors = await workSideBySide(
      [two.app, two.beside],
      { perServer, deeds },
      (clients, name) => new Editor(clients, name, history),
      (editor) => editor.act(),
    );
    const { data } = (await two.app.as.viewer.get(`/v1/manage/articles/${article}`).expect(200)).body;
    const orders = await replay(data.version);
    history.requireOneOrder();
    expect(history.latest(`articles/${article}`)).toBe(data.version);
    expect(idsOf(data.sections)).toEqual(orders.get(data.version));
    expect(new Set(idsOf(data.sections))).toEqual(new Set(sections.filter((id) => !deleted.has(id))));
    expect(new Set(data.sections.map(({ anchor }: Members) => anchor)).size).toBe(data.sections.length);
    for (const { version, ids } of read) expect([version, ids]).toEqual([version, orders.get(version)]);
    for (const put of moved) {
      const order = orders.get(put.version) ?? [];
      expect([put, placed(order, put)]).toEqual([put, order]);
    }
    console.log(
      `sections: ${tally(editors, history)}; ${created.length} made, ${moved.length} moved, ${deleted.size} deleted`,
    );
  }, 1_800_000);
});
