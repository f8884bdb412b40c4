import { Worker } from 'node:worker_threads';
import DatabaseFile from 'better-sqlite3';
import { DomainError } from '../../../kernel/errors.js';
import type { FoundQuotes, FoundStories, QuoteSearch, SearchLimits, StorySearch } from '../../search.js';
import { domainError } from '../errors.js';

/** Run from source the file has another name than once it is built, and needs what reads TypeScript. */
const isSource = import.meta.url.endsWith('.ts');
const workerUrl = new URL(isSource ? './worker.ts' : './worker.js', import.meta.url);

type Question = { kind: 'stories'; search: StorySearch } | { kind: 'quotes'; search: QuoteSearch };
/** A question with its number, from 1. */
export type Asked = Question & { number: number };
/** What a search found, or what prevented it; neither when it was given up. */
export interface Told {
  found?: FoundStories | FoundQuotes;
  failure?: { message: string; code: string | undefined };
}

interface Job {
  asked: Asked;
  settle: (outcome: { found: FoundStories | FoundQuotes } | { error: unknown }) => void;
}

/** Searches one after the other in a thread of its own, which is started when it is first needed. */
export class SearchThread {
  readonly #path: string;
  readonly #limits: SearchLimits;
  /** The number of the search that is to end. */
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | undefined;
  #waiting: Job[] = [];
  #running: Job | undefined;
  #number = 0;
  #holds = 0;
  /** Told when no search is running. */
  #idle: (() => void)[] = [];

  constructor(path: string, limits: SearchLimits) {
    this.#path = path;
    this.#limits = limits;
  }

  /** @throws `unavailable` when too many wait or it takes too long; the signal's reason when it is aborted */
  async ask(question: Question, signal: AbortSignal): Promise<FoundStories | FoundQuotes> {
    signal.throwIfAborted();
    const { waitingMax, timeMs } = this.#limits;
    if (this.#waiting.length >= waitingMax) throw unavailable('Too many searches wait to be answered.');
    this.#number = (this.#number % 0x7f_ff_ff_ff) + 1;
    const asked: Asked = { ...question, number: this.#number };
    return new Promise((resolve, reject) => {
      const giveUp = () => this.#giveUp(job, signal.reason);
      const timer = setTimeout(() => this.#giveUp(job, unavailable('The search takes too long.')), timeMs);
      const job: Job = {
        asked,
        settle: (outcome) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', giveUp);
          if ('error' in outcome) reject(outcome.error);
          else resolve(outcome.found);
        },
      };
      signal.addEventListener('abort', giveUp);
      this.#waiting.push(job);
      this.#next();
    });
  }

  /** Lets searches wait while something works on the file that nobody may read from. */
  async hold(work: () => Promise<void>): Promise<void> {
    this.#holds += 1;
    try {
      if (this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
      await work();
    } finally {
      this.#holds -= 1;
      this.#next();
    }
  }

  async close(): Promise<void> {
    const closed = unavailable('The server is closing.');
    for (const job of this.#waiting.splice(0)) job.settle({ error: closed });
    this.#running?.settle({ error: closed });
    const worker = this.#worker;
    this.#worker = undefined;
    // A search at work would keep the thread from ending until it is done.
    Atomics.store(this.#stop, 0, this.#running?.asked.number ?? 0);
    await worker?.terminate();
  }

  #giveUp(job: Job, error: unknown): void {
    if (job === this.#running) Atomics.store(this.#stop, 0, job.asked.number);
    else this.#waiting = this.#waiting.filter((other) => other !== job);
    job.settle({ error });
  }

  #next(): void {
    if (this.#running || this.#holds > 0) return;
    this.#running = this.#waiting.shift();
    if (!this.#running) return;
    this.#worker ??= this.#start();
    this.#worker.postMessage(this.#running.asked);
  }

  #start(): Worker {
    const worker = new Worker(workerUrl, {
      workerData: { path: this.#path, stop: this.#stop },
      execArgv: isSource ? ['--import', new URL('../../../typescript.mjs', import.meta.url).href] : [],
    });
    worker.on('message', ({ found, failure }: Told) => {
      if (failure) this.#end({ error: errorOf(failure) });
      else if (found) this.#end({ found });
      else this.#end({ error: unavailable('The search was given up.') });
    });
    // A thread that has died is replaced by another at the next search.
    worker.on('error', (error) => this.#lose(worker, error));
    worker.on('exit', () => this.#lose(worker, undefined));
    worker.unref();
    return worker;
  }

  #lose(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#end({ error: unavailable('The search was broken off.', cause) });
  }

  #end(outcome: Parameters<Job['settle']>[0]): void {
    const job = this.#running;
    this.#running = undefined;
    job?.settle(outcome);
    for (const tell of this.#idle.splice(0)) tell();
    this.#next();
  }
}

function unavailable(message: string, cause?: unknown): DomainError {
  return new DomainError('unavailable', `${message} Try again.`, cause === undefined ? {} : { cause });
}

function errorOf({ message, code }: NonNullable<Told['failure']>): unknown {
  return code === undefined ? new Error(message) : domainError(new DatabaseFile.SqliteError(message, code));
}
