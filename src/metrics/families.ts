// What monitoring is told of one process, as families of numbers in the form of prom-client.
import { subscribe } from 'node:diagnostics_channel';
import { AggregatorRegistry, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { durationBounds, type RequestCount, type RequestCounts } from '../http/request-counts.js';
import type { Clock } from '../kernel/clock.js';
import { type MadeRendition, madeRenditions } from '../media/renditions/keeping.js';
import type { Store } from '../storage/store.js';
import { findOldestDue, readWebhookQueue } from './repository.js';

interface Value {
  value: number;
  labels: Partial<Record<string, string | number>>;
  /** Where it is not the family's. */
  metricName?: string;
}

/** Numbers that are measured alike. It can be sent to another process. */
export interface Family {
  name: string;
  help: string;
  type: unknown;
  /** How the same number of several processes becomes one. */
  aggregator: string;
  values: Value[];
}

/** Gives the families as they are now. */
export type Measure = () => Promise<Family[]>;

/** Which of several processes it is. */
type Labels = { worker?: string };

function labelsOf(worker: string | undefined): Labels {
  return worker === undefined ? {} : { worker };
}

/**
 * What any process tells of itself: CPU, memory, event loop, garbage collection.
 * @param worker which of several it is; none for the only one
 */
export function measureProcess(worker?: string): { registry: Registry; measure: Measure } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, labels: labelsOf(worker) });
  return { registry, measure: async () => definite(await registry.getMetricsAsJSON()) };
}

export interface Measured {
  store: Store;
  clock: Clock;
  requestCounts: RequestCounts;
  worker?: string | undefined;
  /** Told of what could not be read; the rest is told all the same. */
  report(error: unknown): void;
}

/** What a process that serves tells, of itself and of the database it serves. */
export function measureServer({ store, clock, requestCounts, worker, report }: Measured): Measure {
  const labels = labelsOf(worker);
  const { registry, measure } = measureProcess(worker);
  measureRenditions(registry, labels);
  measureStore(registry, store, report);
  measureQueues(registry, store, clock, report);
  return async () => [...(await measure()), requestDurations(requestCounts.all(), labels)];
}

function measureRenditions(registry: Registry, labels: Labels): void {
  const durations = new Histogram({
    name: 'copydesk_rendition_duration_seconds',
    help: 'Time to make a rendition of a picture, once its turn has come.',
    labelNames: ['format', ...(Object.keys(labels) as 'worker'[])],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  subscribe(madeRenditions.name, (message) => {
    const { format, ms } = message as MadeRendition;
    durations.observe({ format, ...labels }, ms / 1000);
  });
}

/**
 * Numbers about what all processes share: any of them tells them, and of several answers the highest is taken.
 * @param helps what each is, by its name
 * @param read gets all of them together, whenever they are asked for
 * @param report told when that fails; they are left out then
 */
function measureShared<Name extends string>(
  registry: Registry,
  helps: Readonly<Record<Name, string>>,
  read: () => Promise<Readonly<Record<Name, number>>>,
  report: (error: unknown) => void,
): void {
  let reading: Promise<Readonly<Record<Name, number>> | undefined> | undefined;
  const readOnce = () => {
    reading ??= read()
      .catch((error) => void report(error))
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  for (const [name, help] of Object.entries<string>(helps)) {
    const collect = async () => {
      const numbers = await readOnce();
      if (numbers) gauge.set(numbers[name as Name]);
      else gauge.remove();
    };
    const gauge = new Gauge({ name, help, registers: [registry], aggregator: 'max', collect });
  }
}

function measureStore(registry: Registry, store: Store, report: (error: unknown) => void): void {
  const helps = {
    copydesk_database_bytes: 'Size of the database file.',
    copydesk_wal_bytes: 'Size of the write-ahead log.',
  };
  const read = async () => {
    const { dataBytes, logBytes } = await store.sizes();
    return { copydesk_database_bytes: dataBytes, copydesk_wal_bytes: logBytes };
  };
  measureShared(registry, helps, read, report);
}

function measureQueues(registry: Registry, store: Store, clock: Clock, report: (error: unknown) => void): void {
  const helps = {
    copydesk_schedule_lag_seconds: 'How long the oldest schedule that is due has waited to fire.',
    copydesk_webhook_waiting: 'Messages that are still to be sent to webhooks.',
    copydesk_webhook_oldest_seconds: 'How long ago that happened which the oldest of them tells of.',
    copydesk_webhook_dead: 'Messages of the last 30 days that were given up.',
  };
  const read = async () => {
    const now = clock.now();
    const ageOf = (at: string | undefined) => (at === undefined ? 0 : (now.getTime() - Date.parse(at)) / 1000);
    const [due, queue] = [await findOldestDue(store, now.toISOString()), await readWebhookQueue(store)];
    return {
      copydesk_schedule_lag_seconds: ageOf(due),
      copydesk_webhook_waiting: queue.waiting,
      copydesk_webhook_oldest_seconds: Math.max(0, ageOf(queue.oldestAt)),
      copydesk_webhook_dead: queue.dead,
    };
  };
  measureShared(registry, helps, read, report);
}

/** The durations of requests as a histogram, whose classes hold all that was faster as well. */
function requestDurations(counts: readonly Readonly<RequestCount>[], of: Labels): Family {
  const name = 'http_request_duration_seconds';
  const values = counts.flatMap(({ method, route, status, count, seconds, classes }) => {
    const labels = { method, route, status, ...of };
    let sum = 0;
    const buckets = [...durationBounds, '+Inf' as const].map((le, i) => {
      sum += classes[i] ?? 0;
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: sum };
    });
    const whole = { labels, metricName: `${name}_sum`, value: seconds };
    return [...buckets, whole, { ...whole, metricName: `${name}_count`, value: count }];
  });
  const help = 'Time from a request’s headers to the end of its answer, by route.';
  return { name, help, type: 'histogram', aggregator: 'sum', values };
}

/** Without the numbers that there are none of yet, which would not come through to another process. */
function definite(families: readonly Family[]): Family[] {
  return families.map((family) => ({ ...family, values: family.values.filter(({ value }) => Number.isFinite(value)) }));
}

/** The text that Prometheus reads, from what one or several processes tell. */
export function expositionOf(told: readonly Family[][]): Promise<string> {
  return AggregatorRegistry.aggregate([...told]).metrics();
}

export const expositionType = Registry.PROMETHEUS_CONTENT_TYPE;
