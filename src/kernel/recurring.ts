/** Work that is done over and over. */
export interface Recurring {
  /** Begins, at once and then at every interval. @param onError told of what fails; it is tried again at the next one */
  start(onError: (error: unknown) => void): void;
  /** Has it done soon: now, or once more after the run that is going on. Before the start, at the start. */
  wake(): void;
  /** Ends it after the run that is going on. */
  stop(): Promise<void>;
  /** Whether it is to end: what takes long asks in between. */
  readonly isStopped: boolean;
}

/**
 * Makes work recur, one run at a time.
 * @param everyMs milliseconds between looks; they keep no process alive
 */
export function recurring(everyMs: number, work: () => Promise<void>): Recurring {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isWanted = false;
  let isStopped = false;
  let report: (error: unknown) => void = () => undefined;

  async function run(): Promise<void> {
    try {
      while (isWanted && !isStopped) {
        isWanted = false;
        await work();
      }
    } catch (error) {
      report(error);
    } finally {
      // Here and not behind the promise, so that nobody who wakes it in between is overheard.
      running = undefined;
    }
  }

  function wake(): void {
    isWanted = true;
    if (timer !== undefined) running ??= run();
  }

  function start(onError: (error: unknown) => void): void {
    report = onError;
    isStopped = false;
    timer = setInterval(wake, everyMs).unref();
    wake();
  }

  async function stop(): Promise<void> {
    clearInterval(timer);
    timer = undefined;
    isStopped = true;
    await running;
  }

  return {
    start,
    wake,
    stop,
    get isStopped() {
      return isStopped;
    },
  };
}
