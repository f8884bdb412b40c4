// Puts together what is measured with where it is read. Loaded only where a port is set for it.
import cluster, { type Worker } from 'node:cluster';
import { Counter, Gauge, type Registry } from 'prom-client';
import { expositionOf, type Measured, measureProcess, measureServer } from './families.js';
import { listenForMetrics } from './listener.js';
import { askWorkers, tellPrimary } from './workers.js';

interface Place {
  host: string;
  port: number;
}

/** Lets the metrics of a process be read that serves by itself. @throws what keeps it from listening */
export function serveOwnMetrics(place: Place, measured: Measured): Promise<string> {
  const measure = measureServer(measured);
  return listenForMetrics(place, async () => expositionOf([await measure()]), measured.report);
}

/** Has this worker tell the primary what it measures. */
export function tellMetrics(measured: Measured): void {
  tellPrimary(measureServer(measured), measured.report);
}

/**
 * Lets the metrics of all workers be read, and those of this process, which looks after them.
 * @param ready those that take requests
 * @throws what keeps it from listening
 */
export function serveWorkersMetrics(
  place: Place,
  ready: ReadonlySet<Worker>,
  report: (error: unknown) => void,
): Promise<string> {
  const { registry, measure } = measureProcess('primary');
  measureWorkers(registry, ready);
  const read = async () => expositionOf([await measure(), ...(await askWorkers(ready))]);
  return listenForMetrics(place, read, report);
}

function measureWorkers(registry: Registry, ready: ReadonlySet<Worker>): void {
  new Gauge({
    name: 'copydesk_workers',
    help: 'Workers that take requests.',
    registers: [registry],
    collect() {
      this.set(ready.size);
    },
  });
  const ends = new Counter({
    name: 'copydesk_worker_ends_total',
    help: 'Workers that have ended, to be replaced.',
    registers: [registry],
  });
  cluster.on('exit', () => ends.inc());
}
