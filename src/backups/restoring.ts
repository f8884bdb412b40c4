// Brings a backup to where nothing is yet.
import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseFiles } from '../storage/database-files.js';
import { copyDurably, syncFolders, syncPath } from './files.js';
import { databaseName, type FileEntry, type Manifest, mediaName, readManifest } from './manifest.js';
import { Refusal, refusalOf } from './refusal.js';

export interface RestoreRequest {
  folder: string;
  /** Where the database and the uploaded files are to be. */
  dataDir: string;
  signal: AbortSignal;
  onProgress(share: number): void;
  /** Does with what is restored, in a folder of its own, what must be done before anybody gets it. */
  prepare(dataDir: string): Promise<void>;
}

/**
 * Restores a backup, each file of it held to the manifest. It is made ready beside its place and put there last, the database
 * behind the files that it speaks of.
 * @throws Refusal when the backup is damaged or of a newer version, or the place is not empty; in which case nothing is left
 */
export async function restoreBackup(databases: DatabaseFiles, request: RestoreRequest): Promise<Manifest> {
  const { folder, dataDir } = request;
  const manifest = await readManifest(folder);
  await requireEmpty(databases, dataDir);
  const made = await mkdir(dataDir, { recursive: true }).catch((error) => {
    throw refusalOf(error, dataDir);
  });
  const unfinished = join(dataDir, `.${randomUUID().slice(0, 8)}.unfinished`);
  try {
    await mkdir(unfinished);
    await fill(databases, unfinished, manifest.files, request);
    await place(unfinished, dataDir);
    return manifest;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (made !== undefined) await rmdir(dataDir).catch(() => undefined);
    throw refusalOf(error, dataDir);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** @throws Refusal */
async function requireEmpty(databases: DatabaseFiles, dataDir: string): Promise<void> {
  const names = await readdir(dataDir).catch((error): string[] => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw refusalOf(error, dataDir);
  });
  const path = join(dataDir, databaseName);
  if (names.includes(databaseName) && databases.isInUse(path))
    throw new Refusal(`A server runs on ${path}. Stop it, and set DATA_DIR to an empty folder.`);
  const data = names.filter((name) => name === mediaName || name.startsWith(databaseName));
  if (data.length > 0)
    throw new Refusal(
      `There is data in ${dataDir} already (${data.join(', ')}). Move it away, or set DATA_DIR to an empty folder.`,
    );
}

async function fill(
  databases: DatabaseFiles,
  to: string,
  files: readonly FileEntry[],
  { folder, signal, onProgress, prepare }: RestoreRequest,
): Promise<void> {
  for (const [i, file] of files.entries()) {
    signal.throwIfAborted();
    onProgress(i / files.length);
    await copyChecked(folder, to, file);
  }
  const database = join(to, databaseName);
  if (databases.schemaAgeOf(database) === 'newer')
    throw new Refusal(`${folder} is of a newer version of Copydesk. Restore it by that version.`);
  const { pages, references } = databases.faultsOf(database);
  const [fault] = [...pages, ...references];
  if (fault !== undefined) throw new Refusal(`The database in ${folder} is damaged: ${fault}.`);
  await prepare(to);
  signal.throwIfAborted();
  await syncPath(database);
  await syncFolders(to);
}

/** @throws Refusal when it is not what was backed up */
async function copyChecked(folder: string, to: string, { path, bytes, sha256 }: FileEntry): Promise<void> {
  const copied = await copyDurably(join(folder, path), join(to, path)).catch((error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Refusal(`${join(folder, path)} is missing.`);
    throw error;
  });
  if (copied.bytes !== bytes || copied.sha256 !== sha256)
    throw new Refusal(`${join(folder, path)} is not what was backed up: its bytes are others than the manifest says.`);
}

/** Puts the files where they belong. Neither step takes the place of anything. */
async function place(from: string, dataDir: string): Promise<void> {
  const media = join(dataDir, mediaName);
  const hasMedia = (await readdir(from)).includes(mediaName);
  if (hasMedia) await rename(join(from, mediaName), media);
  try {
    await link(join(from, databaseName), join(dataDir, databaseName));
  } catch (error) {
    if (hasMedia) await rm(media, { recursive: true, force: true });
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Refusal(`Somebody has made a database in ${dataDir} meanwhile. Nothing was restored.`);
  }
  await syncPath(dataDir);
}
