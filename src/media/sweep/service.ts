// Compares the files with what is written of them, removes what nothing speaks of, and tells what is lost.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Store } from '../../storage/store.js';
import type { Media } from '../media.js';
import { findVersions, isFileShown, listShownFiles } from './repository.js';

/** A file whose image is being written is younger. */
const orphanAgeMs = 3_600_000;
/** No upload takes so long. */
export const uploadAgeMs = 600_000;

export interface SweepReport {
  /** How many files there are, with images that show them. */
  kept: number;
  /** Files that no image shows or ever showed: removed. */
  orphans: string[];
  /** Files that are not there, with the images that show them or did. */
  missing: { sha256: string; imageIds: string[] }[];
  /** Files whose bytes are others than they were, with the images; looked for only when asked. */
  damaged: { sha256: string; imageIds: string[] }[];
  /** Uploads that a process has left behind: removed. */
  abandoned: number;
  /** Renditions of what images were before, or of images that are gone: removed, to be made again when they are wanted. */
  outdated: number;
}

/** @param verifies whether the bytes of every file are read and compared with its hash */
export async function sweep(
  store: Store,
  { files, incoming, renditions }: Pick<Media, 'files' | 'incoming' | 'renditions'>,
  verifies: boolean,
): Promise<SweepReport> {
  const report: SweepReport = { kept: 0, orphans: [], missing: [], damaged: [], abandoned: 0, outdated: 0 };
  const there = new Set<string>();
  const shown = await listShownFiles(store);
  for await (const { sha256, modifiedAt } of files.list()) {
    there.add(sha256);
    const imageIds = shown.get(sha256);
    if (imageIds) {
      report.kept += 1;
      if (verifies && !(await files.withFile(sha256, (path) => hasHash(path, sha256))))
        report.damaged.push({ sha256, imageIds });
    } else if (Date.now() - modifiedAt.getTime() > orphanAgeMs && !(await isFileShown(store, sha256))) {
      await files.remove(sha256);
      report.orphans.push(sha256);
    }
  }
  for (const [sha256, imageIds] of shown) {
    // One that has come since the list was made is there.
    if (!there.has(sha256) && !(await files.has(sha256))) report.missing.push({ sha256, imageIds });
  }
  report.abandoned = await incoming.clear(uploadAgeMs);
  report.outdated = await sweepRenditions(store, renditions);
  return report;
}

async function sweepRenditions(store: Store, renditions: Media['renditions']): Promise<number> {
  const ids = await renditions.listImages();
  const versions = await findVersions(store, ids);
  let removed = 0;
  for (const id of ids) removed += await renditions.forgetVersionsBut(id, versions.get(id));
  return removed;
}

async function hasHash(path: string, sha256: string): Promise<boolean> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex') === sha256;
}
