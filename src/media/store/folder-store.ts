import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diskFailure } from '../../kernel/disk-failure.js';
import { FileMissing, type FileStore, type KeptFile } from './file-store.js';

/** Files in a folder, two levels deep so that no folder holds too many: `ab/cd/abcd…`. */
export function folderStore(folder: string): FileStore {
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256.slice(2, 4), sha256);

  return {
    place: folder,
    async put(sha256, path) {
      const target = pathOf(sha256);
      const beside = join(dirname(target), `.${randomUUID()}`);
      try {
        await mkdir(dirname(target), { recursive: true });
        // A clone where the file system can make one, so that it costs no room twice.
        await copyFile(path, beside, constants.COPYFILE_FICLONE);
        await syncFile(beside);
        await rename(beside, target);
        for (let at = dirname(target); at.length >= folder.length; at = dirname(at)) await syncFile(at);
      } catch (error) {
        await rm(beside, { force: true }).catch(() => undefined);
        throw diskFailure(error);
      }
    },
    async withFile(sha256, use) {
      const path = pathOf(sha256);
      await access(path).catch(() => {
        throw new FileMissing(sha256, folder);
      });
      return use(path);
    },
    has: (sha256) =>
      access(pathOf(sha256)).then(
        () => true,
        () => false,
      ),
    list: () => listFiles(folder),
    remove: (sha256) => rm(pathOf(sha256), { force: true }),
  };
}

/** Brings a file, or the names in a folder, to disk. */
async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* listFiles(folder: string): AsyncIterable<KeptFile> {
  const entries = await opendir(folder, { recursive: true }).catch(() => []);
  for await (const entry of entries) {
    if (!entry.isFile()) continue;
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    if (found) yield { sha256: entry.name, bytes: found.size, modifiedAt: found.mtime };
  }
}
