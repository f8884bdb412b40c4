// Several processes on one database: the primary starts workers, starts those anew that die, and names the one that does what
// goes on without a request.
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { BaseLogger } from 'pino';

/** What a worker tells the primary once it takes requests. */
export interface Ready {
  address: string;
}
/** What the primary tells the worker that is to do the background work. */
export const leadMessage = 'lead';

/** How long a worker that dies again and again is waited for. */
const delayMinMs = 100;
const delayMaxMs = 10_000;
/** Who has lived for so long has not failed at its start. */
const soundMs = 10_000;

/** The first worker ended before it took requests; it has said why. */
export class WorkerFailed extends Error {
  readonly code: number;
  constructor(code: number | null) {
    super('a worker could not start');
    this.code = code ?? 1;
  }
}

/** Keeps workers alive, each of them this same program. */
export function superviseWorkers(log: BaseLogger) {
  const ready = new Set<Worker>();
  let leader: Worker | undefined;
  /** Whether a worker has taken requests; if the first cannot, none can. */
  let hasBegun = false;
  let isStopping = false;

  // Each worker takes its connections itself. Those that the primary has just handed to one that dies would stay open, unanswered.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.on('message', (worker, { address }: Partial<Ready>) => {
    if (address === undefined) return;
    log.info({ worker: worker.id, pid: worker.process.pid, address }, 'a worker is ready');
    hasBegun = true;
    ready.add(worker);
    appoint();
  });

  /** Sees to it that one of those who are ready does the background work. */
  function appoint(): void {
    if (leader || isStopping) return;
    [leader] = ready;
    // One that is dying cannot be told; its end is heard of, and another is named.
    leader?.send(leadMessage, () => undefined);
    if (leader) log.info({ worker: leader.id, pid: leader.process.pid }, 'a worker does the background work');
  }

  /** Starts the first worker. @returns where it listens @throws WorkerFailed */
  async function startFirst(): Promise<string> {
    const worker = keep(delayMinMs);
    const told = once(worker, 'message') as Promise<[Ready]>;
    const ended = once(worker, 'exit') as Promise<[number | null]>;
    const [answer] = await Promise.race([told, ended]);
    if (answer === null || typeof answer === 'number') throw new WorkerFailed(answer);
    return answer.address;
  }

  /** Starts more of them. */
  function start(count: number): void {
    for (let i = 0; i < count && !isStopping; i++) keep(delayMinMs);
  }

  function keep(delayMs: number): Worker {
    const began = performance.now();
    const worker = cluster.fork();
    worker.once('exit', (code, signal) => {
      ready.delete(worker);
      if (leader === worker) leader = undefined;
      appoint();
      if (isStopping || !hasBegun) return;
      const nextMs = performance.now() - began > soundMs ? delayMinMs : Math.min(2 * delayMs, delayMaxMs);
      log.error({ worker: worker.id, pid: worker.process.pid, code, signal }, 'a worker has ended; another is started');
      setTimeout(() => !isStopping && keep(nextMs), delayMs);
    });
    return worker;
  }

  /** Asks all workers to finish what they do, and waits until they have. */
  async function stop(): Promise<void> {
    isStopping = true;
    const workers = Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? []);
    const ended = workers.map((worker) => once(worker, 'exit'));
    for (const { process } of workers) process.kill('SIGTERM');
    await Promise.all(ended);
  }

  return { startFirst, start, stop, ready: ready as ReadonlySet<Worker> };
}
