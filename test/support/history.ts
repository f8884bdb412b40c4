// What happened to resources, as those saw it who wrote and read them side by side, and whether one order of events explains all of it.
import { expect } from 'vitest';

/** When something was asked for, and when it was answered. */
export interface Span {
  begun: number;
  ended: number;
}

interface Seen extends Span {
  version: number;
  /** The first version that looks the same. */
  since: number;
}

/** What readers see of a resource: only some of its versions. */
export const live = (resource: string) => `live ${resource}`;
const isSparse = (resource: string) => resource.startsWith('live ');

export class History {
  readonly #writes = new Map<string, Seen[]>();
  readonly #seen = new Map<string, Seen[]>();
  readonly #contents = new Map<string, string>();
  readonly #removals = new Map<string, Set<number>>();
  readonly #ended = new Set<string>();
  readonly #absences = new Map<string, Span[]>();
  readonly #wrong: string[] = [];

  /** A version was made by a write that was accepted. */
  wrote(resource: string, version: number, span: Span): void {
    listIn(this.#writes, resource).push({ version, since: version, ...span });
    this.saw(resource, version, span);
  }

  /**
   * A version was the current one, or one before it back to `since` that cannot be told from it.
   * @param slackMs how much older it may be than what had been answered
   */
  saw(resource: string, version: number, { begun, ended }: Span, since = version, slackMs = 0): void {
    listIn(this.#seen, resource).push({ version, since, begun: begun - slackMs, ended });
  }

  /** One of those who asked for the same took the resource away for good; nobody can tell which of them. */
  ended(resource: string, version: number, span: Span): void {
    this.#ended.add(resource);
    this.removed(resource, version, span);
  }

  /** A write took the resource away; it is not there until the next version, if there is one. */
  removed(resource: string, version: number, span: Span): void {
    this.#removals.set(resource, (this.#removals.get(resource) ?? new Set()).add(version));
    listIn(this.#writes, resource).push({ version, since: version, ...span });
  }

  /** The resource was not there. */
  sawNone(resource: string, span: Span): void {
    this.#absences.set(resource, [...(this.#absences.get(resource) ?? []), span]);
  }

  /** What a version is: the same to everybody. */
  is(resource: string, version: number, content: unknown): void {
    const at = `${resource} at version ${version}`;
    const text = JSON.stringify(content, inOneOrder);
    const known = this.#contents.get(at) ?? text;
    if (known !== text) this.#wrong.push(`${at} is ${text}, and was ${known}`);
    this.#contents.set(at, known);
  }

  /** The last version that was made. */
  latest(resource: string): number {
    return Math.max(...(this.#writes.get(resource) ?? []).map(({ version }) => version));
  }

  get observations(): number {
    return [...this.#seen.values()].reduce((sum, seen) => sum + seen.length, 0);
  }

  /**
   * Each version was made once, and none left out; whoever asked behind the answer to a write saw that version or a later one; and
   * nobody saw a version before it was asked for. Since each write names the version that it was made from, no more is needed.
   */
  requireOneOrder(): void {
    for (const [resource, seen] of this.#seen) this.#check(resource, seen);
    expect(this.#wrong.slice(0, 20)).toEqual([]);
  }

  #check(resource: string, seen: readonly Seen[]): void {
    const writes = [...(this.#writes.get(resource) ?? [])].sort((a, b) => a.version - b.version);
    const [first] = writes;
    const all = writes.map(({ version }) => version);
    const versions = this.#ended.has(resource) ? [...new Set(all)] : all;
    const expected = isSparse(resource) ? [...new Set(versions)] : versions.map((_, i) => (first?.version ?? 0) + i);
    expect(versions, `versions of ${resource}`).toEqual(expected);
    const begunAt = new Map<number, number>();
    for (const { version, begun } of writes) begunAt.set(version, Math.min(begun, begunAt.get(version) ?? begun));
    const answers = latestByEnd(writes);
    for (const { version, since, begun, ended } of seen) {
      const least = answers(begun);
      if (version < least) this.#wrong.push(`${resource}: ${version} was seen behind the answer to ${least}`);
      if ((begunAt.get(since) ?? 0) > ended)
        this.#wrong.push(`${resource}: ${version} was seen before it was asked for`);
    }
    this.#checkAbsences(resource, seen, begunAt, answers);
  }

  /** Whoever saw nothing asked before the removal was overtaken by an answer, and was answered behind its beginning. */
  #checkAbsences(
    resource: string,
    seen: readonly Seen[],
    begunAt: ReadonlyMap<number, number>,
    answers: (instant: number) => number,
  ): void {
    const removals = [...(this.#removals.get(resource) ?? [])];
    for (const { version } of seen)
      if (removals.includes(version)) this.#wrong.push(`${resource}: ${version} was seen, and is its removal`);
    for (const { begun, ended } of this.#absences.get(resource) ?? []) {
      const least = answers(begun);
      if (!removals.some((version) => version >= least && (begunAt.get(version) ?? 0) <= ended))
        this.#wrong.push(`${resource} was not there behind the answer to ${least}`);
    }
  }
}

/** Which versions have the words that readers are given, by which they are told apart. */
export class Words {
  readonly #versions = new Map<string, { first: number; last: number }>();

  are(of: string, text: string, version: number): void {
    const known = this.#versions.get(`${of} ${text}`) ?? { first: version, last: version };
    const [first, last] = [Math.min(known.first, version), Math.max(known.last, version)];
    this.#versions.set(`${of} ${text}`, { first, last });
  }

  /** @throws when nobody was told of such a version */
  versions(of: string, text: string): { first: number; last: number } {
    const known = this.#versions.get(`${of} ${text}`);
    if (!known) throw new Error(`Nobody made ${of} ${text}`);
    return known;
  }
}

/** Words that a reader was given. */
export interface Delivered extends Span {
  of: string;
  text: string;
}

/** Members in the order of their names: an engine may keep them in another. */
function inOneOrder(_name: string, value: unknown): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
}

function listIn(map: Map<string, Seen[]>, resource: string): Seen[] {
  const list = map.get(resource) ?? [];
  map.set(resource, list);
  return list;
}

/** Tells the latest version that had been answered before an instant. */
function latestByEnd(writes: readonly Seen[]): (instant: number) => number {
  const byEnd = writes.toSorted((a, b) => a.ended - b.ended);
  let latest = 0;
  const steps = byEnd.map(({ ended, version }) => {
    latest = Math.max(latest, version);
    return { ended, latest };
  });
  return (instant) => steps.findLast(({ ended }) => ended < instant)?.latest ?? 0;
}
