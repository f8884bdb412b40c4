import type { Clock } from '../../src/kernel/clock.js';
import { mediaOf } from '../../src/opening.js';
import { buildServices, type Services } from '../../src/services.js';
import type { Store } from '../../src/storage/store.js';

/** The services on a store, with its picture files in the same folder. */
export function servicesIn(folder: string, store: Store, clock: Clock): Services {
  return buildServices(
    store,
    clock,
    mediaOf({ dataDir: folder, s3: undefined, uploadBytesMax: 50 * 1024 * 1024 }, store, clock),
  );
}
