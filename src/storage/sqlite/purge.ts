import { once } from 'node:events';
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import DatabaseFile from 'better-sqlite3';

/** Run from source the file has another name than once it is built. */
const workerUrl = new URL(import.meta.url.endsWith('.ts') ? './purge-worker.ts' : './purge-worker.js', import.meta.url);

/**
 * Writes the database anew, without a byte of what was overwritten or deleted, and empties its write-ahead log. Nothing may
 * write meanwhile. `PRAGMA secure_delete` is no substitute: a page that SQLite rebuilds keeps copies of cells it has moved away.
 * @throws SqliteError: `SQLITE_BUSY` when another process reads what was, `SQLITE_FULL` when there is no room for it
 */
export async function purge(path: string): Promise<void> {
  await requireRoom(path);
  const worker = new Worker(workerUrl, { workerData: { path } });
  const [failure] = (await once(worker, 'message')) as [{ message: string; code: string } | undefined];
  await worker.terminate();
  if (failure) throw new DatabaseFile.SqliteError(failure.message, failure.code);
}

/** The database is written to a temporary file, and from there to the log: without room for both, trying would fill the disk. */
async function requireRoom(path: string): Promise<void> {
  const [{ size }, { bavail, bsize }] = await Promise.all([stat(path), statfs(dirname(path))]);
  if (bavail * bsize < 2 * size) throw new DatabaseFile.SqliteError('no room to write it anew', 'SQLITE_FULL');
}
