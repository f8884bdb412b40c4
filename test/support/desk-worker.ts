// Somebody in the newsroom who works on a server that may be killed at any moment, and knows afterwards what must be there.
import { expect } from 'vitest';
import type { TestApp } from './app.js';
import { type RunningServer, send } from './processes.js';
import { shortStory } from './stories.js';

/** A story as it can be read back. */
interface Known {
  version: number;
  headline: string;
  /** The headline that readers have. */
  live: string | undefined;
  credit: string;
}

export interface Place {
  /** Only its document is asked. */
  reference: TestApp;
  server(): RunningServer;
  key: string;
}

/** Whoever works on a server that may be killed, and knows what must be there afterwards. */
export interface Worker {
  /** Does one thing. @throws what a connection does that breaks */
  workOnce(): Promise<void>;
  /** Reads back, and takes what is there as what is known from now on. */
  readBack(): Promise<void>;
  /** Every acknowledged write so far. */
  readonly acknowledged: number;
}

/**
 * Has everybody work for so long, and then `end` whatever they work on while they do.
 * @param isExcused whether something that fails from then on is let through
 */
export async function workUntil(
  workers: readonly Worker[],
  ms: number,
  end: () => Promise<void>,
  isExcused: (error: unknown) => boolean,
): Promise<void> {
  let isOver = false;
  const shift = async (worker: Worker) => {
    while (!isOver) {
      try {
        await worker.workOnce();
      } catch (error) {
        if (!isOver || !isExcused(error)) throw error;
      }
    }
  };
  const shifts = Promise.all(workers.map(shift));
  shifts.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, ms));
  isOver = true;
  await end();
  await shifts;
}

export class DeskWorker implements Worker {
  readonly #place: Place;
  readonly #name: string;
  readonly #chance: () => number;
  #count = 0;
  #slug = '';
  #imageId = '';
  #imageTag = '';
  /** As the last answer said. */
  #sure: Known | undefined;
  /** As it may be as well, by a request that was not answered. */
  #maybe: Known | undefined;
  acknowledged = 0;

  constructor(place: Place, name: string, chance: () => number) {
    this.#place = place;
    this.#name = name;
    this.#chance = chance;
  }

  async workOnce(): Promise<void> {
    if (this.#sure === undefined) return this.#create();
    const chance = this.#chance();
    if (chance < 0.15) return this.#create();
    if (chance < 0.5) return this.#edit(this.#sure);
    // Publishing what is published already is no new version.
    if (chance < 0.8 && this.#sure.headline !== this.#sure.live) return this.#publish(this.#sure);
    return this.#credit(this.#sure);
  }

  async readBack(): Promise<void> {
    const candidates = [this.#sure, this.#maybe].filter((known) => known !== undefined);
    if (this.#sure === undefined) {
      // The first story was never acknowledged; another is made instead.
      this.#maybe = undefined;
      return;
    }
    const { body, headers } = await this.#get(`/v1/manage/articles/${this.#slug}`).expect(200);
    const delivered = await this.#get(`/v1/articles/${this.#slug}`);
    const image = await this.#get(`/v1/manage/images/${this.#imageId}`).expect(200);
    const found: Known = {
      version: body.data.version,
      headline: body.data.headline,
      live: delivered.status === 200 ? delivered.body.data.headline : undefined,
      credit: image.body.data.creditLine,
    };
    expect(headers.etag).toBe(`"${found.version}"`);
    expect(candidates, `${this.#slug} as it was read`).toContainEqual(found);
    if (found.live !== undefined)
      expect(delivered.body.data.sections[0].blocks[0].image.creditLine, 'what readers see').toBe(found.credit);
    this.#imageTag = image.headers.etag ?? '';
    this.#sure = found;
    this.#maybe = undefined;
  }

  #get(path: string) {
    const { reference, server, key } = this.#place;
    return send(reference.app, server(), 'get', path, { key });
  }

  #send(method: 'post' | 'patch', path: string, body: unknown, ifMatch?: string) {
    const { reference, server, key } = this.#place;
    return send(reference.app, server(), method, path, { key, body, ...(ifMatch !== undefined && { ifMatch }) });
  }

  async #create(): Promise<void> {
    this.#count += 1;
    const slug = `${this.#name}-${this.#count}`;
    const headline = `Story ${this.#count} of ${this.#name}`;
    const { body } = await this.#send('post', '/v1/manage/articles', shortStory({ slug, headline })).expect(201);
    const { version, sections } = body.data;
    this.#slug = slug;
    this.#imageId = sections[0].blocks[0].imageId;
    this.#imageTag = '"1"';
    this.#acknowledge({ version, headline, live: undefined, credit: 'Example Agency' });
  }

  async #edit(known: Known): Promise<void> {
    this.#count += 1;
    const headline = `Headline ${this.#count} of ${this.#name}`;
    const next = { ...known, version: known.version + 1, headline };
    this.#maybe = next;
    await this.#send('patch', `/v1/manage/articles/${this.#slug}`, { headline }, `"${known.version}"`).expect(200);
    this.#acknowledge(next);
  }

  async #publish(known: Known): Promise<void> {
    const next = { ...known, version: known.version + 1, live: known.headline };
    this.#maybe = next;
    await this.#send('post', `/v1/manage/articles/${this.#slug}/publish`, {}, `"${known.version}"`).expect(200);
    this.#acknowledge(next);
  }

  /** Changes the credit of the story's image, which readers get at once. */
  async #credit(known: Known): Promise<void> {
    this.#count += 1;
    const next = { ...known, credit: `Agency ${this.#count}` };
    this.#maybe = next;
    const change = { creditLine: next.credit };
    const { headers } = await this.#send('patch', `/v1/manage/images/${this.#imageId}`, change, this.#imageTag).expect(
      200,
    );
    this.#imageTag = headers.etag ?? '';
    this.#acknowledge(next);
  }

  #acknowledge(known: Known): void {
    this.#sure = known;
    this.#maybe = undefined;
    this.acknowledged += 1;
  }
}
