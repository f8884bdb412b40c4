// How the primary gets to know what its workers measure. One that has died, or does not answer, is left out.
import type { Worker } from 'node:cluster';
import type { Family, Measure } from './families.js';

/** How long a worker has to answer. */
const patienceMs = 2000;

const question = 'what do you measure?';

interface Told {
  families: Family[];
}

/** Has this worker answer the primary. */
export function tellPrimary(measure: Measure, report: (error: unknown) => void): void {
  process.on('message', (message) => {
    if (message !== question) return;
    measure().then(
      (families) => process.send?.({ families } satisfies Told, undefined, undefined, () => undefined),
      report,
    );
  });
}

/** What workers measure, of each that answers in time. */
export async function askWorkers(workers: Iterable<Worker>): Promise<Family[][]> {
  const told = await Promise.all([...workers].map(ask));
  return told.flatMap((families) => (families ? [families] : []));
}

function ask(worker: Worker): Promise<Family[] | undefined> {
  return new Promise((resolve) => {
    const finish = (families?: Family[]) => {
      clearTimeout(timer);
      worker.off('message', hear).off('exit', leave);
      resolve(families);
    };
    const leave = () => finish();
    const hear = (message: Partial<Told>) => message.families && finish(message.families);
    const timer = setTimeout(leave, patienceMs);
    worker.on('message', hear).on('exit', leave);
    worker.send(question, (error) => error && leave());
  });
}
