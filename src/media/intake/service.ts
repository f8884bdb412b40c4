// The way of a file into the product: received, decoded, kept. Until it is kept nothing of it is.
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { ImageFile } from '../../blocks/image-file.js';
import type { Slots } from '../decoding.js';
import type { FileStore } from '../store/file-store.js';
import { inspect } from './inspect.js';
import type { Incoming } from './receive.js';
import type { ImageWords } from './words.js';

/** A picture that has arrived and been looked at. */
export interface Upload {
  file: ImageFile;
  words: ImageWords;
  /** Keeps its file for good. */
  keep(): Promise<void>;
}

export type IntakeService = ReturnType<typeof intakeService>;

export function intakeService(incoming: Incoming, files: FileStore, slots: Slots) {
  /**
   * Receives a file, finds out what it is, and lends it: what `use` does not keep is gone when it ends.
   * @param pointer to the file within the body
   * @throws `too_large`, `malformed` when it breaks off, `unprocessable` when it is no picture that can be taken, `storage_full`,
   * `unavailable` when too many are being looked at, or the disk is not well
   */
  async function take<Result>(
    stream: Readable,
    pointer: string,
    use: (upload: Upload) => Promise<Result>,
  ): Promise<Result> {
    const { path, bytes, sha256 } = await incoming.receive(stream);
    try {
      const { file, words } = await slots.run(() => inspect(path, pointer));
      return await use({ file: { ...file, bytes, sha256 }, words, keep: () => files.put(sha256, path) });
    } finally {
      // What is left of it goes with what was never received whole; the picture is kept by now, or refused.
      await rm(path, { force: true }).catch(() => undefined);
    }
  }

  return { take };
}
