// Copies files so that they are known to be whole and on disk.
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, mkdir, open, opendir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { Refusal } from './refusal.js';

/** Uploaded files bear their SHA-256 as their name, and never change. All else beside them can be made again, or is on its way. */
const uploaded = /^[0-9a-f]{64}(\.\w{1,8})?$/;

/** The paths of the uploaded files below a folder, relative to it, `/` between their parts. */
export async function listUploads(folder: string): Promise<string[]> {
  const found: string[] = [];
  const entries = await opendir(folder, { recursive: true }).catch((error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  for await (const entry of entries) {
    if (!entry.isFile() || !uploaded.test(entry.name)) continue;
    found.push(relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  }
  return found.sort();
}

/** The hash that the name of an uploaded file tells. */
export function hashInName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).slice(0, 64);
}

/** @throws Refusal for a folder, and for a pipe or device, of which nobody would ever see the end */
export async function requireFile(path: string): Promise<void> {
  if (!(await stat(path)).isFile()) throw new Refusal(`${path} is no file.`);
}

/** Copies a file to a place that has none yet, and brings it to disk. Gives what the copy is. */
export async function copyDurably(from: string, to: string): Promise<{ bytes: number; sha256: string }> {
  await requireFile(from);
  await mkdir(dirname(to), { recursive: true });
  // A clone where the file system can make one, so that it costs no room twice.
  await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  await syncPath(to);
  return measure(to);
}

export async function measure(path: string): Promise<{ bytes: number; sha256: string }> {
  await requireFile(path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

/** Brings a file, or the names in a folder, to disk. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Brings the names in a folder and in all below it to disk. */
export async function syncFolders(folder: string): Promise<void> {
  for await (const entry of await opendir(folder, { recursive: true }))
    if (entry.isDirectory()) await syncPath(join(entry.parentPath, entry.name));
  await syncPath(folder);
}
