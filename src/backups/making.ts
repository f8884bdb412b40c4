// Makes a backup beside a running server.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Clock, instant } from '../kernel/clock.js';
import type { DatabaseFiles } from '../storage/database-files.js';
import type { Store } from '../storage/store.js';
import { copyDurably, hashInName, listUploads, measure, syncPath } from './files.js';
import { databaseName, erasuresName, type FileEntry, type Manifest, manifestName, mediaName } from './manifest.js';
import { Refusal, refusalOf } from './refusal.js';
import { makeWholeFolder } from './whole-folder.js';

export interface BackupRequest {
  /** Where the database and the uploaded files are. */
  dataDir: string;
  /** What is to be made; nothing may be there. */
  folder: string;
  /** Whether the folder that it is to be in is made as well. */
  makesParent?: boolean;
  signal: AbortSignal;
  onProgress: { database(share: number): void; media(share: number): void };
}

export interface Backup {
  manifest: Manifest;
  /** Uploaded files that are not what their name says. They are taken along as they are. */
  damaged: string[];
}

/** What makes a backup, but for what it is made of. */
export interface Backing {
  databases: DatabaseFiles;
  clock: Clock;
  /** The list of erasures in a database, as a file. */
  erasuresOf(store: Store): Promise<string>;
}

/**
 * Backs up the database, as it is at one moment, and then the uploaded files: since those never change, all that it speaks of are
 * among them. What is made is checked, on disk, and named last, so that half a backup is never taken for one.
 * @throws Refusal in which case nothing is left
 */
export async function makeBackup(backing: Backing, request: BackupRequest): Promise<Backup> {
  const source = join(request.dataDir, databaseName);
  await requireDatabase(backing.databases, source);
  if (request.makesParent) await makeFolder(dirname(request.folder));
  return makeWholeFolder(request.folder, (unfinished) => fill(backing, unfinished, source, request));
}

/** @throws Refusal when there is none, or nobody can tell */
async function requireDatabase(databases: DatabaseFiles, path: string): Promise<void> {
  const isThere = await databases.isThere(path).catch((error) => {
    throw refusalOf(error, path);
  });
  if (!isThere) throw new Refusal(`There is no database at ${path}. Set DATA_DIR to where it is.`);
}

/** Makes a folder where there is none. @throws Refusal */
async function makeFolder(folder: string): Promise<void> {
  try {
    if ((await mkdir(folder, { recursive: true })) !== undefined) await syncPath(dirname(folder));
  } catch (error) {
    throw refusalOf(error, folder);
  }
}

async function fill(
  { databases, clock, erasuresOf }: Backing,
  folder: string,
  source: string,
  { dataDir, signal, onProgress }: BackupRequest,
): Promise<Backup> {
  const database = join(folder, databaseName);
  const at = instant(clock);
  await databases.copy(source, database, (share) => {
    signal.throwIfAborted();
    onProgress.database(share);
  });
  requireSound(databases, database, source);
  await syncPath(database);
  const frozen = databases.openFrozen(database);
  await writeFile(join(folder, erasuresName), await erasuresOf(frozen), { flush: true });
  await frozen.close();
  const files: FileEntry[] = [];
  for (const path of [databaseName, erasuresName]) files.push({ path, ...(await measure(join(folder, path))) });
  const uploads = await copyUploads(join(dataDir, mediaName), join(folder, mediaName), signal, onProgress.media);
  files.push(...uploads.map(({ path, ...rest }) => ({ path: `${mediaName}/${path}`, ...rest })));
  const damaged = uploads.filter(({ path, sha256 }) => hashInName(path) !== sha256).map(({ path }) => path);
  const manifest: Manifest = { format: 1, at, files };
  await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, null, 1)}\n`, { flush: true });
  signal.throwIfAborted();
  return { manifest, damaged };
}

/** @throws Refusal when the copy is damaged: then so is what it is of */
function requireSound(databases: DatabaseFiles, copy: string, source: string): void {
  const { pages, references } = databases.faultsOf(copy);
  const [fault] = [...pages, ...references];
  if (fault !== undefined)
    throw new Refusal(`${source} is damaged (${fault}), so it was not backed up. Doctor tells all that is wrong.`);
}

async function copyUploads(
  from: string,
  to: string,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<FileEntry[]> {
  const paths = await listUploads(from);
  const copied: FileEntry[] = [];
  for (const [i, path] of paths.entries()) {
    signal.throwIfAborted();
    onProgress(i / paths.length);
    try {
      copied.push({ path, ...(await copyDurably(join(from, path), join(to, path))) });
    } catch (error) {
      // It was erased, or swept, since the list was made.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return copied;
}
