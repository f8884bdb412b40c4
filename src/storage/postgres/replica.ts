import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '../../kernel/errors.js';
import { defaultSearchLimits } from '../search.js';
import type { Store } from '../store.js';
import { isCurrent } from './migrate.js';
import { Places } from './places.js';
import { openReading, understood } from './reading.js';

export interface ReplicaOptions {
  url: string;
  cacheBytesMax: number;
  connectionsMax: number;
  /** What it is a copy of, which tells of commits: a server in recovery cannot. */
  primary: Pick<Store, 'onCommit'>;
}

/** How long a schema that the primary has just been given may be on its way. */
const schemaPatienceMs = 30_000;

/**
 * Opens a streaming replica: a store that only reads, and tells what readers get as it has come to it. A change that the primary
 * tells of has its log looked at for every answer until it is there.
 * @throws what prevents it: no server at the address, another schema
 */
export async function openReplica({ url, cacheBytesMax, connectionsMax, primary }: ReplicaOptions): Promise<Store> {
  await awaitSchema(url);
  const searchLimits = defaultSearchLimits;
  const reading = openReading(new Places(url), { connectionsMax, cacheBytesMax, searchLimits });
  const { readers, hotReads, reads } = reading;
  const forget = primary.onCommit((sequence) => hotReads.expect(sequence));
  const refuse = () => Promise.reject(new DomainError('unavailable', 'This store only reads.'));

  return {
    ...reads,
    commit: refuse,
    onCommit: (tell) => primary.onCommit(tell),
    purge: refuse,
    async check() {
      await understood(() => readers.query('SELECT 1'));
    },
    async close() {
      forget();
      await reading.close();
    },
  };
}

async function awaitSchema(url: string): Promise<void> {
  const last = performance.now() + schemaPatienceMs;
  while (!(await isCurrent(url))) {
    if (performance.now() > last)
      throw new Error('it does not come to have the schema of the database it is to be a replica of');
    await pause(200);
  }
}
