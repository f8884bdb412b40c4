// Somebody who imports stories into a server that may be killed at any moment: each is there whole, or not at all.
import { expect } from 'vitest';
import { ninjsExample } from '../../src/content/imports/examples.js';
import type { Place, Worker } from './desk-worker.js';
import { send } from './processes.js';

interface Imported {
  headline: string;
  /** Where the server has said that it is. */
  slug: string | undefined;
}

export class Importer implements Worker {
  acknowledged = 0;
  readonly #place: Place;
  readonly #name: string;
  #count = 0;
  #fresh: Imported[] = [];

  constructor(place: Place, name: string) {
    this.#place = place;
    this.#name = name;
  }

  async workOnce(): Promise<void> {
    this.#count += 1;
    const imported: Imported = { headline: `Import ${this.#count} of ${this.#name}`, slug: undefined };
    this.#fresh.push(imported);
    const document = { ...ninjsExample, headlines: [{ role: 'main', value: imported.headline }] };
    const { reference, server, key } = this.#place;
    const { body } = await send(reference.app, server(), 'post', '/v1/manage/imports', { key, body: document }).expect(
      201,
    );
    imported.slug = body.data.slug;
    this.acknowledged += 1;
  }

  async readBack(): Promise<void> {
    for (const { headline, slug } of this.#fresh) {
      const text = encodeURIComponent(`${headline} `.trim());
      const { data } = (await this.#get(`/v1/manage/articles?text=${text}&limit=100`)).body;
      const found = data.filter((story: { headline: string }) => story.headline === headline);
      expect(found.length, headline).toBeLessThanOrEqual(1);
      if (slug !== undefined) expect(found, headline).toMatchObject([{ slug }]);
      for (const { id } of found) await this.#requireWhole(id);
    }
    this.#fresh = [];
  }

  async #requireWhole(id: string): Promise<void> {
    const { sections } = (await this.#get(`/v1/manage/articles/${id}`)).body.data;
    const [opening, said] = sections;
    expect(sections).toHaveLength(2);
    expect(opening.blocks).toMatchObject([{ type: 'paragraph', text: 'Two presidents met in Minsk.' }]);
    expect(said).toMatchObject({ heading: 'What was said', blocks: [{ type: 'quote' }] });
    const quote = (await this.#get(`/v1/manage/quotes/${said.blocks[0].quoteId}`)).body.data;
    expect(quote.text).toBe('It was good.');
  }

  #get(path: string) {
    const { reference, server, key } = this.#place;
    return send(reference.app, server(), 'get', path, { key }).expect(200);
  }
}
