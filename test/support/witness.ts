// Somebody at work on resources beside others, who writes down in a history what each answer told.
import { expect } from 'vitest';
import type { Role } from '../../src/kernel/actor.js';
import type { Clients, Members } from './editing.js';
import type { History, Span } from './history.js';
import { chanceOf } from './rounds.js';

export type Versioned = Members & { version: number };

export interface Deed {
  method: 'patch' | 'post' | 'put' | 'delete';
  /** Address of a resource, below that of the Management API. */
  path: string;
  suffix?: string;
  body?: Members;
  role?: Role;
  /** An Idempotency-Key, so that the answer is kept. */
  key?: string;
  /** Statuses, beside 412, by which it may be refused as things are. */
  refusals?: readonly number[];
}

export interface Accepted {
  /** The version that it was made from. */
  from: number;
  status: number;
  headers: Record<string, string>;
  body: { data: Versioned };
  span: Span;
}

/** What is told beside a version, and is not of it: of the article, of live stories, of the clock, and what is told only once. */
const beside = new Set(['articleVersion', 'article', 'liveStories', 'lastUsedAt', 'key', 'secret']);

/**
 * Whether a write was given up, and nothing of it done, since others were faster every time: where all write without a pause, what
 * reads more than others comes too late over and over.
 */
export function wasCrowdedOut({ status, text }: { status: number; text: string }): boolean {
  return status === 503 && text.includes('Too many others are changing this');
}

export class Witness {
  protected readonly clients: Clients;
  protected readonly name: string;
  protected readonly history: History;
  protected readonly chance: () => number;
  readonly #known = new Map<string, number>();
  #words = 0;
  accepted = 0;
  stale = 0;
  refused = 0;
  crowdedOut = 0;

  constructor(clients: Clients, name: string, history: History) {
    this.clients = clients;
    this.name = name;
    this.history = history;
    this.chance = chanceOf(name);
  }

  /** A text that nobody else writes. */
  protected word(): string {
    return `${this.name} ${++this.#words}`;
  }

  protected oneOf<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.chance() * items.length)] as Item;
  }

  /** @returns what is there, if it is */
  async read(path: string, role: Role = 'viewer'): Promise<Versioned | undefined> {
    const begun = performance.now();
    let answer = await this.clients.as[role].get(`/v1/manage/${path}`);
    // A store that has too much to do says so, and is asked again.
    for (let asked = 1; answer.status === 503 && asked < 5; asked++)
      answer = await this.clients.as[role].get(`/v1/manage/${path}`);
    const { status, body, text } = answer;
    const span = { begun, ended: performance.now() };
    expect([path, [200, 404].includes(status) ? '' : text]).toEqual([path, '']);
    if (status === 200) return this.learn(path, body.data, span);
    this.history.sawNone(path, span);
    return undefined;
  }

  /** Notes a version as an answer told it. */
  learn(path: string, data: Versioned, span: Span): Versioned {
    this.history.saw(path, data.version, span);
    const content = Object.entries(data).filter(([member]) => !beside.has(member));
    this.history.is(path, data.version, Object.fromEntries(content));
    this.#known.set(path, data.version);
    return data;
  }

  /** The version that it has just read, or one that it read some time ago. */
  async #versionOf(path: string, role: Role): Promise<number | undefined> {
    const known = this.#known.get(path);
    const isFresh = this.chance() < 0.7 || known === undefined;
    return isFresh ? (await this.read(path, role === 'admin' ? 'admin' : 'viewer'))?.version : known;
  }

  /** Does something to a resource from a version of it, unless it is not there. @returns the answer, when it is accepted */
  async ask({ path, role = 'publisher', ...deed }: Deed): Promise<Accepted | undefined> {
    const from = await this.#versionOf(path, role);
    return from === undefined ? undefined : this.askFrom(from, { path, role, ...deed });
  }

  async askFrom(
    from: number,
    { method, path, suffix = '', body, role = 'publisher', key, refusals = [] }: Deed,
  ): Promise<Accepted | undefined> {
    const begun = performance.now();
    const asked = this.clients.as[role][method](`/v1/manage/${path}${suffix}`, body).set('if-match', `"${from}"`);
    if (key !== undefined) asked.set('idempotency-key', key);
    const answer = await asked;
    const span = { begun, ended: performance.now() };
    if (answer.status === 412) {
      this.stale += 1;
      this.history.saw(path, answer.body.currentVersion, span);
      expect(answer.body.currentVersion).toBeGreaterThan(from);
      return undefined;
    }
    if (refusals.includes(answer.status)) {
      this.refused += 1;
      if (answer.status === 404) this.history.sawNone(path, span);
      return undefined;
    }
    if (this.isCrowdedOut(answer)) return undefined;
    expect([method, path, suffix, answer.status < 300 ? '' : answer.text]).toEqual([method, path, suffix, '']);
    return { from, status: answer.status, headers: answer.headers, body: answer.body, span };
  }

  /** Notes whether a write was crowded out. */
  protected isCrowdedOut(answer: { status: number; text: string }): boolean {
    const isOut = wasCrowdedOut(answer);
    if (isOut) this.crowdedOut += 1;
    return isOut;
  }

  /** Changes a resource from a version of it. @returns the answer, when it made a version; what would change nothing makes none */
  async write(deed: Deed): Promise<Accepted | undefined> {
    const answer = await this.ask(deed);
    return answer && this.took(deed, answer);
  }

  /** Notes the version that an accepted write made. */
  took({ path, suffix = '' }: Deed, answer: Accepted): Accepted | undefined {
    const { from, span, body } = answer;
    const { version } = body.data;
    const isNew = version !== from;
    if (isNew) {
      expect([path, suffix, version]).toEqual([path, suffix, from + 1]);
      this.accepted += 1;
      this.history.wrote(path, version, span);
    }
    this.learn(path, body.data, span);
    return isNew ? answer : undefined;
  }

  /** Notes what a new resource was made as. */
  made(path: string, data: Versioned, span: Span): void {
    this.accepted += 1;
    this.history.wrote(path, data.version, span);
    this.learn(path, data, span);
  }

  /** Deletes a resource. @returns the version that it has as a deleted one, when it was done */
  async remove(deed: Omit<Deed, 'method'>): Promise<number | undefined> {
    const answer = await this.ask({ ...deed, method: 'delete' });
    if (!answer) return undefined;
    const { from, headers, span } = answer;
    if (headers.etag !== undefined) expect(headers.etag).toBe(`"${from + 1}"`);
    this.accepted += 1;
    this.history.removed(deed.path, from + 1, span);
    return from + 1;
  }
}

/**
 * Has several at work on each of some servers, side by side, each with one deed after the other. Where none came too late for another
 * yet, as may be in few deeds, they go on, for up to ten times as many.
 */
export async function workSideBySide<Worker extends Witness>(
  servers: readonly Clients[],
  { perServer, deeds }: { perServer: number; deeds: number },
  hire: (clients: Clients, name: string) => Worker,
  act: (worker: Worker, deed: number) => Promise<unknown>,
): Promise<Worker[]> {
  const workers = servers.flatMap((clients, server) =>
    Array.from({ length: perServer }, (_, i) => hire(clients, `actor ${server}-${i}`)),
  );
  const haveMet = () => workers.some(({ accepted }) => accepted > 0) && workers.some(({ stale }) => stale > 0);
  const work = async (worker: Worker) => {
    for (let i = 0; i < deeds || (i < 10 * deeds && !haveMet()); i++) await act(worker, i);
  };
  await Promise.all(workers.map(work));
  return workers;
}

/** What came of the work of some, in words; of each kind of answer there must be one. */
export function tally(workers: readonly Witness[], history: History): string {
  const sum = (of: (worker: Witness) => number) => workers.reduce((all, worker) => all + of(worker), 0);
  const [accepted, stale] = [sum((worker) => worker.accepted), sum((worker) => worker.stale)];
  expect(Math.min(accepted, stale)).toBeGreaterThan(0);
  const [refused, crowdedOut] = [sum((worker) => worker.refused), sum((worker) => worker.crowdedOut)];
  expect(crowdedOut).toBeLessThan(accepted / 4);
  return `${accepted} writes accepted, ${stale} refused as stale, ${refused} as things were and ${crowdedOut} as too many wrote, ${history.observations} versions seen`;
}
