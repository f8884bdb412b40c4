// Everything about picture files, put together from where they are kept.
import { join } from 'node:path';
import type { Clock } from '../kernel/clock.js';
import type { Store } from '../storage/store.js';
import { addressService } from './addresses/signing.js';
import { Slots } from './decoding.js';
import { Incoming } from './intake/receive.js';
import { intakeService } from './intake/service.js';
import { KeptRenditions } from './renditions/keeping.js';
import type { FileStore } from './store/file-store.js';

/** At once; more would only be slower together, and take memory. */
const decodesMax = 2;
const waitingMax = 200;
const waitMs = 10_000;
/** Of small renditions that are asked for again and again. */
const memoryBytesMax = 32 * 1024 * 1024;

export interface MediaOptions {
  /** Folder of renditions, and of uploads while they arrive. */
  folder: string;
  files: FileStore;
  uploadBytesMax: number;
}

export type Media = ReturnType<typeof openMedia>;

export function openMedia(store: Store, clock: Clock, { folder, files, uploadBytesMax }: MediaOptions) {
  const slots = new Slots(decodesMax, waitingMax, waitMs);
  const incoming = new Incoming(join(folder, 'incoming'), uploadBytesMax);
  return {
    files,
    uploadBytesMax,
    incoming,
    intake: intakeService(incoming, files, slots),
    renditions: new KeptRenditions(join(folder, 'renditions'), files, slots, memoryBytesMax),
    addresses: addressService(store, clock),
  };
}
