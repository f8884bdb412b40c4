import type { Store } from '../storage/store.js';

/** Answers made of what is public, kept in memory and dropped together as soon as anything that readers see has changed. */
export class KeptAnswers<Answer> {
  readonly #store: Store;
  readonly #max: number;
  readonly #kept = new Map<string, Answer>();
  #keptAt = -1;

  constructor(store: Store, max: number) {
    this.#store = store;
    this.#max = max;
  }

  /** The answer to a question: at once when it is known, else as it is made now. */
  get(key: string, make: () => Promise<Answer>): Answer | Promise<Answer> {
    const sequence = this.#store.publicSequence();
    if (sequence instanceof Promise)
      return sequence.then((read) => this.#find(key, read) ?? this.#make(key, make, read));
    return this.#find(key, sequence) ?? this.#make(key, make, sequence);
  }

  #find(key: string, sequence: number): Answer | undefined {
    return sequence === this.#keptAt ? this.#kept.get(key) : undefined;
  }

  async #make(key: string, make: () => Promise<Answer>, sequence: number): Promise<Answer> {
    const answer = await make();
    // Another change may have come while this was read; then the answer is not kept.
    if ((await this.#store.publicSequence()) !== sequence) return answer;
    if (sequence !== this.#keptAt || this.#kept.size >= this.#max) this.#kept.clear();
    this.#keptAt = sequence;
    this.#kept.set(key, answer);
    return answer;
  }
}
