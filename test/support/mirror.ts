// A copy of what is live, kept by nothing but /v1/sync, as a static-site builder or an app would.
import { expect } from 'vitest';
import type { Clients } from './editing.js';

export class Mirror {
  /** By id, the bytes of each story as its own address would send them. */
  readonly stories = new Map<string, string>();
  readonly etags = new Map<string, string>();
  /** What was told of each story, in the order of telling. */
  readonly told: { id: string; state: string }[] = [];
  token: string | undefined;
  lastEventId: string | undefined;
  readonly #limit: number;

  constructor(limit = 3) {
    this.#limit = limit;
  }

  /** Takes one page. @returns whether there is more */
  async step({ anybody }: Pick<Clients, 'anybody'>): Promise<boolean> {
    const token = this.token === undefined ? '' : `&token=${this.token}`;
    const { body } = await anybody.get(`/v1/sync?limit=${this.#limit}${token}`).expect(200);
    for (const { id, state, etag, story } of body.data) {
      this.told.push({ id, state });
      expect([state === 'live', state === 'live']).toEqual([story !== null, etag !== null]);
      if (state === 'live') {
        this.stories.set(id, JSON.stringify({ data: story }));
        this.etags.set(id, etag);
      } else {
        this.stories.delete(id);
        this.etags.delete(id);
      }
    }
    this.token = body.page.next;
    if (!body.page.hasMore) this.lastEventId = body.page.lastEventId;
    return body.page.hasMore;
  }

  /** Takes page after page until it has all there is. */
  async catchUp(clients: Pick<Clients, 'anybody'>): Promise<this> {
    while (await this.step(clients));
    return this;
  }

  /** Holds the copy to what readers get, to the byte. */
  async requireSame({ anybody }: Pick<Clients, 'anybody'>): Promise<void> {
    const live = new Map<string, string>();
    for (let path = '/v1/articles?limit=100'; path !== ''; ) {
      const { body } = await anybody.get(path).expect(200);
      for (const { id } of body.data) {
        const { text, headers } = await anybody.get(`/v1/articles/${id}`).expect(200);
        live.set(id, text);
        expect(this.etags.get(id)).toBe(headers.etag);
      }
      path = body.page.next === null ? '' : `/v1/articles?limit=100&cursor=${body.page.next}`;
    }
    expect([...this.stories].sort()).toEqual([...live].sort());
  }
}
