interface Work<Result> {
  result: Promise<Result>;
  waiting: number;
  stop: AbortController;
}

/** Has work that several ask for at once done only once, and ends it when none of them waits any more. */
export class SharedWork<Result> {
  readonly #atWork = new Map<string, Work<Result>>();

  /** @param signal says that this one waits no more; its reason is thrown then */
  async get(key: string, signal: AbortSignal, begin: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    const work = this.#atWork.get(key) ?? this.#begin(key, begin);
    work.waiting += 1;
    return new Promise((resolve, reject) => {
      const leave = () => {
        work.waiting -= 1;
        if (work.waiting === 0) {
          if (this.#atWork.get(key) === work) this.#atWork.delete(key);
          work.stop.abort(signal.reason);
        }
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      work.result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }

  #begin(key: string, begin: (signal: AbortSignal) => Promise<Result>): Work<Result> {
    const stop = new AbortController();
    const result = begin(stop.signal).finally(() => {
      if (this.#atWork.get(key) === work) this.#atWork.delete(key);
    });
    const work: Work<Result> = { result, waiting: 0, stop };
    this.#atWork.set(key, work);
    return work;
  }
}
