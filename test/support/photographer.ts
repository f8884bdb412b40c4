// Somebody who uploads pictures to a server that may be killed at any moment.
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import supertest, { type Test } from 'supertest';
import { expect } from 'vitest';
import { requireConformance } from './conformance.js';
import type { Place, Worker } from './desk-worker.js';
import { noise } from './pictures.js';
import { send } from './processes.js';

const images = '/v1/manage/images';
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

interface Known {
  id: string;
  version: number;
  sha256: string;
}

export class Photographer implements Worker {
  acknowledged = 0;
  readonly #place: Place;
  readonly #chance: () => number;
  #count = 0;
  /** Pictures as the last answer about each said. */
  readonly #sure = new Map<string, Known>();
  /** Those that were uploaded since it was last looked. */
  #fresh = new Set<string>();
  /** As one of them may be as well, by a request that was not answered. */
  #maybe: Known | undefined;

  constructor(place: Place, chance: () => number) {
    this.#place = place;
    this.#chance = chance;
  }

  /** Adds a picture, or gives one that is there another file. */
  async workOnce(): Promise<void> {
    const file = await this.#picture();
    const known = [...this.#sure.values()].at(-1);
    if (known === undefined || this.#chance() < 0.5) return this.#add(file);
    return this.#replace(known, file);
  }

  /** Every picture of which it was said that it is there is there, with its bytes, and can be seen. */
  async readBack(): Promise<void> {
    for (const id of this.#fresh) {
      const known = this.#sure.get(id) as Known;
      const { data } = (await this.#get(`${images}/${id}`)).body;
      const found = { id, version: data.version, sha256: data.file.sha256 };
      expect(
        [known, this.#maybe].filter((one) => one?.id === id),
        'the picture as it was read',
      ).toContainEqual(found);
      this.#sure.set(id, found);
      await this.#requireSeen(id);
    }
    this.#fresh = new Set();
    this.#maybe = undefined;
  }

  /** The same, for all that it has ever uploaded. */
  async readAll(): Promise<void> {
    this.#fresh = new Set(this.#sure.keys());
    await this.readBack();
  }

  /** Another picture each time. */
  #picture(): Promise<Buffer> {
    this.#count += 1;
    return noise(300 + (this.#count % 200), 200, 30)
      .jpeg()
      .toBuffer();
  }

  async #add(file: Buffer): Promise<void> {
    const { server } = this.#place;
    const facts = JSON.stringify({ alt: 'Noise.', creditLine: 'Example Agency' });
    const asked = supertest(server().address).post(images).attach('file', file, 'noise.jpg').field('facts', facts);
    const { body } = await this.#sent(asked, 'post', images).expect(201);
    this.#acknowledge({ id: body.data.id, version: body.data.version, sha256: sha256(file) });
  }

  async #replace(known: Known, file: Buffer): Promise<void> {
    const next = { id: known.id, version: known.version + 1, sha256: sha256(file) };
    this.#maybe = next;
    this.#fresh.add(known.id);
    const path = `${images}/${known.id}/file`;
    const asked = supertest(this.#place.server().address)
      .put(path)
      .set('if-match', `"${known.version}"`)
      .set('content-type', 'image/jpeg')
      .send(file);
    await this.#sent(asked, 'put', path).expect(200);
    this.#acknowledge(next);
  }

  #sent(test: Test, method: 'post' | 'put', path: string): Test {
    const { reference, key } = this.#place;
    return test
      .set('authorization', `Bearer ${key}`)
      .expect((response) => requireConformance(reference.app, method, path, response));
  }

  #acknowledge(known: Known): void {
    this.#sure.set(known.id, known);
    this.#fresh.add(known.id);
    this.#maybe = undefined;
    this.acknowledged += 1;
  }

  async #requireSeen(id: string): Promise<void> {
    const { renditions } = (await this.#get(`${images}/${id}/addresses`)).body.data;
    const seen = await fetch(`${this.#place.server().address}${renditions.srcset[0].url}`);
    const bytes = Buffer.from(await seen.arrayBuffer());
    expect([seen.status, (await sharp(bytes).metadata()).width]).toEqual([200, renditions.srcset[0].width]);
  }

  #get(path: string) {
    const { reference, server, key } = this.#place;
    return send(reference.app, server(), 'get', path, { key }).expect(200);
  }
}
