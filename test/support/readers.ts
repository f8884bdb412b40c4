// Readers who ask over and over while something happens to the server, and keep count of what they get.
import { expect } from 'vitest';

export class Readers {
  /** Answers with what was asked for, which may be that there is no such thing. */
  served = 0;
  /** Answers that say to come again later. */
  refused = 0;
  slowestMs = 0;
  #isOver = false;
  readonly #ended: Promise<unknown>;

  /** Each path has a reader of its own. */
  constructor(origin: string, paths: readonly string[]) {
    this.#ended = Promise.all(paths.map((path) => this.#read(`${origin}${path}`)));
    // Awaited at the end; until then a failure is not an unhandled one.
    this.#ended.catch(() => undefined);
  }

  /** @throws when anybody got something else, or nothing */
  async end(): Promise<this> {
    this.#isOver = true;
    await this.#ended;
    return this;
  }

  async #read(address: string): Promise<void> {
    while (!this.#isOver) {
      const begunAt = performance.now();
      const answer = await fetch(address);
      const body = await answer.text();
      this.slowestMs = Math.max(this.slowestMs, performance.now() - begunAt);
      if (answer.status === 503) {
        expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        this.refused += 1;
      } else {
        expect([200, 404, 410], body).toContain(answer.status);
        this.served += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
