// Hears of the commits of all processes by LISTEN and NOTIFY. It only wakes: what has happened is in the log, and who has heard
// nothing looks there by himself before long.
import type pg from 'pg';
import { openListener } from './database.js';
import type { Places } from './places.js';

const channel = 'copydesk_commits';
const lastPublic = 'SELECT coalesce(max(seq), 0)::text AS seq FROM changes WHERE public';
/** Belongs to a transaction: says to all, once it is committed, up to where the log has public changes then. */
export const notifying = `SELECT pg_notify('${channel}', (${lastPublic}))`;

/** How long after a lost connection another is made. */
const againMs = 500;
/** How often it is looked whether the connection lives: it would wait for ever on a network that has forgotten it. */
const beatMs = 10_000;

export type TellCommit = (publicSequence: number) => void;

export class CommitListener {
  readonly #places: Places;
  /** In this order. */
  readonly #told: Set<TellCommit>;
  #client: pg.Client | undefined;
  #isClosed = false;
  #again: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;

  constructor(places: Places, first: TellCommit) {
    this.#places = places;
    this.#told = new Set([first]);
    this.#beat = setInterval(() => this.#requireAlive(), beatMs).unref();
    void this.#listen();
  }

  /** @returns ends it */
  add(tell: TellCommit): () => void {
    this.#told.add(tell);
    return () => void this.#told.delete(tell);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#beat);
    clearTimeout(this.#again);
    await this.#client?.end();
  }

  async #listen(): Promise<void> {
    const client = openListener(this.#places);
    this.#client = client;
    client.on('notification', ({ payload }) => this.#hear(Number(payload)));
    client.once('end', () => this.#listenAgain());
    try {
      await client.connect();
      await client.requirePrimary();
      await client.query(`LISTEN ${channel}`);
      // Nobody was told of what was committed before.
      const { rows } = await client.query<{ seq: string }>(lastPublic);
      this.#hear(Number(rows[0]?.seq));
    } catch {
      await client.end();
      this.#listenAgain();
    }
  }

  #listenAgain(): void {
    if (this.#isClosed || this.#again) return;
    this.#again = setTimeout(() => {
      this.#again = undefined;
      void this.#listen();
    }, againMs).unref();
  }

  #requireAlive(): void {
    const client = this.#client;
    client?.query('SELECT 1').catch(() => client.end());
  }

  #hear(publicSequence: number): void {
    for (const tell of this.#told) tell(publicSequence);
  }
}
