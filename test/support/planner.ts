// Somebody who plans publications on a server that may be killed at any moment, before they are due, meanwhile, or after.
import { expect } from 'vitest';
import type { Place, Worker } from './desk-worker.js';
import { send } from './processes.js';
import { shortStory } from './stories.js';

/** Promised are 2 s while a server runs, and 5 s after a start; the rest is for a machine that is busy with other things. */
const patienceMs = 15_000;
const articles = '/v1/manage/articles';

interface Planned {
  slug: string;
  at: number;
  /** Whether the server has said that it is planned. */
  isSure: boolean;
}

export class Planner implements Worker {
  acknowledged = 0;
  /** How many stories went to readers as it was planned. */
  fired = 0;
  readonly #place: Place;
  readonly #name: string;
  readonly #chance: () => number;
  #count = 0;
  #waiting: Planned[] = [];

  constructor(place: Place, name: string, chance: () => number) {
    this.#place = place;
    this.#name = name;
    this.#chance = chance;
  }

  async workOnce(): Promise<void> {
    this.#count += 1;
    const slug = `${this.#name}-${this.#count}`;
    await this.#post(articles, shortStory({ slug, headline: slug })).expect(201);
    this.acknowledged += 1;
    const at = Date.now() + 1500 + this.#chance() * 3000;
    const planned = { slug, at, isSure: false };
    this.#waiting.push(planned);
    const body = { action: 'publish', at: new Date(at).toISOString() };
    await this.#post(`${articles}/${slug}/schedule`, body, '"1"').expect(201);
    planned.isSure = true;
    this.acknowledged += 1;
  }

  /** Each story whose time has come is with readers, once; those whose time has not come are looked at another time. */
  async readBack(): Promise<void> {
    const due = this.#waiting.filter(({ at }) => at < Date.now());
    this.#waiting = this.#waiting.filter((planned) => !due.includes(planned));
    for (const planned of due) await this.#requireFired(planned);
  }

  /** The same, for all that it has planned. */
  async readAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const last = Math.max(...this.#waiting.map(({ at }) => at));
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, last - Date.now())));
      await this.readBack();
    }
  }

  async #requireFired({ slug, isSure }: Planned): Promise<void> {
    const { data } = (await this.#get(`${articles}/${slug}`).expect(200)).body;
    // Whoever was not answered may have planned nothing: the story is as it was posted then.
    if (!isSure && data.version === 1) return;
    await expect
      .poll(async () => (await this.#get(`/v1/articles/${slug}`)).status, { timeout: patienceMs, interval: 100 })
      .toBe(200);
    const log = await this.#get(`/v1/manage/changes?article=${data.id}&kind=article`).expect(200);
    const actions = log.body.data.map(({ action }: { action: string }) => action);
    expect(actions, `what became of ${slug}, the last first`).toEqual(['publish', 'schedule', 'create']);
    this.fired += 1;
  }

  #get(path: string) {
    const { reference, server, key } = this.#place;
    return send(reference.app, server(), 'get', path, { key });
  }

  #post(path: string, body: unknown, ifMatch?: string) {
    const { reference, server, key } = this.#place;
    return send(reference.app, server(), 'post', path, { key, body, ...(ifMatch !== undefined && { ifMatch }) });
  }
}
