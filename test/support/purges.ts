// What must come to be purged, whoever else is at work.
import { expect } from 'vitest';
import type { Store } from '../../src/storage/store.js';

/** Purges, again and again where others on the same server of PostgreSQL have transactions that last. */
export async function purged(store: Store): Promise<void> {
  const outcome = () =>
    store.purge().then(
      () => 'done',
      ({ code, message }) => code ?? message,
    );
  await expect.poll(outcome).toBe('done');
}
