import type { CursorPosition, Seek } from '../../../kernel/cursors.js';

/** Something found, with its place in the list: what it is sorted by, then its id. */
export interface Candidate {
  position: [string | number, string];
}

/** Keeps the first so many of a list beyond a place in it, while candidates come in any order. */
export class Best<Item extends Candidate> {
  readonly #limit: number;
  readonly #compare: (a: CursorPosition, b: CursorPosition) => number;
  readonly #beyond: CursorPosition | undefined;
  readonly #isBackwards: boolean;
  #kept: Item[] = [];
  /** The last of those that are kept, once there are enough. */
  #last: Item | undefined;

  constructor(limit: number, isAscending: boolean, seek: Seek | undefined) {
    this.#limit = limit;
    this.#isBackwards = seek?.direction === 'previous';
    const isUpwards = isAscending !== this.#isBackwards;
    this.#compare = isUpwards ? comparePositions : (a, b) => comparePositions(b, a);
    this.#beyond = seek?.position;
  }

  add(item: Item): void {
    if (this.#beyond && this.#compare(item.position, this.#beyond) <= 0) return;
    if (this.#last && this.#compare(item.position, this.#last.position) > 0) return;
    this.#kept.push(item);
    // Sorted once in a while, not for each.
    if (this.#kept.length >= this.#limit * 4) this.#cut();
  }

  /** Whether there are as many as are to be kept. */
  get isFull(): boolean {
    this.#cut();
    return this.#last !== undefined;
  }

  /** In the order of the list, whichever way it is read. */
  inOrder(): Item[] {
    this.#cut();
    return this.#isBackwards ? this.#kept.toReversed() : this.#kept;
  }

  #cut(): void {
    this.#kept = this.#kept.toSorted((a, b) => this.#compare(a.position, b.position)).slice(0, this.#limit);
    if (this.#kept.length === this.#limit) this.#last = this.#kept.at(-1);
  }
}

function comparePositions(a: CursorPosition, b: CursorPosition): number {
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? '';
    if (value !== null && value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
