import type { IdempotencyService } from './access/idempotency/service.js';
import type { ClearingService } from './publishing/erasures/clearing.js';
import type { PropagationService } from './publishing/propagation/service.js';
import type { PublicLogSweeper } from './publishing/public-log/sweeper.js';
import type { Scheduler } from './publishing/schedules/scheduler.js';
import type { Store } from './storage/store.js';
import type { Dispatcher } from './webhooks/dispatching/dispatcher.js';

interface Works {
  propagation: PropagationService;
  scheduler: Scheduler;
  clearing: ClearingService;
  publicLogSweeper: PublicLogSweeper;
  idempotency: IdempotencyService;
  dispatcher: Dispatcher;
}

/** Commits that follow each other wake it together. */
const gatherMs = 50;

/** Told of what fails in the background; it is tried again. */
type Report = (error: unknown, message: string) => void;

/** What goes on without a request. It may be done by several processes at once; one is enough. */
export function backgroundWork(store: Pick<Store, 'onCommit'>, works: Works) {
  const { propagation, scheduler, clearing, publicLogSweeper, idempotency, dispatcher } = works;

  let forget = () => {};
  let gathering: NodeJS.Timeout | undefined;

  async function start(report: Report): Promise<void> {
    await propagation.start((error) => report(error, 'a propagation could not go on; it is tried again'));
    scheduler.start((error) => report(error, 'a schedule could not fire; it is tried again'));
    clearing.start((error) => report(error, 'what was erased could not be cleared; it is tried again'));
    publicLogSweeper.start((error) => report(error, 'the public log could not be swept; it is tried again'));
    idempotency.start((error) => report(error, 'old answers could not be deleted; it is tried again'));
    dispatcher.start((error) => report(error, 'webhooks could not be served; it is tried again'));
    // What a commit leaves to be done is begun at once, whichever process it came from. Schedules wait for their time instead.
    forget = store.onCommit(() => {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        propagation.look();
        clearing.wake();
        dispatcher.wake();
      }, gatherMs).unref();
    });
  }

  /** Ends the work after what is at hand. */
  async function stop(): Promise<void> {
    forget();
    clearTimeout(gathering);
    gathering = undefined;
    await Promise.all(Object.values(works).map((work) => work.stop()));
  }

  return { start, stop };
}
