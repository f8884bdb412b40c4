// When servers ran, by the time of day that they saw, and how late what was planned was done then.
import type { Database } from 'better-sqlite3';

/** Times of one server, in milliseconds of the time of day. */
interface Run {
  from: number;
  to: number;
}

/** How long a server must go on running to have looked for what is due. */
const lookMs = 1000;

export class Uptime {
  readonly #now: () => number;
  readonly #runs = new Map<object, Run>();
  #jumps: { from: number; to: number }[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  started(server: object): void {
    this.#runs.set(server, { from: this.#now(), to: Number.POSITIVE_INFINITY });
  }

  /** To be told before it is killed. */
  ended(server: object): void {
    const run = this.#runs.get(server);
    if (run) run.to = this.#now();
  }

  /** The clock was moved from one instant to another. */
  jumped(jump: { from: number; to: number }): void {
    this.#jumps.push(jump);
  }

  /**
   * From when on it could have been done: its time, or where a jump over it led to, or the next start if no server ran then and a
   * moment longer.
   */
  possibleFrom(planned: number): number {
    const over = this.#jumps.find(({ from, to }) => from < planned && planned <= to);
    const seen = over?.to ?? planned;
    const runs = [...this.#runs.values()];
    if (runs.some(({ from, to }) => from <= seen && seen + lookMs < to)) return seen;
    return Math.min(...runs.map(({ from }) => from).filter((from) => from > seen));
  }
}

/** Milliseconds that things were late. */
export class Lateness {
  readonly #sorted: number[];

  constructor(all: readonly number[]) {
    this.#sorted = all.toSorted((a, b) => a - b);
  }

  get max(): number {
    return this.#sorted.at(-1) ?? 0;
  }

  toString(): string {
    const at = (share: number) => this.#sorted[Math.floor((this.#sorted.length - 1) * share)] ?? 0;
    return `p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, at most ${this.max} ms, of ${this.#sorted.length}`;
  }
}

/** How late the publications were that were planned for a time from one instant up to another. */
export function latenessOf(file: Database, uptime: Uptime, from: number, to: number): Lateness {
  const rows = file
    .prepare(
      `SELECT s.at AS planned, p.at AS done FROM schedules AS s INNER JOIN publications AS p ON p.article_id = s.article_id`,
    )
    .all() as { planned: string; done: string }[];
  const times = rows.map(({ planned, done }) => ({ planned: Date.parse(planned), done: Date.parse(done) }));
  const wanted = times.filter(({ planned }) => from <= planned && planned < to);
  return new Lateness(wanted.map(({ planned, done }) => done - uptime.possibleFrom(planned)));
}
