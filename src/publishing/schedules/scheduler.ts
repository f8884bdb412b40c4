import { type Clock, instant } from '../../kernel/clock.js';
import { DomainError } from '../../kernel/errors.js';
import { recurring } from '../../kernel/recurring.js';
import type { Store } from '../../storage/store.js';
import type { Fire } from './firing.js';
import { listWaiting, type Waiting } from './repository.js';

/** How often due schedules are looked for. The time of day is looked at each time, so that a clock which jumps is no trouble. */
const lookMs = 500;
/** Schedules read at once, when many are due. */
const schedulesPerBatch = 200;
/** Articles at work at the same time: their commits share a sync of the disk, and what one waits for holds up no other. */
const articlesAtOnce = 8;
/** How long an article whose schedule could not even fail is left alone. */
const pauseMs = 5000;

export type Scheduler = ReturnType<typeof scheduler>;

/** Fires what is due, once, in whichever process comes first. What came due while none ran fires at the start. */
export function scheduler(store: Store, clock: Clock, fire: Fire) {
  let report: (error: unknown) => void = () => undefined;
  /** By article, until when it is left alone, in milliseconds of the process. */
  const paused = new Map<string, number>();

  /** Fires everything that is due. */
  async function work(): Promise<void> {
    let beyond: Waiting | undefined;
    do {
      const waiting = await listWaiting(store, schedulesPerBatch, beyond);
      beyond = waiting.length < schedulesPerBatch ? undefined : waiting.at(-1);
      if (waiting.length === 0) return;
      const now = instant(clock);
      const due = waiting.filter(({ at }) => at <= now);
      if (due.length < waiting.length) beyond = undefined;
      await fireAll([...Map.groupBy(inSomeOrder(due), ({ articleId }) => articleId)]);
    } while (beyond && !looking.isStopped);
  }

  /** Fires the schedules of articles, some articles at a time. @throws a trouble of the store, which keeps the rest waiting */
  async function fireAll(ofArticles: readonly [string, readonly Waiting[]][]): Promise<void> {
    const left = ofArticles.values();
    let isTroubled = false;
    const takeNext = async () => {
      for (const [articleId, schedules] of left) {
        if (isTroubled || looking.isStopped) return;
        await inTurn(articleId, schedules).catch((error) => {
          isTroubled = true;
          throw error;
        });
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const done = await Promise.allSettled(Array.from({ length: articlesAtOnce }, takeNext));
    for (const one of done) if (one.status === 'rejected') throw one.reason;
  }

  /** Fires the schedules of one article in their order; one that throws keeps the later ones from going first. */
  async function inTurn(articleId: string, schedules: readonly Waiting[]): Promise<void> {
    if ((paused.get(articleId) ?? 0) > performance.now()) return;
    try {
      for (const { id } of schedules) await fire(id);
      paused.delete(articleId);
    } catch (error) {
      if (isTroubleOfStore(error)) throw error;
      paused.set(articleId, performance.now() + pauseMs);
      report(error);
    }
  }

  const looking = recurring(lookMs, work);

  /** Begins to fire what is due. @param onError told of what fails; it is tried again */
  function start(onError: (error: unknown) => void): void {
    report = onError;
    looking.start(onError);
  }

  return { start, stop: looking.stop };
}

/**
 * The soonest first, and by chance those of the same second. Several processes see the same come due at the same time; so each
 * begins elsewhere, and finds most of what the others began with done.
 */
function inSomeOrder(due: readonly Waiting[]): Waiting[] {
  const places = new Map(due.map(({ articleId }) => [articleId, Math.random()]));
  const placeOf = ({ at, articleId }: Waiting) => Math.floor(Date.parse(at) / 1000) + (places.get(articleId) ?? 0);
  return due.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** Every other schedule would meet it as well. */
function isTroubleOfStore(error: unknown): boolean {
  return error instanceof DomainError && (error.code === 'unavailable' || error.code === 'storage_full');
}
